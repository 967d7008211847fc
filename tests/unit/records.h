#pragma once
/*
 * What codec tests and fuzz targets share: a sink that keeps the records it is told, and a small
 * data model that knows the types. Allocates nothing, so tests of failing allocations can use it.
 */
#include "codec/payload.h"

enum { RECORDS_MAX = 512, RECORD_BYTES_MAX = 1 << 17 };

/* Single resources of object 1000, one for each type; those of object 1001 are multiple. */
enum {
	OBJECT_SINGLE = 1000,
	OBJECT_MULTIPLE = 1001,
};

struct recorder {
	struct payload_sink sink; /* give this to a decoder */
	int result;		  /* what on_record returns; records are kept all the same */
	struct record records[RECORDS_MAX];
	size_t n_records;
	uint8_t bytes[RECORD_BYTES_MAX]; /* of the records: a decoder only lends them */
	size_t n_bytes;
};

/* Empties it and sets the sink. */
void recorder_start(struct recorder *r);
/* The type that the recorder's model has for a resource. */
enum value_type recorder_type_of(void *data, struct path resource, bool *ret_multiple);
bool record_is_equal(const struct record *a, const struct record *b);
bool records_are_equal(const struct record *a, size_t n_a, const struct record *b, size_t n_b);

/* Numbers that look random and are the same each time (xorshift64*). */
uint64_t random_next(uint64_t *state);
/* A value of this type; bytes (at most max_bytes long, ASCII for text) are put into bytes. */
struct value random_value(uint64_t *state, enum value_type type, uint8_t *bytes, size_t max_bytes);

enum { RANDOM_RECORDS_MAX = 64, RANDOM_LENGTH_MAX = 300 };
#define RANDOM_BYTES_MAX (RANDOM_RECORDS_MAX * RANDOM_LENGTH_MAX)
/*
 * Records in path order with all types, empty ones among them: up to three instances of
 * OBJECT_SINGLE, or instance 0 of OBJECT_MULTIPLE with 0 to 3 instances of each resource.
 */
size_t random_records(uint64_t *state, bool is_multiple, struct record *records, uint8_t *bytes);
/* Takes out those without a value, for formats that have no form for them. */
size_t records_drop_empty(struct record *records, size_t n_records);
