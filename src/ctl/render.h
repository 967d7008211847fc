#pragma once
/*
 * What lwm2mctl prints for people: at most 80 columns, no colour. status and why fit 24 lines.
 * Layer: ctl. (lwm2mctl(1))
 */
#include <stdio.h>

#include "codec/json.h"

/* now: seconds since 1970. */
void render_status(FILE *out, const struct json *state, const struct json *servers, int64_t now);
/* reply: of Explain */
void render_why(FILE *out, const struct json *reply);
/* One server in full, or a line for each. */
void render_servers(FILE *out, const struct json *servers, bool is_full);
void render_objects(FILE *out, const struct json *instances);
void render_values(FILE *out, const struct json *values);
void render_observations(FILE *out, const struct json *list, int64_t now);
/* One line of Monitor. */
void render_event(FILE *out, const struct json *event);

enum { RENDER_DURATION_MAX = 32 };
/* "18 s", "41 min", "14 h", "3 d" */
void render_duration(int64_t seconds, char ret[RENDER_DURATION_MAX]);
