#include "codec/senml.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "codec/text.h"

/* --- input ------------------------------------------------------------------------------------ */

static int keep_bases(struct senml_reader *s, const struct senml_fields *f)
{
	/* a longer one cannot begin the name of a path */
	if (f->has_bn && f->bn.len >= sizeof s->bn)
		return -EBADMSG;
	if (f->has_bn && f->bn.len > 0)
		memcpy(s->bn, f->bn.data, f->bn.len);
	if (f->has_bn)
		s->bn_len = f->bn.len;
	if (f->has_bv)
		s->bv = f->bv;
	s->has_time |= f->has_time;
	return 0;
}

static int resolve_name(const struct senml_reader *s, struct span n, struct path *ret)
{
	char name[PATH_TEXT_MAX];

	if (n.len >= sizeof name - s->bn_len)
		return -EBADMSG;
	memcpy(name, s->bn, s->bn_len);
	if (n.len > 0)
		memcpy(name + s->bn_len, n.data, n.len);
	return path_parse(span_of(name, s->bn_len + n.len), ret) < 0 ? -EBADMSG : 0;
}

static int to_value(const struct senml_reader *s, const struct senml_fields *f,
	enum value_type type, struct value *ret)
{
	static const enum senml_kind kinds[] = {
		[VALUE_NONE] = SENML_NO_VALUE,
		[VALUE_STRING] = SENML_TEXT,
		[VALUE_INTEGER] = SENML_NUMBER,
		[VALUE_UNSIGNED] = SENML_NUMBER,
		[VALUE_FLOAT] = SENML_NUMBER,
		[VALUE_BOOLEAN] = SENML_BOOLEAN,
		[VALUE_OPAQUE] = SENML_DATA,
		[VALUE_TIME] = SENML_NUMBER,
		[VALUE_OBJLNK] = SENML_LINK,
		[VALUE_CORELNK] = SENML_TEXT,
	};

	if (f->kind != kinds[type])
		return -EDOM;
	if (type == VALUE_OBJLNK)
		return text_to_value(f->bytes, type, NULL, ret);
	if (f->kind == SENML_NUMBER) {
		bool has_bv = s->bv.is_float || s->bv.magnitude > 0;

		return value_from_number(
			has_bv ? number_add(s->bv, f->number) : f->number, type, ret);
	}
	if (type == VALUE_BOOLEAN)
		*ret = VALUE_BOOL(f->b);
	else
		*ret = (struct value){.type = type, .bytes = f->bytes};
	return 0;
}

/* Names are unique unless times tell them apart (RFC 8428 section 4.5.4). */
static int take_value(struct senml_reader *s, const struct senml_fields *f, struct path p)
{
	struct value v = {0};
	enum value_type type;
	int r = payload_teller_expect(&s->teller, p, !s->has_time, &type);

	if (r < 0 || type == VALUE_NONE)
		return r;
	if (f->kind == SENML_NULL)
		r = p.depth == 4 ? 0 : -EDOM;
	else
		r = to_value(s, f, type, &v);
	return r < 0 ? r : payload_teller_tell(&s->teller, p, v);
}

int senml_take(struct senml_reader *s, const struct senml_fields *f)
{
	bool is_null = f->kind == SENML_NULL, has_value = f->kind != SENML_NO_VALUE && !is_null;
	struct path p;
	int r = keep_bases(s, f);

	if (r < 0)
		return r;
	/* only bases for the records that follow (RFC 8428 section 4.4) */
	if (f->kind == SENML_NO_VALUE && !f->has_n &&
		(s->mode != SENML_PATHS || !f->has_bn ||
			(f->bn.len > 1 && f->bn.data[f->bn.len - 1] == '/')))
		return 0;
	r = resolve_name(s, f->has_n ? f->n : (struct span){0}, &p);
	if (r < 0)
		return r;
	if (s->mode != SENML_PATHS)
		return has_value || (is_null && s->mode == SENML_ETCH) ? take_value(s, f, p)
								       : -EBADMSG;
	if (f->kind != SENML_NO_VALUE)
		return -EBADMSG;
	r = s->on_path(s->data, p);
	return r < 0 ? r : 0;
}

int senml_end(struct senml_reader *s)
{
	return s->mode == SENML_PATHS ? 0 : payload_teller_end(&s->teller);
}

void senml_reader_done(struct senml_reader *s)
{
	payload_teller_done(&s->teller);
}

/* --- output ----------------------------------------------------------------------------------- */

/*
 * A base name may be any beginning of a name and changes where that pays: the way of least cost
 * through (record, length of the base name), remembered backwards.
 */
struct way {
	uint32_t is_new; /* bit n: with a base name of n characters, it is written here */
	uint8_t best;
};

_Static_assert(PATH_TEXT_MAX <= 32, "a bit for each length");

struct search {
	const struct senml_prices *prices;
	char name[PATH_TEXT_MAX]; /* of the record before */
	size_t len;
	uint32_t cost[PATH_TEXT_MAX]; /* up to that record, by length of its base name */
	uint8_t best;
};

static uint32_t price_of(const struct senml_prices *prices, unsigned price, size_t len)
{
	return len == 0 ? 0 : (uint32_t)(price + len + (len >= prices->long_name));
}

static struct way search_next(struct search *s, struct path p)
{
	uint32_t before[PATH_TEXT_MAX], best_before = s->len ? s->cost[s->best] : 0;
	char name[PATH_TEXT_MAX];
	struct way way = {0};
	size_t shared = 0;

	path_format(p, name);

	size_t len = strlen(name);

	while (shared < s->len && shared < len && s->name[shared] == name[shared])
		shared++;
	memcpy(before, s->cost, sizeof before);
	for (size_t n = 1; n <= len; n++) {
		uint32_t fresh = best_before + price_of(s->prices, s->prices->bn, n);
		bool is_kept = n <= shared && before[n] <= fresh;

		s->cost[n] =
			(is_kept ? before[n] : fresh) + price_of(s->prices, s->prices->n, len - n);
		if (!is_kept)
			way.is_new |= UINT32_C(1) << n;
		if (way.best == 0 || s->cost[n] <= s->cost[way.best])
			way.best = (uint8_t)n;
	}
	memcpy(s->name, name, sizeof name);
	s->len = len;
	s->best = way.best;
	return way;
}

/* What is empty has no form in SenML. */
static bool is_written(const struct record *record)
{
	return record->value.type != VALUE_NONE;
}

static int check_records(struct path base, const struct record *records, size_t n_records)
{
	for (size_t i = 0; i < n_records; i++) {
		struct path p = records[i].path;
		bool has_depth =
			is_written(&records[i]) ? p.depth >= 3 : p.depth == 2 || p.depth == 3;

		if (!path_contains(base, p) || !has_depth)
			return -EINVAL;
	}
	return 0;
}

int senml_plan_make(struct senml_plan *p, struct path base, const struct record *records,
	size_t n_records, const struct senml_prices *prices)
{
	_cleanup_(free_p) struct way *ways = NULL;
	struct search search = {.prices = prices};
	int r = check_records(base, records, n_records);

	*p = (struct senml_plan){.records = records, .n_records = n_records};
	if (r < 0 || n_records == 0)
		return r;

	ways = calloc(n_records, sizeof *ways);
	p->bn_lengths = calloc(n_records, sizeof *p->bn_lengths);
	if (!ways || !p->bn_lengths) {
		senml_plan_done(p);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n_records; i++)
		if (is_written(&records[i])) {
			ways[i] = search_next(&search, records[i].path);
			p->count++;
		}

	uint8_t len = search.best;

	for (size_t i = n_records, before; i-- > 0;) {
		if (!is_written(&records[i]))
			continue;
		p->bn_lengths[i] = len;
		for (before = i; before > 0 && !is_written(&records[before - 1]); before--)
			;
		if (before > 0 && (ways[i].is_new >> len & 1))
			len = ways[before - 1].best;
	}
	return 0;
}

/* Whether a record that is written follows with the same time. */
static bool next_has_time(const struct senml_plan *p, int64_t time)
{
	size_t i = p->next;

	while (i < p->n_records && !is_written(&p->records[i]))
		i++;
	return i < p->n_records && p->records[i].time == time;
}

/* A time that more records have is a base; one alone is told as its distance. */
static void plan_time(struct senml_plan *p, int64_t time, struct senml_record *ret)
{
	int64_t before = p->has_bt ? p->bt : 0;

	if (time == before)
		return;
	if (p->has_bt && time != 0 && !next_has_time(p, time) &&
		!__builtin_sub_overflow(time, before, &ret->t)) {
		ret->has_t = true;
		return;
	}
	ret->has_bt = p->has_bt = true;
	ret->bt = p->bt = time;
}

bool senml_plan_next(struct senml_plan *p, struct senml_record *ret)
{
	while (p->next < p->n_records && !is_written(&p->records[p->next]))
		p->next++;
	if (p->next == p->n_records)
		return false;

	const struct record *record = &p->records[p->next];
	size_t bn_len = p->bn_lengths[p->next];
	struct senml_record out = {.value = &record->value};

	path_format(record->path, p->name);
	if (strlen(p->bn) != bn_len || memcmp(p->bn, p->name, bn_len) != 0) {
		memcpy(p->bn, p->name, bn_len);
		p->bn[bn_len] = '\0';
		out.bn = span_of(p->bn, bn_len);
	}
	out.n = span_of_text(p->name + bn_len);
	p->next++;
	plan_time(p, record->time, &out);
	*ret = out;
	return true;
}

void senml_plan_done(struct senml_plan *p)
{
	free(p->bn_lengths);
	*p = (struct senml_plan){0};
}
