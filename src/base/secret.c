#include "base/secret.h"

#include <errno.h>
#include <stdlib.h>

int secret_set(struct secret *s, struct span bytes)
{
	uint8_t *data = malloc(bytes.len ? bytes.len : 1);

	if (!data)
		return -ENOMEM;
	if (bytes.len)
		memcpy(data, bytes.data, bytes.len);

	secret_done(s);
	*s = (struct secret){.data = data, .len = bytes.len};
	return 0;
}

void secret_done(struct secret *s)
{
	if (s->data)
		explicit_bzero(s->data, s->len);
	free(s->data);
	*s = (struct secret){0};
}
