#pragma once
/*
 * What a file or a program says as a value of a resource: trimmed, the part that a regular
 * expression picks, scaled. Layer: daemon. (lwm2md.conf(5), resources)
 */
#include "conf/conf.h"

enum { SAMPLE_MAX = 64 * 1024, SAMPLE_WHY_MAX = 160 };

/*
 * At most SAMPLE_MAX octets of a regular file. Negative errno; *why says what is wrong, for
 * people.
 */
int sample_read(const char *file, struct buf *ret, char why[SAMPLE_WHY_MAX]);
/*
 * *ret looks into text or into room. -EINVAL: it is no such value, *why says so. text may be
 * written to (a NUL behind it).
 */
int sample_parse(const struct conf_resource *r, struct buf *text, struct buf *room,
	struct value *ret, char why[SAMPLE_WHY_MAX]);
