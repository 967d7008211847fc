#include "bare_loop.h"

#include <signal.h>
#include <stdlib.h>
#include <systemd/sd-event.h>

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source, (void)fd, (void)events;
	coap_io_process(userdata, COAP_IO_NO_WAIT);
	return 0;
}

void bare_loop_begin(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int bare_loop_run(coap_context_t *context)
{
	sd_event *event;
	int fd = coap_context_get_coap_fd(context);

	if (sd_event_default(&event) < 0 ||
		sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL) < 0 ||
		sd_event_add_io(event, NULL, fd, EPOLLIN, on_io, context) < 0)
		return EXIT_FAILURE;
	coap_io_process(context, COAP_IO_NO_WAIT);
	return sd_event_loop(event);
}
