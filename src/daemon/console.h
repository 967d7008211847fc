#pragma once
/*
 * The status socket: what it shows is daemon/view.h, what it does and counts is here.
 * Layer: daemon. (lwm2md-varlink(7))
 */
#include "ctl/manage.h"

struct daemon;

struct console {
	struct daemon *d;
	struct manage *manage; /* NULL: nobody can follow */
	struct manage_settings settings;
	struct card_inspect *card_inspect;
	char *path;
	const char *phase; /* the last that was shown, and since when (REALTIME, usec) */
	uint64_t since;
};

/* Opens status.sock in control.directory. */
int console_new(struct daemon *d, struct console **ret);
struct console *console_free(struct console *c);

/* News for those who follow; c may be NULL. */
void console_tell_state(struct console *c);
void console_tell_value(struct console *c, struct path p);

/* What the socket calls, with a struct console as data. */
extern const struct manage_ops console_ops;
