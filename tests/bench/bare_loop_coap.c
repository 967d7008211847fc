#include "bare_loop.h"

#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t is_over;

static void on_signal(int signo)
{
	(void)signo;
	is_over = 1;
	alarm(1); /* again, in case it came just before the wait */
}

void bare_loop_begin(void)
{
	const struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
}

int bare_loop_run(coap_context_t *context)
{
	while (!is_over)
		coap_io_process(context, COAP_IO_WAIT);
	return 0;
}
