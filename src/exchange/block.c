#include "exchange/block.h"

#include <errno.h>

int block_decode(struct span value, struct block *ret)
{
	uint32_t v = 0;

	if (value.len > BLOCK_VALUE_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < value.len; i++)
		v = v << 8 | value.data[i];
	if ((v & 7) > BLOCK_SZX_MAX)
		return -EBADMSG;

	*ret = (struct block){
		.is_set = true, .more = v & 8, .szx = (uint8_t)(v & 7), .num = v >> 4};
	return 0;
}

size_t block_encode(struct block block, uint8_t ret[BLOCK_VALUE_MAX])
{
	uint32_t v = block.num << 4 | (block.more ? 8u : 0u) | block.szx;
	size_t len = v > 0xffff ? 3 : v > 0xff ? 2 : v > 0 ? 1 : 0;

	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)(v >> (8 * (len - 1 - i)));
	return len;
}

struct block block_at(size_t len, size_t offset, uint8_t szx)
{
	return (struct block){.is_set = true,
		.more = len > offset && len - offset > block_size(szx),
		.szx = szx,
		.num = (uint32_t)(offset >> (szx + 4))};
}
