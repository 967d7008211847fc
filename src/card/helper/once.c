#include "card/helper/once.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "card/frame.h"
#include "card/helper/exec.h"
#include "card/helper/pcsc.h"
#include "card/visit.h"

enum { WISH_MAX = 8 * 1024 };

static int read_by_service(
	const struct card_wish *wish, void (*alive)(void), struct card_outcome *outcome)
{
	_cleanup_(pcsc_free_p) struct pcsc *p = NULL;
	char pattern[256];
	int r = pcsc_new(outcome, alive, &p);

	if (wish->reader.len >= sizeof pattern)
		return -ENOSPC;
	if (wish->reader.len)
		memcpy(pattern, wish->reader.data, wish->reader.len);
	pattern[wish->reader.len] = 0;
	if (r == 0)
		r = pcsc_connect(p, pattern, outcome);
	return r < 0 ? r : card_visit(pcsc_port(p), wish, outcome);
}

static int read_by_program(
	const struct card_wish *wish, void (*alive)(void), struct card_outcome *outcome)
{
	_cleanup_(exec_free_p) struct exec_card *e = NULL;
	int r = exec_new(wish, outcome, alive, &e);

	return r < 0 ? r : card_visit(exec_port(e), wish, outcome);
}

void once_read(const struct card_wish *wish, void (*alive)(void), struct card_outcome *outcome)
{
	int r = wish->n_command ? read_by_program(wish, alive, outcome)
				: read_by_service(wish, alive, outcome);

	if (r < 0 && r != -ECANCELED)
		outcome_end(outcome, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE,
			"reading the card: %s", strerror(-r));
}

/* --- as a child ------------------------------------------------------------------------------- */

static void sign_of_life(void)
{
	static const char sign = FRAME_SIGN_OF_LIFE;

	/* nobody listens: nothing to read for */
	if (write(STDOUT_FILENO, &sign, 1) != 1)
		_exit(EXIT_FAILURE);
}

static int read_all(int fd, struct buf *out)
{
	for (;;) {
		uint8_t *room;
		int r = buf_reserve(out, 1024, &room);

		if (r < 0)
			return r;

		ssize_t n = read(fd, room, 1024);

		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		out->len += (size_t)n;
	}
}

static int write_all(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.data, bytes.len);

		if (n <= 0)
			return -EIO;
		bytes = span_of(bytes.data + n, bytes.len - (size_t)n);
	}
	return 0;
}

static void wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	buf_done(b);
}

int once_serve(int in, int out)
{
	_cleanup_(wipe) struct buf question = {.max = WISH_MAX}, answer = {.max = FRAME_MAX};
	_cleanup_(outcome_done) struct card_outcome outcome = {0};
	struct card_wish wish;
	uint8_t *room;
	int r = buf_reserve(&question, WISH_MAX, &room);

	if (r == 0)
		r = read_all(in, &question);
	if (r == 0)
		r = frame_take_wish(buf_span(&question), &wish);
	if (r < 0)
		return EXIT_FAILURE;
	once_read(&wish, sign_of_life, &outcome);
	r = frame_put_outcome(&outcome, &answer);
	if (r == 0)
		r = write_all(out, buf_span(&answer));
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
