#include "codec/link.h"

#include <errno.h>

#include "base/parse.h"

static bool is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* strchr() that does not find the NUL */
static bool is_one_of(uint8_t c, const char *set)
{
	return c && strchr(set, c);
}

/* URI-Reference (RFC 3986 section 4.1): what may stand in it, not its structure. */
static bool is_target_char(uint8_t c)
{
	return is_alnum(c) || is_one_of(c, "-._~:/?#[]@!$&'()*+,;=%");
}

/* parmname: attr-char of RFC 5987, and the '*' of ext-name-star */
static bool is_name_char(uint8_t c)
{
	return is_alnum(c) || is_one_of(c, "!#$&+-.^_`|~*");
}

static bool is_token_char(uint8_t c)
{
	return is_alnum(c) || is_one_of(c, "!#$%&'()*+-./:<=>?@[]^_`{|}~");
}

static bool is_next(const struct reader *r, uint8_t c)
{
	return rd_left(r) > 0 && r->in.data[r->pos] == c;
}

static bool skip(struct reader *r, uint8_t c)
{
	if (!is_next(r, c))
		return false;
	r->pos++;
	return true;
}

static struct span take_while(struct reader *r, bool (*is_wanted)(uint8_t c))
{
	size_t n = 0;

	while (n < rd_left(r) && is_wanted(r->in.data[r->pos + n]))
		n++;
	return rd_take(r, n);
}

/* Behind the opening quote, up to and with the closing one. */
static int take_quoted(struct reader *r, struct span *ret)
{
	size_t start = r->pos;

	while (rd_left(r) > 0 && !is_next(r, '"')) {
		/* quoted-pair: the backslash takes the next character with it */
		skip(r, '\\');

		uint8_t c = rd_u8(r);

		if (c < ' ' || c == 0x7F)
			return -EBADMSG;
	}

	struct span text = span_of(r->in.data + start, r->pos - start);

	if (!skip(r, '"') || !text_is_utf8(text))
		return -EBADMSG;
	*ret = text;
	return 0;
}

static int take_attr(struct reader *r, struct link_attr *ret)
{
	struct link_attr attr = {.name = take_while(r, is_name_char)};

	if (attr.name.len == 0)
		return -EBADMSG;

	attr.has_value = skip(r, '=');
	attr.is_quoted = attr.has_value && skip(r, '"');
	if (attr.is_quoted) {
		int err = take_quoted(r, &attr.value);

		if (err < 0)
			return err;
	} else if (attr.has_value) {
		attr.value = take_while(r, is_token_char);
		if (attr.value.len == 0)
			return -EBADMSG;
	}
	*ret = attr;
	return 0;
}

static int take_link(struct reader *r, struct link *ret)
{
	if ((r->pos > 0 && !skip(r, ',')) || !skip(r, '<'))
		return -EBADMSG;
	ret->target = take_while(r, is_target_char);
	if (!skip(r, '>'))
		return -EBADMSG;

	while (skip(r, ';')) {
		if (ret->n_attrs == LINK_ATTRS_MAX)
			return -E2BIG;

		int err = take_attr(r, &ret->attr[ret->n_attrs++]);

		if (err < 0)
			return err;
	}
	/* what follows is the end, or the next call finds the comma missing */
	return 0;
}

int link_next(struct reader *r, struct link *ret)
{
	struct link link = {0};

	if (!r->err && rd_left(r) == 0)
		return 0;
	if (!r->err)
		r->err = take_link(r, &link);
	if (r->err)
		return r->err;
	*ret = link;
	return 1;
}

void link_write_target(struct writer *w, size_t start, const char *target)
{
	if (w->out->len > start)
		wr_u8(w, ',');
	wr_printf(w, "<%s>", target);
}

void link_write_attr(struct writer *w, const char *name, const char *value)
{
	wr_printf(w, value ? ";%s=%s" : ";%s", name, value);
}

void link_write_quoted(struct writer *w, const char *name, struct span value)
{
	wr_printf(w, ";%s=\"", name);
	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.data[i];

		if (!w->err && (c < ' ' || c == 0x7F))
			w->err = -EDOM;
		if (c == '"' || c == '\\')
			wr_u8(w, '\\');
		wr_u8(w, c);
	}
	wr_u8(w, '"');
}
