#include "ctl/key_text.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/encoding.h"

enum { DIFFERENT_MIN = 6 }; /* octets: fewer is a pattern, not a random key */

static struct span trimmed(struct span text)
{
	while (text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1]))
		text.len--;
	while (text.len > 0 && strchr(" \t\r\n", text.data[0]))
		text = span_of(text.data + 1, text.len - 1);
	return text;
}

static const char *weakness(struct span key)
{
	bool seen[256] = {false}, is_sequence = true;
	int different = 0;

	for (size_t i = 0; i < key.len; i++) {
		different += !seen[key.data[i]];
		seen[key.data[i]] = true;
		if (i >= 2 && (uint8_t)(key.data[i] - key.data[i - 1]) !=
				      (uint8_t)(key.data[1] - key.data[0]))
			is_sequence = false;
	}
	if (key.len < KEY_TEXT_MIN)
		return "it has fewer than 16 octets (32 hexadecimal digits); make one with: "
		       "openssl rand -hex 16";
	if (key.len > KEY_TEXT_MAX)
		return "it has more than 64 octets, which servers do not accept";
	if (different < DIFFERENT_MIN || is_sequence)
		return "it is a pattern, not a random key; make one with: openssl rand -hex 16";
	return NULL;
}

int key_text_parse(struct span text, struct secret *ret, const char **ret_why)
{
	static const char prefix[] = "base64:";
	/* no more than this: its memory is not moved, and is wiped below */
	struct buf key = {.max = KEY_TEXT_INPUT_MAX};
	uint8_t *room;
	const char *why;
	int r = buf_reserve(&key, KEY_TEXT_INPUT_MAX, &room);

	if (r < 0)
		return r;
	text = trimmed(text);
	if (text.len > sizeof prefix - 1 && memcmp(text.data, prefix, sizeof prefix - 1) == 0)
		r = base64_decode(span_of(text.data + 7, text.len - 7), &key);
	else
		r = hex_decode(text, &key);
	if (text.len == 0)
		why = "there is none; write it to standard input";
	else if (r < 0)
		why = "it is not hexadecimal (nor \"base64:\" and Base64); a key that is text: "
		      "printf %s TEXT | od -An -v -tx1 | tr -d ' \\n'";
	else
		why = weakness(buf_span(&key));
	if (why) {
		*ret_why = why;
		r = -EINVAL;
	} else {
		r = secret_set(ret, buf_span(&key));
	}
	if (key.cap > 0)
		explicit_bzero(key.data, key.cap);
	buf_done(&key);
	return r;
}
