#pragma once
/*
 * A line of shell in the place of lwm2md-card: $1 is the command it is started with.
 */
#include "base/span.h"

/* From now on the helper is this; bytes: what the file $FILE beside it holds. */
void helper_script(const char *script, struct span bytes);
/* There is no such program. */
void helper_script_none(void);
void helper_script_remove(void);
/* A path for the program to write to, and what is in it (belongs to the runner). */
struct span helper_script_said(void);
