#pragma once
/*
 * Where log records go: the journal with its fields, or standard error as lines
 * "HH:MM:SS LEVEL EVENT SERVER: MESSAGE [reason.id]". Layer: daemon. (lwm2md(8))
 */
#include <stdbool.h>
#include <sys/uio.h>

#include "base/log.h"

enum journal_target { JOURNAL_AUTO, JOURNAL_NATIVE, JOURNAL_STDERR };

/* Makes it the sink of base/log.h. AUTO: the journal if standard error is connected to it. */
void journal_open(enum journal_target target, enum log_level level);
/* "auto", "journal", "stderr"; -EINVAL */
int journal_target_parse(const char *word);
/* Whether standard error is the stream that the journal gave this service. */
bool journal_has_stderr(void);

/* The Endpoint Client Name, in each record from now on. */
void journal_name(const char *endpoint);

enum { JOURNAL_ENDPOINT_MAX = 256 };
enum { JOURNAL_FIELDS_MAX = 13, JOURNAL_TEXT_MAX = 2048 };

/* The fields of one record, "NAME=value" each, as the journal takes them. */
struct journal_entry {
	struct iovec field[JOURNAL_FIELDS_MAX];
	size_t n_fields;
	char text[JOURNAL_TEXT_MAX];
	size_t used;
};

void journal_entry_of(const struct log_record *record, struct journal_entry *ret);
