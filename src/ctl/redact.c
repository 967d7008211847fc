#include "ctl/redact.h"

#include <ctype.h>

static const char identity_key[] = "psk_identity = \"";

static struct span from(struct span s, size_t at)
{
	return span_of(s.data + at, s.len - at);
}

static bool begins(struct span s, struct span with)
{
	return s.len >= with.len && memcmp(s.data, with.data, with.len) == 0;
}

void redact_take_identities(struct redact *r, struct span conf)
{
	struct span key = span_of_text(identity_key);

	for (size_t i = 0; i < conf.len && r->n < REDACT_WORDS_MAX; i++) {
		struct span rest = from(conf, i);
		size_t len = 0;

		if (!begins(rest, key))
			continue;
		rest = from(rest, key.len);
		while (len < rest.len && rest.data[len] != '"' && rest.data[len] != '\n')
			len++;
		if (len >= REDACT_WORD_MIN)
			r->words[r->n++] = span_of(rest.data, len);
	}
}

static size_t run_of(struct span s, bool (*is_part)(int c))
{
	size_t n = 0;

	while (n < s.len && is_part(s.data[n]))
		n++;
	return n;
}

static bool is_hex(int c)
{
	return isxdigit(c);
}

static bool is_base64(int c)
{
	return isalnum(c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '_';
}

/* How many octets at the begin of rest are hidden; *ret_keep: of these are shown. */
static size_t hidden(const struct redact *r, struct span rest, bool is_word, size_t *ret_keep,
	const char **ret_by)
{
	static const char *const forms[] = {"hex:", "base64:"};

	*ret_keep = 0;
	*ret_by = "[identity]";
	for (size_t i = 0; i < r->n; i++)
		if (begins(rest, r->words[i]))
			return r->words[i].len;
	*ret_by = "[hidden]";
	for (size_t i = 0; i < 2; i++) {
		*ret_keep = strlen(forms[i]);

		size_t n = begins(rest, span_of_text(forms[i]))
				   ? run_of(from(rest, *ret_keep), is_base64)
				   : 0;

		if (n > 0)
			return *ret_keep + n;
	}
	*ret_keep = 0;

	size_t n = is_word ? run_of(rest, is_hex) : 0;

	return n >= REDACT_DIGITS ? n : 0;
}

void redact_write(const struct redact *r, struct span text, struct writer *out)
{
	static const char fingerprint[] = "sha256:";
	bool is_word = true; /* nothing before it belongs to it */

	while (text.len > 0) {
		size_t keep, n = 0;
		const char *by;

		if (begins(text, span_of_text(fingerprint)))
			keep = sizeof fingerprint - 1 +
			       run_of(from(text, sizeof fingerprint - 1), is_hex);
		else
			n = hidden(r, text, is_word, &keep, &by);
		if (n == 0 && keep == 0)
			keep = 1;
		wr_bytes(out, span_of(text.data, keep));
		if (n > 0)
			wr_text(out, by);
		if (n < keep)
			n = keep;
		is_word = !isalnum(text.data[n - 1]);
		text = from(text, n);
	}
}
