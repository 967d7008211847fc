#pragma once
/*
 * Text for a bug report: what could be a key or names an identity is left out. Pure. Layer: ctl.
 * (lwm2mctl(1))
 */
#include "base/writer.h"

enum { REDACT_WORDS_MAX = 16, REDACT_WORD_MIN = 3, REDACT_DIGITS = 32 };

/* Words that must not be seen; shorter than REDACT_WORD_MIN they would hit anything. */
struct redact {
	struct span words[REDACT_WORDS_MAX];
	size_t n;
};

/* The identities of a printed configuration (lwm2md --print-config); they borrow from it. */
void redact_take_identities(struct redact *r, struct span conf);
/*
 * Replaces the words by "[identity]", and by "[hidden]" each run of REDACT_DIGITS or more
 * hexadecimal digits that is no SHA-256 fingerprint, and what follows "hex:" and "base64:".
 */
void redact_write(const struct redact *r, struct span text, struct writer *out);
