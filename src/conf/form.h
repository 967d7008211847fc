#pragma once
/*
 * The forms a string may need to have: URI, path, host name, object path, binding, user and group.
 * Layer: conf.
 */
#include "conf/fault.h"
#include "conf/options.h"

/* text against the type of o; root: "" or --root. -EINVAL: *fault says why;
 * -ENOMEM. */
int form_check(const struct option *o, const char *root, const char *text, struct fault *fault);
