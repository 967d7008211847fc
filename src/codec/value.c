#include "codec/value.h"

#include <assert.h>
#include <errno.h>
#include <math.h>

bool value_has_bytes(enum value_type type)
{
	return type == VALUE_STRING || type == VALUE_OPAQUE || type == VALUE_CORELNK;
}

bool value_is_equal(const struct value *a, const struct value *b)
{
	if (a->type != b->type)
		return false;

	switch (a->type) {
	case VALUE_NONE:
		return true;
	case VALUE_INTEGER:
	case VALUE_TIME:
		return a->i == b->i;
	case VALUE_UNSIGNED:
		return a->u == b->u;
	case VALUE_FLOAT:
		return memcmp(&a->f, &b->f, sizeof a->f) == 0;
	case VALUE_BOOLEAN:
		return a->b == b->b;
	case VALUE_OBJLNK:
		return a->link.object == b->link.object && a->link.instance == b->link.instance;
	case VALUE_STRING:
	case VALUE_OPAQUE:
	case VALUE_CORELNK:
		return span_is_equal(a->bytes, b->bytes);
	}
	return false;
}

const char *value_type_name(enum value_type type)
{
	static const char *const names[] = {
		[VALUE_NONE] = "none",
		[VALUE_STRING] = "string",
		[VALUE_INTEGER] = "integer",
		[VALUE_UNSIGNED] = "unsigned integer",
		[VALUE_FLOAT] = "float",
		[VALUE_BOOLEAN] = "boolean",
		[VALUE_OPAQUE] = "opaque",
		[VALUE_TIME] = "time",
		[VALUE_OBJLNK] = "objlnk",
		[VALUE_CORELNK] = "corelnk",
	};

	assert((size_t)type < sizeof names / sizeof *names);
	return names[type];
}

struct number number_of_int(int64_t v)
{
	bool is_negative = v < 0;

	return (struct number){.is_negative = is_negative,
		.magnitude = is_negative ? (uint64_t)~v + 1 : (uint64_t)v};
}

struct number number_of_unsigned(uint64_t v)
{
	return (struct number){.magnitude = v};
}

struct number number_of_double(double v)
{
	return (struct number){.is_float = true, .f = v};
}

double number_to_double(struct number n)
{
	if (n.is_float)
		return n.f;
	return n.is_negative ? -(double)n.magnitude : (double)n.magnitude;
}

struct number number_add(struct number a, struct number b)
{
	struct number sum = a;

	if (a.is_float || b.is_float)
		return number_of_double(number_to_double(a) + number_to_double(b));
	if (a.is_negative == b.is_negative) {
		if (__builtin_add_overflow(a.magnitude, b.magnitude, &sum.magnitude))
			return number_of_double(number_to_double(a) + number_to_double(b));
		return sum;
	}
	if (a.magnitude < b.magnitude) {
		sum.is_negative = b.is_negative;
		sum.magnitude = b.magnitude - a.magnitude;
	} else {
		sum.magnitude = a.magnitude - b.magnitude;
	}
	return sum;
}

/* 1.0 and 1e3 are whole, too: JSON has only one kind of number. */
static int number_make_whole(struct number *n)
{
	if (!n->is_float)
		return 0;

	double magnitude = fabs(n->f);

	if (!isfinite(n->f) || trunc(n->f) != n->f || magnitude >= 0x1p64)
		return -EDOM;
	*n = (struct number){.is_negative = n->f < 0, .magnitude = (uint64_t)magnitude};
	return 0;
}

int value_from_number(struct number n, enum value_type type, struct value *ret)
{
	struct value v = {.type = type};
	bool is_signed = type == VALUE_INTEGER || type == VALUE_TIME;

	if (type == VALUE_FLOAT) {
		v.f = number_to_double(n);
	} else if (is_signed || type == VALUE_UNSIGNED) {
		if (number_make_whole(&n) < 0)
			return -EDOM;
		if (is_signed ? n.magnitude > (uint64_t)INT64_MAX + n.is_negative
			      : n.is_negative && n.magnitude > 0)
			return -EDOM;
		/* two's complement: the bits of both members are the same */
		v.u = n.is_negative ? ~n.magnitude + 1 : n.magnitude;
	} else {
		return -EDOM;
	}
	*ret = v;
	return 0;
}
