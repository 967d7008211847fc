#pragma once
/*
 * BER-TLV as cards use it: elements with one octet of tag and a definite length of at most two
 * octets. A list of them ends with the bytes, or with padding. Pure, no recursion. Layer: card.
 * (ETSI TS 102 221 11.1.1.3, PKCS#15; ISO 7816-4 5.2.2)
 */
#include "base/reader.h"

enum ber_tag {
	BER_INTEGER = 0x02,
	BER_BIT_STRING = 0x03,
	BER_OCTET_STRING = 0x04,
	BER_OID = 0x06,
	BER_UTF8 = 0x0C,
	BER_SEQUENCE = 0x30,
};

struct ber {
	uint8_t tag;
	struct span value;
};

/*
 * 1 = element in *ret, 0 = end (also FF or 00 instead of a tag: padding), -EBADMSG = malformed:
 * a tag of several octets, an indefinite or longer length, a value beyond the end.
 */
int ber_next(struct reader *r, struct ber *ret);
/* The first element with this tag in the list: 1, 0 if there is none, -EBADMSG. */
int ber_find(struct span list, uint8_t tag, struct ber *ret);
