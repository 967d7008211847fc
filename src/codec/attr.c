#include "codec/attr.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "base/parse.h"
#include "codec/link.h"

enum kind { KIND_NUMBER, KIND_BIT, KIND_FLOAT };

/* of a float: what every double that such a text gives needs to be written again */
enum { FLOAT_TEXT_MAX = 24, FLOAT_DIGITS_MAX = 22 };

/* clang-format off */
static const struct row {
	const char *name;
	enum kind kind;
	enum lwm2m_version since;
	size_t at;
} rows[ATTR_COUNT] = {
	[ATTR_PMIN]  = {"pmin",  KIND_NUMBER, LWM2M_1_0, offsetof(struct attrs, pmin)},
	[ATTR_PMAX]  = {"pmax",  KIND_NUMBER, LWM2M_1_0, offsetof(struct attrs, pmax)},
	[ATTR_GT]    = {"gt",    KIND_FLOAT,  LWM2M_1_0, offsetof(struct attrs, gt)},
	[ATTR_LT]    = {"lt",    KIND_FLOAT,  LWM2M_1_0, offsetof(struct attrs, lt)},
	[ATTR_ST]    = {"st",    KIND_FLOAT,  LWM2M_1_0, offsetof(struct attrs, st)},
	[ATTR_EPMIN] = {"epmin", KIND_NUMBER, LWM2M_1_1, offsetof(struct attrs, epmin)},
	[ATTR_EPMAX] = {"epmax", KIND_NUMBER, LWM2M_1_1, offsetof(struct attrs, epmax)},
	[ATTR_EDGE]  = {"edge",  KIND_BIT,    LWM2M_1_2, offsetof(struct attrs, edge)},
	[ATTR_CON]   = {"con",   KIND_BIT,    LWM2M_1_2, offsetof(struct attrs, con)},
	[ATTR_HQMAX] = {"hqmax", KIND_NUMBER, LWM2M_1_2, offsetof(struct attrs, hqmax)},
};
/* clang-format on */

static uint32_t *number_at(struct attrs *a, const struct row *row)
{
	return (uint32_t *)(void *)((uint8_t *)a + row->at);
}

static double *float_at(struct attrs *a, const struct row *row)
{
	return (double *)(void *)((uint8_t *)a + row->at);
}

/* ["-"] 1*DIGIT ["." 1*DIGIT]: a sign for temperatures, no exponent (TS core 5.1.2) */
static int parse_float(struct span text, double *ret)
{
	size_t dots = 0;

	if (text.len == 0 || text.len > FLOAT_TEXT_MAX)
		return -EINVAL;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		if (c == '.' && i > 0 && i + 1 < text.len && text.data[i - 1] != '-')
			dots++;
		else if (!(c >= '0' && c <= '9') && !(c == '-' && i == 0))
			return -EINVAL;
	}
	return dots <= 1 && parse_double(text, ret) == 0 ? 0 : -EINVAL;
}

static int parse_bit(struct span text, uint8_t *ret)
{
	if (text.len != 1 || (text.data[0] != '0' && text.data[0] != '1'))
		return -EINVAL;
	*ret = text.data[0] == '1';
	return 0;
}

static int parse_value(struct span text, const struct row *row, struct attrs *a)
{
	switch (row->kind) {
	case KIND_NUMBER:
		return parse_u32(text, number_at(a, row)) < 0 ? -EINVAL : 0;
	case KIND_BIT:
		return parse_bit(text, (uint8_t *)a + row->at);
	case KIND_FLOAT:
		return parse_float(text, float_at(a, row));
	}
	return -EINVAL;
}

int attr_parse(struct span query, enum lwm2m_version since, struct attrs *attrs, uint16_t *unset)
{
	const uint8_t *equals = query.len ? memchr(query.data, '=', query.len) : NULL;
	struct span name = span_of(query.data, equals ? (size_t)(equals - query.data) : query.len);

	for (unsigned i = 0; i < ATTR_COUNT; i++) {
		if (!span_is_text(name, rows[i].name))
			continue;
		if (rows[i].since > since || ((attrs->set | *unset) & ATTR_BIT(i)))
			return -EINVAL;
		if (!equals) {
			*unset |= ATTR_BIT(i);
			return 0;
		}

		struct span text = span_of(equals + 1, query.len - name.len - 1);
		int r = parse_value(text, &rows[i], attrs);

		if (r == 0)
			attrs->set |= ATTR_BIT(i);
		return r;
	}
	return -EINVAL;
}

static bool has(const struct attrs *a, uint16_t bits)
{
	return (a->set & bits) == bits;
}

/* Negative steps and empty bands would never let a notification through. */
bool attr_is_consistent(const struct attrs *a)
{
	uint16_t band = ATTR_BIT(ATTR_GT) | ATTR_BIT(ATTR_LT);
	uint16_t period = ATTR_BIT(ATTR_EPMIN) | ATTR_BIT(ATTR_EPMAX);

	if (has(a, ATTR_BIT(ATTR_ST)) && a->st < 0)
		return false;
	if (has(a, band) && !(a->lt < a->gt))
		return false;
	if (has(a, band | ATTR_BIT(ATTR_ST)) && !(a->lt + 2 * a->st < a->gt))
		return false;
	return !has(a, period) || a->epmin < a->epmax;
}

static void copy(struct attrs *to, const struct attrs *from, const struct row *row)
{
	static const size_t sizes[] = {[KIND_NUMBER] = sizeof(uint32_t),
		[KIND_BIT] = sizeof(uint8_t),
		[KIND_FLOAT] = sizeof(double)};

	memcpy((uint8_t *)to + row->at, (const uint8_t *)from + row->at, sizes[row->kind]);
}

static void take(struct attrs *a, const struct attrs *from, uint16_t which)
{
	for (unsigned i = 0; which >> i; i++)
		if (which & ATTR_BIT(i))
			copy(a, from, &rows[i]);
	a->set |= which;
}

void attr_inherit(struct attrs *a, const struct attrs *above)
{
	take(a, above, (uint16_t)(above->set & ~a->set));
}

void attr_apply(struct attrs *a, const struct attrs *change, uint16_t unset)
{
	take(a, change, change->set);
	a->set &= (uint16_t)~unset;
}

static void format_float(double v, char ret[64])
{
	double back;

	for (int digits = 0; digits <= FLOAT_DIGITS_MAX; digits++) {
		snprintf(ret, 64, "%.*f", digits, v);
		if (parse_double(span_of_text(ret), &back) == 0 && back == v)
			return;
	}
}

void attr_write(const struct attrs *a, struct writer *w)
{
	struct attrs of = *a;
	char text[64];

	for (unsigned i = 0; i < ATTR_COUNT; i++) {
		if (!(of.set & ATTR_BIT(i)))
			continue;
		if (rows[i].kind == KIND_NUMBER)
			snprintf(text, sizeof text, "%" PRIu32, *number_at(&of, &rows[i]));
		else if (rows[i].kind == KIND_BIT)
			snprintf(text, sizeof text, "%u", ((const uint8_t *)&of)[rows[i].at]);
		else
			format_float(*float_at(&of, &rows[i]), text);
		link_write_attr(w, rows[i].name, text);
	}
}
