#pragma once
/*
 * Why something waits or failed: one table (reason.def) gives id, text and hint. Layer: base.
 */

enum reason {
	REASON_NONE, /* all is well */
#define REASON(symbol, id, text, hint) REASON_##symbol,
#include "base/reason.def"
#undef REASON
	REASON_COUNT
};

/* Never NULL; the texts of REASON_NONE are empty. */
const char *reason_id(enum reason reason);
const char *reason_text(enum reason reason);
const char *reason_hint(enum reason reason);
