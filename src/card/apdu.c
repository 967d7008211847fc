#include "card/apdu.h"

#include <errno.h>

#include "base/cleanup.h"

enum { GET_RESPONSE = 0xC0, HEADER = 4, COMMAND_MAX = HEADER + 1 + 255 + 1 };

static uint8_t class_of(const struct card_channel *c, uint8_t class, bool is_protected)
{
	/* channels 4 to 19 have a form of their own (TS 102 221 10.1.1) */
	if (c->number >= 4)
		return (uint8_t)(class | 0x40 | (is_protected ? 0x20 : 0) | (c->number - 4));
	return (uint8_t)(class | (is_protected ? 0x04 : 0) | c->number);
}

static int transmit(
	struct card_channel *c, struct span command, struct buf *data, uint16_t *ret_status)
{
	_cleanup_(buf_done) struct buf answer = {0};
	int r;

	if (c->n_commands++ >= APDU_COMMANDS_MAX)
		return -EPROTO;
	r = c->port->transmit(c->port->data, command, &answer);
	if (r < 0)
		return r;
	/* a card that leaves in mid command gives an empty answer and no error */
	if (answer.len < 2)
		r = -EIO;
	else if (answer.len > APDU_ANSWER_MAX)
		r = -EPROTO;
	if (r == 0)
		r = buf_append(data, span_of(answer.data, answer.len - 2));
	if (r == 0)
		*ret_status =
			(uint16_t)(answer.data[answer.len - 2] << 8 | answer.data[answer.len - 1]);
	if (answer.data)
		explicit_bzero(answer.data, answer.cap);
	return r;
}

/* T=0 carries no Le after data: the card says with 61xx what there is. */
static size_t put_body(
	uint8_t command[COMMAND_MAX], const struct card_channel *c, struct span data, int le)
{
	size_t n = HEADER;

	if (data.len) {
		command[n++] = (uint8_t)data.len;
		memcpy(command + n, data.data, data.len);
		n += data.len;
	}
	if (le != APDU_NO_LE && (!data.len || !c->port->is_t0))
		command[n++] = (uint8_t)(le & 0xFF);
	else if (!data.len && c->port->is_t0)
		command[n++] = 0x00;
	return n;
}

/* Sends, and follows what T=0 (and some readers on T=1) ask to be sent on top. */
static int exchange(struct card_channel *c, const uint8_t header[HEADER], struct span data, int le,
	struct buf *answer, uint16_t *ret_status)
{
	uint8_t command[COMMAND_MAX];
	uint16_t status = 0;
	size_t n;

	memcpy(command, header, HEADER);
	n = put_body(command, c, data, le);
	for (unsigned round = 0; round < APDU_PROCEDURE_ROUNDS; round++) {
		int r = transmit(c, span_of(command, n), answer, &status);
		bool is_wrong_length = status >> 8 == 0x6C;

		if (r < 0)
			return r;
		if (!is_wrong_length && status >> 8 != 0x61) {
			*ret_status = status;
			return 0;
		}
		if (is_wrong_length && command[1] != GET_RESPONSE) {
			n = put_body(command, c, data, status & 0xFF);
			continue;
		}
		command[0] = class_of(c, 0x00, false);
		command[1] = GET_RESPONSE;
		command[2] = command[3] = 0x00;
		command[HEADER] = (uint8_t)(status & 0xFF);
		n = HEADER + 1;
	}
	return -EPROTO;
}

static uint16_t simplified(uint16_t status)
{
	unsigned class = status >> 8;

	return class == 0x91 || class == 0x92 ? STATUS_OK : status;
}

static int send_protected(
	struct card_channel *c, const struct apdu *a, struct buf *answer, uint16_t *ret_status)
{
	const uint8_t header[HEADER] = {class_of(c, a->class, true), a->ins, a->p1, a->p2};
	_cleanup_(buf_done) struct buf command = {0}, sealed = {0};
	uint16_t status = 0;
	int r = scp03_wrap(c->scp, header, a->data, &command);

	/* the length that comes is known only behind the protection */
	if (r == 0)
		r = exchange(c, header, buf_span(&command), 0, &sealed, &status);
	if (r == 0) {
		r = scp03_unwrap(c->scp, buf_span(&sealed), status, answer);
		r = r == -EBADMSG ? -EBADE : r;
	}
	if (r < 0)
		return r;
	*ret_status = simplified(status);
	return 0;
}

int apdu_send(
	struct card_channel *c, const struct apdu *a, struct buf *answer, uint16_t *ret_status)
{
	const uint8_t header[HEADER] = {class_of(c, a->class, false), a->ins, a->p1, a->p2};
	uint16_t status = 0;
	int r;

	if (a->data.len > 255)
		return -EMSGSIZE;
	if (c->scp)
		return send_protected(c, a, answer, ret_status);
	r = exchange(c, header, a->data, a->le, answer, &status);
	if (r < 0)
		return r;
	*ret_status = simplified(status);
	return 0;
}
