#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "codec/cbor.h"
#include "keys/hash.h"
#include "store/file.h"
#include "store/private.h"
#include "store/store.h"

/*
 * The body: [origin, deadline, purged, hash, n, n × instance], an instance is
 * [object, id, origin, n, n × [resource, resource instance, type, value]] with the resource
 * instance 65535 for a single resource; type 0 and no value: an empty multiple resource.
 */

static const char name[] = "accounts.cbor";
static const uint16_t objects[] = {
	OBJECT_SECURITY, OBJECT_SERVER, OBJECT_ACCESS_CONTROL, OBJECT_OSCORE};

struct store_image {
	int directory; /* of the store, which outlives the image */
	struct buf body;
	size_t instances; /* where they begin */
};

/* --- writing ---------------------------------------------------------------------------------- */

static bool is_stored(
	const struct model *m, const struct store_accounts *meta, struct path instance)
{
	enum origin origin = model_origin(m, instance);

	if (meta->origin == ORIGIN_FACTORY)
		return instance.id[0] == OBJECT_SERVER || instance.id[0] == OBJECT_ACCESS_CONTROL;
	return origin == ORIGIN_CARD || origin == ORIGIN_BOOTSTRAP || origin == ORIGIN_SERVER;
}

void store_write_value(struct writer *w, const struct value *v)
{
	cbor_write_uint(w, v->type);
	switch (v->type) {
	case VALUE_NONE:
		cbor_write_uint(w, 0);
		break;
	case VALUE_STRING:
	case VALUE_OPAQUE:
	case VALUE_CORELNK:
		cbor_write_bytes(w, v->bytes);
		break;
	case VALUE_INTEGER:
	case VALUE_TIME:
		cbor_write_int(w, v->i);
		break;
	case VALUE_UNSIGNED:
		cbor_write_uint(w, v->u);
		break;
	case VALUE_FLOAT:
		cbor_write_double(w, v->f);
		break;
	case VALUE_BOOLEAN:
		cbor_write_bool(w, v->b);
		break;
	case VALUE_OBJLNK:
		cbor_write_uint(w, (uint64_t)v->link.object << 16 | v->link.instance);
		break;
	}
}

static void write_value(struct writer *w, uint16_t rid, uint16_t riid, const struct value *v)
{
	cbor_write_array(w, 4);
	cbor_write_uint(w, rid);
	cbor_write_uint(w, riid);
	store_write_value(w, v);
}

/* Writes the values of a resource, or only counts them (w NULL). */
static size_t write_resource(struct writer *w, const struct model *m, struct path resource)
{
	const struct resource_def *def = model_resource(m, resource);
	struct value v = {.type = VALUE_NONE};
	uint32_t cursor = 0;
	uint16_t id;
	size_t n = 0;

	if (!def->is_multiple) {
		if (w && model_get(m, resource, &v) == 0)
			write_value(w, resource.id[2], ID_NONE, &v);
		return 1;
	}
	for (; model_next_resource_instance(m, resource, &cursor, &id); n++)
		if (w && model_get(m, path_child(resource, id), &v) == 0)
			write_value(w, resource.id[2], id, &v);
	if (n == 0 && w)
		write_value(w, resource.id[2], ID_NONE, &(const struct value){.type = VALUE_NONE});
	return n ? n : 1;
}

static size_t write_resources(struct writer *w, const struct model *m, struct path instance)
{
	uint32_t cursor = 0;
	uint16_t id;
	size_t n = 0;

	while (model_next_resource(m, instance, &cursor, &id))
		n += write_resource(w, m, path_child(instance, id));
	return n;
}

static size_t write_instances(
	struct writer *w, const struct model *m, const struct store_accounts *meta)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		uint32_t cursor = 0;
		uint16_t id;

		while (model_next_instance(m, objects[i], &cursor, &id)) {
			struct path instance = PATH2(objects[i], id);

			if (!is_stored(m, meta, instance))
				continue;
			n++;
			if (!w)
				continue;
			cbor_write_uint(w, objects[i]);
			cbor_write_uint(w, id);
			cbor_write_uint(w, model_origin(m, instance));
			cbor_write_uint(w, write_resources(NULL, m, instance));
			write_resources(w, m, instance);
		}
	}
	return n;
}

/* Only what was used: the rest of the room was never touched and shall not become resident. */
static void body_done(struct buf *body)
{
	if (body->data)
		explicit_bzero(body->data, body->len);
	buf_done(body);
}

int store_save_accounts(struct store *s, const struct model *m, const struct store_accounts *meta)
{
	_cleanup_(body_done) struct buf body = {.max = FILE_CONTENT_MAX / 2};
	struct writer w = writer_to(&body);
	uint8_t *room;

	/* in one piece: growing would leave copies of keys behind */
	int r = buf_reserve(&body, body.max, &room);

	if (r < 0)
		return r;
	cbor_write_uint(&w, meta->origin);
	cbor_write_int(&w, meta->account_deadline);
	cbor_write_bool(&w, meta->is_account_purged);
	cbor_write_bytes(&w, span_of(meta->factory_hash, sizeof meta->factory_hash));
	cbor_write_uint(&w, write_instances(NULL, m, meta));
	write_instances(&w, m, meta);
	if (w.err)
		return w.err == -ENOSPC ? -EFBIG : w.err; /* the file system is not full */
	return file_replace(s->directory, name, buf_span(&body));
}

/* --- reading ---------------------------------------------------------------------------------- */

static int read_bounded(struct reader *r, int64_t max, int64_t *ret)
{
	int64_t v;
	int e = cbor_expect_int(r, &v);

	if (e < 0)
		return e;
	if (v < 0 || v > max)
		return -EBADMSG;
	*ret = v;
	return 0;
}

static int read_meta(struct reader *r, struct store_accounts *ret)
{
	struct cbor_item purged, hash;
	struct store_accounts meta = {0};
	int64_t origin;

	if (read_bounded(r, ORIGIN_SERVER, &origin) < 0 ||
		cbor_expect_int(r, &meta.account_deadline) < 0 ||
		cbor_expect(r, CBOR_BOOLEAN, &purged) < 0 ||
		cbor_expect(r, CBOR_BYTES, &hash) < 0 || hash.bytes.len != HASH_LEN)
		return -EBADMSG;
	meta.origin = (enum origin)origin;
	meta.is_account_purged = purged.b;
	memcpy(meta.factory_hash, hash.bytes.data, HASH_LEN);
	*ret = meta;
	return 0;
}

static int value_of(const struct cbor_item *item, int64_t type, struct value *ret)
{
	bool is_int = item->kind == CBOR_UNSIGNED || item->kind == CBOR_NEGATIVE;

	*ret = (struct value){.type = (enum value_type)type};
	switch (ret->type) {
	case VALUE_NONE:
		return 0;
	case VALUE_STRING:
	case VALUE_OPAQUE:
	case VALUE_CORELNK:
		ret->bytes = item->bytes;
		return item->kind == CBOR_BYTES ? 0 : -EBADMSG;
	case VALUE_INTEGER:
	case VALUE_TIME:
		ret->i = item->kind == CBOR_NEGATIVE ? -1 - (int64_t)item->u : (int64_t)item->u;
		return is_int && item->u <= INT64_MAX ? 0 : -EBADMSG;
	case VALUE_UNSIGNED:
		ret->u = item->u;
		return item->kind == CBOR_UNSIGNED ? 0 : -EBADMSG;
	case VALUE_FLOAT:
		ret->f = item->f;
		return item->kind == CBOR_FLOAT ? 0 : -EBADMSG;
	case VALUE_BOOLEAN:
		ret->b = item->kind == CBOR_BOOLEAN && item->b;
		return item->kind == CBOR_BOOLEAN ? 0 : -EBADMSG;
	case VALUE_OBJLNK:
		ret->link = (struct objlnk){(uint16_t)(item->u >> 16), (uint16_t)item->u};
		return item->kind == CBOR_UNSIGNED && item->u <= UINT32_MAX ? 0 : -EBADMSG;
	}
	return -EBADMSG;
}

int store_read_value(struct reader *r, struct value *ret)
{
	struct cbor_item item;
	int64_t type;

	if (read_bounded(r, VALUE_CORELNK, &type) < 0 || cbor_next(r, &item) != 1)
		return -EBADMSG;
	return value_of(&item, type, ret);
}

/*
 * m NULL: only checks the form. What the model has no definition for is left out: the file may
 * come from another version of this program.
 */
static int read_value(struct reader *r, struct model *m, struct path instance)
{
	struct cbor_item head;
	int64_t rid, riid;
	struct value v;

	if (cbor_expect(r, CBOR_ARRAY, &head) < 0 || head.u != 4 ||
		read_bounded(r, ID_NONE, &rid) < 0 || read_bounded(r, ID_NONE, &riid) < 0 ||
		store_read_value(r, &v) < 0)
		return -EBADMSG;

	struct path p = path_child(instance, (uint16_t)rid);

	if (!m || !model_resource(m, p))
		return 0;

	int e = v.type == VALUE_NONE ? model_set_empty(m, p)
		: riid == ID_NONE    ? model_set(m, p, &v)
				     : model_set(m, path_child(p, (uint16_t)riid), &v);

	return e == -ENOMEM || e == 0 ? e : -EBADMSG;
}

/* One that exists (of a configured account) gives way but says where the account is from. */
static int make_instance(struct model *m, struct path instance, enum origin origin)
{
	if (model_exists(m, instance)) {
		origin = model_origin(m, instance);

		int e = model_delete(m, instance);

		if (e < 0)
			return e;
	}
	return model_create(m, instance, origin);
}

static int read_instance(struct reader *r, struct model *m)
{
	int64_t object, id, origin, n;

	if (read_bounded(r, ID_NONE, &object) < 0 || read_bounded(r, ID_NONE, &id) < 0 ||
		read_bounded(r, ORIGIN_SERVER, &origin) < 0 || read_bounded(r, INT32_MAX, &n) < 0)
		return -EBADMSG;
	if (m && !model_object(m, (uint16_t)object))
		m = NULL;

	struct path instance = PATH2(object, id);
	int e = m ? make_instance(m, instance, (enum origin)origin) : 0;

	for (; e == 0 && n > 0; n--)
		e = read_value(r, m, instance);
	return e == -ENOMEM || e == 0 ? e : -EBADMSG;
}

static int read_instances(struct reader *r, struct model *m)
{
	int64_t n;
	int e = read_bounded(r, INT32_MAX, &n);

	for (; e == 0 && n > 0; n--)
		e = read_instance(r, m);
	return e == 0 && rd_left(r) > 0 ? -EBADMSG : e;
}

int store_read_accounts(struct store *s, struct store_image **ret, struct store_accounts *ret_meta)
{
	_cleanup_(store_image_free_p) struct store_image *image = calloc(1, sizeof *image);
	struct store_accounts meta;

	if (!image)
		return -ENOMEM;

	image->directory = s->directory;

	int e = file_read(s->directory, name, &image->body);

	if (e < 0)
		return e;

	struct reader r = reader_of(buf_span(&image->body));

	e = read_meta(&r, &meta);
	image->instances = r.pos;
	if (e == 0)
		e = read_instances(&r, NULL);
	if (e < 0) {
		file_put_aside(s->directory, name);
		return e;
	}
	*ret_meta = meta;
	*ret = TAKE_PTR(image);
	return 0;
}

int store_apply_accounts(const struct store_image *image, struct model *m)
{
	struct span body = buf_span(&image->body);
	struct reader r =
		reader_of(span_of(body.data + image->instances, body.len - image->instances));
	int e = model_begin(m);

	if (e < 0)
		return e;
	e = read_instances(&r, m);
	if (e < 0)
		model_rollback(m);
	else
		model_commit(m);
	if (e == -EBADMSG)
		file_put_aside(image->directory, name);
	return e;
}

struct store_image *store_image_free(struct store_image *i)
{
	if (i)
		body_done(&i->body);
	free(i);
	return NULL;
}

void store_image_free_p(struct store_image **i)
{
	store_image_free(*i);
}
