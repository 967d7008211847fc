#pragma once
/*
 * The attributes of the NOTIFICATION class: as queries of Write-Attributes and Observe, and as
 * link parameters of Discover. Pure. Layer: codec. (TS core 5.1.2, 7.3)
 */
#include "base/writer.h"
#include "codec/ids.h"

enum attr {
	ATTR_PMIN,
	ATTR_PMAX,
	ATTR_GT,
	ATTR_LT,
	ATTR_ST,
	ATTR_EPMIN,
	ATTR_EPMAX,
	ATTR_EDGE,
	ATTR_CON,
	ATTR_HQMAX,
	ATTR_COUNT,
};

#define ATTR_BIT(attr) ((uint16_t)(1u << (attr)))
/* Those that tell when a value has changed enough; they need a value. */
#define ATTR_THRESHOLDS (ATTR_BIT(ATTR_GT) | ATTR_BIT(ATTR_LT) | ATTR_BIT(ATTR_ST))
#define ATTR_CONDITIONS (ATTR_THRESHOLDS | ATTR_BIT(ATTR_EDGE))

/* {0} is none. Fields count while their bit is set. */
struct attrs {
	uint16_t set; /* ATTR_BIT */
	uint8_t edge; /* 0: falling, 1: rising */
	uint8_t con;
	uint32_t pmin, pmax, epmin, epmax; /* seconds */
	uint32_t hqmax;
	double gt, lt, st;
};

/*
 * One query, "pmin=10", or "pmin" to unset it; into *attrs and *unset (ATTR_BIT), which must be
 * empty before the first. since: what the enabler version of the server knows. -EINVAL: unknown,
 * malformed, out of range, or named before.
 */
int attr_parse(struct span query, enum lwm2m_version since, struct attrs *attrs, uint16_t *unset);
/* Whether those that are set fit together (TS core 5.1.2). */
bool attr_is_consistent(const struct attrs *a);
/* Takes from above what is not set below: each attribute is inherited on its own. */
void attr_inherit(struct attrs *a, const struct attrs *above);
/* Sets what is set in change; unset: ATTR_BIT of those that go. */
void attr_apply(struct attrs *a, const struct attrs *change, uint16_t unset);
/* ";pmin=10;gt=42.5" */
void attr_write(const struct attrs *a, struct writer *w);
