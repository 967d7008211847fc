#pragma once
/*
 * CoRE link format (RFC 6690), content format 40: the payloads of Register and Discover, and a
 * parser for tests and corelnk values. Pure. Layer: codec.
 */
#include "base/reader.h"
#include "base/writer.h"

struct link_attr {
	struct span name;
	struct span value; /* without quotes, escapes not removed */
	bool is_quoted, has_value;
};

enum { LINK_ATTRS_MAX = 16 };

struct link {
	struct span target; /* between < and > */
	struct link_attr attr[LINK_ATTRS_MAX];
	size_t n_attrs;
};

/* r begins with the list. 1 = link in *ret, 0 = end, -EBADMSG = malformed, -E2BIG = more than
 * LINK_ATTRS_MAX. */
int link_next(struct reader *r, struct link *ret);

/* "<target>", with a comma in front unless it is the first in w->out since start. */
void link_write_target(struct writer *w, size_t start, const char *target);
/* ";name=value", or ";name" if value is NULL */
void link_write_attr(struct writer *w, const char *name, const char *value);
/* ";name=\"value\"", quotes and backslashes escaped; -EDOM for control characters */
void link_write_quoted(struct writer *w, const char *name, struct span value);
