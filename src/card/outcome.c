#include "card/outcome.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int outcome_end(
	struct card_outcome *r, enum card_class class, enum reason reason, const char *format, ...)
{
	va_list args;

	r->class = class;
	r->reason = reason;
	va_start(args, format);
	vsnprintf(r->detail, sizeof r->detail, format, args);
	va_end(args);
	return -ECANCELED;
}

void card_file_format(uint16_t file, char ret[32])
{
	const char *name = file == CARD_FILE_DIR     ? "EF(DIR)"
			   : file == CARD_FILE_ICCID ? "EF(ICCID)"
			   : file == CARD_FILE_ODF   ? "EF(ODF)"
			   : file == CARD_FILE_ADF   ? "application"
						     : "file";

	snprintf(ret, 32, "%s %04X", name, file);
}

int outcome_fault(struct card_outcome *r, uint16_t file, const struct card_fault *fault)
{
	char name[32];

	card_file_format(file, name);
	r->file = file;
	return outcome_end(r, CARD_CLASS_INVALID, REASON_CARD_DATA_INVALID,
		"%s, octet %zu: expected %s", name, fault->offset, fault->expected);
}

int outcome_status(struct card_outcome *r, uint16_t file, uint16_t status)
{
	char name[32];

	card_file_format(file, name);
	r->file = file;
	r->status = status;
	switch (status) {
	case 0x6A82:
	case 0x6283:
	case 0x6984:
		return outcome_end(r, CARD_CLASS_NO_DATA, REASON_CARD_NO_APPLICATION,
			"%s is not there or not active (%04X)", name, status);
	case 0x6281:
	case 0x6981:
	case 0x6986:
		return outcome_end(r, CARD_CLASS_INVALID, REASON_CARD_DATA_INVALID,
			"%s cannot be read as the data file it should be (%04X)", name, status);
	case 0x6882:
	case 0x6987:
	case 0x6988:
		return outcome_end(r, CARD_CLASS_LOCKED, REASON_CARD_CHANNEL_FAILED,
			"%s: the card ended the secure channel (%04X)", name, status);
	default:
		return outcome_end(r, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE,
			"%s: the card answered %04X", name, status);
	}
}

void octets_set(struct card_octets *o, struct span bytes)
{
	o->len = bytes.len > CARD_OCTETS_MAX ? CARD_OCTETS_MAX : (uint8_t)bytes.len;
	if (o->len)
		memcpy(o->data, bytes.data, o->len);
}

void iccid_format(const struct card_octets *iccid, char ret[2 * CARD_OCTETS_MAX + 1])
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	for (size_t i = 0; i < iccid->len; i++) {
		uint8_t low = iccid->data[i] & 0x0F, high = iccid->data[i] >> 4;

		if (low != 0x0F)
			ret[n++] = digits[low];
		if (high != 0x0F)
			ret[n++] = digits[high];
	}
	ret[n] = 0;
}

const char *card_class_name(enum card_class class)
{
	static const char *const names[CARD_CLASS_COUNT] = {
		[CARD_CLASS_READ] = "read",
		[CARD_CLASS_ABSENT] = "absent",
		[CARD_CLASS_NO_DATA] = "no data",
		[CARD_CLASS_INVALID] = "invalid",
		[CARD_CLASS_LOCKED] = "locked",
		[CARD_CLASS_TRANSIENT] = "unreadable",
		[CARD_CLASS_NO_SERVICE] = "no service",
	};

	return class < CARD_CLASS_COUNT ? names[class] : "";
}

void outcome_done(struct card_outcome *r)
{
	if (r->content.data)
		explicit_bzero(r->content.data, r->content.cap);
	buf_done(&r->content);
	*r = (struct card_outcome){0};
}
