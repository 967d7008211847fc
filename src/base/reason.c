#include "base/reason.h"

static const struct {
	const char *id, *text, *hint;
} reasons[REASON_COUNT] = {
	[REASON_NONE] = {"", "", ""},
#define REASON(symbol, id, text, hint) [REASON_##symbol] = {id, text, hint},
#include "base/reason.def"
#undef REASON
};

static unsigned known(enum reason reason)
{
	return (unsigned)reason < REASON_COUNT ? (unsigned)reason : REASON_NONE;
}

const char *reason_id(enum reason reason)
{
	return reasons[known(reason)].id;
}

const char *reason_text(enum reason reason)
{
	return reasons[known(reason)].text;
}

const char *reason_hint(enum reason reason)
{
	return reasons[known(reason)].hint;
}
