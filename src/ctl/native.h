#pragma once
/*
 * Replies as --json prints them: one line each, with "schema", and values as JSON has them.
 * Layer: ctl. (lwm2mctl(1))
 */
#include "codec/json.h"

/* more: its members are put in behind; may be NULL. An exit status. */
int native_print(const struct json *reply, const struct json *more);
