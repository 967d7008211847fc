#pragma once
/*
 * What a command line of lwm2mctl says, and what all verbs share: exit statuses, complaints,
 * words that are numbers or paths. Layer: ctl. (lwm2mctl(1))
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/path.h"

enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_WORKING = 3,
	EXIT_DEGRADED = 4,
	EXIT_PERSON = 5,
	EXIT_NO_DAEMON = 6,
	EXIT_DENIED = 7,
	EXIT_NOT_THERE = 8,
	EXIT_INVALID = 9,
	EXIT_TIMEOUT = 10,
};

/* The table of lwm2mctl.c has their names. */
enum cmdline_option {
	OPTION_JSON,
	OPTION_SOCKET,
	OPTION_TIMEOUT,
	OPTION_QUIET,
	OPTION_FOR,
	OPTION_KIND,
	OPTION_ACCOUNTS,
	OPTION_ALL,
	OPTION_YES,
	OPTION_FOLLOW,
	OPTION_BOOTSTRAP,
	OPTION_SERVER,
	OPTION_SHORT_ID,
	OPTION_PSK_IDENTITY,
	OPTION_PSK_KEY_STDIN,
	OPTION_ENDPOINT,
	OPTION_ROOT,
	OPTION_READER,
	OPTION_OUTPUT,
	CMDLINE_OPTIONS,
};

enum { CMDLINE_WORDS_MAX = 64 };

struct verb;

struct cmdline {
	const struct verb *verb;
	const char *socket;
	uint64_t timeout;		      /* usec, 0: the verb's own */
	const char *options[CMDLINE_OPTIONS]; /* NULL: absent; "" when it has no argument */
};

struct verb {
	const char *name;
	const char *arguments; /* for --help */
	const char *help;
	int min, max;	  /* words */
	unsigned options; /* bits of its own ones; the first four go with every verb */
	int (*run)(const struct cmdline *c, char *words[], int n);
	const char *method; /* of org.lwm2md.Manage, where the verb is just that */
};

bool cmdline_has(const struct cmdline *c, enum cmdline_option option);
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
/* EXIT_OK, or EXIT_USAGE and has complained. */
int cmdline_parse_ssid(const char *word, uint16_t *ret);
int cmdline_parse_path(const char *word, struct path *ret);
/* choices end with NULL; the one that was meant is named. */
int cmdline_parse_choice(const char *what, const char *word, const char *const choices[]);
