#include "conf/literal.h"

#include <errno.h>

#include "base/encoding.h"
#include "base/parse.h"

static int parse_boolean(struct span text, bool *ret)
{
	if (!span_is_text(text, "true") && !span_is_text(text, "false"))
		return -EINVAL;
	*ret = text.data[0] == 't';
	return 0;
}

static int parse_link(struct span text, struct objlnk *ret)
{
	const uint8_t *colon = text.len ? memchr(text.data, ':', text.len) : NULL;
	struct objlnk link;

	if (!colon)
		return -EINVAL;

	size_t before = (size_t)(colon - text.data);

	if (parse_u16(span_of(text.data, before), &link.object) < 0 ||
		parse_u16(span_of(colon + 1, text.len - before - 1), &link.instance) < 0)
		return -EINVAL;
	*ret = link;
	return 0;
}

static bool skip_scheme(struct span *text, const char *scheme)
{
	size_t len = strlen(scheme);

	if (text->len < len || memcmp(text->data, scheme, len) != 0)
		return false;
	*text = span_of(text->data + len, text->len - len);
	return true;
}

static int parse_opaque(struct span text, struct buf *room, struct span *ret)
{
	int r = -EINVAL;

	buf_truncate(room, 0);
	if (skip_scheme(&text, "hex:"))
		r = hex_decode(text, room);
	else if (skip_scheme(&text, "base64:"))
		r = base64_decode(text, room);
	if (r < 0)
		return r == -ENOMEM ? r : -EINVAL;
	*ret = buf_span(room);
	return 0;
}

int literal_parse(struct span text, enum value_type type, struct buf *room, struct value *ret)
{
	struct value v = {.type = type};
	int r = -EINVAL;

	switch (type) {
	case VALUE_NONE:
		break;
	case VALUE_STRING:
	case VALUE_CORELNK:
		v.bytes = text;
		r = text_is_utf8(text) ? 0 : -EINVAL;
		break;
	case VALUE_INTEGER:
	case VALUE_TIME:
		r = parse_i64(text, &v.i);
		break;
	case VALUE_UNSIGNED:
		r = parse_u64(text, &v.u);
		break;
	case VALUE_FLOAT:
		r = parse_double(text, &v.f);
		break;
	case VALUE_BOOLEAN:
		r = parse_boolean(text, &v.b);
		break;
	case VALUE_OPAQUE:
		r = parse_opaque(text, room, &v.bytes);
		break;
	case VALUE_OBJLNK:
		r = parse_link(text, &v.link);
		break;
	}
	if (r < 0)
		return r == -ENOMEM ? r : -EINVAL;
	*ret = v;
	return 0;
}
