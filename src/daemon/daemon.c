#include "daemon/daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "conf/expand.h"
#include "daemon/catalog.h"
#include "daemon/diagnosis.h"
#include "daemon/journal.h"
#include "daemon/notify.h"
#include "objects/access_control.h"
#include "objects/security.h"

/* --- what the parts tell ---------------------------------------------------------------------- */

static void on_verdict(void *data, enum order_verdict verdict)
{
	struct daemon *d = data;
	static const enum seq_event events[] = {
		[ORDER_ANY_UP] = EV_SERVER_UP,
		[ORDER_ALL_FAILED] = EV_ALL_FAILED,
		[ORDER_REPEAT] = EV_ALL_FAILED_FOR_NOW,
		[ORDER_BOOTSTRAP] = EV_SERVER_FAILED,
		[ORDER_EMPTY] = EV_NO_SERVERS,
	};

	if (verdict == ORDER_PENDING)
		return;
	if (verdict == ORDER_ALL_FAILED || verdict == ORDER_REPEAT)
		timeline_add(d->timeline,
			&(const struct step_fields){.stage = STAGE_REGISTER,
				.result = STEP_FAILED,
				.server = LOG_SERVER_NONE,
				.reason = REASON_RETRY_EXHAUSTED,
				.level = LOG_WARNING,
				.id = LOG_ID_ALL_SERVERS_FAILED},
			"step 3: all %zu registration(s) failed", servers_count(d->servers));
	effects_feed(d, events[verdict]);
}

static void on_stopped(void *data)
{
	struct daemon *d = data;

	dloop_exit(d->dloop, d->exit_code);
}

static bool is_open(void *data, uint16_t short_server_id)
{
	struct daemon *d = data;

	resources_serve(d->resources, short_server_id);
	return !bootstrapper_has_session(d->bootstrapper);
}

/* --- the card --------------------------------------------------------------------------------- */

static bool check_card(void *data)
{
	struct daemon *d = data;

	return card_step_check(d->card_step);
}

static bool start_over(void *data)
{
	return effects_feed_now(data, EV_ROUND_OVER);
}

static void card_checked(void *data)
{
	struct daemon *d = data;

	servers_card_checked(d->servers);
}

static bool is_up(void *data)
{
	const struct daemon *d = data;

	return servers_count_up(d->servers) > 0;
}

static void feed(void *data, enum seq_event event)
{
	effects_feed(data, event);
}

static bool feed_now(void *data, enum seq_event event)
{
	return effects_feed_now(data, event);
}

static void on_model_change(void *data, struct path p, enum model_change what)
{
	struct daemon *d = data;

	if (what == MODEL_WRITTEN)
		console_tell_value(d->console, p);
	if (d->reporter)
		reporter_changed(d->reporter, p, what);
	resources_changed(d->resources, p, what);
	host_changed(d->host, p, what);
	if (!d->is_ready)
		return;
	servers_changed(d->servers, p, what);
	if (p.id[0] == OBJECT_SERVER || p.id[0] == OBJECT_ACCESS_CONTROL)
		keeper_touch(d->keeper);
}

static void on_purged(void *data)
{
	struct daemon *d = data;

	timeline_add(d->timeline,
		&(const struct step_fields){.stage = STAGE_CLIENT_BOOTSTRAP,
			.result = STEP_FAILED,
			.server = LOG_SERVER_BOOTSTRAP,
			.reason = REASON_BS_ACCOUNT_PURGED,
			.level = LOG_WARNING},
		"the Bootstrap-Server account is deleted, as its timeout says");
	bootstrapper_close_listener(d->bootstrapper, false);
}

/* --- what servers execute --------------------------------------------------------------------- */

static int execute_disable(void *data, uint16_t short_server_id)
{
	struct daemon *d = data;

	return servers_disable(d->servers, short_server_id);
}

static int execute_update(void *data, uint16_t short_server_id)
{
	struct daemon *d = data;

	return servers_trigger_update(d->servers, short_server_id);
}

static int execute_bootstrap(void *data, uint16_t short_server_id)
{
	struct daemon *d = data;
	struct account a;

	if (!d->conf->server_initiated.trigger || !account_bootstrap(d->model, &a))
		return -EOPNOTSUPP;
	timeline_add(d->timeline,
		&(const struct step_fields){.stage = STAGE_CLIENT_BOOTSTRAP,
			.result = STEP_PENDING,
			.server = short_server_id,
			.reason = REASON_BS_TRIGGERED,
			.level = LOG_NOTICE},
		"server %u asked for a new bootstrap (1/x/9)", short_server_id);
	effects_feed(d, EV_BOOTSTRAP_WANTED);
	return 0;
}

/* The program of the factory reset is through: the accounts go as well. */
static void on_factory_reset(void *data)
{
	struct daemon *d = data;
	int r = keeper_forget(d->keeper);

	if (r < 0) {
		LOG(LOG_WARNING, "the accounts stay: %s", strerror(-r));
		return;
	}
	keeper_save_registrations(d->keeper, NULL, 0);
	d->is_conf_new = true;
	effects_feed(d, EV_ROUND_OVER);
}

/* --- signals ---------------------------------------------------------------------------------- */

static void on_terminate(void *data, int signo)
{
	struct daemon *d = data;

	(void)signo;
	notify_stopping();
	keeper_flush(d->keeper);
	reporter_flush(d->reporter);
	resources_flush(d->resources);
	effects_feed(d, EV_STOP);
}

static void keep_observations(struct daemon *d, const struct store_registration *kept, size_t n)
{
	uint16_t servers[STORE_REGISTRATIONS_MAX];

	for (size_t i = 0; i < n; i++)
		servers[i] = kept[i].short_server_id;
	reporter_keep(d->reporter, servers, n);
}

/* A restart keeps the registrations: no De-register, Update by the next start (decision 23). */
static void on_restart(void *data, int signo)
{
	struct daemon *d = data;
	struct store_registration kept[STORE_REGISTRATIONS_MAX];
	size_t n = servers_save(d->servers, kept, STORE_REGISTRATIONS_MAX);

	(void)signo;
	notify_stopping();
	keeper_flush(d->keeper);
	reporter_flush(d->reporter);
	resources_flush(d->resources);
	if (d->is_ready) {
		keeper_save_registrations(d->keeper, kept, n);
		keep_observations(d, kept, n);
		LOG(LOG_NOTICE, "restarting: %zu registration(s) kept", n);
	} else {
		/* before step 3 they still are where the former restart has put them */
		LOG(LOG_NOTICE, "restarting");
	}
	store_registrations_done(kept, n);
	dloop_exit(d->dloop, d->exit_code);
}

void daemon_log_problem(void *data, bool is_error, const char *code, const char *line)
{
	enum reason reason = diagnosis_secret_reason(code);

	(void)data;
	LOG_EV(is_error ? LOG_ERROR : LOG_WARNING,
		({.id = reason != REASON_NONE ? LOG_ID_SECRET_PROBLEM
			: is_error	      ? LOG_ID_CONFIG_REFUSED
					      : LOG_ID_CONFIG_WARNING,
			.reason = reason,
			.server = LOG_SERVER_NONE}),
		"%s [%s]", line, code);
}

static struct tp_settings settings_of(const struct conf *conf)
{
	static const int families[] = {
		[FAMILY_ANY] = AF_UNSPEC, [FAMILY_INET] = AF_INET, [FAMILY_INET6] = AF_INET6};

	return (struct tp_settings){.ack_timeout = conf->coap.ack_timeout,
		.ack_random_factor = conf->coap.ack_random_factor,
		.max_retransmit = conf->coap.max_retransmit,
		.family = families[conf->network.family],
		.interface = conf->network.interface,
		.body_max = conf->coap.max_body,
		.trust_store = conf->security.trust_store,
		.token_pin = secret_span(&conf->security.pkcs11_pin),
		.clock_check = conf->security.clock_check};
}

/* Object 3 as the configuration in use says; the object borrows from it. */
static int fill_device(struct daemon *d)
{
	/* of this program alone: the machine id itself stays private */
	char serial[MACHINE_ID_TEXT_LEN + 1];
	bool has_serial = expand_machine_id("", serial) == 0;
	struct device_facts facts = {
		.manufacturer = d->conf->device.manufacturer,
		.model = d->conf->device.model,
		.serial = d->conf->device.serial,
		.type = d->conf->device.type,
		.hardware_version = d->conf->device.hardware_version,
		.software_version = d->conf->device.software_version,
		.firmware_version = d->conf->device.firmware_version,
		.derived_serial = has_serial ? serial : NULL,
		.storage = d->conf->device.storage,
		.root = "",
	};

	d->device_actions.storage = d->conf->device.storage;
	return device_fill(d->model, &facts);
}

struct problems {
	void (*problem)(void *to, const char *line);
	void *to;
};

static void on_problem(void *data, bool is_error, const char *code, const char *line)
{
	const struct problems *p = data;

	daemon_log_problem(NULL, is_error, code, line);
	if (p->problem && is_error)
		p->problem(p->to, line);
}

/*
 * The objects take the configuration. Not while a bootstrap session is open: its transaction holds
 * the model, and what is set within may be rolled back.
 */
static void settle(void *data)
{
	struct daemon *d = data;

	if (!d->former)
		return;
	if (model_in_transaction(d->model)) {
		d->loop->arm(d->settling, clock_now(d->clock) + USEC_PER_SEC, USEC_PER_SEC);
		return;
	}

	int r = fill_device(d);

	if (r < 0)
		LOG(LOG_ERROR, "object 3 keeps former values: %s", strerror(-r));
	r = d->network ? network_set_conf(d->network, d->conf) : 0;
	if (r < 0)
		LOG(LOG_ERROR, "objects 4 and 7 are incomplete: %s", strerror(-r));
	r = resources_set_conf(d->resources, d->conf);
	if (r < 0)
		LOG(LOG_ERROR, "resources are incomplete: %s", strerror(-r));
	d->former = conf_free(d->former);
}

static void take_over(struct daemon *d, struct conf *conf)
{
	bool is_changed = memcmp(conf->accounts_hash, d->conf->accounts_hash, HASH_LEN) != 0 ||
			  strcmp(conf->endpoint, d->conf->endpoint) != 0;
	struct conf *old = d->conf;
	struct tp_settings settings = settings_of(conf);

	d->conf = conf;
	journal_name(conf->endpoint);
	d->generation++;
	d->stale_since = 0;
	tp_set(d->tp, &settings);
	model_set_octets_max(d->model, conf->objects_max_octets);
	servers_set_conf(d->servers, conf);
	bootstrapper_set_conf(d->bootstrapper, conf);
	card_step_set_conf(d->card_step, conf);
	host_set_conf(d->host, conf);
	if (d->is_level_configured)
		log_set_level((enum log_level)conf->log_level);
	if (d->former)
		conf_free(old); /* never settled */
	else
		d->former = old;
	settle(d);
	LOG_EV(LOG_NOTICE, ({.id = LOG_ID_CONFIG_LOADED, .server = LOG_SERVER_NONE}),
		"configuration reloaded%s", is_changed ? ", accounts changed" : "");
	if (is_changed) {
		d->is_conf_new = true;
		effects_feed(d, EV_ROUND_OVER);
	}
}

int daemon_reload(struct daemon *d, void (*problem)(void *to, const char *line), void *to)
{
	_cleanup_(conf_report_free_p) struct conf_report *report = NULL;
	struct problems problems = {problem, to};
	struct conf *conf = NULL;

	notify_reloading();

	int r = conf_report_new(&report);

	if (r == 0)
		r = conf_load(d->paths, report, &conf);
	if (report)
		conf_report_walk(report, on_problem, &problems);
	if (r < 0) {
		if (!d->stale_since)
			d->stale_since = clock_realtime(d->clock);
		LOG_EV(LOG_ERROR,
			({.id = LOG_ID_CONFIG_REFUSED,
				.reason = REASON_CONFIG_STALE,
				.server = LOG_SERVER_NONE}),
			"reload refused, the former configuration stays in use");
	} else {
		take_over(d, conf);
	}
	notify_ready();
	console_tell_state(d->console);
	return r;
}

/* Programs and smart card helpers that have ended: those nobody asks for are buried here. */
static void on_child(void *data, int signo)
{
	struct daemon *d = data;
	siginfo_t child = {0};

	(void)signo;
	while (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 && child.si_pid > 0) {
		if (!programs_take_child(d->programs, child.si_pid))
			waitpid(child.si_pid, NULL, WNOHANG);
		child.si_pid = 0;
	}
}

static void on_reload(void *data, int signo)
{
	(void)signo;
	daemon_reload(data, NULL, NULL);
}

/* --- life ------------------------------------------------------------------------------------- */

static int make_model(struct daemon *d)
{
	int r = model_new(&d->model);

	d->server_actions = (struct server_actions){.data = d,
		.disable = execute_disable,
		.update = execute_update,
		.bootstrap = execute_bootstrap};
	if (r == 0)
		r = model_add_object(d->model, &object_security, NULL);
	if (r == 0)
		r = model_add_object(d->model, &object_server, &d->server_actions);
	if (r == 0)
		r = model_add_object(d->model, &object_access_control, NULL);
	if (r == 0)
		r = model_add_object(d->model, &object_device, &d->device_actions);
	if (r == 0)
		r = fill_device(d);
	if (r < 0)
		return r;
	model_set_octets_max(d->model, d->conf->objects_max_octets);
	model_on_change(d->model, on_model_change, d);
	return 0;
}

static int make_card(struct daemon *d)
{
	struct card_step_env env = {.model = d->model,
		.loop = d->loop,
		.clock = d->clock,
		.timeline = d->timeline,
		.keeper = d->keeper,
		.supports_mode = tp_supports_mode,
		.data = d,
		.start_over = start_over,
		.checked = card_checked,
		.is_up = is_up};
	int r = card_step_new(&env, d->conf, &d->card_step);

	if (r == 0)
		d->card = card_step_source(d->card_step);
	return r;
}

static int make_host(struct daemon *d)
{
	const struct host_env env = {.model = d->model,
		.loop = d->loop,
		.clock = d->clock,
		.programs = d->programs,
		.data = d,
		.reset = on_factory_reset};
	int r = host_new(&env, &d->host);

	if (r < 0)
		return r;
	host_fill_actions(d->host, &d->device_actions);
	host_set_conf(d->host, d->conf);
	return 0;
}

static int make_resources(struct daemon *d)
{
	struct resources_env env = {
		.model = d->model, .loop = d->loop, .clock = d->clock, .keeper = d->keeper};
	int r = programs_new(d->loop, d->clock, &d->programs);

	if (r < 0)
		return r;
	env.programs = d->programs;
	r = resources_new(&env, &d->resources);
	return r < 0 ? r : resources_set_conf(d->resources, d->conf);
}

/* The address of the first server that is registered, without its port. */
static void peer_in_use(void *data, char ret[NETWORK_PEER_MAX])
{
	const struct daemon *d = data;
	const struct server_link *l;
	size_t cursor = 0;

	while ((l = servers_next(d->servers, &cursor)))
		if (reg_is_up(server_link_reg(l)))
			break;

	const char *text = l ? server_link_peer(l) : "";
	const char *end = strrchr(text, ':');
	bool has_brackets = *text == '[';

	if (!end)
		end = text + strlen(text);
	snprintf(ret, NETWORK_PEER_MAX, "%.*s", (int)(end - text) - 2 * has_brackets,
		text + has_brackets);
}

/* A gateway is managed even if it cannot tell of its network. */
static void make_network(struct daemon *d)
{
	const struct network_env env = {.model = d->model,
		.loop = d->loop,
		.clock = d->clock,
		.root = "",
		.data = d,
		.peer = peer_in_use};
	int r = network_new(&env, &d->network);

	if (r == 0)
		r = network_set_conf(d->network, d->conf);
	if (r < 0)
		LOG(LOG_WARNING, "objects 4 and 7 are not offered: %s", strerror(-r));
}

static int make_parts(struct daemon *d)
{
	struct server_link_env links = {.model = d->model,
		.tp = d->tp,
		.loop = d->loop,
		.clock = d->clock,
		.timeline = d->timeline,
		.metrics = &d->metrics};
	struct servers_hooks hooks = {.data = d,
		.verdict = on_verdict,
		.stopped = on_stopped,
		.is_open = is_open,
		.check_card = check_card};
	struct bootstrapper_env env = {.model = d->model,
		.tp = d->tp,
		.loop = d->loop,
		.clock = d->clock,
		.timeline = d->timeline,
		.keeper = d->keeper,
		.data = d,
		.feed = feed,
		.feed_now = feed_now};
	struct reporter_env reporter = {
		.model = d->model, .loop = d->loop, .clock = d->clock, .keeper = d->keeper};
	int r = reporter_new(&reporter, d->conf, &d->reporter);

	if (r == 0) {
		links.observe = reporter_observe(d->reporter);
		r = servers_new(&links, &hooks, &d->servers);
	}

	if (r == 0)
		make_network(d);
	if (r == 0)
		r = make_resources(d);
	if (r == 0)
		r = make_host(d);
	if (r == 0)
		r = bootstrapper_new(&env, &d->bootstrapper);
	if (r == 0)
		r = make_card(d);
	if (r == 0)
		r = effects_init(d);
	if (r < 0)
		return r;
	reporter_set_servers(d->reporter, d->servers);
	servers_set_conf(d->servers, d->conf);
	bootstrapper_set_conf(d->bootstrapper, d->conf);
	return 0;
}

static int make_keeper(struct daemon *d, int *ret_exit)
{
	struct keeper_env env = {.model = d->model,
		.loop = d->loop,
		.clock = d->clock,
		.timeline = d->timeline,
		.data = d,
		.purged = on_purged};
	int pid = 0;
	int r = keeper_new(&env, d->conf->state_directory, &d->keeper, &pid);

	if (r == -EWOULDBLOCK) {
		LOG(LOG_ERROR, "another lwm2md (pid %d) uses the state directory %s", pid,
			d->conf->state_directory);
		*ret_exit = EXIT_STATE_BUSY;
	}
	return r;
}

static int watch_signals(struct daemon *d)
{
	int r = dloop_signal(d->dloop, SIGTERM, on_terminate, d);

	if (r == 0)
		r = dloop_signal(d->dloop, SIGINT, on_terminate, d);
	if (r == 0)
		r = dloop_signal(d->dloop, SIGUSR1, on_restart, d);
	if (r == 0)
		r = dloop_signal(d->dloop, SIGHUP, on_reload, d);
	if (r == 0)
		r = dloop_signal(d->dloop, SIGCHLD, on_child, d);
	return r;
}

int daemon_new(
	const struct conf_paths *paths, struct conf *conf, struct daemon **ret, int *ret_exit)
{
	_cleanup_(daemon_free_p) struct daemon *d = calloc(1, sizeof *d);
	const char *why = NULL;

	*ret_exit = EXIT_FAILURE;
	if (!d) {
		conf_free(conf);
		return -ENOMEM;
	}
	d->paths = paths;
	d->generation = 1;
	d->conf = conf;
	journal_name(conf->endpoint);
	d->clock = &clock_system;

	struct tp_settings settings = settings_of(conf);
	int r = dloop_new(&d->dloop);

	if (r == 0) {
		d->loop = dloop_loop(d->dloop);
		r = watch_signals(d);
	}
	if (r == 0)
		r = d->loop->timer(d->loop->impl, settle, d, &d->settling);
	if (r == 0)
		r = timeline_new(d->clock, &d->timeline);
	if (r == 0)
		r = make_model(d);
	if (r == 0) {
		r = tp_new(d->loop, d->clock, &settings, &d->tp, &why);
		if (r < 0)
			LOG(LOG_ERROR, "the transport cannot be used: %s",
				why ? why : strerror(-r));
	}
	if (r == 0)
		r = make_keeper(d, ret_exit);
	if (r == 0)
		r = make_parts(d);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(d);
	return 0;
}

struct daemon *daemon_free(struct daemon *d)
{
	if (!d)
		return NULL;
	console_free(d->console);
	d->console = NULL;
	if (d->loop)
		effects_done(d);
	if (d->reporter)
		reporter_set_servers(d->reporter, NULL);
	servers_free(d->servers);
	bootstrapper_free(d->bootstrapper);
	card_step_free(d->card_step);
	d->reporter = reporter_free(d->reporter);

	struct catalog *catalog = resources_take_catalog(d->resources);

	host_free(d->host);
	d->host = NULL;
	network_free(d->network);
	resources_free(d->resources);
	programs_free(d->programs);
	keeper_free(d->keeper);
	tp_free(d->tp);
	model_free(d->model);
	catalog_free(catalog);
	timeline_free(d->timeline);
	if (d->loop)
		d->loop->free_source(d->settling);
	dloop_free(d->dloop);
	conf_free(d->former);
	conf_free(d->conf);
	free(d);
	return NULL;
}

void daemon_free_p(struct daemon **d)
{
	daemon_free(*d);
}

/* A gateway is managed even if nobody can look at it. */
static void open_console(struct daemon *d)
{
	int r = console_new(d, &d->console);

	if (r < 0)
		LOG(LOG_ERROR, "no status socket in %s: %s", d->conf->control_directory,
			strerror(-r));
}

int daemon_run(struct daemon *d)
{
	LOG_EV(LOG_NOTICE, ({.id = LOG_ID_STARTED, .server = LOG_SERVER_NONE}),
		"lwm2md %s started as \"%s\"", PACKAGE_VERSION, d->conf->endpoint);
	dloop_watchdog(d->dloop);
	open_console(d);
	notify_ready();
	effects_feed(d, EV_GO);

	int r = dloop_run(d->dloop);

	LOG_EV(LOG_NOTICE, ({.id = LOG_ID_STOPPED, .server = LOG_SERVER_NONE}), "stopped");
	return r < 0 ? EXIT_FAILURE : r;
}
