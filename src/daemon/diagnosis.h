#pragma once
/*
 * What the daemon can check by itself and at once, for "lwm2mctl doctor": its configuration as it
 * is on disk now, keys, state directory, clock, card. Changes nothing. Layer: daemon.
 */
#include "ctl/manage.h"

struct daemon;

void diagnosis_run(
	const struct daemon *d, void (*emit)(void *to, const struct manage_finding *f), void *to);

/* Of a problem's code (lwm2md.conf(5)) that is about a key; REASON_NONE: it is about something
 * else.
 */
enum reason diagnosis_secret_reason(const char *code);
