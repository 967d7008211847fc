#pragma once
/*
 * EF(LwM2M_Bootstrap): a header, then objects, each with its instances as OMA-TLV. Checked as a
 * whole before the first object is handed out; the TLV itself is the codec's. Pure. Layer: card.
 * (TS core appendix G.3.4; G.3.3 in 1.0)
 */
#include "base/reader.h"
#include "card/fault.h"

enum {
	CONTENT_HEADER = 4,
	CONTENT_MAX = 32 * 1024, /* what READ BINARY can reach */
};

struct content_object {
	uint16_t id;
	bool has_version;
	uint8_t major, minor;
	struct span tlv;
};

/* Octets in all, header included, from the header: 4 to 65539. */
size_t content_length(const uint8_t header[CONTENT_HEADER]);

/*
 * Checks header and lists. 0 or -EBADMSG, then *ret_fault. Octets behind the objects are padding.
 */
int content_check(struct span file, struct card_fault *ret_fault);
/* Of a checked file; start with *cursor = 0. false: no more. */
bool content_next(struct span file, size_t *cursor, struct content_object *ret);
