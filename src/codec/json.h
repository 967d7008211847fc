#pragma once
/*
 * JSON (RFC 8259): the only file that knows json-c. Strict: valid UTF-8, no member twice, no
 * U+0000 and no lone surrogate in a text, integers within 64 bit, finite numbers, nothing behind
 * the value. Pure. Layer: codec. (lwm2md-varlink(7), lwm2md.conf(5))
 */
#include "base/writer.h"
#include "codec/value.h"

enum { JSON_DEPTH_MAX = 16, JSON_VALUES_MAX = 16384 };

enum json_kind {
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_INTEGER, /* json_int() or json_unsigned() */
	JSON_NUMBER,  /* with a fraction or an exponent */
	JSON_TEXT,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* A value; NULL is null, and what an object lacks. Parts belong to the whole. */
struct json;

/* -EBADMSG: not JSON, or not strict enough; -E2BIG: too deep or too many values; -ENOMEM */
int json_parse(struct span text, struct json **ret);
struct json *json_free(struct json *j);
void json_free_p(struct json **j);

enum json_kind json_kind(const struct json *j);
/* Of another kind: false, the empty span, 0. */
bool json_boolean(const struct json *j);
struct span json_text(const struct json *j); /* has a NUL behind it */
size_t json_count(const struct json *j);     /* items or members */
/* -EDOM: no integer, or not in this range. */
int json_int(const struct json *j, int64_t *ret);
int json_unsigned(const struct json *j, uint64_t *ret);
int json_double(const struct json *j, double *ret); /* of an integer, too */
int json_number(const struct json *j, struct number *ret);

/* NULL: there is none. */
const struct json *json_item(const struct json *array, size_t i);
const struct json *json_member(const struct json *object, const char *name);
/* Start with *cursor = NULL; false behind the last. */
bool json_next_member(const struct json *object, const void **cursor, const char **ret_name,
	const struct json **ret);

/*
 * Writes one value piece by piece, commas by itself; errors stick in w. What is opened must be
 * closed. Bytes that are not UTF-8 come out as U+FFFD.
 */
struct json_writer {
	struct writer w;
	bool is_behind_value;
};

static inline struct json_writer json_writer_to(struct buf *out)
{
	return (struct json_writer){.w = writer_to(out)};
}

void json_open_object(struct json_writer *w);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w);
void json_close_array(struct json_writer *w);
void json_write_key(struct json_writer *w, const char *name);
void json_write_text(struct json_writer *w, struct span text);
void json_write_int(struct json_writer *w, int64_t v);
void json_write_unsigned(struct json_writer *w, uint64_t v);
void json_write_double(struct json_writer *w, double v); /* -EDOM: not finite */
void json_write_ms(struct json_writer *w, int64_t ms);	 /* in seconds, exactly */
void json_write_bool(struct json_writer *w, bool v);
void json_write_null(struct json_writer *w);
void json_write_value(struct json_writer *w, const struct json *j);
/*
 * A value of any type as SenML and the older JSON of LwM2M have it; octets are the text that
 * encode makes. -EDOM: VALUE_NONE, or a float that is not finite.
 */
void json_from_value(struct json_writer *w, const struct value *v,
	void (*encode)(struct span bytes, struct writer *out));
