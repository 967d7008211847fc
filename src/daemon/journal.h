#pragma once
/*
 * Where log records go: the journal with its fields, or standard error as lines
 * "HH:MM:SS LEVEL EVENT SERVER: MESSAGE [reason.id]". Layer: daemon. (product.md section 7)
 */
#include "base/log.h"

enum journal_target { JOURNAL_AUTO, JOURNAL_NATIVE, JOURNAL_STDERR };

/* Makes it the sink of base/log.h. AUTO: the journal if standard error is connected to it. */
void journal_open(enum journal_target target, enum log_level level);
/* "auto", "journal", "stderr"; -EINVAL */
int journal_target_parse(const char *word);
