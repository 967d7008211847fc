#pragma once
/*
 * Hands out responses in blocks (Block2): those that do not fit one message are kept for a while,
 * few at a time, so that the later blocks come from the same state of things, which an ETag
 * proves to the peer. Layer: exchange. (RFC 7959 sections 2.4, 2.6)
 */
#include "exchange/answer.h"

enum { SLICES_MAX = 2, SLICES_KEPT_SEC = 120 };

struct large {
	struct buf key; /* empty: free */
	uint8_t code;
	int content_format;
	struct body body;
	uint64_t expires;
};

struct slices {
	struct large large[SLICES_MAX];
	size_t room; /* of one message, where it is more than a block: over TCP */
};

/*
 * The response to a request, its first block or the block the request asks for, into *a (code,
 * format, block2, etag, size2, payload). szx: the largest block we send. *body is consumed when
 * it is kept for later. 0 or -ENOMEM; -ERANGE: the request asks for a block behind the end.
 */
int slices_answer(struct slices *s, const struct packet *request, uint8_t szx, uint64_t now,
	struct body *body, struct answer *a);
/*
 * A request for a later block (num > 0) of a response that is kept. -ENOENT: none is kept;
 * -ERANGE: behind its end; -ENOMEM.
 */
int slices_next(struct slices *s, const struct packet *request, uint8_t szx, uint64_t now,
	struct answer *a);
void slices_expire(struct slices *s, uint64_t now);
uint64_t slices_due(const struct slices *s);
void slices_done(struct slices *s);
