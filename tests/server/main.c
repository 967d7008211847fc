/*
 * An LwM2M server and bootstrap server for tests and the demo: any number of them in one process,
 * on loopback, steered by lines on standard input (commands.h), telling what it sees as JSON lines
 * on standard output (event.h). Ends with its standard input. Not for use outside of tests.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include <coap3/coap.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "commands.h"
#include "event.h"
#include "signed.h"

enum { LINE_LEN_MAX = 16384 };

struct input {
	char text[LINE_LEN_MAX];
	size_t len;
	bool is_at_end;
};

static void log_to_stderr(coap_log_t level, const char *message)
{
	fprintf(stderr, "libcoap %d: %s", (int)level, message);
}

static void read_input(struct input *in, struct servers *servers)
{
	ssize_t n = read(STDIN_FILENO, in->text + in->len, sizeof in->text - in->len - 1);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || (in->len += (size_t)n) == sizeof in->text - 1) {
		in->is_at_end = true;
		return;
	}

	char *newline;

	while ((newline = memchr(in->text, '\n', in->len))) {
		size_t used = (size_t)(newline - in->text) + 1;

		*newline = '\0';
		command_run(servers, in->text);
		in->len -= used;
		memmove(in->text, in->text + used, in->len);
	}
}

static int timeout_of(const struct servers *servers)
{
	uint64_t due = USEC_NEVER, now = clock_now(&clock_system);

	for (size_t i = 0; i < servers->n; i++) {
		uint64_t d = endpoint_deadline(servers->endpoint[i]);

		if (d < due)
			due = d;
	}
	if (due == USEC_NEVER)
		return -1;
	return due <= now ? 0 : (int)((due - now) / 1000 + 1);
}

static void wait_for_work(const struct servers *servers)
{
	struct pollfd fds[1 + 3 * ENDPOINTS_MAX] = {{.fd = STDIN_FILENO, .events = POLLIN}};
	nfds_t n = 1;

	for (size_t i = 0; i < servers->n; i++) {
		int fd[3];

		endpoint_fds(servers->endpoint[i], fd);
		for (int k = 0; k < 3; k++)
			fds[n++] = (struct pollfd){.fd = fd[k], .events = POLLIN};
	}
	poll(fds, n, timeout_of(servers));
}

int main(void)
{
	struct servers servers = {0};
	_cleanup_(free_p) struct input *in = calloc(1, sizeof *in);

	if (!in)
		return EXIT_FAILURE;
	if (fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) < 0)
		return EXIT_FAILURE;
	signed_catch();
	coap_startup();
	coap_set_log_handler(log_to_stderr);
	coap_set_log_level((coap_log_t)3); /* errors */

	while (!in->is_at_end) {
		wait_for_work(&servers);
		read_input(in, &servers);
		for (size_t i = 0; i < servers.n; i++)
			endpoint_process(servers.endpoint[i]);
	}
	servers_done(&servers);
	coap_cleanup();
	return EXIT_SUCCESS;
}
