#pragma once
/*
 * One CoAP message without any CoAP library: what the parts of exchange/ take and give. A look,
 * passed for the length of a call. Also the token, and the key that tells two requests for the
 * same thing apart from others. Layer: exchange. (RFC 7252 sections 3 and 5, RFC 7959)
 */
#include "codec/message.h"
#include "exchange/block.h"

enum packet_type { PACKET_CON, PACKET_NON, PACKET_ACK, PACKET_RST };

enum { TOKEN_MAX = 8, ETAG_MAX = 8, SIZE_ABSENT = -1 };

struct token {
	uint8_t len;
	uint8_t data[TOKEN_MAX];
};

struct packet {
	enum packet_type type;
	uint8_t code;
	uint16_t mid;
	struct token token;
	/*
	 * Options and payload of either direction; method is that of a request. In a response
	 * Location-Path stands in segment.
	 */
	struct request content;
	struct block block1, block2;
	int64_t size1, size2; /* SIZE_ABSENT */
	struct span etag, request_tag;
	/*
	 * Not 0: the code to answer a request with, because of an option that is not understood
	 * or has a value that it cannot have. A response like that is of no use.
	 */
	uint8_t reject;
};

/* No option set. */
struct packet packet_of(enum packet_type type, uint8_t code);

bool token_is_equal(struct token a, struct token b);
/* Truncated to TOKEN_MAX. */
struct token token_of(struct span bytes);

enum packet_key_part {
	KEY_ACCEPT = 1 << 0,
	KEY_CONTENT_FORMAT = 1 << 1,
	KEY_REQUEST_TAG = 1 << 2,
};

/* Method, path and query and the parts that are asked for, unambiguously, into ret. -ENOMEM */
int packet_key(const struct packet *p, unsigned parts, struct buf *ret);
