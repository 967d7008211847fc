#include "conf/literal.h"

#include <errno.h>

#include "base/encoding.h"
#include "codec/text.h"

static int parse_boolean(struct span text, bool *ret)
{
	if (!span_is_text(text, "true") && !span_is_text(text, "false"))
		return -EINVAL;
	*ret = text.data[0] == 't';
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
	int r;

	/* what people write for these two differs from the plain form of the standard */
	if (type == VALUE_BOOLEAN)
		r = parse_boolean(text, &v.b);
	else if (type == VALUE_OPAQUE)
		r = parse_opaque(text, room, &v.bytes);
	else
		r = text_to_value(text, type, room, &v);
	if (r < 0)
		return r == -ENOMEM ? r : -EINVAL;
	*ret = v;
	return 0;
}
