#include "codec/json.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/parse.h"

/* struct json is json-c's object under a name of ours. */
static struct json_object *in(const struct json *j)
{
	return (struct json_object *)(uintptr_t)j;
}

static const struct json *out(const struct json_object *o)
{
	return (const struct json *)o;
}

/* --- what json-c lets through ------------------------------------------------------------------
 */

struct scan {
	struct span text;
	size_t pos;
	size_t members, values;
};

static int hex4(const struct scan *s, size_t at, unsigned *ret)
{
	unsigned v = 0;

	if (at + 4 > s->text.len)
		return -EBADMSG;
	for (size_t i = at; i < at + 4; i++) {
		uint8_t c = s->text.data[i], lower = c | 0x20;
		bool is_digit = c >= '0' && c <= '9';

		if (!is_digit && (lower < 'a' || lower > 'f'))
			return -EBADMSG;
		v = v << 4 | (unsigned)(is_digit ? c - '0' : lower - 'a' + 10);
	}
	*ret = v;
	return 0;
}

/* pos is behind "\u": no U+0000, surrogates in pairs only. */
static int scan_unicode(struct scan *s)
{
	unsigned v, low;

	if (hex4(s, s->pos, &v) < 0 || v == 0 || (v >= 0xdc00 && v < 0xe000))
		return -EBADMSG;
	s->pos += 4;
	if (v < 0xd800 || v >= 0xdc00)
		return 0;
	if (s->pos + 2 > s->text.len || s->text.data[s->pos] != '\\' ||
		s->text.data[s->pos + 1] != 'u' || hex4(s, s->pos + 2, &low) < 0 || low < 0xdc00 ||
		low >= 0xe000)
		return -EBADMSG;
	s->pos += 6;
	return 0;
}

/* pos is behind the opening quote. */
static int scan_string(struct scan *s)
{
	while (s->pos < s->text.len) {
		uint8_t c = s->text.data[s->pos++];

		if (c == '"')
			return 0;
		if (c < 0x20)
			return -EBADMSG;
		if (c != '\\')
			continue;
		if (s->pos == s->text.len)
			return -EBADMSG;
		if (s->text.data[s->pos++] == 'u' && scan_unicode(s) < 0)
			return -EBADMSG;
	}
	return -EBADMSG;
}

static bool is_of_number(uint8_t c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* json-c clamps integers, takes "1." and 1e400. */
static int scan_number(struct scan *s)
{
	size_t start = s->pos;
	bool is_integer = true;
	int64_t i;
	uint64_t u;
	double f;

	for (; s->pos < s->text.len && is_of_number(s->text.data[s->pos]); s->pos++) {
		uint8_t c = s->text.data[s->pos];
		bool has_digit = s->pos + 1 < s->text.len && s->text.data[s->pos + 1] >= '0' &&
				 s->text.data[s->pos + 1] <= '9';

		if (c == '.' && !has_digit)
			return -EBADMSG;
		if (c == '.' || c == 'e' || c == 'E')
			is_integer = false;
	}

	struct span number = span_of(s->text.data + start, s->pos - start);

	if (is_integer)
		return parse_i64(number, &i) == 0 || parse_u64(number, &u) == 0 ? 0 : -EBADMSG;
	return parse_double(number, &f) == 0 && isfinite(f) ? 0 : -EBADMSG;
}

static int scan_token(struct scan *s, uint8_t c)
{
	switch (c) {
	case '"':
		s->pos++;
		return scan_string(s);
	case ':':
		s->members++;
		break;
	case '[':
	case '{':
	case ',':
		if (++s->values > JSON_VALUES_MAX)
			return -E2BIG;
		break;
	case 'N': /* NaN, Infinity */
	case 'I':
		return -EBADMSG;
	default:
		if (is_of_number(c) && c != 'e' && c != 'E')
			return scan_number(s);
		break;
	}
	s->pos++;
	return 0;
}

/* The members that the text has: json-c keeps one of two with the same name. */
static int scan(struct span text, size_t *ret_members)
{
	struct scan s = {.text = text};
	int r = 0;

	while (r == 0 && s.pos < text.len)
		r = scan_token(&s, text.data[s.pos]);
	*ret_members = s.members;
	return r;
}

static size_t count_members(const struct json *j)
{
	size_t n = 0;

	if (json_kind(j) == JSON_ARRAY) {
		for (size_t i = 0; i < json_count(j); i++)
			n += count_members(json_item(j, i));
	} else if (json_kind(j) == JSON_OBJECT) {
		const void *cursor = NULL;
		const struct json *member;
		const char *name;

		while (json_next_member(j, &cursor, &name, &member))
			n += 1 + count_members(member);
	}
	return n;
}

/* --- input ------------------------------------------------------------------------------------ */

/* One character beyond ASCII of checked UTF-8 as \uXXXX, a pair beyond 16 bits; its octets. */
static size_t escape_character(struct writer *w, const uint8_t *p)
{
	size_t len = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
	uint32_t c = p[0] & (0x7Fu >> len);

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (p[i] & 0x3Fu);
	if (c < 0x10000) {
		wr_printf(w, "\\u%04x", c);
		return len;
	}
	c -= 0x10000;
	wr_printf(w, "\\u%04x\\u%04x", 0xD800 | c >> 10, 0xDC00 | (c & 0x3FF));
	return len;
}

/*
 * json-c 0.18 in its strict mode takes each octet beyond ASCII in a string for a control
 * character (a signed comparison): it is given escapes instead.
 */
static int in_ascii(struct span text, struct buf *ret)
{
	struct writer w = writer_to(ret);

	ret->max = 6 * text.len + 1;
	for (size_t i = 0; i < text.len;) {
		if (text.data[i] < 0x80)
			wr_u8(&w, text.data[i++]);
		else
			i += escape_character(&w, text.data + i);
	}
	return w.err;
}

static int parse_ascii(struct span text, struct json **ret)
{
	/* json-c counts the innermost plain value as a level */
	struct json_tokener *t = json_tokener_new_ex(JSON_DEPTH_MAX + 1);

	if (!t)
		return -ENOMEM;
	json_tokener_set_flags(t, JSON_TOKENER_STRICT);

	struct json_object *o = json_tokener_parse_ex(t, (const char *)text.data, (int)text.len);
	enum json_tokener_error error = json_tokener_get_error(t);

	/* a number at the top may go on: the NUL says that it does not */
	if (error == json_tokener_continue) {
		o = json_tokener_parse_ex(t, "", 1);
		error = json_tokener_get_error(t);
	} else if (error == json_tokener_success && json_tokener_get_parse_end(t) < text.len) {
		struct span rest = span_of(text.data + json_tokener_get_parse_end(t),
			text.len - json_tokener_get_parse_end(t));

		for (size_t i = 0; i < rest.len; i++)
			if (!memchr(" \t\r\n", rest.data[i], 4))
				error = json_tokener_error_parse_unexpected;
	}
	json_tokener_free(t);
	if (error == json_tokener_success) {
		*ret = (struct json *)o;
		return 0;
	}
	json_object_put(o);
	return error == json_tokener_error_depth ? -E2BIG : -EBADMSG;
}

static int parse(struct span text, struct json **ret)
{
	_cleanup_(buf_done) struct buf ascii = {0};
	size_t i = 0;

	while (i < text.len && text.data[i] < 0x80)
		i++;
	if (i == text.len)
		return parse_ascii(text, ret);

	int r = in_ascii(text, &ascii);

	return r < 0 ? r : parse_ascii(buf_span(&ascii), ret);
}

int json_parse(struct span text, struct json **ret)
{
	_cleanup_(json_free_p) struct json *j = NULL;
	size_t members;

	if (text.len > INT32_MAX)
		return -E2BIG;
	if (text.len == 0 || !text_is_utf8(text))
		return -EBADMSG;

	int r = scan(text, &members);

	if (r == 0)
		r = parse(text, &j);
	if (r < 0)
		return r;
	if (count_members(j) != members)
		return -EBADMSG;
	*ret = TAKE_PTR(j);
	return 0;
}

struct json *json_free(struct json *j)
{
	json_object_put(in(j));
	return NULL;
}

void json_free_p(struct json **j)
{
	*j = json_free(*j);
}

enum json_kind json_kind(const struct json *j)
{
	switch (json_object_get_type(in(j))) {
	case json_type_null:
		return JSON_NULL;
	case json_type_boolean:
		return JSON_BOOLEAN;
	case json_type_int:
		return JSON_INTEGER;
	case json_type_double:
		return JSON_NUMBER;
	case json_type_string:
		return JSON_TEXT;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_object:
		return JSON_OBJECT;
	}
	return JSON_NULL;
}

bool json_boolean(const struct json *j)
{
	return json_kind(j) == JSON_BOOLEAN && json_object_get_boolean(in(j));
}

struct span json_text(const struct json *j)
{
	if (json_kind(j) != JSON_TEXT)
		return (struct span){0};
	return span_of(json_object_get_string(in(j)), (size_t)json_object_get_string_len(in(j)));
}

size_t json_count(const struct json *j)
{
	if (json_kind(j) == JSON_ARRAY)
		return json_object_array_length(in(j));
	return json_kind(j) == JSON_OBJECT ? (size_t)json_object_object_length(in(j)) : 0;
}

int json_int(const struct json *j, int64_t *ret)
{
	if (json_kind(j) != JSON_INTEGER)
		return -EDOM;

	int64_t v = json_object_get_int64(in(j));

	/* clamped, if it is above */
	if (v == INT64_MAX && json_object_get_uint64(in(j)) > INT64_MAX)
		return -EDOM;
	*ret = v;
	return 0;
}

int json_unsigned(const struct json *j, uint64_t *ret)
{
	if (json_kind(j) != JSON_INTEGER || json_object_get_int64(in(j)) < 0)
		return -EDOM;
	*ret = json_object_get_uint64(in(j));
	return 0;
}

int json_double(const struct json *j, double *ret)
{
	if (json_kind(j) != JSON_INTEGER && json_kind(j) != JSON_NUMBER)
		return -EDOM;
	*ret = json_object_get_double(in(j));
	return 0;
}

int json_number(const struct json *j, struct number *ret)
{
	int64_t i;
	uint64_t u;
	double f;

	if (json_int(j, &i) == 0)
		*ret = number_of_int(i);
	else if (json_unsigned(j, &u) == 0)
		*ret = number_of_unsigned(u);
	else if (json_double(j, &f) == 0)
		*ret = number_of_double(f);
	else
		return -EDOM;
	return 0;
}

const struct json *json_item(const struct json *array, size_t i)
{
	return i < json_count(array) && json_kind(array) == JSON_ARRAY
		       ? out(json_object_array_get_idx(in(array), i))
		       : NULL;
}

const struct json *json_member(const struct json *object, const char *name)
{
	struct json_object *found = NULL;

	if (json_kind(object) == JSON_OBJECT)
		json_object_object_get_ex(in(object), name, &found);
	return out(found);
}

bool json_next_member(const struct json *object, const void **cursor, const char **ret_name,
	const struct json **ret)
{
	const struct lh_entry *entry = *cursor;

	if (json_kind(object) != JSON_OBJECT)
		return false;
	entry = entry ? lh_entry_next(entry) : lh_table_head(json_object_get_object(in(object)));
	if (!entry)
		return false;
	*cursor = entry;
	*ret_name = lh_entry_k(entry);
	*ret = lh_entry_v(entry);
	return true;
}

/* --- output ----------------------------------------------------------------------------------- */

static void begin_value(struct json_writer *w)
{
	if (w->is_behind_value)
		wr_u8(&w->w, ',');
	w->is_behind_value = true;
}

static void open_with(struct json_writer *w, uint8_t bracket)
{
	begin_value(w);
	wr_u8(&w->w, bracket);
	w->is_behind_value = false;
}

static void close_with(struct json_writer *w, uint8_t bracket)
{
	wr_u8(&w->w, bracket);
	w->is_behind_value = true;
}

void json_open_object(struct json_writer *w)
{
	open_with(w, '{');
}

void json_close_object(struct json_writer *w)
{
	close_with(w, '}');
}

void json_open_array(struct json_writer *w)
{
	open_with(w, '[');
}

void json_close_array(struct json_writer *w)
{
	close_with(w, ']');
}

void json_write_key(struct json_writer *w, const char *name)
{
	json_write_text(w, span_of_text(name));
	wr_u8(&w->w, ':');
	w->is_behind_value = false;
}

void json_write_text(struct json_writer *w, struct span text)
{
	bool is_utf8 = text_is_utf8(text);

	begin_value(w);
	wr_u8(&w->w, '"');
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		if (c == '"' || c == '\\')
			wr_printf(&w->w, "\\%c", c);
		else if (c == '\n')
			wr_text(&w->w, "\\n");
		else if (c < 0x20 || c == 0x7f)
			wr_printf(&w->w, "\\u%04x", c);
		else if (c >= 0x80 && !is_utf8)
			wr_text(&w->w, "\\ufffd");
		else
			wr_u8(&w->w, c);
	}
	wr_u8(&w->w, '"');
}

void json_write_int(struct json_writer *w, int64_t v)
{
	begin_value(w);
	wr_printf(&w->w, "%" PRId64, v);
}

void json_write_unsigned(struct json_writer *w, uint64_t v)
{
	begin_value(w);
	wr_printf(&w->w, "%" PRIu64, v);
}

/* The fewest digits that give the number again. */
void json_write_double(struct json_writer *w, double v)
{
	char text[40];
	double back;

	if (!isfinite(v)) {
		w->w.err = w->w.err ? w->w.err : -EDOM;
		return;
	}
	begin_value(w);
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, v);
		if (parse_double(span_of_text(text), &back) == 0 && back == v)
			break;
	}
	wr_text(&w->w, text);
	/* a number with a fraction stays one */
	if (!strpbrk(text, ".e"))
		wr_text(&w->w, ".0");
}

void json_write_ms(struct json_writer *w, int64_t ms)
{
	enum { MS_PER_S = 1000 };
	uint64_t magnitude = ms < 0 ? (uint64_t)~ms + 1 : (uint64_t)ms;
	unsigned fraction = (unsigned)(magnitude % MS_PER_S);
	int digits = 3;

	begin_value(w);
	wr_printf(&w->w, "%s%" PRIu64, ms < 0 ? "-" : "", magnitude / MS_PER_S);
	if (fraction == 0)
		return;
	for (; fraction % 10 == 0; fraction /= 10)
		digits--;
	wr_printf(&w->w, ".%0*u", digits, fraction);
}

void json_write_bool(struct json_writer *w, bool v)
{
	begin_value(w);
	wr_text(&w->w, v ? "true" : "false");
}

void json_write_null(struct json_writer *w)
{
	begin_value(w);
	wr_text(&w->w, "null");
}

static void write_members(struct json_writer *w, const struct json *j)
{
	const void *cursor = NULL;
	const struct json *member;
	const char *name;

	json_open_object(w);
	while (json_next_member(j, &cursor, &name, &member)) {
		json_write_key(w, name);
		json_write_value(w, member);
	}
	json_close_object(w);
}

void json_write_value(struct json_writer *w, const struct json *j)
{
	int64_t i;
	uint64_t u;
	double f;

	switch (json_kind(j)) {
	case JSON_NULL:
		json_write_null(w);
		break;
	case JSON_BOOLEAN:
		json_write_bool(w, json_boolean(j));
		break;
	case JSON_INTEGER:
		if (json_int(j, &i) == 0)
			json_write_int(w, i);
		else if (json_unsigned(j, &u) == 0)
			json_write_unsigned(w, u);
		break;
	case JSON_NUMBER:
		if (json_double(j, &f) == 0)
			json_write_double(w, f);
		break;
	case JSON_TEXT:
		json_write_text(w, json_text(j));
		break;
	case JSON_ARRAY:
		json_open_array(w);
		for (size_t n = 0; n < json_count(j); n++)
			json_write_value(w, json_item(j, n));
		json_close_array(w);
		break;
	case JSON_OBJECT:
		write_members(w, j);
		break;
	}
}

static void write_link(struct json_writer *w, struct objlnk link)
{
	begin_value(w);
	wr_printf(&w->w, "\"%u:%u\"", link.object, link.instance);
}

void json_from_value(struct json_writer *w, const struct value *v,
	void (*encode)(struct span bytes, struct writer *out))
{
	switch (v->type) {
	case VALUE_NONE:
		w->w.err = w->w.err ? w->w.err : -EDOM;
		break;
	case VALUE_STRING:
	case VALUE_CORELNK:
		json_write_text(w, v->bytes);
		break;
	case VALUE_INTEGER:
	case VALUE_TIME:
		json_write_int(w, v->i);
		break;
	case VALUE_UNSIGNED:
		json_write_unsigned(w, v->u);
		break;
	case VALUE_FLOAT:
		json_write_double(w, v->f);
		break;
	case VALUE_BOOLEAN:
		json_write_bool(w, v->b);
		break;
	case VALUE_OBJLNK:
		write_link(w, v->link);
		break;
	case VALUE_OPAQUE:
		begin_value(w);
		wr_u8(&w->w, '"');
		encode(v->bytes, &w->w);
		wr_u8(&w->w, '"');
		break;
	}
}
