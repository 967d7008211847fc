#include <errno.h>

#include "base/cleanup.h"
#include "codec/cbor.h"
#include "store/file.h"
#include "store/private.h"
#include "store/store.h"

/*
 * The body: [n × [device, object, instance, resource, resource instance, server made, since, type,
 * value]]; 65535 for a resource (instance) that there is none of.
 */
static const char name[] = "values.cbor";

enum { ITEMS = 9 };

static void write_one(struct writer *w, const struct store_value *v)
{
	cbor_write_array(w, ITEMS);
	cbor_write_uint(w, v->path.device);
	for (uint8_t i = 0; i < PATH_DEPTH_MAX; i++)
		cbor_write_uint(w, i < v->path.depth ? v->path.id[i] : ID_NONE);
	cbor_write_bool(w, v->is_server_made);
	cbor_write_int(w, v->since);
	store_write_value(w, &v->value);
}

int store_save_values(struct store *s, const struct store_value *list, size_t n)
{
	_cleanup_(buf_done) struct buf body = {.max = FILE_CONTENT_MAX};
	struct writer w = writer_to(&body);

	if (n == 0)
		return file_remove(s->directory, name);
	cbor_write_array(&w, n);
	for (size_t i = 0; i < n; i++)
		write_one(&w, &list[i]);
	return w.err ? w.err : file_replace(s->directory, name, buf_span(&body));
}

static int read_id(struct reader *r, uint16_t *ret)
{
	int64_t v;

	if (cbor_expect_int(r, &v) < 0 || v < 0 || v > ID_NONE)
		return -EBADMSG;
	*ret = (uint16_t)v;
	return 0;
}

static int read_path(struct reader *r, struct path *ret)
{
	struct path p = {0};

	if (read_id(r, &p.device) < 0)
		return -EBADMSG;
	for (uint8_t i = 0; i < PATH_DEPTH_MAX; i++) {
		uint16_t id;

		if (read_id(r, &id) < 0 || (id != ID_NONE && p.depth < i))
			return -EBADMSG;
		if (id != ID_NONE)
			p.id[p.depth++] = id;
	}
	*ret = p;
	return p.depth < 2 ? -EBADMSG : 0;
}

static int read_one(struct reader *r, struct store_value *ret)
{
	struct cbor_item head, made;

	if (cbor_expect(r, CBOR_ARRAY, &head) < 0 || head.u != ITEMS ||
		read_path(r, &ret->path) < 0 || cbor_expect(r, CBOR_BOOLEAN, &made) < 0 ||
		cbor_expect_int(r, &ret->since) < 0 || store_read_value(r, &ret->value) < 0)
		return -EBADMSG;
	ret->is_server_made = made.b;
	return 0;
}

/* take NULL: only checks the form. */
static int read_all(
	struct span body, int (*take)(void *data, const struct store_value *v), void *data)
{
	struct reader r = reader_of(body);
	struct cbor_item head;

	if (cbor_expect(&r, CBOR_ARRAY, &head) < 0)
		return -EBADMSG;
	for (uint64_t i = 0; i < head.u; i++) {
		struct store_value v;
		int e = read_one(&r, &v);

		if (e == 0 && take)
			e = take(data, &v);
		if (e < 0)
			return e;
	}
	return rd_left(&r) > 0 ? -EBADMSG : 0;
}

int store_read_values(
	struct store *s, int (*take)(void *data, const struct store_value *v), void *data)
{
	_cleanup_(buf_done) struct buf body = {.max = FILE_CONTENT_MAX};
	int r = file_read(s->directory, name, &body);

	if (r < 0)
		return r;
	r = read_all(buf_span(&body), NULL, NULL);
	if (r < 0) {
		file_put_aside(s->directory, name);
		return r;
	}
	return read_all(buf_span(&body), take, data);
}
