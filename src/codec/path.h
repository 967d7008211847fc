#pragma once
/*
 * Where a thing is in the data model: /object/instance/resource/resource-instance of a device.
 * A plain value, passed by copy. Layer: codec. (TS core 7.1)
 */
#include "base/span.h"

enum { PATH_DEPTH_MAX = 4, PATH_TEXT_MAX = 32, ID_NONE = 65535 };

struct path {
	uint16_t device; /* 0: this gateway; others: end devices behind it (object 25) */
	uint8_t depth;	 /* 0: "/", 1: object, 2: instance, 3: resource, 4: resource instance */
	uint16_t id[PATH_DEPTH_MAX];
};

#define PATH0() ((struct path){0})
#define PATH1(o) ((struct path){.depth = 1, .id = {(uint16_t)(o)}})
#define PATH2(o, i) ((struct path){.depth = 2, .id = {(uint16_t)(o), (uint16_t)(i)}})
#define PATH3(o, i, r)                                                                             \
	((struct path){.depth = 3, .id = {(uint16_t)(o), (uint16_t)(i), (uint16_t)(r)}})
#define PATH4(o, i, r, n)                                                                          \
	((struct path){                                                                            \
		.depth = 4, .id = {(uint16_t)(o), (uint16_t)(i), (uint16_t)(r), (uint16_t)(n)}})

/* "/", "/3", "/3/0/7/1". -EINVAL for another form: no leading '/', leading zeros, 65535, depth > 4
 */
int path_parse(struct span text, struct path *ret);
/* One id of 0..65534 in decimal without leading zeros. -EINVAL */
int path_parse_id(struct span text, uint16_t *ret);
/* Always NUL terminated. */
void path_format(struct path p, char ret[PATH_TEXT_MAX]);

bool path_is_equal(struct path a, struct path b);
/* a is b or above it. */
bool path_contains(struct path a, struct path b);
/* Order of a depth-first walk: <0, 0, >0. */
int path_compare(struct path a, struct path b);
/* p with one more id; depth must be below 4. */
struct path path_child(struct path p, uint16_t id);
/* The first depth ids of p. */
struct path path_parent(struct path p, uint8_t depth);
