#include "objects/access_control.h"

/* clang-format off */
static const struct resource_def resources[] = {
	{.id = 0, .name = "Object ID",
		.type = VALUE_INTEGER, .ops = OP_R, .is_mandatory = true, RESOURCE_RANGE(1, 65534)},
	{.id = 1, .name = "Object Instance ID",
		.type = VALUE_INTEGER, .ops = OP_R, .is_mandatory = true, RESOURCE_RANGE(0, 65535)},
	{.id = 2, .name = "ACL",
		.type = VALUE_INTEGER, .ops = OP_R | OP_W, .is_multiple = true, RESOURCE_RANGE(0, 31)},
	{.id = 3, .name = "Access Control Owner",
		.type = VALUE_INTEGER, .ops = OP_R | OP_W, .is_mandatory = true, RESOURCE_RANGE(0, 65535)},
};
/* clang-format on */

const struct object_def object_access_control = {
	.id = OBJECT_ACCESS_CONTROL,
	.name = "LwM2M Access Control",
	.major = 1,
	.minor = 1,
	.is_multiple = true,
	.resources = resources,
	.n_resources = sizeof resources / sizeof *resources,
};
