#include "keys/pem.h"

#include <errno.h>
#include <stdio.h>

#include "base/encoding.h"

static const char begin[] = "-----BEGIN ", end[] = "-----END ", dashes[] = "-----";

/* clang-format off */
static const struct {
	enum pem_kind kind;
	const char *label;
} labels[] = {
	{PEM_CERTIFICATE, "CERTIFICATE"},
	{PEM_PUBLIC_KEY, "PUBLIC KEY"},
	{PEM_PRIVATE_KEY, "PRIVATE KEY"},
	{PEM_PRIVATE_KEY, "EC PRIVATE KEY"},
};
/* clang-format on */

static int fail(char why[KEY_WHY_MAX], const char *text)
{
	snprintf(why, KEY_WHY_MAX, "%s", text);
	return -EBADMSG;
}

static struct span next_line(struct span *text)
{
	const uint8_t *newline = text->len ? memchr(text->data, '\n', text->len) : NULL;
	size_t len = newline ? (size_t)(newline - text->data) : text->len;
	struct span line = span_of(text->data, len);

	len += newline != NULL;
	*text = span_of(text->data + len, text->len - len);
	while (line.len && strchr("\r \t", line.data[line.len - 1]))
		line.len--;
	return line;
}

/* The label of "-----BEGIN label-----"; empty: another line. */
static struct span label_of(struct span line, const char *start)
{
	size_t before = strlen(start), after = sizeof dashes - 1;

	if (line.len <= before + after || memcmp(line.data, start, before) != 0 ||
		memcmp(line.data + line.len - after, dashes, after) != 0)
		return (struct span){0};
	return span_of(line.data + before, line.len - before - after);
}

static bool is_wanted(struct span label, enum pem_kind kind)
{
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (labels[i].kind == kind && span_is_text(label, labels[i].label))
			return true;
	return false;
}

/*
 * The lines up to the end of this block. Each is decoded alone: PEM breaks lines at multiples of
 * four, and nothing but the caller's buffer ever holds the result.
 */
static int decode_block(
	struct span *text, struct span label, struct buf *out, char why[KEY_WHY_MAX])
{
	while (text->len) {
		struct span line = next_line(text), closed = label_of(line, end);

		if (closed.len)
			return span_is_equal(closed, label) ? 0 : fail(why, "damaged PEM");
		if (line.len == 0)
			continue;
		if (memchr(line.data, ':', line.len))
			return fail(why, "an encrypted key; it must be plain");
		if (line.len % 4)
			return fail(why, "damaged PEM");

		int r = base64_decode(line, out);

		if (r < 0)
			return r == -EBADMSG ? fail(why, "damaged PEM") : r;
	}
	return fail(why, "PEM without an end");
}

static int skip_block(struct span *text, struct span label, char why[KEY_WHY_MAX])
{
	while (text->len)
		if (span_is_equal(label_of(next_line(text), end), label))
			return 0;
	return fail(why, "PEM without an end");
}

int pem_decode(struct span text, enum pem_kind kind, struct buf *out, char why[KEY_WHY_MAX])
{
	static const char *const names[] = {"certificate", "public key", "private key"};
	int n = 0, r = 0;

	while (text.len && r == 0) {
		struct span label = label_of(next_line(&text), begin);

		if (label.len == 0)
			continue;
		if (span_is_text(label, "ENCRYPTED PRIVATE KEY") && kind == PEM_PRIVATE_KEY)
			return fail(why, "an encrypted key; it must be plain");
		if (is_wanted(label, kind)) {
			r = decode_block(&text, label, out, why);
			n++;
		} else {
			r = skip_block(&text, label, why);
		}
	}
	if (r < 0)
		return r;
	if (n == 0 || (n > 1 && kind == PEM_PRIVATE_KEY)) {
		snprintf(why, KEY_WHY_MAX, n ? "PEM with more than one %s" : "PEM without a %s",
			names[kind]);
		return -EBADMSG;
	}
	return n;
}
