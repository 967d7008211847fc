#pragma once
/*
 * What the definition of an object says about its resources and their values. Layer: model,
 * private to it. (TS core 7.2, appendix C)
 */
#include "model/model.h"

/* NULL: the object has no such resource. */
const struct resource_def *definition_find(const struct object_def *def, uint16_t rid);
/*
 * Whether a value may stand at this depth (3: single, 4: of a multiple resource). -EDOM: another
 * type, a text that is not UTF-8, or the wrong depth; -ERANGE.
 */
int definition_check(const struct resource_def *def, uint8_t depth, const struct value *v);
