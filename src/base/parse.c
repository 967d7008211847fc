#include "base/parse.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"

int parse_u64(struct span text, uint64_t *ret)
{
	uint64_t v = 0;

	if (text.len == 0)
		return -EINVAL;
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return -EINVAL;
	for (size_t i = 0; i < text.len; i++)
		if (__builtin_mul_overflow(v, 10u, &v) ||
			__builtin_add_overflow(v, (uint64_t)(text.data[i] - '0'), &v))
			return -ERANGE;
	*ret = v;
	return 0;
}

static int parse_limited(struct span text, uint64_t max, uint64_t *ret)
{
	uint64_t v;
	int r = parse_u64(text, &v);

	if (r < 0)
		return r;
	if (v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int parse_u16(struct span text, uint16_t *ret)
{
	uint64_t v;
	int r = parse_limited(text, UINT16_MAX, &v);

	if (r < 0)
		return r;
	*ret = (uint16_t)v;
	return 0;
}

int parse_u32(struct span text, uint32_t *ret)
{
	uint64_t v;
	int r = parse_limited(text, UINT32_MAX, &v);

	if (r < 0)
		return r;
	*ret = (uint32_t)v;
	return 0;
}

int parse_i64(struct span text, int64_t *ret)
{
	bool negative = text.len > 0 && text.data[0] == '-';
	uint64_t v;
	int r = parse_limited(negative ? span_of(text.data + 1, text.len - 1) : text,
		(uint64_t)INT64_MAX + negative, &v);

	if (r < 0)
		return r;
	*ret = negative ? (int64_t)(-v) : (int64_t)v;
	return 0;
}

static size_t digits_at(struct span text, size_t i)
{
	size_t n = 0;

	while (i + n < text.len && text.data[i + n] >= '0' && text.data[i + n] <= '9')
		n++;
	return n;
}

/* [-]digits[.digits][(e|E)[+|-]digits] */
static bool is_decimal(struct span text)
{
	size_t i = text.len > 0 && text.data[0] == '-';
	size_t n = digits_at(text, i);

	if (n == 0)
		return false;
	i += n;
	if (i < text.len && text.data[i] == '.') {
		n = digits_at(text, ++i);
		if (n == 0)
			return false;
		i += n;
	}
	if (i < text.len && (text.data[i] | 0x20) == 'e') {
		i++;
		if (i < text.len && (text.data[i] == '+' || text.data[i] == '-'))
			i++;
		n = digits_at(text, i);
		if (n == 0)
			return false;
		i += n;
	}
	return i == text.len;
}

int parse_double(struct span text, double *ret)
{
	char copy[64];
	char *end;

	if (!is_decimal(text))
		return -EINVAL;
	if (text.len >= sizeof copy)
		return -ERANGE;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';

	/* the daemon never calls setlocale(), so the decimal point is '.' */
	double v = strtod(copy, &end);

	if (*end)
		return -EINVAL;
	if (!isfinite(v))
		return -ERANGE;
	*ret = v;
	return 0;
}

struct unit {
	const char *name;
	uint64_t factor;
};

static int parse_with_unit(
	struct span text, const struct unit *units, size_t n_units, uint64_t *ret)
{
	size_t n = digits_at(text, 0);
	struct span name = span_of(text.data ? text.data + n : NULL, text.len - n);
	uint64_t v;
	int r = parse_u64(span_of(text.data, n), &v);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n_units; i++) {
		if (!span_is_text(name, units[i].name))
			continue;
		if (__builtin_mul_overflow(v, units[i].factor, &v))
			return -ERANGE;
		*ret = v;
		return 0;
	}
	return -EINVAL;
}

int parse_time(struct span text, uint64_t *ret_usec)
{
	static const struct unit units[] = {
		{"", USEC_PER_SEC},
		{"us", 1},
		{"ms", USEC_PER_MSEC},
		{"s", USEC_PER_SEC},
		{"min", 60 * USEC_PER_SEC},
		{"h", 3600 * USEC_PER_SEC},
		{"d", 86400 * USEC_PER_SEC},
		{"w", 7 * 86400 * USEC_PER_SEC},
	};

	return parse_with_unit(text, units, sizeof units / sizeof *units, ret_usec);
}

int parse_size(struct span text, uint64_t *ret)
{
	static const struct unit units[] = {
		{"", 1},
		{"K", UINT64_C(1) << 10},
		{"M", UINT64_C(1) << 20},
		{"G", UINT64_C(1) << 30},
	};

	return parse_with_unit(text, units, sizeof units / sizeof *units, ret);
}

/* Octets of the UTF-8 sequence at p, 0 if it is not one (RFC 3629: no surrogates, no overlong). */
static size_t utf8_length(const uint8_t *p, size_t left)
{
	static const struct {
		uint8_t mask, value, len;
		uint32_t min;
	} forms[] = {
		{0x80, 0x00, 1, 0x1},
		{0xE0, 0xC0, 2, 0x80},
		{0xF0, 0xE0, 3, 0x800},
		{0xF8, 0xF0, 4, 0x10000},
	};

	for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
		if ((p[0] & forms[f].mask) != forms[f].value)
			continue;
		if (left < forms[f].len)
			return 0;

		uint32_t c = p[0] & (uint8_t)~forms[f].mask;

		for (size_t i = 1; i < forms[f].len; i++) {
			if ((p[i] & 0xC0) != 0x80)
				return 0;
			c = c << 6 | (p[i] & 0x3Fu);
		}
		if (c < forms[f].min || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
			return 0;
		return forms[f].len;
	}
	return 0;
}

bool text_is_utf8(struct span text)
{
	for (size_t i = 0; i < text.len;) {
		size_t n = utf8_length(text.data + i, text.len - i);

		if (n == 0)
			return false;
		i += n;
	}
	return true;
}
