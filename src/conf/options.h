#pragma once
/*
 * The options table: every key with its type, range, default and one line of help. Parser,
 * checker, --print-config, error texts and the man page's check walk it. Layer: conf.
 */
#include <stddef.h>

#include "conf/conf.h"

enum option_type {
	OPTION_TEXT, /* UTF-8, up to max octets (255 if 0) */
	OPTION_NAME, /* the endpoint: a text with %{} words */
	OPTION_WORD, /* one of words */
	OPTION_BOOL,
	OPTION_NUMBER, /* min to max */
	OPTION_REAL,   /* min to max */
	OPTION_TIME,   /* min to max, in microseconds */
	OPTION_SIZE,
	OPTION_URI,
	OPTION_HOST,	 /* a host name */
	OPTION_PATH,	 /* absolute */
	OPTION_BINDING,	 /* letters of transports */
	OPTION_IDENTITY, /* of a pre-shared key: a text with %{} words, or hex: */
	OPTION_PSK,
	OPTION_PRIVATE_KEY,
	OPTION_PUBLIC, /* certificate or public key: the schemes of a secret, no secret itself */
	OPTION_PIN,
	OPTION_GROUP_NAME, /* of the system */
	OPTION_USER_NAME,
	OPTION_COMMAND,	  /* array: program and its arguments */
	OPTION_TEXTS,	  /* array of texts */
	OPTION_ADDRESSES, /* array of numeric addresses with port */
	OPTION_PATHS,	  /* array of absolute paths */
	OPTION_NUMBERS,	  /* array of integers, min to max */
	OPTION_OBJECT_PATH,
	OPTION_OBJECT_PATHS, /* array */
	OPTION_VALUE,	     /* of a resource: any scalar */
};

/* A key or section that is accepted and checked, but whose feature is not built yet. */
enum { OPTION_NO_EFFECT = 1 };

enum option_store {
	STORE_NOWHERE, /* checked only, or read by name */
	STORE_TEXT,
	STORE_BOOL,
	STORE_TRISTATE,
	STORE_WORD, /* an enum in the order of words */
	STORE_U16,
	STORE_U32, /* a time: in whole seconds */
	STORE_U64, /* a time: in microseconds */
	STORE_REAL,
	STORE_TEXTS,
	STORE_SECRET,
	STORE_NUMBERS, /* struct conf_numbers */
};

struct option {
	const char *section, *name;
	enum option_type type;
	double min, max;
	const char *words; /* "a|b|c" */
	const char *value; /* default, as it would be written; NULL: absent */
	const char *help;
	unsigned flags;
	enum option_store store;
	size_t at;  /* offset in struct conf, in struct conf_account for servers.NAME */
	size_t has; /* likewise, of the bool that tells whether it is written; 0: none */
};

enum section_type {
	SECTION_GROUP,
	SECTION_NAMED, /* named groups: the section NAME below it */
	SECTION_LIST,  /* a list of groups */
};

struct section {
	const char *name; /* "" for the top */
	enum section_type type;
	const char *help;
	unsigned flags; /* OPTION_NO_EFFECT: all of it */
};

/* Both end with a NULL name. */
extern const struct option options[];
extern const struct section sections[];

const struct option *option_find(const char *section, const char *name);
const struct section *section_find(const char *section, const char *name);
const char *option_type_name(enum option_type type);
/* Keys that start with x_ belong to others. */
bool option_is_foreign(const char *name);
