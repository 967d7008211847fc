#pragma once
/*
 * What Write, Create and Write-Composite share: payloads become values of the model, within one
 * transaction, so that all of it happens or nothing. Layer: dm, private to it. (TS core 6.3.3)
 */
#include "dm/operation.h"

/*
 * Decodes the payload of the request at this base. error: what the callbacks of the sink found,
 * which comes before what the codec says; they set it once. -EINVAL: no Content-Format, or a
 * query, which no write has; -EMEDIUMTYPE.
 */
int apply_payload(const struct operation *op, struct path base, const struct payload_sink *sink,
	const int *error);

/*
 * One value, after what the definition, the data model and the object itself say about it. Errors
 * as model_set(); -EDOM for a link to what is not there.
 */
int apply_value(struct model *m, const struct record *record);

/* Commits if r is 0, else rolls back. Returns code or r. */
int apply_end(struct model *m, int r, int code);
