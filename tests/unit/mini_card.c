#include "mini_card.h"

#include "runner.h"

static int answer_with(struct buf *answer, struct span data, uint16_t status)
{
	const uint8_t tail[] = {(uint8_t)(status >> 8), (uint8_t)(status & 0xFF)};
	int r = buf_append(answer, data);

	return r < 0 ? r : buf_append(answer, span_of(tail, 2));
}

static int status(struct buf *answer, unsigned value)
{
	return answer_with(answer, span_of(NULL, 0), (uint16_t)value);
}

static int manage_channel(struct mini_card *c, const uint8_t *command, struct buf *answer)
{
	static const uint8_t one = 1;

	if (command[2] == 0x80) {
		c->n_open--;
		return status(answer, 0x9000);
	}
	if (c->channel_says)
		return status(answer, c->channel_says);
	c->n_open++;
	return answer_with(answer, span_of(&one, 1), 0x9000);
}

static int select_file(struct mini_card *c, const uint8_t *command, struct buf *answer)
{
	struct span wanted = span_of(command + 5, command[4]);

	if (command[2] == 0x04) {
		if (!c->aid || !span_is_equal(wanted, test_hex(c->aid)))
			return status(answer, 0x6A82);
		return answer_with(answer,
			c->pin ? test_golden("card/fcp_pin") : test_hex("6204 82027821"), 0x9000);
	}
	for (size_t i = 0; i < c->n_files; i++) {
		const struct mini_file *f = &c->files[i];
		size_t size = f->told_size ? f->told_size : f->content.len;
		const uint8_t fcp[] = {0x62, 0x0A, 0x82, 0x02, f->kind ? f->kind : 0x41, 0x21, 0x80,
			0x04, (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
			(uint8_t)size};

		if (!span_is_equal(wanted, test_hex(f->path)))
			continue;
		if (f->select_says)
			return status(answer, f->select_says);
		c->selected = f;
		return answer_with(answer, span_of(fcp, sizeof fcp), 0x9000);
	}
	return status(answer, 0x6A82);
}

static int read_file(struct mini_card *c, const uint8_t *command, struct buf *answer)
{
	size_t offset = (size_t)(command[2] << 8 | command[3]), len = command[4];

	if (!c->selected)
		return status(answer, 0x6986);

	struct span content = c->selected->content;

	if (c->selected->is_guarded && !c->is_verified)
		return status(answer, 0x6982);
	if (c->other_iccid.len && c->n_commands >= c->swap_at &&
		span_is_equal(test_hex(c->selected->path), test_hex("2FE2")))
		content = c->other_iccid;
	if (offset >= content.len)
		return status(answer, 0x6B00);
	if (len > content.len - offset)
		return answer_with(answer, span_of(content.data + offset, content.len - offset),
			STATUS_END_OF_FILE);
	return answer_with(answer, span_of(content.data + offset, len), 0x9000);
}

static int verify(struct mini_card *c, struct span command, struct buf *answer)
{
	if (command.len == 4)
		return status(answer, c->is_verified ? 0x9000 : 0x63C0 | c->tries);
	c->is_verified = span_is_equal(span_of(command.data + 5, 8), test_hex(c->pin));
	if (!c->is_verified)
		c->tries--;
	return status(answer, c->is_verified ? 0x9000 : 0x63C0 | c->tries);
}

static int transmit(void *data, struct span command, struct buf *answer)
{
	struct mini_card *c = data;

	c->n_commands++;
	if (c->fail_at && c->n_commands == c->fail_at)
		return c->fail_with < 0 ? c->fail_with : status(answer, (unsigned)c->fail_with);
	switch (command.data[1]) {
	case 0x70:
		return manage_channel(c, command.data, answer);
	case 0xA4:
		return select_file(c, command.data, answer);
	case 0xB0:
		return read_file(c, command.data, answer);
	case 0xB2:
		return c->selected && c->selected->kind == 0x42 && command.data[2] == 1
			       ? answer_with(answer, c->selected->content, 0x9000)
			       : status(answer, 0x6A83);
	case 0x20:
		return verify(c, command, answer);
	default:
		return status(answer, 0x6D00);
	}
}

static int restart(void *data)
{
	struct mini_card *c = data;

	c->n_restarts++;
	return 0;
}

struct mini_file *mini_card_file(struct mini_card *c, const char *path)
{
	for (size_t i = 0; i < c->n_files; i++)
		if (span_is_equal(test_hex(c->files[i].path), test_hex(path)))
			return &c->files[i];
	ck_assert_uint_lt(c->n_files, MINI_FILES_MAX);
	c->files[c->n_files].path = path;
	return &c->files[c->n_files++];
}

void mini_card_start(struct mini_card *c)
{
	*c = (struct mini_card){.port = {.data = c, .transmit = transmit, .restart = restart},
		.aid = "A000000063504B43532D3135",
		.tries = 3};
	mini_card_file(c, "2FE2")->content = test_hex("98940000000000000010");
	mini_card_file(c, "2F00")->content = test_golden("card/dir_record");
	mini_card_file(c, "2F00")->kind = 0x42;
	mini_card_file(c, "7FFF5031")->content = test_hex("A7 06 30 04 04 02 64 30");
	mini_card_file(c, "7FFF6430")->content = test_golden("card/dodf_right");
	mini_card_file(c, "7FFF6432")->content = test_golden("card/two_objects");
}
