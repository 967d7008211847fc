#include "ctl/manage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "codec/json.h"
#include "ctl.h"
#include "ctl/manage_idl.h"
#include "runner.h"
#include "testloop.h"

/* A daemon that is not there. */
static struct {
	enum manage_action action;
	uint16_t ssid;
	uint32_t seconds;
	int result;
	size_t up;
	bool is_conf_bad;
} fake;

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

static const struct manage_step step = {.seq = 1,
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
	emit(to, &step);
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

static const struct manage_ops ops = {
	state, warnings, servers, steps, advice, instances, values, steer, reload, metrics};
static struct manage *m;
static struct manage_settings settings;
static int fd;

static void setup(void)
{
	memset(&fake, 0, sizeof fake);
	settings = (struct manage_settings){.path = ctl_path(), .version = "1"};
	ck_assert_int_eq(manage_new(&test_loop, &test_loop_clock, &settings, &ops, NULL, &m), 0);
	fd = ctl_connect(settings.path);
}

static void teardown(void)
{
	close(fd);
	manage_free(m);
	test_loop_for(0);
	ctl_clean();
}

#define REASON_TEXT                                                                                \
	"{\"id\":\"dtls.timeout\",\"text\":\"the server did not answer the security handshake\","  \
	"\"hint\":\"a firewall or NAT that drops this UDP port is the usual cause\",\"when\":"
#define STATE_TEXT(up)                                                                             \
	"\"state\":{\"phase\":\"holdoff\",\"summary\":\"waiting\",\"since\":5,"                    \
	"\"endpoint\":\"dev\",\"version\":\"1\",\"source\":\"factory\",\"holdoff_left\":18,"       \
	"\"next\":\"bootstrap\",\"next_in\":18,\"servers_registered\":" up ","                     \
	"\"servers_total\":1,\"config_generation\":3,\"needs_person\":false,"                      \
	"\"warnings\":[{\"code\":\"config.stale\",\"text\":\"stale\",\"since\":4}]}"
#define SERVER_TEXT                                                                                \
	"{\"ssid\":101,\"bootstrap\":false,\"uri\":\"coaps://a\",\"security\":\"psk\","            \
	"\"state\":\"retrying\",\"lifetime\":60,\"next_action\":\"register\","                     \
	"\"next_action_in\":7,\"last_error\":" REASON_TEXT "3,\"detail\":\"a: silent\"}}"
#define STEP_TEXT                                                                                  \
	"{\"seq\":1,\"when\":2,\"stage\":\"register\",\"ssid\":101,\"result\":\"failed\","         \
	"\"detail\":\"a: silent\",\"reason\":" REASON_TEXT "2},\"repeats\":2,\"over\":false}"
#define ADVICE_TEXT "\"advice\":[{\"why\":\"silent\",\"try\":\"look\",\"reason\":\"dtls.timeout\"}]"

#define OK(parameters) "{\"parameters\":{" parameters "}}"
#define ERROR(name, parameters) "{\"error\":\"" name "\",\"parameters\":{" parameters "}}"
#define OURS "org.lwm2md.Manage."
#define WRONG(name) ERROR("org.varlink.service.InvalidParameter", "\"parameter\":\"" name "\"")

static const struct {
	const char *method, *parameters, *reply;
} cases[] = {
	{"GetStatus", "", OK(STATE_TEXT("0"))},
	{"ListServers", "", OK("\"servers\":[" SERVER_TEXT "]")},
	{"ListObjects", "",
		OK("\"instances\":[{\"path\":\"/3/0\",\"owner\":\"daemon\",\"version\":\"1.2\","
		   "\"name\":\"Device\"}]")},
	{"ListObjects", "\"path\":\"/4\"", ERROR(OURS "NoSuchPath", "\"path\":\"/4\"")},
	{"ListObjects", "\"path\":\"/3/0/0\"", WRONG("path")},
	{"Read", "\"path\":\"/3\"",
		OK("\"values\":[{\"path\":\"/3/0/0\",\"type\":\"string\",\"value\":\"x\","
		   "\"name\":\"Manufacturer\"},"
		   "{\"path\":\"/0/0/5\",\"type\":\"opaque\",\"name\":\"Secret Key\"}]")},
	{"Read", "\"path\":\"/4\"", ERROR(OURS "NoSuchPath", "\"path\":\"/4\"")},
	{"Read", "\"path\":\"3/0\"", WRONG("path")},
	{"Read", "", WRONG("path")},
	{"Explain", "", OK(STATE_TEXT("0") ",\"steps\":[" STEP_TEXT "]," ADVICE_TEXT)},
	{"GetMetrics", "",
		OK("\"content_type\":\"text/plain; version=0.0.4; charset=utf-8\","
		   "\"text\":\"a 1\\n\"")},
	{"Register", "\"ssid\":0", WRONG("ssid")},
	{"Register", "\"ssid\":65535", WRONG("ssid")},
	{"Deregister", "\"for\":4294967296", WRONG("for")},
	{"Deregister", "\"for\":-1", WRONG("for")},
	{"Reset", "\"what\":\"everything\"", WRONG("what")},
	{"Reload", "", OK("\"generation\":3")},
};

START_TEST(manage_answers_in_the_form_of_the_interface)
{
	char call[200];

	snprintf(call, sizeof call, "{\"method\":\"org.lwm2md.Manage.%s\",\"parameters\":{%s}}",
		cases[_i].method, cases[_i].parameters);

	const char *heard = ctl_ask(fd, call);

	ck_assert_ptr_nonnull(heard);
	ck_assert_msg(strcmp(heard, cases[_i].reply) == 0, "%s\nheard:  %s\nwanted: %s", call,
		heard, cases[_i].reply);
}
END_TEST

static const struct {
	const char *method, *parameters;
	enum manage_action action;
	uint16_t ssid;
	uint32_t seconds;
} steering[] = {
	{"Bootstrap", "\"reason\":\"test\"", MANAGE_BOOTSTRAP, 0, 0},
	{"Register", "", MANAGE_REGISTER, 0, 0},
	{"Register", "\"ssid\":101", MANAGE_REGISTER, 101, 0},
	{"Update", "\"ssid\":65534", MANAGE_UPDATE, 65534, 0},
	{"Deregister", "\"ssid\":1,\"for\":4294967295", MANAGE_DEREGISTER, 1, 4294967295},
	{"Reset", "\"what\":\"accounts\"", MANAGE_RESET_ACCOUNTS, 0, 0},
	{"Reset", "\"what\":\"all\"", MANAGE_RESET_ALL, 0, 0},
};

START_TEST(manage_passes_on_what_is_to_be_done)
{
	char call[200];

	fake.action = MANAGE_RESET_ALL;
	snprintf(call, sizeof call, "{\"method\":\"org.lwm2md.Manage.%s\",\"parameters\":{%s}}",
		steering[_i].method, steering[_i].parameters);
	ck_assert_str_eq(ctl_ask(fd, call), OK(""));
	ck_assert_int_eq(fake.action, steering[_i].action);
	ck_assert_uint_eq(fake.ssid, steering[_i].ssid);
	ck_assert_uint_eq(fake.seconds, steering[_i].seconds);

	fake.result = -EBUSY;
	ck_assert_str_eq(ctl_ask(fd, call), ERROR(OURS "Busy", "\"why\":\"because\""));
	fake.result = -EOPNOTSUPP;
	ck_assert_str_eq(ctl_ask(fd, call), ERROR(OURS "Unavailable", "\"why\":\"because\""));
}
END_TEST

START_TEST(manage_names_the_server_that_is_not_there)
{
	fake.result = -ENOENT;
	ck_assert_str_eq(ctl_ask(fd, "{\"method\":\"org.lwm2md.Manage.Update\","
				     "\"parameters\":{\"ssid\":7}}"),
		ERROR(OURS "NoSuchServer", "\"ssid\":7"));
}
END_TEST

START_TEST(manage_lists_the_problems_of_a_refused_reload)
{
	fake.is_conf_bad = true;
	ck_assert_str_eq(ctl_ask(fd, "{\"method\":\"org.lwm2md.Manage.Reload\"}"),
		ERROR(OURS "ConfigInvalid",
			"\"problems\":[\"a.conf:1:error: \\\"x\\\"\",\"b.conf:2:error: y\"]"));
}
END_TEST

#define FOLLOW(parameters)                                                                         \
	"{\"method\":\"org.lwm2md.Manage.Monitor\",\"parameters\":{" parameters "},\"more\":true}"

static void expect_event(const char *text)
{
	const char *heard = ctl_hear(fd);

	ck_assert_ptr_nonnull(heard);
	ck_assert_msg(strstr(heard, text), "%s\nwanted: %s", heard, text);
	ck_assert_msg(strstr(heard, "\"continues\":true"), "%s", heard);
}

START_TEST(manage_monitor_begins_with_the_state_and_tells_each_kind)
{
	const struct manage_value value = {PATH3(3, 0, 0), "Manufacturer", VALUE_TEXT("y"), false};

	ck_assert(!manage_is_followed(m));
	ctl_say(fd, FOLLOW(""));
	expect_event("\"kind\":\"state\"," STATE_TEXT("0"));
	ck_assert(manage_is_followed(m));
	manage_tell_step(m, &step);
	expect_event("\"kind\":\"step\",\"step\":" STEP_TEXT);
	manage_tell_server(m, 102);
	manage_tell_server(m, 101);
	expect_event("\"kind\":\"server\",\"server\":" SERVER_TEXT);
	manage_tell_value(m, &value);
	expect_event("\"kind\":\"value\",\"value\":{\"path\":\"/3/0/0\"");
}
END_TEST

START_TEST(manage_tells_a_state_once)
{
	ctl_say(fd, FOLLOW("\"kinds\":[\"state\"]"));
	expect_event("\"servers_registered\":0");
	manage_tell_state(m);
	expect_event("\"servers_registered\":0");
	manage_tell_state(m);
	fake.up = 1;
	manage_tell_state(m);
	expect_event("\"servers_registered\":1");
}
END_TEST

START_TEST(manage_monitor_leaves_out_what_is_not_wanted)
{
	struct manage_value value = {PATH3(3, 0, 1), "Model", VALUE_TEXT("y"), false};

	ctl_say(fd, FOLLOW("\"kinds\":[\"value\"],\"paths\":[\"/4\",\"/3/0/0\"]"));
	expect_event("\"kind\":\"state\"");
	manage_tell_step(m, &step);
	manage_tell_state(m);
	manage_tell_value(m, &value);
	value.path = PATH3(3, 0, 0);
	manage_tell_value(m, &value);
	expect_event("\"kind\":\"value\",\"value\":{\"path\":\"/3/0/0\"");
}
END_TEST

START_TEST(manage_monitor_refuses_kinds_and_paths_that_do_not_exist)
{
	ck_assert_str_eq(ctl_ask(fd, FOLLOW("\"kinds\":[\"step\",\"steps\"]")), WRONG("kinds"));
	ck_assert_str_eq(ctl_ask(fd, FOLLOW("\"paths\":[\"3\"]")), WRONG("paths"));
	ck_assert_str_eq(
		ctl_ask(fd, FOLLOW("\"paths\":[\"/\",\"/\",\"/\",\"/\",\"/\",\"/\",\"/\",\"/\","
				   "\"/\",\"/\",\"/\",\"/\",\"/\",\"/\",\"/\",\"/\",\"/\"]")),
		WRONG("paths"));
}
END_TEST

START_TEST(manage_explain_goes_on_with_each_new_step)
{
	ctl_say(fd, "{\"method\":\"org.lwm2md.Manage.Explain\",\"more\":true}");
	expect_event("\"steps\":[" STEP_TEXT "]");
	manage_tell_step(m, &step);
	expect_event("\"steps\":[" STEP_TEXT "]," ADVICE_TEXT);
	manage_tell_state(m);
	expect_event("\"steps\":[]");
}
END_TEST

START_TEST(manage_without_a_socket_tells_nobody)
{
	manage_tell_state(NULL);
	manage_tell_step(NULL, &step);
	manage_tell_server(NULL, 1);
	ck_assert(!manage_is_followed(NULL));
}
END_TEST

START_TEST(manage_describes_each_method_that_it_has)
{
	const char *heard =
		ctl_ask(fd, "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
			    "\"parameters\":{\"interface\":\"org.lwm2md.Manage\"}}");
	struct json *j;

	ck_assert_int_eq(json_parse(span_of_text(heard), &j), 0);
	ck_assert(span_is_text(json_text(json_member(json_member(j, "parameters"), "description")),
		MANAGE_DESCRIPTION));
	json_free(j);
	for (const char *at = MANAGE_DESCRIPTION; (at = strstr(at, "\nmethod ")); at++) {
		char call[100];
		int len = (int)strcspn(at + 8, "(");

		snprintf(call, sizeof call,
			"{\"method\":\"org.lwm2md.Manage.%.*s\",\"parameters\":{\"x\":1}}", len,
			at + 8);
		ck_assert_str_eq(ctl_ask(fd, call), WRONG("x"));
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("manage");
	TCase *t = tcase_create("manage");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
		t, manage_answers_in_the_form_of_the_interface, 0, sizeof cases / sizeof *cases);
	tcase_add_loop_test(
		t, manage_passes_on_what_is_to_be_done, 0, sizeof steering / sizeof *steering);
	tcase_add_test(t, manage_names_the_server_that_is_not_there);
	tcase_add_test(t, manage_lists_the_problems_of_a_refused_reload);
	tcase_add_test(t, manage_monitor_begins_with_the_state_and_tells_each_kind);
	tcase_add_test(t, manage_tells_a_state_once);
	tcase_add_test(t, manage_monitor_leaves_out_what_is_not_wanted);
	tcase_add_test(t, manage_monitor_refuses_kinds_and_paths_that_do_not_exist);
	tcase_add_test(t, manage_explain_goes_on_with_each_new_step);
	tcase_add_test(t, manage_without_a_socket_tells_nobody);
	tcase_add_test(t, manage_describes_each_method_that_it_has);
	suite_add_tcase(s, t);
	return s;
}
