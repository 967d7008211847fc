#include "machine.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

struct daemon *machine;

static char state_dir[128], runtime_dir[128];
static struct conf_paths paths;

void machine_setup(void)
{
	world_begin(3600 * USEC_PER_SEC);
	fake_begin();
	fixture_setup();
	snprintf(state_dir, sizeof state_dir, "%s/state", fixture_root());
	snprintf(runtime_dir, sizeof runtime_dir, "%s/run", fixture_root());
	paths = (struct conf_paths){.root = fixture_root(),
		.state_dir = state_dir,
		.runtime_dir = runtime_dir,
		.is_file_required = true};
}

void machine_teardown(void)
{
	machine_kill();
	world_end();
	fixture_teardown();
}

TCase *machine_case(Suite *s, const char *name)
{
	TCase *c = tcase_create(name);

	tcase_add_checked_fixture(c, machine_setup, machine_teardown);
	suite_add_tcase(s, c);
	return c;
}

void machine_start_again(void)
{
	struct conf_report *report;
	struct conf *conf;
	int code;

	ck_assert_int_eq(conf_report_new(&report), 0);
	if (conf_load(&paths, report, &conf) < 0) {
		conf_report_print(report, stderr);
		ck_abort_msg("the configuration has errors");
	}
	conf_report_free(report);
	ck_assert_int_eq(daemon_new(&paths, conf, &machine, &code), 0);
	effects_feed(machine, EV_GO);
}

void machine_start(const char *conf)
{
	fixture_write("/etc/lwm2md/lwm2md.conf", conf, 0600);
	machine_start_again();
}

void machine_kill(void)
{
	machine = daemon_free(machine);
}

void machine_reload(const char *conf)
{
	fixture_write("/etc/lwm2md/lwm2md.conf", conf, 0600);
	world_signal(SIGHUP);
}

enum seq_state machine_state(void)
{
	return machine->seq.state;
}

bool machine_has_step(enum reason reason, struct step *ret)
{
	uint64_t cursor = 0;
	struct step step;
	bool is_found = false;

	while (timeline_next(machine->timeline, &cursor, &step)) {
		if (step.reason != reason)
			continue;
		is_found = true;
		if (ret)
			*ret = step;
	}
	return is_found;
}

unsigned machine_steps(enum reason reason)
{
	uint64_t cursor = 0;
	struct step step;
	unsigned n = 0;

	while (timeline_next(machine->timeline, &cursor, &step))
		if (step.reason == reason)
			n += 1 + step.repeats;
	return n;
}

void machine_assert_asked_at(int n, double seconds)
{
	ck_assert_uint_eq(fake_sent(URI_BS, FAKE_BOOTSTRAP, n)->at, world_second(seconds));
}

void machine_in_client_session(void)
{
	fake_up(URI_BS);
	fake_up(URI_C);
	machine_start(WITH_BS);
	world_run(31);
	ASSERT_STATE(SEQ_CLIENT_SESSION);
}

static uint8_t operate(
	const char *uri, enum msg_method method, const char *path, int format, struct span payload)
{
	return uri ? fake_ask(uri, method, path, format, payload, NULL)
		   : fake_call(method, path, format, payload, NULL);
}

static uint8_t put_instance(
	const char *uri, struct path p, const struct record *records, size_t n_records)
{
	struct record full[8];
	struct buf payload = {.max = 4096};
	char path[24];

	for (size_t i = 0; i < n_records; i++) {
		full[i] = records[i];
		full[i].path = path_child(p, records[i].path.id[0]);
	}
	ck_assert_int_eq(payload_encode(FORMAT_TLV, p, full, n_records, &payload), 0);
	snprintf(path, sizeof path, "/%u/%u", p.id[0], p.id[1]);

	uint8_t code = operate(uri, MSG_PUT, path, FORMAT_TLV, buf_span(&payload));

	buf_done(&payload);
	return code;
}

/* /0/1 and /1/0: the place of the first configured server. */
uint8_t machine_write_server(const char *uri, uint16_t ssid, const char *server_uri)
{
	const struct record security[] = {
		{PATH1(SECURITY_URI), VALUE_TEXT(server_uri), 0},
		{PATH1(SECURITY_BOOTSTRAP_SERVER), VALUE_BOOL(false), 0},
		{PATH1(SECURITY_MODE), VALUE_INT(MODE_NOSEC), 0},
		{PATH1(SECURITY_SHORT_SERVER_ID), VALUE_INT(ssid), 0},
	};
	const struct record server[] = {
		{PATH1(SERVER_SHORT_SERVER_ID), VALUE_INT(ssid), 0},
		{PATH1(SERVER_LIFETIME), VALUE_INT(600), 0},
		{PATH1(SERVER_NOTIFICATION_STORING), VALUE_BOOL(true), 0},
		{PATH1(SERVER_BINDING), VALUE_TEXT("U"), 0},
	};
	uint8_t code = put_instance(uri, PATH2(OBJECT_SECURITY, 1), security, 4);

	return code == MSG_CHANGED ? put_instance(uri, PATH2(OBJECT_SERVER, 0), server, 4) : code;
}

uint8_t machine_write_text(const char *uri, const char *path, const char *text)
{
	return operate(uri, MSG_PUT, path, FORMAT_TEXT, span_of_text(text));
}

uint8_t machine_delete(const char *uri, const char *path)
{
	return operate(uri, MSG_DELETE, path, FORMAT_NONE, span_of_text(""));
}

uint8_t machine_discover(const char *uri)
{
	return operate(uri, MSG_GET, "/", FORMAT_LINK, span_of_text(""));
}

uint8_t machine_finish(const char *uri)
{
	return operate(uri, MSG_POST, "/bs", FORMAT_NONE, span_of_text(""));
}
