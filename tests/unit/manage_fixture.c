#include "manage_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "runner.h"
#include "testloop.h"

/* A daemon that is not there. */
struct manage_fake fake;

static void state(void *data, struct manage_state *ret)
{
	(void)data;
	*ret = (struct manage_state){.phase = "holdoff",
		.summary = "waiting",
		.since = 5,
		.endpoint = "dev",
		.source = "factory",
		.holdoff_left = 18,
		.next = "bootstrap",
		.next_in = 18,
		.servers_registered = fake.up,
		.servers_total = 1,
		.config_generation = 3};
}

static void warnings(void *data, void (*emit)(void *to, const struct manage_warning *w), void *to)
{
	(void)data;
	emit(to, &(const struct manage_warning){REASON_CONFIG_STALE, "stale", 4});
}

static void servers(void *data, void (*emit)(void *to, const struct manage_server *s), void *to)
{
	(void)data;
	emit(to, &(const struct manage_server){.ssid = 101,
			 .uri = "coaps://a",
			 .security = "psk",
			 .state = "retrying",
			 .lifetime = 60,
			 .expires_in = -1,
			 .next_action = "register",
			 .next_action_in = 7,
			 .last_error = REASON_DTLS_TIMEOUT,
			 .last_error_detail = "a: silent",
			 .last_error_when = 3});
}

const struct manage_step manage_fixture_step = {.seq = 1,
	.when = 2,
	.stage = "register",
	.result = "failed",
	.ssid = 101,
	.detail = "a: silent",
	.reason = REASON_DTLS_TIMEOUT,
	.repeats = 2};

static void steps(void *data, void (*emit)(void *to, const struct manage_step *s), void *to)
{
	(void)data;
	emit(to, &manage_fixture_step);
}

static void advice(void *data, void (*emit)(void *to, const struct manage_advice *a), void *to)
{
	(void)data;
	emit(to, &(const struct manage_advice){REASON_DTLS_TIMEOUT, "silent", "look"});
}

static int instances(void *data, struct path p,
	void (*emit)(void *to, const struct manage_instance *i), void *to)
{
	(void)data;
	if (!path_contains(p, PATH2(3, 0)))
		return -ENOENT;
	emit(to, &(const struct manage_instance){PATH2(3, 0), "daemon", "Device", 1, 2});
	return 0;
}

static int values(
	void *data, struct path p, void (*emit)(void *to, const struct manage_value *v), void *to)
{
	(void)data;
	if (!path_contains(p, PATH3(3, 0, 0)))
		return -ENOENT;
	emit(to, &(const struct manage_value){
			 PATH3(3, 0, 0), "Manufacturer", VALUE_TEXT("x"), false});
	emit(to, &(const struct manage_value){
			 PATH3(0, 0, 5), "Secret Key", VALUE_BYTES(span_of_text("secret")), true});
	return 0;
}

static void observations(void *data, uint16_t ssid,
	void (*emit)(void *to, const struct manage_observation *o), void *to)
{
	static const struct path paths[] = {PATH3(3, 0, 9), PATH2(4, 0)};

	(void)data;
	if (ssid != 102)
		emit(to, &(const struct manage_observation){101, paths, 2, "pmin=10", 5, 3});
	emit(to, &(const struct manage_observation){102, paths, 1, "", -1, 0});
}

static int steer(void *data, enum manage_action action, uint16_t ssid, uint32_t seconds,
	const char **ret_why)
{
	(void)data;
	fake.action = action;
	fake.ssid = ssid;
	fake.seconds = seconds;
	*ret_why = "because";
	return fake.result;
}

static int write_value(void *data, struct path p, struct span text, const char **ret_why)
{
	(void)data;
	fake.path = p;
	snprintf(fake.text, sizeof fake.text, "%.*s", (int)text.len, (const char *)text.data);
	*ret_why = "because";
	return fake.result;
}

static int send_paths(
	void *data, const struct path *paths, size_t n, uint16_t ssid, const char **ret_why)
{
	(void)data;
	fake.path = paths[n - 1];
	fake.ssid = ssid;
	*ret_why = "because";
	return fake.result < 0 ? fake.result : 2;
}

static int inspect_card(void *data, const char *reader, const char **ret_why)
{
	(void)data;
	snprintf(fake.text, sizeof fake.text, "%s", reader);
	*ret_why = "because";
	return fake.result;
}

static void diagnose(void *data, void (*emit)(void *to, const struct manage_finding *f), void *to)
{
	(void)data;
	emit(to, &(const struct manage_finding){"config", "ok", "fine", REASON_NONE});
	emit(to, &(const struct manage_finding){"state", "fail", "no room", REASON_STATE_FULL});
}

static int reload(void *data, void (*problem)(void *to, const char *line), void *to)
{
	(void)data;
	if (!fake.is_conf_bad)
		return 0;
	problem(to, "a.conf:1:error: \"x\"");
	problem(to, "b.conf:2:error: y");
	return -EINVAL;
}

static int metrics(void *data, struct buf *out)
{
	(void)data;
	return buf_append_text(out, "a 1\n");
}

static const struct manage_ops ops = {.state = state,
	.warnings = warnings,
	.servers = servers,
	.steps = steps,
	.advice = advice,
	.instances = instances,
	.values = values,
	.observations = observations,
	.steer = steer,
	.write = write_value,
	.execute = write_value,
	.send = send_paths,
	.inspect_card = inspect_card,
	.diagnose = diagnose,
	.reload = reload,
	.metrics = metrics};
struct manage *m;
int fd;
static struct manage_settings settings;

void manage_fixture_setup(void)
{
	memset(&fake, 0, sizeof fake);
	settings = (struct manage_settings){.path = ctl_path(), .version = "1"};
	ck_assert_int_eq(manage_new(&test_loop, &test_loop_clock, &settings, &ops, NULL, &m), 0);
	fd = ctl_connect(settings.path);
}

void manage_fixture_teardown(void)
{
	close(fd);
	manage_free(m);
	test_loop_for(0);
	ctl_clean();
}

const char *manage_fixture_path(void)
{
	return settings.path;
}

void manage_fixture_ask(const char *method, const char *parameters, const char *reply)
{
	char call[400];

	snprintf(call, sizeof call, "{\"method\":\"org.lwm2md.Manage.%s\",\"parameters\":{%s}}",
		method, parameters);

	const char *heard = ctl_ask(fd, call);

	ck_assert_ptr_nonnull(heard);
	ck_assert_msg(strcmp(heard, reply) == 0, "%s\nheard:  %s\nwanted: %s", call, heard, reply);
}

void manage_fixture_expect(const char *text)
{
	const char *heard = ctl_hear(fd);

	ck_assert_ptr_nonnull(heard);
	ck_assert_msg(strstr(heard, text), "%s\nwanted: %s", heard, text);
	ck_assert_msg(strstr(heard, "\"continues\":true"), "%s", heard);
}
