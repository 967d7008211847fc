#include "runner.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/encoding.h"

/* All blocks stay reachable, so they are no leaks when a forked test ends. */
struct block {
	struct block *next;
	uint8_t *data;
};

static struct block *blocks;

static struct span keep(const uint8_t *data, size_t len)
{
	struct block *block = malloc(sizeof *block);
	uint8_t *copy = malloc(len ? len : 1);

	if (!block || !copy)
		abort();
	if (len)
		memcpy(copy, data, len);
	*block = (struct block){.next = blocks, .data = copy};
	blocks = block;
	return span_of(copy, len);
}

static struct span hex_of(struct span text, const char *where)
{
	struct buf digits = {.max = 16u << 20}, bytes = {.max = 16u << 20};
	bool comment = false;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		comment = c != '\n' && (comment || c == '#');
		if (!comment && !strchr(" \t\r\n", c) && buf_append_byte(&digits, c) < 0)
			abort();
	}
	ck_assert_msg(hex_decode(buf_span(&digits), &bytes) == 0, "not hex digits: %s", where);

	struct span got = keep(bytes.data, bytes.len);

	buf_done(&digits);
	buf_done(&bytes);
	return got;
}

struct span test_hex(const char *text)
{
	return hex_of(span_of_text(text), text);
}

struct span test_file(const char *path)
{
	const char *top = getenv("top_srcdir");
	struct buf content = {.max = 16u << 20};
	char full[512];
	uint8_t *to;
	size_t n;

	snprintf(full, sizeof full, "%s/%s", top ? top : ".", path);

	FILE *f = fopen(full, "re");

	ck_assert_msg(f, "cannot open %s", full);
	do {
		if (buf_reserve(&content, 4096, &to) < 0)
			abort();
		n = fread(to, 1, 4096, f);
		content.len += n;
	} while (n > 0);
	fclose(f);

	struct span got = keep(content.data, content.len);

	buf_done(&content);
	return got;
}

struct span test_golden(const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "tests/golden/%s.hex", name);
	return hex_of(test_file(path), path);
}

int main(void)
{
	SRunner *runner = srunner_create(suite());

	srunner_run_all(runner, CK_ENV);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
