#pragma once
/*
 * Compares the table of an object with the official definition, an XML file ID.xml in the
 * directory LWM2M_REGISTRY or, without that variable, beside the source tree.
 */
#include <check.h>

#include "model/model.h"

/* A case with the comparison; one that says why it was skipped if there is no such file. */
TCase *registry_case(const struct object_def *def);
