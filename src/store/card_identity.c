#include <errno.h>

#include "base/cleanup.h"
#include "codec/cbor.h"
#include "keys/hash.h"
#include "store/file.h"
#include "store/private.h"
#include "store/store.h"

/* The body: [applied, id, content hash, has refused PIN, refused PIN] */
static const char name[] = "card.cbor";

int store_save_card(struct store *s, const struct store_card *card)
{
	_cleanup_(buf_done) struct buf body = {0};
	struct writer w = writer_to(&body);

	if (!card->is_applied && !card->has_refused_pin)
		return file_remove(s->directory, name);
	cbor_write_array(&w, 5);
	cbor_write_bool(&w, card->is_applied);
	cbor_write_bytes(&w, span_of(card->id, card->id_len));
	cbor_write_bytes(&w, span_of(card->content_hash, HASH_LEN));
	cbor_write_bool(&w, card->has_refused_pin);
	cbor_write_bytes(&w, span_of(card->refused_pin, HASH_LEN));
	return w.err ? w.err : file_replace(s->directory, name, buf_span(&body));
}

static int read_body(struct span body, struct store_card *ret)
{
	struct reader r = reader_of(body);
	struct cbor_item head, applied, id, content, refused, pin;
	struct store_card card = {0};

	if (cbor_expect(&r, CBOR_ARRAY, &head) < 0 || head.u != 5 ||
		cbor_expect(&r, CBOR_BOOLEAN, &applied) < 0 ||
		cbor_expect(&r, CBOR_BYTES, &id) < 0 || id.bytes.len > STORE_CARD_ID_MAX ||
		cbor_expect(&r, CBOR_BYTES, &content) < 0 || content.bytes.len != HASH_LEN ||
		cbor_expect(&r, CBOR_BOOLEAN, &refused) < 0 ||
		cbor_expect(&r, CBOR_BYTES, &pin) < 0 || pin.bytes.len != HASH_LEN ||
		rd_left(&r) > 0)
		return -EBADMSG;
	card.is_applied = applied.b;
	card.id_len = (uint8_t)id.bytes.len;
	if (id.bytes.len)
		memcpy(card.id, id.bytes.data, id.bytes.len);
	memcpy(card.content_hash, content.bytes.data, HASH_LEN);
	card.has_refused_pin = refused.b;
	memcpy(card.refused_pin, pin.bytes.data, HASH_LEN);
	*ret = card;
	return 0;
}

int store_read_card(struct store *s, struct store_card *ret)
{
	_cleanup_(buf_done) struct buf body = {0};
	int r = file_read(s->directory, name, &body);

	if (r < 0)
		return r;
	r = read_body(buf_span(&body), ret);
	if (r < 0)
		file_put_aside(s->directory, name);
	return r;
}
