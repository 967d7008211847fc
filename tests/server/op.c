#include "op.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/encoding.h"
#include "base/parse.h"

enum { FORMAT_LINK = 40, FORMAT_OPAQUE = 42, FORMAT_TLV = 11542 };

enum shape { WITH_NOTHING, WITH_ACCEPT, WITH_VALUE, WITH_ARGUMENTS, WITH_TIME };

static const struct word {
	const char *text;
	uint8_t method;
	enum shape shape;
} words[] = {
	{"READ", 1, WITH_ACCEPT},
	{"DISCOVER", 1, WITH_NOTHING},
	{"OBSERVE", 1, WITH_ACCEPT},
	{"PUT", 3, WITH_VALUE},
	{"WRITE", 3, WITH_VALUE},
	{"POST", 2, WITH_VALUE},
	{"EXECUTE", 2, WITH_ARGUMENTS},
	{"DELETE", 4, WITH_NOTHING},
	{"FETCH", 5, WITH_VALUE},
	{"PATCH", 6, WITH_VALUE},
	{"IPATCH", 7, WITH_VALUE},
	{"ATTRIBUTES", 3, WITH_NOTHING},
	{"FINISH", 2, WITH_NOTHING},
	{"WAIT", 0, WITH_TIME},
};

/* Cuts the first word off the rest of a line. */
static struct span next_word(const char **rest)
{
	const char *start = *rest + strspn(*rest, " \t");
	size_t len = strcspn(start, " \t");

	*rest = start + len + strspn(start + len, " \t");
	return span_of(start, len);
}

static const struct word *find_word(struct span text)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i].text) == text.len &&
			strncasecmp(words[i].text, (const char *)text.data, text.len) == 0)
			return &words[i];
	return NULL;
}

static int parse_format(struct span text, int *ret)
{
	uint16_t number;

	if (span_is_text(text, "text"))
		*ret = 0;
	else if (span_is_text(text, "link"))
		*ret = FORMAT_LINK;
	else if (span_is_text(text, "opaque"))
		*ret = FORMAT_OPAQUE;
	else if (span_is_text(text, "tlv"))
		*ret = FORMAT_TLV;
	else if (parse_u16(text, &number) == 0)
		*ret = number;
	else
		return -EINVAL;
	return 0;
}

static int parse_value(const char *rest, struct op *op)
{
	struct span format = next_word(&rest);
	const uint8_t *colon = format.len ? memchr(format.data, ':', format.len) : NULL;

	if (format.len == 0)
		return op->method == 2 ? 0 : -EINVAL;
	if (colon) {
		size_t len = (size_t)(colon - format.data);

		if (parse_format(span_of(colon + 1, format.len - len - 1), &op->accept) < 0)
			return -EINVAL;
		format.len = len;
	}
	if (parse_format(format, &op->content_format) < 0)
		return -EINVAL;
	if (op->content_format == 0 || op->content_format == FORMAT_LINK)
		return buf_append_text(&op->payload, rest);
	return hex_decode(span_of_text(rest), &op->payload);
}

static int parse_rest(const struct word *word, const char *rest, struct op *op)
{
	struct span first;

	switch (word->shape) {
	case WITH_NOTHING:
		return *rest ? -EINVAL : 0;
	case WITH_ACCEPT:
		first = next_word(&rest);
		return first.len ? parse_format(first, &op->accept) : 0;
	case WITH_VALUE:
		return parse_value(rest, op);
	case WITH_ARGUMENTS:
		op->content_format = *rest ? 0 : OP_FORMAT_NONE;
		return buf_append_text(&op->payload, rest);
	case WITH_TIME:
		if (parse_u64(span_of_text(rest), &op->wait) < 0)
			return -EINVAL;
		op->wait *= 1000;
		return 0;
	}
	return -EINVAL;
}

int op_parse(const char *line, struct op **ret)
{
	const char *rest = line;
	const struct word *word = find_word(next_word(&rest));

	if (!word)
		return -EINVAL;

	struct op *op = calloc(1, sizeof *op);

	if (!op)
		return -ENOMEM;
	op->method = word->method;
	op->accept = OP_FORMAT_NONE;
	op->content_format = OP_FORMAT_NONE;
	op->is_finish = strcmp(word->text, "FINISH") == 0;
	op->has_observe = strcmp(word->text, "OBSERVE") == 0;
	if (strcmp(word->text, "DISCOVER") == 0)
		op->accept = FORMAT_LINK;

	struct span path = {0};

	if (op->is_finish)
		path = span_of_text("/bs");
	else if (word->shape != WITH_TIME)
		path = next_word(&rest);
	snprintf(op->path, sizeof op->path, "%.*s", (int)path.len, (const char *)path.data);
	snprintf(op->name, sizeof op->name, "%s %.140s", word->text, op->path);

	int r = parse_rest(word, rest, op);

	if (r == 0 && word->shape != WITH_TIME && op->path[0] != '/')
		r = -EINVAL;
	if (r < 0) {
		op_free(op);
		return r;
	}
	*ret = op;
	return 0;
}

static void fclose_p(FILE **f)
{
	if (*f)
		fclose(*f);
}

int op_load(const char *path, struct op **list, unsigned *ret_line)
{
	_cleanup_(fclose_p) FILE *f = fopen(path, "re");
	_cleanup_(free_p) char *line = NULL;
	size_t size = 0;

	*ret_line = 0;
	if (!f)
		return -errno;
	while (getline(&line, &size, f) > 0) {
		struct op *op;

		++*ret_line;
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '#' || line[strspn(line, " \t")] == '\0')
			continue;

		int r = op_parse(line, &op);

		if (r < 0)
			return r;
		op_append(list, op);
	}
	return 0;
}

void op_append(struct op **list, struct op *op)
{
	while (*list)
		list = &(*list)->next;
	*list = op;
}

struct op *op_free(struct op *op)
{
	struct op *next = op->next;

	if (op->payload.data)
		explicit_bzero(op->payload.data, op->payload.len);
	buf_done(&op->payload);
	free(op);
	return next;
}

void op_free_all(struct op **list)
{
	while (*list)
		*list = op_free(*list);
}
