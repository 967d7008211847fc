#include "conf/scan.h"

#include "base/parse.h"

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The octet at distance, -1 behind the end. */
static int peek(const struct scan *s, size_t distance)
{
	return distance < s->text.len - s->pos ? s->text.data[s->pos + distance] : -1;
}

static void skip(struct scan *s, size_t n)
{
	for (; n > 0 && s->pos < s->text.len; n--)
		if (s->text.data[s->pos++] == '\n')
			s->line++;
}

static void skip_line(struct scan *s)
{
	while (peek(s, 0) >= 0 && peek(s, 0) != '\n')
		skip(s, 1);
}

static bool skip_string(struct scan *s)
{
	skip(s, 1);
	while (peek(s, 0) >= 0 && peek(s, 0) != '"')
		skip(s, peek(s, 0) == '\\' ? 2 : 1);
	if (peek(s, 0) < 0)
		return false;
	skip(s, 1);
	return true;
}

static bool skip_comment(struct scan *s)
{
	skip(s, 2);
	while (peek(s, 0) >= 0 && !(peek(s, 0) == '*' && peek(s, 1) == '/'))
		skip(s, 1);
	if (peek(s, 0) < 0)
		return false;
	skip(s, 2);
	return true;
}

static void skip_name(struct scan *s)
{
	while (is_letter(peek(s, 0)) || is_digit(peek(s, 0)) || peek(s, 0) == '-' ||
		peek(s, 0) == '_' || peek(s, 0) == '*')
		skip(s, 1);
}

static bool is_number_start(const struct scan *s)
{
	size_t sign = peek(s, 0) == '-' || peek(s, 0) == '+';

	return is_digit(peek(s, sign)) || (peek(s, sign) == '.' && is_digit(peek(s, sign + 1)));
}

static struct span take_number(struct scan *s)
{
	size_t start = s->pos;
	int last = 0;

	while (is_letter(peek(s, 0)) || is_digit(peek(s, 0)) || peek(s, 0) == '.' ||
		((peek(s, 0) == '-' || peek(s, 0) == '+') &&
			(s->pos == start || (last | 0x20) == 'e'))) {
		last = peek(s, 0);
		skip(s, 1);
	}
	return span_of(s->text.data + start, s->pos - start);
}

static bool is_line_start(const struct scan *s)
{
	return s->pos == 0 || s->text.data[s->pos - 1] == '\n';
}

/* Octets up to the '@' if this line is a directive, else -1. */
static int include_offset(const struct scan *s)
{
	static const char word[] = "@include";
	int blanks = 0;

	while (peek(s, (size_t)blanks) == ' ' || peek(s, (size_t)blanks) == '\t')
		blanks++;
	for (size_t i = 0; i < sizeof word - 1; i++)
		if (peek(s, (size_t)blanks + i) != word[i])
			return -1;
	return blanks;
}

/* The whole line: @include "name", at most a comment behind it. */
static struct scan_token take_include(struct scan *s)
{
	struct scan_token t = {.kind = SCAN_BAD_INCLUDE, .line = s->line, .start = s->pos};
	size_t name;

	skip(s, (size_t)include_offset(s) + strlen("@include"));
	while (peek(s, 0) == ' ' || peek(s, 0) == '\t')
		skip(s, 1);
	if (peek(s, 0) == '"') {
		skip(s, 1);
		name = s->pos;
		while (peek(s, 0) >= 0 && peek(s, 0) != '"' && peek(s, 0) != '\n')
			skip(s, peek(s, 0) == '\\' && peek(s, 1) != '\n' ? 2 : 1);
		t.word = span_of(s->text.data + name, s->pos - name);
		if (peek(s, 0) == '"' && t.word.len > 0)
			t.kind = SCAN_INCLUDE;
		skip(s, peek(s, 0) == '"');
	}
	while (peek(s, 0) == ' ' || peek(s, 0) == '\t' || peek(s, 0) == '\r')
		skip(s, 1);
	if (peek(s, 0) >= 0 && peek(s, 0) != '\n' && peek(s, 0) != '#')
		t.kind = SCAN_BAD_INCLUDE;
	skip_line(s);
	t.end = s->pos;
	return t;
}

struct scan_token scan_next(struct scan *s)
{
	while (peek(s, 0) >= 0) {
		unsigned line = s->line;
		int c = peek(s, 0);

		if (is_line_start(s) && include_offset(s) >= 0)
			return take_include(s);
		if (c == '#' || (c == '/' && peek(s, 1) == '/'))
			skip_line(s);
		else if (c == '/' && peek(s, 1) == '*') {
			if (!skip_comment(s))
				return (struct scan_token){.kind = SCAN_OPEN_COMMENT, .line = line};
		} else if (c == '"') {
			if (!skip_string(s))
				return (struct scan_token){.kind = SCAN_OPEN_STRING, .line = line};
		} else if (is_letter(c) || c == '*')
			skip_name(s);
		else if (is_number_start(s))
			return (struct scan_token){
				.kind = SCAN_NUMBER, .line = line, .word = take_number(s)};
		else
			skip(s, 1);
	}
	return (struct scan_token){.kind = SCAN_END, .line = s->line};
}

static int hex_value(struct span digits, uint64_t *ret)
{
	uint64_t v = 0;

	for (size_t i = 0; i < digits.len; i++) {
		uint8_t c = digits.data[i], low = c | 0x20;

		if (!is_digit(c) && (low < 'a' || low > 'f'))
			return -1;
		if (v >> 60)
			v = UINT64_MAX; /* does not fit; the rest must be digits all the same */
		else
			v = v << 4 | (uint64_t)(is_digit(c) ? c - '0' : low - 'a' + 10);
	}
	*ret = v;
	return digits.len ? 0 : -1;
}

/* false: no integer at all (a float, or what libconfig will not take for a number). */
static bool integer_value(struct span digits, bool is_hex, uint64_t *ret)
{
	if (is_hex)
		return hex_value(digits, ret) == 0;
	for (size_t i = 0; i < digits.len; i++)
		if (!is_digit(digits.data[i]))
			return false;
	if (digits.len && parse_u64(digits, ret) < 0)
		*ret = UINT64_MAX;
	return digits.len > 0;
}

enum scan_number scan_judge(struct span number)
{
	bool is_negative = number.len && number.data[0] == '-';
	bool has_sign = is_negative || (number.len && number.data[0] == '+');
	struct span n = has_sign ? span_of(number.data + 1, number.len - 1) : number;
	bool is_hex = n.len > 2 && n.data[0] == '0' && (n.data[1] | 0x20) == 'x';
	uint64_t limit, v;
	bool is_long = false;

	if (is_hex)
		n = span_of(n.data + 2, n.len - 2);
	while (n.len && n.data[n.len - 1] == 'L') {
		is_long = true;
		n.len--;
	}
	if (!integer_value(n, is_hex, &v))
		return NUMBER_FITS;
	if (!is_hex && n.len > 1 && n.data[0] == '0')
		return NUMBER_LEADING_ZERO;
	limit = (is_long ? (uint64_t)INT64_MAX : INT32_MAX) + is_negative;
	if (v <= limit)
		return NUMBER_FITS;
	return v > (uint64_t)INT64_MAX + is_negative ? NUMBER_TOO_BIG : NUMBER_NEEDS_L;
}
