#include "card/fcp.h"

#include <errno.h>

#include "card/ber.h"

enum fcp_tag {
	TAG_FCP = 0x62,
	TAG_FCI = 0x6F,
	TAG_FILE_SIZE = 0x80,
	TAG_DESCRIPTOR = 0x82,
	TAG_KEY_REFERENCE = 0x83,
	TAG_PIN_ENABLED = 0x90,
	TAG_PIN_STATUS = 0xC6,
};

static void take_descriptor(struct span value, struct fcp *ret)
{
	if (value.len == 0)
		return;

	uint8_t kind = value.data[0];

	if ((kind & 0x38) == 0x38)
		ret->kind = FCP_DIRECTORY;
	else if ((kind & 0x07) == 1)
		ret->kind = FCP_TRANSPARENT;
	else if ((kind & 0x07) == 2 || (kind & 0x07) == 6)
		ret->kind = FCP_RECORDS;
	/* a record longer than 255 octets cannot be read with one command: as if it was not told */
	if (ret->kind == FCP_RECORDS && value.len >= 5 && value.data[2] == 0) {
		ret->record_length = value.data[3];
		ret->n_records = value.data[4];
	}
}

static int take_size(struct span value, struct fcp *ret)
{
	if (value.len == 0 || value.len > 4)
		return -EBADMSG;

	struct reader r = reader_of(value);

	ret->size = (uint32_t)rd_be(&r, value.len);
	ret->has_size = true;
	return 0;
}

/* One bit for each key reference that follows, the highest first (TS 102 221 9.5.2). */
static int take_pins(struct span value, struct fcp *ret)
{
	struct reader r = reader_of(value);
	struct span enabled = {0};
	struct ber e;
	size_t n = 0;
	int got;

	while ((got = ber_next(&r, &e)) > 0) {
		if (e.tag == TAG_PIN_ENABLED)
			enabled = e.value;
		if (e.tag != TAG_KEY_REFERENCE || e.value.len != 1)
			continue;
		if (n / 8 < enabled.len && enabled.data[n / 8] & (0x80 >> n % 8) &&
			ret->n_pins < FCP_PINS_MAX)
			ret->pins[ret->n_pins++] = e.value.data[0];
		n++;
	}
	return got;
}

int fcp_parse(struct span answer, struct fcp *ret)
{
	struct reader outer = reader_of(answer);
	struct fcp fcp = {0};
	struct ber template, e;
	int got = ber_next(&outer, &template);

	if (got <= 0 || (template.tag != TAG_FCP && template.tag != TAG_FCI))
		return -EBADMSG;

	struct reader r = reader_of(template.value);

	while ((got = ber_next(&r, &e)) > 0) {
		int bad = 0;

		if (e.tag == TAG_DESCRIPTOR)
			take_descriptor(e.value, &fcp);
		else if (e.tag == TAG_FILE_SIZE)
			bad = take_size(e.value, &fcp);
		else if (e.tag == TAG_PIN_STATUS)
			bad = take_pins(e.value, &fcp);
		if (bad < 0)
			return bad;
	}
	if (got < 0)
		return got;
	*ret = fcp;
	return 0;
}
