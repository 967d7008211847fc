#include "fuzz.h"

#include <assert.h>
#include <errno.h>

#include "card/visit.h"

enum { COMMANDS_MAX = 400 };

/* Answers from the input: one octet of length, the octets; 0: an error of the port. */
struct liar {
	struct card_port port;
	struct span script;
	size_t at;
	unsigned n_commands;
};

static int transmit(void *data, struct span command, struct buf *answer)
{
	static const int errors[] = {-EIO, -ECONNRESET, -ENOMEDIUM, -ENOLINK};
	struct liar *l = data;
	size_t len;

	assert(command.len >= 4 && command.len <= 261);
	if (l->n_commands++ > COMMANDS_MAX || l->at >= l->script.len)
		return -EIO;
	len = l->script.data[l->at++];
	if (len == 0)
		return errors[l->at % 4];
	if (len > l->script.len - l->at)
		len = l->script.len - l->at;
	l->at += len;
	return buf_append(answer, span_of(l->script.data + l->at - len, len));
}

static int restart(void *data)
{
	(void)data;
	return 0;
}

/* A whole visit to a card that answers whatever it likes. The first octet: what is wished. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct liar l = {.port = {.data = &l, .transmit = transmit, .restart = restart}};
	struct card_outcome outcome = {0};
	struct card_wish wish = {0};

	if (size == 0)
		return 0;
	l.port.is_t0 = data[0] & 1;
	wish.may_use_basic_channel = data[0] & 2;
	if (data[0] & 4)
		wish.pin = span_of_text("1234");
	if (data[0] & 8) {
		wish.secure = data[0] & 16 ? CARD_SECURE_REQUIRED : CARD_SECURE_OPTIONAL;
		wish.key_enc = wish.key_mac = span_of_text("0123456789ABCDEF");
	}
	l.script = span_of(data + 1, size - 1);

	int r = card_visit(&l.port, &wish, &outcome);

	if (r == 0) {
		struct card_fault fault;

		assert(outcome.class < CARD_CLASS_COUNT);
		if (outcome.class == CARD_CLASS_READ)
			assert(content_check(buf_span(&outcome.content), &fault) == 0);
		else
			assert(outcome.detail[0] && outcome.content.len == 0);
		/* nobody without the keys opens a secure channel */
		assert(!outcome.is_secure);
		assert(wish.secure != CARD_SECURE_REQUIRED || outcome.class != CARD_CLASS_READ);
	}
	outcome_done(&outcome);
	return 0;
}
