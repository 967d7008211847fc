#pragma once
/*
 * Object 2, LwM2M Access Control 1.1. Layer: objects.
 */
#include "model/model.h"

extern const struct object_def object_access_control;
