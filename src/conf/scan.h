#pragma once
/*
 * A look at the text of a configuration before libconfig reads it: comments and strings are
 * skipped, what is left shows its numbers and @include directives. libconfig 1.5 wraps integers
 * that do not fit 32 bit and 1.7 reads leading zeros as octal, both in silence; so numbers are
 * judged here, and included files are opened by us. Pure. Layer: conf. (lwm2md.conf(5))
 */
#include "base/span.h"

enum scan_kind {
	SCAN_END,
	SCAN_NUMBER,	   /* word: the literal */
	SCAN_INCLUDE,	   /* word: the name between the quotes, escapes not removed */
	SCAN_BAD_INCLUDE,  /* a line that starts with @include and is no more than that */
	SCAN_OPEN_STRING,  /* not closed; line: where it starts */
	SCAN_OPEN_COMMENT, /* likewise */
};

struct scan {
	struct span text;
	size_t pos;
	unsigned line;
};

struct scan_token {
	enum scan_kind kind;
	unsigned line; /* from 1 */
	struct span word;
	size_t start, end; /* SCAN_INCLUDE: the directive from its line's start to its line's end */
};

enum scan_number {
	NUMBER_FITS,
	NUMBER_NEEDS_L,	     /* more than 32 bit and no suffix L */
	NUMBER_TOO_BIG,	     /* more than 64 bit */
	NUMBER_LEADING_ZERO, /* decimal here, octal there */
};

static inline struct scan scan_of(struct span text)
{
	return (struct scan){.text = text, .line = 1};
}

/* The next token; after SCAN_END and the two SCAN_OPEN_… there is only SCAN_END. */
struct scan_token scan_next(struct scan *s);
enum scan_number scan_judge(struct span number);
