#include "exchange.h"

#include <stdlib.h>

uint64_t test_now = 1000 * USEC_PER_SEC;

static uint64_t now(void *data)
{
	(void)data;
	return test_now;
}

const struct clock test_clock = {.now = now, .realtime = now};

struct packet test_request(uint8_t code, uint16_t mid, const char *segment)
{
	struct packet p = packet_of(PACKET_CON, code);

	p.mid = mid;
	p.token = token_of(span_of_text("tok"));
	request_add_segment(&p.content, span_of_text(segment));
	return p;
}

struct span test_body(size_t len)
{
	static uint8_t bytes[128 * 1024];

	if (len > sizeof bytes)
		abort();
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 251);
	return span_of(bytes, len);
}
