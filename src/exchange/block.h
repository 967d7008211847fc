#pragma once
/*
 * The value of the options Block1 and Block2: number, more, size exponent. A plain value.
 * Layer: exchange. (RFC 7959 section 2.2)
 */
#include "base/span.h"

enum { BLOCK_SZX_MAX = 6, BLOCK_NUM_MAX = 0xfffff, BLOCK_VALUE_MAX = 3 };

struct block {
	bool is_set;
	bool more;
	uint8_t szx; /* size is 16 << szx */
	uint32_t num;
};

/* -EBADMSG: longer than three octets, or the reserved size exponent 7. */
int block_decode(struct span value, struct block *ret);
/* How many octets of ret are the value (0..3). */
size_t block_encode(struct block block, uint8_t ret[BLOCK_VALUE_MAX]);

static inline size_t block_size(uint8_t szx)
{
	return (size_t)16 << szx;
}

static inline size_t block_offset(struct block block)
{
	return (size_t)block.num << (block.szx + 4);
}

/*
 * The block at an offset of a body of len octets: its number, and whether more follow. The
 * offset is a multiple of the size.
 */
struct block block_at(size_t len, size_t offset, uint8_t szx);
