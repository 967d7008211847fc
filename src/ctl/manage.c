#include "ctl/manage.h"

#include <errno.h>
#include <stdlib.h>

#include "ctl/manage_idl.h"
#include "ctl/manage_private.h"

/* clang-format off */
static const struct varlink_method methods[] = {
	{"GetStatus",   .answer = manage_get_status},
	{"ListServers", .answer = manage_list_servers},
	{"ListObjects", .parameters = {{"path", VARLINK_TEXT, true}}, .answer = manage_list_objects},
	{"ListObservations", .parameters = {{"ssid", VARLINK_INT, true}}, .answer = manage_list_observations},
	{"Read",        .parameters = {{"path", VARLINK_TEXT, false}}, .answer = manage_read},
	{"Explain",     .answer = manage_explain},
	{"Monitor",     .parameters = {{"kinds", VARLINK_TEXTS, true}, {"paths", VARLINK_TEXTS, true}},
		.is_stream = true, .answer = manage_monitor},
	{"GetMetrics",  .answer = manage_get_metrics},
	{"Bootstrap",   .parameters = {{"reason", VARLINK_TEXT, true}}, .is_steering = true, .answer = manage_bootstrap},
	{"Register",    .parameters = {{"ssid", VARLINK_INT, true}}, .is_steering = true, .answer = manage_register},
	{"Update",      .parameters = {{"ssid", VARLINK_INT, true}}, .is_steering = true, .answer = manage_update},
	{"Deregister",  .parameters = {{"ssid", VARLINK_INT, true}, {"for", VARLINK_INT, true}},
		.is_steering = true, .answer = manage_deregister},
	{"Reset",       .parameters = {{"what", VARLINK_TEXT, false}}, .is_steering = true, .answer = manage_reset},
	{"Write",       .parameters = {{"values", VARLINK_OBJECTS, false}}, .is_steering = true, .answer = manage_write},
	{"Execute",     .parameters = {{"path", VARLINK_TEXT, false}, {"argument", VARLINK_TEXT, true}},
		.is_steering = true, .answer = manage_execute},
	{"Send",        .parameters = {{"paths", VARLINK_TEXTS, false}, {"ssid", VARLINK_INT, true}},
		.is_steering = true, .answer = manage_send},
	{"InspectCard", .parameters = {{"reader", VARLINK_TEXT, true}}, .is_steering = true, .answer = manage_inspect_card},
	{"Diagnose",    .is_stream = true, .is_steering = true, .answer = manage_diagnose},
	{"Reload",      .is_steering = true, .answer = manage_reload},
};
/* clang-format on */

int manage_new(const struct loop *loop, const struct clock *clock,
	const struct manage_settings *settings, const struct manage_ops *ops, void *data,
	struct manage **ret)
{
	struct manage *m = calloc(1, sizeof *m);

	if (!m)
		return -ENOMEM;
	m->clock = clock;
	m->ops = ops;
	m->data = data;
	m->version = settings->version;
	m->interface = (struct varlink_interface){.name = "org.lwm2md.Manage",
		.description = MANAGE_DESCRIPTION,
		.methods = methods,
		.n_methods = sizeof methods / sizeof *methods};
	m->settings = (struct varlink_settings){.path = settings->path,
		.mode = 0660,
		.vendor = "lwm2md",
		.product = "LwM2M client daemon",
		.version = settings->version,
		.url = PACKAGE_URL,
		.interface = &m->interface,
		.data = m,
		.has_admin_group = settings->has_admin_group,
		.admin_group = settings->admin_group};

	int r = varlink_new(loop, clock, &m->settings, &m->varlink);

	if (r < 0) {
		free(m);
		return r;
	}
	*ret = m;
	return 0;
}

struct manage *manage_free(struct manage *m)
{
	if (!m)
		return NULL;
	varlink_free(m->varlink);
	free(m);
	return NULL;
}

void manage_free_p(struct manage **m)
{
	*m = manage_free(*m);
}
