#pragma once
/*
 * What SenML is apart from its syntax (senml_json.h, senml_cbor.h): records whose names and times
 * are relative to a base that stays until the next one. Pure. Layer: codec. (RFC 8428, RFC 8790,
 * TS core 1.1 7.4.5)
 */
#include "codec/payload.h"

enum senml_kind {
	SENML_NO_VALUE,
	SENML_NULL,    /* ETCH: removes */
	SENML_NUMBER,  /* v */
	SENML_TEXT,    /* vs */
	SENML_BOOLEAN, /* vb */
	SENML_DATA,    /* vd, decoded */
	SENML_LINK,    /* vlo */
};

enum senml_mode {
	SENML_VALUES,
	SENML_ETCH,  /* values, null too */
	SENML_PATHS, /* names only */
};

enum { SENML_VERSION = 10 };

/* A record as it is written. */
struct senml_fields {
	bool has_bn, has_n, has_bv, has_time; /* has_time: t or bt */
	struct span bn, n;
	struct number bv;
	enum senml_kind kind;
	union {
		struct number number;
		bool b;
		struct span bytes; /* TEXT, DATA, LINK */
	};
};

/* --- input: make one by senml_reader_of(), take each record, end, done ------------------------ */

struct senml_reader {
	enum senml_mode mode;
	struct payload_teller teller;
	int (*on_path)(void *data, struct path path); /* SENML_PATHS */
	void *data;
	/* the rest is private */
	char bn[PATH_TEXT_MAX];
	size_t bn_len;
	struct number bv;
	bool has_time;
};

static inline struct senml_reader senml_reader_of(
	enum senml_mode mode, struct path base, const struct payload_sink *sink)
{
	return (struct senml_reader){.mode = mode, .teller = {.base = base, .sink = sink}};
}

/* The errors are those of payload_decode(). */
int senml_take(struct senml_reader *s, const struct senml_fields *fields);
int senml_end(struct senml_reader *s);
void senml_reader_done(struct senml_reader *s);

/* --- output: the records one by one with the base names that cost least ----------------------- */

struct senml_record {
	struct span bn, n; /* empty: not written */
	bool has_bt, has_t;
	int64_t bt, t; /* milliseconds */
	const struct value *value;
};

struct senml_plan {
	size_t count; /* of records that will come */
	/* the rest is private */
	const struct record *records;
	size_t n_records, next;
	uint8_t *bn_lengths; /* by record */
	bool has_bt;
	int64_t bt;
	char name[PATH_TEXT_MAX], bn[PATH_TEXT_MAX];
};

/*
 * What a syntax pays for a base name or a name besides its characters, and from which length on
 * one octet more.
 */
struct senml_prices {
	unsigned bn, n;
	size_t long_name;
};

/* -EINVAL: a record is not below base or of no depth that has values; -ENOMEM */
int senml_plan_make(struct senml_plan *p, struct path base, const struct record *records,
	size_t n_records, const struct senml_prices *prices);
/* false behind the last. What ret looks at is valid until the next call. */
bool senml_plan_next(struct senml_plan *p, struct senml_record *ret);
void senml_plan_done(struct senml_plan *p);
