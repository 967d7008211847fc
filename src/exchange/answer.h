#pragma once
/*
 * What is sent back for one request: at most one block of a body, with its options. Owned, so
 * that the same answer can be given again to a duplicate. Layer: exchange.
 */
#include "exchange/body.h"
#include "exchange/packet.h"

struct answer {
	uint8_t code; /* MSG_NO_RESPONSE: stay silent */
	int content_format;
	int64_t observe; /* -1: absent */
	struct block block1, block2;
	int64_t size1, size2; /* SIZE_ABSENT */
	uint8_t etag[ETAG_MAX];
	size_t etag_len;
	struct body location[MSG_LOCATION_MAX];
	size_t n_location;
	struct body payload;
};

/* Frees what it holds; a code without options is left. */
void answer_reset(struct answer *a, uint8_t code);
/* A packet that looks into the answer; type, mid and token are the caller's. */
struct packet answer_packet(const struct answer *a);
