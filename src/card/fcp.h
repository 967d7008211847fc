#pragma once
/*
 * File control parameters: what a SELECT answers. Only what reading needs; every claim in it is
 * the card's and is checked where it is used. Pure. Layer: card. (ETSI TS 102 221 11.1.1.4)
 */
#include "base/span.h"

enum { FCP_PINS_MAX = 8 };

enum fcp_kind { FCP_UNKNOWN, FCP_DIRECTORY, FCP_TRANSPARENT, FCP_RECORDS };

struct fcp {
	enum fcp_kind kind;
	bool has_size;
	uint32_t size;	       /* of a transparent file, octets */
	uint8_t record_length; /* 0: not told */
	uint8_t n_records;
	uint8_t pins[FCP_PINS_MAX]; /* key references of the PINs that are switched on */
	size_t n_pins;
};

/* -EBADMSG for what is no FCP template. */
int fcp_parse(struct span answer, struct fcp *ret);
