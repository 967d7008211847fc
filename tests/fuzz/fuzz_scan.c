/*
 * The scan of a configuration's text: it ends, goes forward, stays within the text, and numbers
 * lines as counting newlines does; what it judges too big is no number of 64 bit.
 */
#include "fuzz.h"

#include <assert.h>
#include <stdlib.h>

#include "conf/scan.h"

static unsigned line_at(struct span text, size_t pos)
{
	unsigned line = 1;

	for (size_t i = 0; i < pos; i++)
		line += text.data[i] == '\n';
	return line;
}

static void check_token(const struct scan *s, const struct scan_token *t)
{
	size_t word = t->word.data ? (size_t)(t->word.data - s->text.data) : 0;

	assert(t->line >= 1 && t->line <= s->line);
	assert(word + t->word.len <= s->pos);
	switch (t->kind) {
	case SCAN_NUMBER:
		assert(t->word.len > 0 && line_at(s->text, word) == t->line);
		assert(scan_judge(t->word) <= NUMBER_LEADING_ZERO);
		break;
	case SCAN_INCLUDE:
		assert(t->word.len > 0 && t->start < word && word + t->word.len < t->end);
		assert(memchr(t->word.data, '\n', t->word.len) == NULL);
		assert(t->start == 0 || s->text.data[t->start - 1] == '\n');
		assert(t->end == s->text.len || s->text.data[t->end] == '\n');
		break;
	case SCAN_OPEN_STRING:
	case SCAN_OPEN_COMMENT:
		assert(s->pos == s->text.len);
		break;
	case SCAN_END:
	case SCAN_BAD_INCLUDE:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scan s = scan_of(span_of(data, size));
	struct scan_token t;

	do {
		size_t before = s.pos;

		t = scan_next(&s);
		assert(s.pos > before || t.kind == SCAN_END);
		assert(s.pos <= size && s.line == line_at(s.text, s.pos));
		check_token(&s, &t);
	} while (t.kind != SCAN_END);
	assert(s.pos == size);
	return 0;
}
