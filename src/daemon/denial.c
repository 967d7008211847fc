#include "daemon/denial.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"

enum { PATH_SHOWN = 48 };

/* As it was asked, which need not be a path: what could steer a terminal is left out. */
static void format_path(const struct request *request, char ret[PATH_SHOWN])
{
	size_t at = 0;

	ret[at++] = '/';
	for (size_t i = 0; i < request->n_segments && at + 1 < PATH_SHOWN; i++) {
		if (i > 0)
			ret[at++] = '/';
		for (size_t k = 0; k < request->segment[i].len && at + 1 < PATH_SHOWN; k++) {
			uint8_t c = request->segment[i].data[k];

			ret[at++] = (char)(c > ' ' && c <= '~' ? c : '?');
		}
	}
	ret[at] = '\0';
}

void denial_note(
	struct denial *d, uint64_t now, uint16_t short_server_id, const struct request *request)
{
	char path[PATH_SHOWN];

	d->n++;
	if (now < d->quiet_until)
		return;
	format_path(request, path);
	LOG_EV(LOG_NOTICE,
		({.id = LOG_ID_ACCESS_DENIED,
			.server = short_server_id,
			.path = path,
			.code = MSG_UNAUTHORIZED}),
		"%u request(s) without the right refused, the last for %s", d->n, path);
	d->quiet_until = usec_after(now, DENIAL_PACE_SEC);
	d->n = 0;
}
