#pragma once
/*
 * Other programs that lwm2mctl runs and waits for. Layer: ctl.
 */
#include "base/buf.h"

/*
 * words: ends with NULL; the first is looked for in PATH, then in the directory of the daemon.
 * input: its standard input. output: both its outputs, appended, what does not fit is dropped;
 * NULL: its standard output and error are ours. Returns its exit status, or negative errno.
 */
int spawn_program(const char *const words[], struct span input, struct buf *output);
/* Becomes the program; returns negative errno only. */
int spawn_become(const char *const words[]);
