#pragma once
/*
 * Object 0, LwM2M Security 1.2: hidden from every LwM2M server. The seed's object "LwM2M
 * Bootstrap Server" is its instance with Bootstrap-Server = true. Layer: objects.
 */
#include "model/model.h"

extern const struct object_def object_security;
