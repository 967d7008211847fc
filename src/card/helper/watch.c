#include "card/helper/watch.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "card/helper/pcsc.h"

enum { WAIT_MS = 60 * 1000, RETRY_FIRST_MS = 1000, RETRY_LAST_MS = 60 * 1000 };

static bool tell(int fd)
{
	static const char octet = WATCH_CHANGE;

	return write(fd, &octet, 1) == 1;
}

/* false: nobody listens any more. */
static bool pause_for(int fd, int ms)
{
	struct pollfd p = {.fd = fd};

	return poll(&p, 1, ms) == 0 || !(p.revents & (POLLERR | POLLHUP));
}

/* As long as this connection with the service lives. false: nobody listens any more. */
static bool watch_service(int fd, struct pcsc *p)
{
	for (;;) {
		int r = pcsc_wait(p, WAIT_MS);

		if (r == 0 && !tell(fd))
			return false;
		if (r == -ETIMEDOUT && !pause_for(fd, 0))
			return false;
		if (r == -ENOLINK)
			return tell(fd);
	}
}

int watch_run(int fd)
{
	int wait = RETRY_FIRST_MS;
	bool was_up = true; /* the first look is the daemon's own */

	for (;;) {
		struct card_outcome outcome = {0};
		struct pcsc *p = NULL;
		int r = pcsc_new(&outcome, NULL, &p);

		if (r == 0) {
			wait = RETRY_FIRST_MS;
			if ((!was_up && !tell(fd)) || !watch_service(fd, p)) {
				pcsc_free(p);
				return EXIT_SUCCESS;
			}
			pcsc_free(p);
		}
		was_up = false;
		if (!pause_for(fd, wait))
			return EXIT_SUCCESS;
		wait = wait * 2 > RETRY_LAST_MS ? RETRY_LAST_MS : wait * 2;
	}
}
