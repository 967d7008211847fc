#pragma once
/*
 * lwm2mctl as a process, talking to a daemon that answers by a script.
 */
#include <stddef.h>

/* What is answered to a method: replies, one a line; NULL: the connection is closed. */
struct program_reply {
	const char *method, *replies;
};

enum { PROGRAM_WORDS = 14, PROGRAM_SAID = 16384 };

struct program {
	/* told: */
	const char *words[PROGRAM_WORDS];
	const struct program_reply
		*daemon;   /* up to the first without method; NULL: none is there */
	const char *input; /* standard input */
	/* seen: */
	int code;
	char said[PROGRAM_SAID];  /* both outputs */
	char asked[PROGRAM_SAID]; /* the calls, one a line */
};

void program_run(struct program *p);
/* Runs it and compares: the status, a text in what it says, and one in what it asks (or NULL). */
void program_expect(struct program *p, int code, const char *says, const char *asks);
