#include "daemon/console.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "conf/names.h"
#include "daemon/card_inspect.h"
#include "daemon/daemon.h"
#include "daemon/diagnosis.h"
#include "daemon/resources.h"
#include "daemon/view.h"
#include "dm/operation.h"

/* --- news ------------------------------------------------------------------------------------- */

static void on_step(void *data, const struct step *s)
{
	struct console *c = data;
	struct manage_step shown = view_step(s);

	metrics_count_step(&c->d->metrics, s);
	manage_tell_step(c->manage, &shown);
	if (s->server > 0)
		manage_tell_server(c->manage, (uint16_t)s->server);
	manage_tell_state(c->manage);
}

static void tell_value(void *to, const struct manage_value *v)
{
	manage_tell_value(to, v);
}

void console_tell_value(struct console *c, struct path p)
{
	if (c && manage_is_followed(c->manage))
		view_changed(c->d, p, tell_value, c->manage);
}

/* --- steering --------------------------------------------------------------------------------- */

static int start_bootstrap(struct daemon *d, const char **ret_why)
{
	struct seq probe = d->seq;
	struct account a;

	if (!account_bootstrap(d->model, &a)) {
		*ret_why = reason_text(REASON_BS_NO_ACCOUNT);
		return -EOPNOTSUPP;
	}
	if (seq_step(&probe, EV_BOOTSTRAP_WANTED) < 0) {
		*ret_why = "a bootstrap runs already, or the daemon starts or stops";
		return -EBUSY;
	}
	timeline_add(d->timeline,
		&(const struct step_fields){.stage = STAGE_CLIENT_BOOTSTRAP,
			.result = STEP_PENDING,
			.server = LOG_SERVER_BOOTSTRAP,
			.level = LOG_NOTICE},
		"the operator asked for a new bootstrap");
	effects_feed(d, EV_BOOTSTRAP_WANTED);
	return 0;
}

static int forget(struct daemon *d, bool is_all)
{
	int r = keeper_forget(d->keeper);

	if (r == -EBUSY)
		return r;
	if (is_all)
		keeper_save_registrations(d->keeper, NULL, 0);
	d->is_conf_new = true;
	effects_feed(d, EV_ROUND_OVER);
	return r;
}

static int steer(void *data, enum manage_action action, uint16_t ssid, uint32_t seconds,
	const char **ret_why)
{
	struct console *c = data;
	struct daemon *d = c->d;
	int r = 0;

	if (action != MANAGE_BOOTSTRAP && bootstrapper_has_session(d->bootstrapper)) {
		*ret_why = "a bootstrap session is open";
		return -EBUSY;
	}
	switch (action) {
	case MANAGE_BOOTSTRAP:
		return start_bootstrap(d, ret_why);
	case MANAGE_REGISTER:
		r = servers_register(d->servers, ssid);
		break;
	case MANAGE_UPDATE:
		r = servers_update(d->servers, ssid);
		break;
	case MANAGE_DEREGISTER:
		r = servers_deregister(d->servers, ssid, seconds);
		break;
	case MANAGE_RESET_ACCOUNTS:
	case MANAGE_RESET_ALL:
		r = forget(d, action == MANAGE_RESET_ALL);
		break;
	}
	if (r == -ENOTCONN)
		*ret_why = "it is not registered";
	if (r == -ENOENT && ssid == 0) {
		*ret_why = "there is no server";
		return -EOPNOTSUPP;
	}
	return r;
}

static int reload(void *data, void (*problem)(void *to, const char *line), void *to)
{
	const struct console *c = data;

	return daemon_reload(c->d, problem, to);
}

static int write_value(void *data, struct path p, struct span text, const char **ret_why)
{
	_cleanup_(buf_done) struct buf copy = {0};
	const struct console *c = data;
	int r = buf_append(&copy, text);

	if (r == 0)
		r = buf_append_byte(&copy, 0);
	if (r < 0)
		return r;
	r = resources_set(c->d->resources, p, (const char *)copy.data);
	if (r == -ENOENT && model_exists(c->d->model, p))
		r = -EPERM;
	if (r == -EPERM)
		*ret_why = "no resource that is bound with set = true (resources in lwm2md.conf)";
	if (r == -EINVAL)
		*ret_why = "no value of its type";
	if (r == -ERANGE)
		*ret_why = "not in the range of its definition";
	return r;
}

static int execute(void *data, struct path p, struct span argument, const char **ret_why)
{
	const struct console *c = data;
	const struct resource_def *def = model_resource(c->d->model, p);

	if (!def || !model_exists(c->d->model, PATH2(p.id[0], p.id[1])))
		return -ENOENT;
	if (!(def->ops & OP_E)) {
		*ret_why = "it cannot be executed";
		return -EOPNOTSUPP;
	}
	if (!execute_args_are_valid(argument)) {
		*ret_why = "arguments look like 0,1='text'";
		return -EINVAL;
	}
	/* nobody's server: what concerns one server alone has no meaning here */
	int r = model_execute(c->d->model, 0, p, argument);

	if (r == -EOPNOTSUPP)
		*ret_why = "not on this machine, or not now";
	return r;
}

/* Whether any of them may be sent is known at once; how it ends, the time line tells. */
static int send_values(
	void *data, const struct path *paths, size_t n, uint16_t ssid, const char **ret_why)
{
	static const struct {
		int error;
		const char *why;
	} whys[] = {
		{-ENOTCONN, "it is not registered"},
		{-EOPNOTSUPP, "the server speaks LwM2M 1.0, which has no Send"},
		{-EPERM, "the server does not want it (Mute Send, 1/x/23)"},
		{-EACCES, "the server may not read any of this"},
		{-ENODATA, "there is nothing at these paths"},
	};
	const struct console *c = data;
	int r = servers_send(c->d->servers, ssid, paths, n);

	for (size_t i = 0; i < sizeof whys / sizeof *whys; i++)
		if (r == whys[i].error)
			*ret_why = whys[i].why;
	if (r == -ENOENT && ssid == 0) {
		*ret_why = "there is no server";
		return -EOPNOTSUPP;
	}
	return r < 0 ? r : ssid > 0 ? 1 : (int)servers_count_up(c->d->servers);
}

/* --- the card --------------------------------------------------------------------------------- */

static int inspect_card(void *data, const char *reader, const char **ret_why)
{
	struct console *c = data;
	struct card_wish wish;
	int r = card_step_wish(c->d->card_step, &wish);

	if (r == -EOPNOTSUPP)
		*ret_why = "smartcard.enabled is \"no\"";
	if (r < 0)
		return r;
	if (*reader)
		wish.reader = span_of_text(reader);
	return card_inspect_start(c->card_inspect, &wish);
}

static void on_card(void *data, const struct card_outcome *outcome, const struct manage_card *card)
{
	struct console *c = data;

	card_step_note(c->d->card_step, outcome);
	manage_tell_card(c->manage, card);
}

static void diagnose(void *data, void (*emit)(void *to, const struct manage_finding *f), void *to)
{
	const struct console *c = data;

	diagnosis_run(c->d, emit, to);
}

static int get_metrics(void *data, struct buf *out)
{
	const struct console *c = data;

	return metrics_write(&c->d->metrics, c->d, out);
}

/* --- life ------------------------------------------------------------------------------------- */

const struct manage_ops console_ops = {
	.state = view_state,
	.warnings = view_warnings,
	.servers = view_servers,
	.steps = view_steps,
	.advice = view_advice,
	.instances = view_instances,
	.values = view_values,
	.observations = view_observations,
	.steer = steer,
	.write = write_value,
	.execute = execute,
	.send = send_values,
	.inspect_card = inspect_card,
	.diagnose = diagnose,
	.reload = reload,
	.metrics = get_metrics,
};

void console_tell_state(struct console *c)
{
	if (c)
		manage_tell_state(c->manage);
}

int console_new(struct daemon *d, struct console **ret)
{
	struct console *c = calloc(1, sizeof *c);

	if (!c)
		return -ENOMEM;
	const struct card_inspect_env card = {
		.loop = d->loop, .clock = d->clock, .data = c, .done = on_card};

	c->d = d;
	c->since = clock_realtime(d->clock);
	c->settings.version = PACKAGE_VERSION;
	c->settings.has_admin_group =
		names_find_group("", d->conf->control_admin_group, &c->settings.admin_group) == 0;
	/* systemd makes it for the service; by hand it may not be there yet */
	mkdir(d->conf->control_directory, 0755);

	int r = asprintf(&c->path, "%s/status.sock", d->conf->control_directory) < 0 ? -ENOMEM : 0;

	if (r < 0)
		c->path = NULL;
	if (r == 0)
		r = card_inspect_new(&card, &c->card_inspect);
	if (r == 0) {
		c->settings.path = c->path;
		r = manage_new(d->loop, d->clock, &c->settings, &console_ops, c, &c->manage);
	}
	if (r < 0) {
		console_free(c);
		return r;
	}
	timeline_follow(d->timeline, on_step, c);
	*ret = c;
	return 0;
}

struct console *console_free(struct console *c)
{
	if (!c)
		return NULL;
	timeline_follow(c->d->timeline, NULL, NULL);
	card_inspect_free(c->card_inspect);
	manage_free(c->manage);
	free(c->path);
	free(c);
	return NULL;
}
