#pragma once
/*
 * What is wrong with one value, for a report that the caller writes. Layer: conf.
 */

enum { FAULT_TEXT_MAX = 320 };

struct fault {
	const char *code; /* static (lwm2md.conf(5)) */
	char message[FAULT_TEXT_MAX];
	char hint[FAULT_TEXT_MAX]; /* "": none */
};

/* Fills in code and message, no hint; returns -EINVAL. */
__attribute__((format(printf, 3, 4))) int fault_set(
	struct fault *fault, const char *code, const char *format, ...);
__attribute__((format(printf, 2, 3))) void fault_hint(struct fault *fault, const char *format, ...);
