#include "objects/server.h"

#include <errno.h>

/* clang-format off */
static const struct resource_def resources[] = {
	{.id = 0, .name = "Short Server ID",
		.type = VALUE_INTEGER, .ops = OP_R, .is_mandatory = true, RESOURCE_RANGE(1, 65534)},
	{.id = 1, .name = "Lifetime",
		.type = VALUE_INTEGER, .ops = OP_R | OP_W, .is_mandatory = true},
	{.id = 2, .name = "Default Minimum Period", .type = VALUE_INTEGER, .ops = OP_R | OP_W},
	{.id = 3, .name = "Default Maximum Period", .type = VALUE_INTEGER, .ops = OP_R | OP_W},
	{.id = 4, .name = "Disable", .ops = OP_E},
	{.id = 5, .name = "Disable Timeout", .type = VALUE_INTEGER, .ops = OP_R | OP_W},
	{.id = 6, .name = "Notification Storing When Disabled or Offline",
		.type = VALUE_BOOLEAN, .ops = OP_R | OP_W, .is_mandatory = true},
	{.id = 7, .name = "Binding",
		.type = VALUE_STRING, .ops = OP_R | OP_W, .is_mandatory = true},
	{.id = 8, .name = "Registration Update Trigger", .ops = OP_E, .is_mandatory = true},
	{.id = 9, .name = "Bootstrap-Request Trigger", .ops = OP_E},
	{.id = 10, .name = "APN Link", .type = VALUE_OBJLNK, .ops = OP_R | OP_W},
	{.id = 11, .name = "TLS-DTLS Alert Code",
		.type = VALUE_UNSIGNED, .ops = OP_R, RESOURCE_RANGE(0, 255)},
	{.id = 12, .name = "Last Bootstrapped", .type = VALUE_TIME, .ops = OP_R},
	{.id = 13, .name = "Registration Priority Order", .type = VALUE_UNSIGNED, .ops = OP_R},
	{.id = 14, .name = "Initial Registration Delay Timer",
		.type = VALUE_UNSIGNED, .ops = OP_R | OP_W},
	{.id = 15, .name = "Registration Failure Block", .type = VALUE_BOOLEAN, .ops = OP_R},
	{.id = 16, .name = "Bootstrap on Registration Failure", .type = VALUE_BOOLEAN, .ops = OP_R},
	{.id = 17, .name = "Communication Retry Count", .type = VALUE_UNSIGNED, .ops = OP_R | OP_W},
	{.id = 18, .name = "Communication Retry Timer", .type = VALUE_UNSIGNED, .ops = OP_R | OP_W},
	{.id = 19, .name = "Communication Sequence Delay Timer",
		.type = VALUE_UNSIGNED, .ops = OP_R | OP_W},
	{.id = 20, .name = "Communication Sequence Retry Count",
		.type = VALUE_UNSIGNED, .ops = OP_R | OP_W},
	{.id = 21, .name = "Trigger", .type = VALUE_BOOLEAN, .ops = OP_R | OP_W},
	{.id = 22, .name = "Preferred Transport", .type = VALUE_STRING, .ops = OP_R | OP_W},
	{.id = 23, .name = "Mute Send", .type = VALUE_BOOLEAN, .ops = OP_R | OP_W},
	{.id = 24, .name = "Alternate APN Links",
		.type = VALUE_OBJLNK, .ops = OP_R | OP_W, .is_multiple = true},
	{.id = 25, .name = "Supported Server Versions",
		.type = VALUE_STRING, .ops = OP_R | OP_W, .is_multiple = true},
	{.id = 26, .name = "Default Notification Mode",
		.type = VALUE_INTEGER, .ops = OP_R | OP_W, RESOURCE_RANGE(0, 1)},
	{.id = 27, .name = "Profile ID Hash Algorithm",
		.type = VALUE_UNSIGNED, .ops = OP_R | OP_W, RESOURCE_RANGE(0, 255)},
};
/* clang-format on */

static const char bindings[] = "UTSNMH";

/* Each letter of bindings at most once, at least one. */
static bool is_binding_set(struct span text)
{
	unsigned seen = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *at = memchr(bindings, text.data[i], sizeof bindings - 1);
		unsigned bit = at ? 1u << (at - bindings) : 0;

		if (!bit || (seen & bit))
			return false;
		seen |= bit;
	}
	return seen != 0;
}

/* TS core 6.2.1: LwM2M 1.0 puts Q for queue mode among the letters, later versions do not. */
static bool is_binding(struct span text)
{
	static const char *const with_queue[] = {"UQ", "SQ", "UQS"};

	for (size_t i = 0; i < sizeof with_queue / sizeof *with_queue; i++)
		if (span_is_text(text, with_queue[i]))
			return true;
	return is_binding_set(text);
}

/* What the registry says in words about single resources. */
static int check(void *data, const struct model *m, struct path resource, const struct value *v)
{
	bool ok = true;

	(void)data;
	(void)m;
	switch (resource.id[2]) {
	case SERVER_LIFETIME:
	case SERVER_DEFAULT_MIN_PERIOD:
	case SERVER_DEFAULT_MAX_PERIOD:
	case SERVER_DISABLE_TIMEOUT:
		ok = v->i >= 0 && v->i <= UINT32_MAX;
		break;
	case SERVER_INITIAL_DELAY:
	case SERVER_RETRY_TIMER:
	case SERVER_SEQUENCE_DELAY:
		ok = v->u <= UINT32_MAX;
		break;
	case SERVER_RETRY_COUNT:
	case SERVER_SEQUENCE_COUNT:
		ok = v->u >= 1 && v->u <= UINT32_MAX;
		break;
	case SERVER_BINDING:
		ok = is_binding(v->bytes);
		break;
	case SERVER_PREFERRED_TRANSPORT:
		ok = v->bytes.len == 1 && is_binding_set(v->bytes);
		break;
	default:
		break;
	}
	return ok ? 0 : -EDOM;
}

/*
 * A server has full rights on its own /1 instance only as far as access control says so; the
 * effect of an Execute is on the server of that instance, whoever asks (object 1).
 */
static int execute(
	void *data, struct model *m, uint16_t ssid, struct path resource, struct span args)
{
	const struct server_actions *actions = data;
	int64_t target = model_get_int(
		m, PATH3(OBJECT_SERVER, resource.id[1], SERVER_SHORT_SERVER_ID), ssid);
	int (*action)(void *data, uint16_t short_server_id) = NULL;

	(void)args;
	switch (resource.id[2]) {
	case SERVER_DISABLE:
		action = actions ? actions->disable : NULL;
		break;
	case SERVER_UPDATE_TRIGGER:
		action = actions ? actions->update : NULL;
		break;
	case SERVER_BOOTSTRAP_TRIGGER:
		action = actions ? actions->bootstrap : NULL;
		break;
	default:
		break;
	}
	return action ? action(actions->data, (uint16_t)target) : -EOPNOTSUPP;
}

static const struct object_hooks hooks = {.check = check, .execute = execute};

const struct object_def object_server = {
	.id = OBJECT_SERVER,
	.name = "LwM2M Server",
	.major = 1,
	.minor = 2,
	.is_multiple = true,
	.is_mandatory = true,
	.max_instances = MODEL_ACCOUNTS_MAX,
	.resources = resources,
	.n_resources = sizeof resources / sizeof *resources,
	.hooks = &hooks,
};
