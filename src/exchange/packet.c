#include "exchange/packet.h"

#include "base/writer.h"

struct packet packet_of(enum packet_type type, uint8_t code)
{
	return (struct packet){
		.type = type,
		.code = code,
		.content = {.method = code,
			.content_format = FORMAT_NONE,
			.accept = FORMAT_NONE,
			.observe = -1},
		.size1 = SIZE_ABSENT,
		.size2 = SIZE_ABSENT,
	};
}

bool token_is_equal(struct token a, struct token b)
{
	return span_is_equal(span_of(a.data, a.len), span_of(b.data, b.len));
}

struct token token_of(struct span bytes)
{
	struct token token = {.len = (uint8_t)(bytes.len < TOKEN_MAX ? bytes.len : TOKEN_MAX)};

	if (token.len)
		memcpy(token.data, bytes.data, token.len);
	return token;
}

static void key_add(struct writer *w, const struct span *parts, size_t n)
{
	wr_be(w, n, 2);
	for (size_t i = 0; i < n; i++) {
		wr_be(w, parts[i].len, 4);
		wr_bytes(w, parts[i]);
	}
}

int packet_key(const struct packet *p, unsigned parts, struct buf *ret)
{
	struct writer w = writer_to(ret);

	buf_truncate(ret, 0);
	wr_u8(&w, p->code);
	key_add(&w, p->content.segment, p->content.n_segments);
	key_add(&w, p->content.query, p->content.n_queries);
	if (parts & KEY_ACCEPT)
		wr_be(&w, (uint32_t)p->content.accept, 4);
	if (parts & KEY_CONTENT_FORMAT)
		wr_be(&w, (uint32_t)p->content.content_format, 4);
	if (parts & KEY_REQUEST_TAG)
		key_add(&w, &p->request_tag, 1);
	return w.err;
}
