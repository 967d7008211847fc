#include <errno.h>

#include "base/reader.h"
#include "dm/operation.h"

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

static void skip_spaces(struct reader *r)
{
	while (skip(r, ' '))
		;
}

/*
 * CHAR of the grammar, and the space: the example of the specification has one in it
 * (TS core 6.3).
 */
static bool is_char(uint8_t c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\'' && c != '\\';
}

/* DIGIT / DIGIT "=" "'" *CHAR "'" */
static bool take_arg(struct reader *r, unsigned *seen)
{
	uint8_t digit = rd_u8(r);

	if (r->err || digit < '0' || digit > '9')
		return false;

	unsigned bit = 1u << (digit - '0');

	/* from 1.2.1 on each digit at most once */
	if (*seen & bit)
		return false;
	*seen |= bit;

	if (!skip(r, '='))
		return true;
	if (!skip(r, '\''))
		return false;
	while (rd_left(r) > 0 && is_char(r->in.data[r->pos]))
		r->pos++;
	return skip(r, '\'');
}

bool execute_args_are_valid(struct span text)
{
	struct reader r = reader_of(text);
	unsigned seen = 0;

	if (text.len == 0)
		return true;
	do {
		skip_spaces(&r);
		if (!take_arg(&r, &seen))
			return false;
		skip_spaces(&r);
	} while (skip(&r, ','));
	return rd_left(&r) == 0;
}

int op_execute(const struct operation *op)
{
	const struct request *request = op->request;

	if (request->content_format != FORMAT_NONE && request->content_format != FORMAT_TEXT)
		return -EMEDIUMTYPE;
	if (!execute_args_are_valid(request->payload))
		return -EINVAL;

	int r = model_execute(op->m, op->peer->short_server_id, op->path, request->payload);

	return r < 0 ? r : MSG_CHANGED;
}
