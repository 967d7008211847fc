#pragma once
/*
 * Which instance of object 2 guards what: an index over all of them, made anew when it is asked
 * after a change, since each access to thousands of instances asks. Layer: model. (TS core 8)
 */
#include "model/model.h"

struct guards {
	struct guard *list; /* owned; by target, then by instance */
	size_t n;
	bool is_fresh;
};

/*
 * The instance of object 2 for an instance of an object, or with iid 65535 for the object; the
 * lowest of several. ID_NONE: none.
 */
uint16_t guard_of(const struct model *m, uint16_t oid, uint16_t iid);

/* Private to the layer: object 2 changes. */
void guard_forget(struct guards *g);
void guard_done(struct guards *g);
