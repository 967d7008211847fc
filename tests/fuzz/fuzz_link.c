/* A list of links; what was read and is written again reads the same. */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec/link.h"

/* Owned, with a NUL; names and targets have none inside. */
static char *text_of(struct span s)
{
	char *text = malloc(s.len + 1);

	assert(text && (s.len == 0 || !memchr(s.data, '\0', s.len)));
	if (s.len)
		memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	return text;
}

static void write_attr(struct writer *w, const struct link_attr *a)
{
	char *name = text_of(a->name), *value = text_of(a->value);

	assert(a->name.len > 0 && (a->has_value || (!a->is_quoted && a->value.len == 0)));
	if (a->is_quoted)
		link_write_quoted(w, name, a->value);
	else
		link_write_attr(w, name, a->has_value ? value : NULL);
	free(name);
	free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(span_of(data, size));
	struct buf out = {.max = 4 << 20};
	struct writer w = writer_to(&out);
	struct link link;
	size_t n = 0, n_again = 0;
	int result;

	while ((result = link_next(&r, &link)) > 0) {
		char *target = text_of(link.target);

		link_write_target(&w, 0, target);
		free(target);
		assert(link.n_attrs <= LINK_ATTRS_MAX);
		for (size_t i = 0; i < link.n_attrs; i++)
			write_attr(&w, &link.attr[i]);
		n++;
	}
	assert(result == 0 || result == -EBADMSG || result == -E2BIG);
	assert(w.err == 0);

	r = reader_of(buf_span(&out));
	while ((result = link_next(&r, &link)) > 0)
		n_again++;
	assert(result == 0 && n == n_again);
	buf_done(&out);
	return 0;
}
