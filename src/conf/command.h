#pragma once
/*
 * Programs named in the configuration: there, executable, and not for others to change.
 * Layer: conf.
 */
#include "conf/fault.h"

enum { COMMAND_WORDS_MAX = 16 };

/* root: "" or a directory in front of path. -EINVAL: *fault says why. -ENOMEM. */
int command_check(const char *root, const char *path, struct fault *fault);
