#pragma once
/*
 * The parameters of a call against those that the method has. Pure. Layer: ctl.
 */
#include "ctl/varlink.h"

/* The name of the first one that is wrong or missing; NULL: all are right. */
const char *parameters_find_wrong(const struct varlink_method *method, const struct json *given);
