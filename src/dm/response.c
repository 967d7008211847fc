#include "dm/response.h"

#include <errno.h>
#include <stddef.h>

#include "codec/message.h"

/* clang-format off */
static const struct {
	int error;
	uint8_t code;
} codes[] = {
	{EBADMSG,     MSG_BAD_REQUEST},
	{EDOM,        MSG_BAD_REQUEST},
	{ERANGE,      MSG_BAD_REQUEST},
	{EINVAL,      MSG_BAD_REQUEST},
	{EEXIST,      MSG_BAD_REQUEST},
	{EACCES,      MSG_UNAUTHORIZED},
	{ENOENT,      MSG_NOT_FOUND},
	{EOPNOTSUPP,  MSG_NOT_ALLOWED},
	{ENOMEDIUM,   MSG_NOT_ACCEPTABLE},
	{E2BIG,       MSG_TOO_LARGE},
	{EMEDIUMTYPE, MSG_UNSUPPORTED_FORMAT},
	{EBUSY,       MSG_UNAVAILABLE},
};
/* clang-format on */

uint8_t response_code_of(int error)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].error == -error)
			return codes[i].code;
	/* not to be told by a 4.xx: no memory, a limit of ours, a hook that failed */
	return MSG_INTERNAL;
}
