#include "card/frame.h"

#include <errno.h>

#include "base/parse.h"
#include "base/reader.h"
#include "base/writer.h"

enum { WISH = 0x4C435731, OUTCOME = 0x4C435231 }; /* "LCW1", "LCR1" */

/* --- parts ------------------------------------------------------------------------------------ */

static void put(struct writer *w, struct span bytes)
{
	if (bytes.len > UINT16_MAX && !w->err)
		w->err = -ENOSPC;
	wr_be(w, bytes.len, 2);
	wr_bytes(w, bytes);
}

static struct span take(struct reader *r, size_t max)
{
	size_t len = (size_t)rd_be(r, 2);

	if (len > max)
		r->err = -EBADMSG;
	return rd_take(r, len);
}

static bool take_bool(struct reader *r)
{
	uint8_t v = rd_u8(r);

	if (v > 1)
		r->err = -EBADMSG;
	return v == 1;
}

/* A line of text for people, with its NUL. */
static void take_text(struct reader *r, size_t size, char *ret)
{
	struct span text = take(r, size - 1);

	if (!text_is_utf8(text))
		r->err = -EBADMSG;
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < 0x20 || text.data[i] == 0x7F)
			r->err = -EBADMSG;
	if (r->err)
		return;
	if (text.len)
		memcpy(ret, text.data, text.len);
	ret[text.len] = 0;
}

static int close_reader(const struct reader *r)
{
	return r->err || rd_left(r) > 0 ? -EBADMSG : 0;
}

/* --- wish ------------------------------------------------------------------------------------- */

int frame_put_wish(const struct card_wish *wish, struct buf *out)
{
	struct writer w = writer_to(out);

	if (wish->n_command > CARD_COMMAND_MAX)
		return -ENOSPC;
	wr_be(&w, WISH, 4);
	wr_u8(&w, (uint8_t)wish->n_command);
	for (size_t i = 0; i < wish->n_command; i++)
		put(&w, wish->command[i]);
	put(&w, wish->reader);
	put(&w, wish->pin);
	wr_u8(&w, wish->may_use_basic_channel);
	wr_u8(&w, (uint8_t)wish->secure);
	wr_u8(&w, wish->key_version);
	put(&w, wish->key_enc);
	put(&w, wish->key_mac);
	wr_u8(&w, wish->has_refused_pin);
	wr_bytes(&w, span_of(wish->refused_pin, HASH_LEN));
	return w.err;
}

int frame_take_wish(struct span frame, struct card_wish *ret)
{
	enum { TEXT_MAX = 255, KEY_MAX = 64 };

	*ret = (struct card_wish){0};

	struct reader r = reader_of(frame);
	struct card_wish wish = {0};
	uint64_t magic = rd_be(&r, 4);

	wish.n_command = rd_u8(&r);
	if (wish.n_command > CARD_COMMAND_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < wish.n_command; i++)
		wish.command[i] = take(&r, TEXT_MAX);
	wish.reader = take(&r, TEXT_MAX);
	wish.pin = take(&r, TEXT_MAX);
	wish.may_use_basic_channel = take_bool(&r);

	uint8_t secure = rd_u8(&r);

	wish.key_version = rd_u8(&r);
	wish.key_enc = take(&r, KEY_MAX);
	wish.key_mac = take(&r, KEY_MAX);
	wish.has_refused_pin = take_bool(&r);

	struct span refused = rd_take(&r, HASH_LEN);

	if (close_reader(&r) < 0 || magic != WISH || secure > CARD_SECURE_REQUIRED)
		return -EBADMSG;
	wish.secure = (enum card_secure)secure;
	memcpy(wish.refused_pin, refused.data, HASH_LEN);
	*ret = wish;
	return 0;
}

/* --- outcome -----------------------------------------------------------------------------------
 */

static void put_octets(struct writer *w, const struct card_octets *o)
{
	put(w, octets_span(o));
}

int frame_put_outcome(const struct card_outcome *outcome, struct buf *out)
{
	struct writer w = writer_to(out);

	wr_be(&w, OUTCOME, 4);
	wr_u8(&w, (uint8_t)outcome->class);
	/* by its public id: the other side may be of another release */
	put(&w, span_of_text(reason_id(outcome->reason)));
	put(&w, span_of_text(outcome->reader));
	put_octets(&w, &outcome->iccid);
	put_octets(&w, &outcome->atr);
	put_octets(&w, &outcome->aid);
	put_octets(&w, &outcome->path);
	wr_be(&w, outcome->file, 2);
	wr_be(&w, outcome->status, 2);
	wr_u8(&w, outcome->is_secure);
	wr_u8(&w, outcome->is_pin_wrong);
	put(&w, span_of_text(outcome->detail));
	put(&w, buf_span(&outcome->content));
	return w.err;
}

static void take_octets(struct reader *r, struct card_octets *ret)
{
	octets_set(ret, take(r, CARD_OCTETS_MAX));
}

static void take_reason(struct reader *r, enum reason *ret)
{
	struct span id = take(r, 64);

	for (int i = 0; i < REASON_COUNT; i++)
		if (span_is_text(id, reason_id((enum reason)i))) {
			*ret = (enum reason)i;
			return;
		}
	r->err = -EBADMSG;
}

/* A class, its reason and its content belong together. */
static bool is_plausible(const struct card_outcome *outcome, struct span content)
{
	struct card_fault fault;

	if (outcome->class == CARD_CLASS_READ)
		return outcome->reason == REASON_NONE && content.len <= CONTENT_MAX &&
		       content_check(content, &fault) == 0;
	return outcome->reason != REASON_NONE && outcome->detail[0] && content.len == 0;
}

int frame_take_outcome(struct span frame, struct card_outcome *ret)
{
	struct reader r = reader_of(frame);
	struct card_outcome outcome = {0};
	uint64_t magic = rd_be(&r, 4);
	uint8_t class = rd_u8(&r);

	take_reason(&r, &outcome.reason);
	take_text(&r, sizeof outcome.reader, outcome.reader);
	take_octets(&r, &outcome.iccid);
	take_octets(&r, &outcome.atr);
	take_octets(&r, &outcome.aid);
	take_octets(&r, &outcome.path);
	outcome.file = (uint16_t)rd_be(&r, 2);
	outcome.status = (uint16_t)rd_be(&r, 2);
	outcome.is_secure = take_bool(&r);
	outcome.is_pin_wrong = take_bool(&r);
	take_text(&r, sizeof outcome.detail, outcome.detail);

	struct span content = take(&r, UINT16_MAX);

	*ret = (struct card_outcome){0};
	if (close_reader(&r) < 0 || magic != OUTCOME || class >= CARD_CLASS_COUNT)
		return -EBADMSG;
	outcome.class = (enum card_class) class;
	if (!is_plausible(&outcome, content))
		return -EBADMSG;

	int e = buf_append(&outcome.content, content);

	if (e < 0)
		return e;
	*ret = outcome;
	return 0;
}
