#pragma once
/*
 * What the tests of content formats share: golden vectors in both directions, input cut anywhere,
 * random records, failing allocations.
 */
#include "codec/payload.h"
#include "records.h"

struct format_vector {
	int format;
	const char *golden;
	struct path base;
	const struct record *records;
	size_t n_records;
	bool is_input_only; /* others write it so */
};

/* The Device object of the standard's examples, 16 records below /3/0. */
extern const struct record format_device[16];
/* Resources 1 to 8 of /1000/0, one of each type but core link. */
extern const struct record format_types[8];

/* Decodes into a recorder of this file. */
int format_decode(int format, struct path base, struct span in);
void format_assert_told(const struct record *records, size_t n_records);
/* Decodes to the records; encodes to the bytes. */
void format_check_vector(const struct format_vector *v);
/* Cut anywhere it is an error, and what was told before is what the whole begins with. */
void format_check_cuts(const struct format_vector *v);
/* decode(encode(x)) = x for many x; is_lossy: empty ones are left out. */
void format_check_random(int format, bool is_lossy);
/* The n-th allocation fails, in both directions: -ENOMEM, and nothing appended. */
void format_check_allocations(const struct format_vector *v);

struct format_refusal {
	struct path base;
	const char *in; /* hexadecimal, or text that begins with '[' or '{' */
	int error;
};

void format_check_refusal(int format, const struct format_refusal *refusal);
