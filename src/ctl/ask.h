#pragma once
/*
 * What lwm2mctl's verbs ask the daemon: a call, its replies, and complaints about what goes wrong
 * with the exit status that belongs to it. Layer: ctl.
 */
#include "ctl/client.h"
#include "ctl/cmdline.h"

/* All return EXIT_OK, or an exit status and have complained. timeout_sec 0: none. */
int ask_start(const struct cmdline *c, const char *method, const char *parameters, bool more,
	uint64_t timeout_sec, struct client **ret);
/* The parameters of the next reply in *ret, which belong to *message. */
int ask_hear(struct client *c, struct json **message, const struct json **ret);
int ask_call(const struct cmdline *c, const char *method, const char *parameters,
	struct json **message, const struct json **ret);
int ask_do(const struct cmdline *c, const char *method, const char *parameters);

/* A member, "" or otherwise when it is not there. */
const char *ask_text(const struct json *j, const char *name);
int64_t ask_int(const struct json *j, const char *name, int64_t otherwise);
