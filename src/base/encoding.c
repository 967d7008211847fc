#include "base/encoding.h"

#include <errno.h>

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -EBADMSG;
}

int hex_decode(struct span text, struct buf *out)
{
	size_t start = out->len;
	int r = text.len % 2 ? -EBADMSG : 0;

	for (size_t i = 0; r == 0 && i < text.len; i += 2) {
		int high = hex_digit(text.data[i]), low = hex_digit(text.data[i + 1]);

		r = high < 0 || low < 0 ? -EBADMSG
					: buf_append_byte(out, (uint8_t)(high << 4 | low));
	}
	if (r < 0)
		buf_truncate(out, start);
	return r;
}

void hex_encode(struct span bytes, struct writer *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.len; i++) {
		wr_u8(out, (uint8_t)digits[bytes.data[i] >> 4]);
		wr_u8(out, (uint8_t)digits[bytes.data[i] & 15]);
	}
}

static int base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -EBADMSG;
}

static int base64_decode_digits(struct span text, struct buf *out)
{
	uint32_t bits = 0;
	unsigned n_bits = 0;

	for (size_t i = 0; i < text.len; i++) {
		int digit = base64_digit(text.data[i]);

		if (digit < 0)
			return digit;
		bits = bits << 6 | (uint32_t)digit;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;

			int r = buf_append_byte(out, (uint8_t)(bits >> n_bits));

			if (r < 0)
				return r;
			bits &= (1u << n_bits) - 1;
		}
	}
	/* one digit alone is no octet, and the bits left over must be zero */
	return n_bits == 6 || bits ? -EBADMSG : 0;
}

int base64_decode(struct span text, struct buf *out)
{
	size_t start = out->len;
	size_t padding = 0;

	while (padding < 2 && text.len > 0 && text.data[text.len - 1] == '=') {
		text.len--;
		padding++;
	}

	int r = padding && (text.len + padding) % 4 ? -EBADMSG : base64_decode_digits(text, out);

	if (r < 0)
		buf_truncate(out, start);
	return r;
}

static void encode_digits(
	struct span bytes, const char digits[65], bool is_padded, struct writer *out)
{
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < n ? bytes.data[i + k] : 0u);
		for (size_t k = 0; k < (is_padded ? 4 : n + 1); k++)
			wr_u8(out, (uint8_t)(k <= n ? digits[bits >> (18 - 6 * k) & 63] : '='));
	}
}

void base64_encode(struct span bytes, struct writer *out)
{
	encode_digits(bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
		true, out);
}

void base64url_encode(struct span bytes, struct writer *out)
{
	encode_digits(bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
		false, out);
}
