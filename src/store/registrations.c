#include <errno.h>

#include "base/cleanup.h"
#include "codec/cbor.h"
#include "keys/hash.h"
#include "store/file.h"
#include "store/private.h"
#include "store/store.h"

static const char name[] = "registrations.cbor";

void store_registrations_done(struct store_registration *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		secret_done(&list[i].session);
}

/* Sessions stand in it. */
static void wipe(struct buf *body)
{
	if (body->data)
		explicit_bzero(body->data, body->len);
	buf_done(body);
}

/* More than it takes. */
static size_t size_of(const struct store_registration *list, size_t n)
{
	size_t size = 16;

	for (size_t i = 0; i < n; i++)
		size += sizeof list[i] + list[i].session.len;
	return size;
}

int store_save_registrations(struct store *s, const struct store_registration *list, size_t n)
{
	_cleanup_(wipe) struct buf body = {.max = FILE_CONTENT_MAX / 2};
	struct writer w = writer_to(&body);
	uint8_t *room;

	if (n == 0)
		return file_remove(s->directory, name);
	/* in one piece, so that no copy is left behind where it grew */
	int r = buf_reserve(&body, size_of(list, n), &room);

	if (r < 0)
		return r;
	cbor_write_array(&w, n);
	for (size_t i = 0; i < n; i++) {
		cbor_write_array(&w, 7);
		cbor_write_uint(&w, list[i].short_server_id);
		cbor_write_uint(&w, list[i].version);
		cbor_write_uint(&w, list[i].local_port);
		cbor_write_int(&w, list[i].expires);
		cbor_write_text(&w, span_of_text(list[i].location));
		cbor_write_bytes(&w, span_of(list[i].account_hash, HASH_LEN));
		cbor_write_bytes(&w, secret_span(&list[i].session));
	}
	return w.err ? w.err : file_replace(s->directory, name, buf_span(&body));
}

static int read_one(struct reader *r, struct store_registration *ret)
{
	struct cbor_item head, location, hash, session;
	int64_t ssid, version, port;

	if (cbor_expect(r, CBOR_ARRAY, &head) < 0 || head.u != 7 || cbor_expect_int(r, &ssid) < 0 ||
		cbor_expect_int(r, &version) < 0 || cbor_expect_int(r, &port) < 0 ||
		cbor_expect_int(r, &ret->expires) < 0 || cbor_expect(r, CBOR_TEXT, &location) < 0 ||
		cbor_expect(r, CBOR_BYTES, &hash) < 0 || cbor_expect(r, CBOR_BYTES, &session) < 0)
		return -EBADMSG;
	if (ssid < 1 || ssid >= ID_NONE || version < 0 || version > LWM2M_1_2 || port < 0 ||
		port > UINT16_MAX || location.bytes.len >= sizeof ret->location ||
		hash.bytes.len != HASH_LEN)
		return -EBADMSG;

	ret->short_server_id = (uint16_t)ssid;
	ret->version = (uint8_t)version;
	ret->local_port = (uint16_t)port;
	memcpy(ret->location, location.bytes.data, location.bytes.len);
	ret->location[location.bytes.len] = '\0';
	memcpy(ret->account_hash, hash.bytes.data, HASH_LEN);
	ret->session = (struct secret){0};
	return session.bytes.len ? secret_set(&ret->session, session.bytes) : 0;
}

static int read_list(struct span body, struct store_registration *list, size_t max, size_t *ret_n)
{
	struct reader r = reader_of(body);
	struct cbor_item head;

	if (cbor_expect(&r, CBOR_ARRAY, &head) < 0 || head.u > max)
		return -EBADMSG;
	for (size_t i = 0; i < head.u; i++) {
		int e = read_one(&r, &list[i]);

		if (e < 0) {
			store_registrations_done(list, i);
			return e;
		}
	}
	if (rd_left(&r) > 0) {
		store_registrations_done(list, (size_t)head.u);
		return -EBADMSG;
	}
	*ret_n = (size_t)head.u;
	return 0;
}

int store_take_registrations(
	struct store *s, struct store_registration *list, size_t max, size_t *ret_n)
{
	_cleanup_(wipe) struct buf body = {0};
	int r = file_read(s->directory, name, &body);

	if (r < 0)
		return r;
	r = read_list(buf_span(&body), list, max, ret_n);
	if (r == -EBADMSG)
		file_put_aside(s->directory, name);
	else if (r == 0)
		file_remove(s->directory, name);
	return r;
}
