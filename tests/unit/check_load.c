#include "conf/load.h"

#include <errno.h>
#include <glob.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "alloc.h"
#include "base/cleanup.h"
#include "conf_fixture.h"
#include "runner.h"

/* The codes of which each has a file in tests/conf.bad that shows it. */
static const char *const codes[] = {"unknown-key", "wrong-type", "number-range", "bad-time",
	"bad-uri", "bad-value", "scheme-security-mismatch", "nosec-not-allowed", "secret-in-clear",
	"secret-exposed", "secret-missing", "secret-invalid", "psk-short", "duplicate-short-id",
	"short-id-range", "two-bootstrap-servers", "bootstrap-uri-equals-server",
	"no-way-to-a-server", "no-endpoint", "duplicate-path", "unknown-object", "value-type",
	"not-writable", "command-not-executable", "command-writable-by-others",
	"definition-invalid", "two-sources", "not-executable", "group-missing", "app-paths-overlap",
	"unsupported", "psk-identity-nul", "reserved-object", "short-lifetime", "no-effect",
	"missing-key", "syntax", "file-unreadable"};

static glob_t bad;

static struct span bad_file(size_t i)
{
	char path[128];

	snprintf(path, sizeof path, "tests/conf.bad/%s", strrchr(bad.gl_pathv[i], '/') + 1);
	return test_file(path);
}

/* The "# expect …" lines at the top, as fixture_load() lists problems. */
static char *expected(struct span text)
{
	static const char word[] = "# expect ";
	const char *at = (const char *)text.data, *end = at + text.len;
	char *ret;
	size_t size;
	FILE *out = open_memstream(&ret, &size);

	while ((size_t)(end - at) > sizeof word && memcmp(at, word, sizeof word - 1) == 0) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		at += sizeof word - 1;
		fprintf(out, "%.*s\n", (int)(newline - at), at);
		at = newline + 1;
	}
	fclose(out);
	return ret;
}

START_TEST(conf_bad_file_gives_exactly_the_problems_it_expects)
{
	struct span text = bad_file((size_t)_i);
	char *problems = expected(text);

	fixture_populate();
	fixture_write_bytes("/etc/lwm2md/lwm2md.conf", text, 0600);

	struct fixture_result result = fixture_load();
	bool is_error = strstr(problems, " error ");

	ck_assert_msg(strcmp(problems, result.problems) == 0, "%s\nexpected:\n%sfound:\n%s%s",
		bad.gl_pathv[_i], problems, result.problems, result.text);
	ck_assert_int_eq(result.r, is_error ? -EINVAL : 0);
	ck_assert_int_eq(!result.conf, is_error);
	fixture_result_done(&result);
	free(problems);
}
END_TEST

START_TEST(conf_each_code_has_a_bad_file)
{
	for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
		char line[80];
		bool is_there = false;

		snprintf(line, sizeof line, " %s\n", codes[c]);
		for (size_t i = 0; i < bad.gl_pathc && !is_there; i++) {
			char *problems = expected(bad_file(i));

			is_there = strstr(problems, line);
			free(problems);
		}
		ck_assert_msg(is_there, "no file of tests/conf.bad expects %s", codes[c]);
	}
}
END_TEST

START_TEST(conf_full_example_has_every_value)
{
	fixture_populate();
	fixture_write_bytes(
		"/etc/lwm2md/lwm2md.conf", test_file("tests/conf.good/full.conf"), 0600);

	struct fixture_result result = fixture_load();
	const struct conf *c = result.conf;

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert_str_eq(c->endpoint, "urn:dev:os:32473-SN-0042");
	ck_assert_str_eq(c->device.manufacturer, "Example Networks");
	ck_assert(c->device.allow_reboot && !c->device.allow_factory_reset);
	ck_assert_int_eq(c->smartcard.enabled, CARD_AUTO);
	ck_assert(c->has_bootstrap && c->bootstrap.is_bootstrap);
	ck_assert_str_eq(c->bootstrap.uri, "coaps://bs.example.net:5684");
	ck_assert_int_eq(c->bootstrap.security, MODE_PSK);
	ck_assert(span_is_text(secret_span(&c->bootstrap.identity), "urn:dev:os:32473-SN-0042"));
	ck_assert(span_is_equal(secret_span(&c->bootstrap.secret_key),
		test_hex("00010203 04050607 08090a0b 0c0d0e0f")));
	ck_assert_uint_eq(c->bootstrap.client_hold_off_time, 30);
	ck_assert_uint_eq(c->bootstrap.account_timeout, 0);
	ck_assert_uint_eq(c->server_initiated.session_timeout, 247000000);
	ck_assert_int_eq(c->server_initiated.listen, LISTEN_HOLD_OFF);
	ck_assert_str_eq(c->server_initiated.addresses[0], "[::]:5684");
	ck_assert_ptr_null(c->server_initiated.addresses[1]);
	ck_assert_uint_eq(c->n_servers, 2);
	ck_assert_uint_eq(c->servers[0].short_id, 7);
	ck_assert_str_eq(c->servers[0].name, "second");
	ck_assert_uint_eq(c->retry.jitter, 10000000);
	ck_assert(c->network.wait_online);
	ck_assert_int_eq(c->network.family, FAMILY_ANY);
	ck_assert_uint_eq(c->coap.ack_timeout, 2000000);
	ck_assert(c->coap.ack_random_factor > 1.49 && c->coap.ack_random_factor < 1.51);
	ck_assert_uint_eq(c->coap.max_retransmit, 4);
	ck_assert_uint_eq(c->coap.max_body, 4096);
	ck_assert_uint_eq(c->objects_max_octets, 1000000);
	ck_assert_int_eq(c->security.allow_nosec, NOSEC_NO);
	ck_assert_uint_eq(c->security.min_psk_length, 16);
	ck_assert_str_eq(c->state_directory, "/var/lib/lwm2md");
	ck_assert_str_eq(c->control_directory, "/run/lwm2md");
	ck_assert_int_eq(c->log_level, 3);
	fixture_result_done(&result);
}
END_TEST

START_TEST(conf_full_example_has_the_optional_resources_of_a_server)
{
	fixture_populate();
	fixture_write_bytes(
		"/etc/lwm2md/lwm2md.conf", test_file("tests/conf.good/full.conf"), 0600);

	struct fixture_result result = fixture_load();

	ck_assert_msg(result.r == 0, "%s", result.text);

	const struct conf_account *a = &result.conf->servers[1];

	ck_assert_uint_eq(a->short_id, 101);
	ck_assert_uint_eq(a->lifetime, 86400);
	ck_assert_str_eq(a->binding, "U");
	ck_assert(a->has_min_period && a->min_period == 1);
	ck_assert(a->has_max_period && a->max_period == 900);
	ck_assert_int_eq(a->mute_send, SET_FALSE);
	ck_assert(a->store_notifications && !a->queue_mode);
	ck_assert(a->has_disable_timeout && a->disable_timeout == 86400);
	ck_assert(a->has_priority && a->priority == 1);
	ck_assert_int_eq(a->failure_block, SET_FALSE);
	ck_assert_int_eq(a->bootstrap_on_failure, SET_TRUE);
	ck_assert(a->retry.has_count && a->retry.count == 3);
	ck_assert(a->retry.has_timer && a->retry.timer == 30);
	ck_assert(!a->retry.has_sequence_delay && a->retry.sequence_delay == 86400);
	fixture_result_done(&result);
}
END_TEST

START_TEST(conf_defaults_are_the_documented_ones)
{
	fixture_populate();

	struct fixture_result result =
		fixture_load_text("servers = { a = { short_id = 1; uri = \"coaps://a.example\"; "
				  "psk_identity = \"a\";\n"
				  "  psk_key = \"hex:000102030405060708090a0b0c0d0e0f\"; }; };\n");

	ck_assert_msg(result.r == 0, "%s", result.text);

	const struct conf_account *a = result.conf->servers;

	ck_assert(!result.conf->has_bootstrap);
	ck_assert_uint_eq(result.conf->bootstrap.client_hold_off_time, 0);
	ck_assert_uint_eq(a->lifetime, 86400);
	ck_assert(!a->has_priority && !a->has_disable_timeout && !a->has_min_period);
	ck_assert_int_eq(a->mute_send, UNSET);
	ck_assert_int_eq(a->failure_block, UNSET);
	ck_assert_int_eq(a->bootstrap_on_failure, UNSET);
	ck_assert_uint_eq(a->retry.count, 5);
	ck_assert_uint_eq(a->retry.timer, 60);
	ck_assert_uint_eq(a->retry.sequence_count, 1);
	ck_assert_uint_eq(a->retry.sequence_delay, 86400);
	ck_assert_uint_eq(a->retry.initial_delay, 0);
	ck_assert(!a->retry.has_count && !a->retry.has_initial_delay);
	ck_assert_int_eq(strncmp(result.conf->endpoint, "urn:uuid:", 9), 0);
	ck_assert_uint_eq(strlen(result.conf->endpoint), 9 + 36);
	fixture_result_done(&result);
}
END_TEST

START_TEST(conf_hold_off_takes_all_of_32_bit)
{
	static const struct {
		const char *text;
		uint32_t seconds;
	} rows[] = {{"\"4294967295s\"", 4294967295}, {"4294967295L", 4294967295}, {"0", 0},
		{"\"0\"", 0}, {"2147483647", 2147483647}, {"\"2147483648\"", 2147483648}};
	char text[256];

	fixture_populate();
	snprintf(text, sizeof text,
		"smartcard = { enabled = \"yes\"; };\n"
		"bootstrap = { client_hold_off_time = %s; };\n",
		rows[_i].text);

	struct fixture_result result = fixture_load_text(text);

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert_uint_eq(result.conf->bootstrap.client_hold_off_time, rows[_i].seconds);
	fixture_result_done(&result);
}
END_TEST

START_TEST(conf_number_of_32_bit_without_suffix_is_refused_with_both_ways_out)
{
	fixture_populate();

	struct fixture_result result =
		fixture_load_text("smartcard = { enabled = \"yes\"; };\nbootstrap = { "
				  "account_timeout = 4294967295; };\n");

	ck_assert_int_eq(result.r, -EINVAL);
	ck_assert_str_eq(result.problems, "2 error number-range\n");
	ck_assert_ptr_nonnull(strstr(result.text, "hint: write 4294967295L"));
	ck_assert_ptr_nonnull(strstr(result.text, "\"4294967295s\""));
	fixture_result_done(&result);
}
END_TEST

START_TEST(conf_directories_of_the_service_win_over_the_file)
{
	struct conf_paths paths = {.root = fixture_root(), .state_dir = "/opt/state"};
	_cleanup_(conf_report_free_p) struct conf_report *report = NULL;
	_cleanup_(conf_free_p) struct conf *conf = NULL;

	fixture_populate();
	fixture_write("/etc/lwm2md/lwm2md.conf",
		"state = { directory = \"/srv/a\"; }; smartcard = { enabled = \"yes\"; };", 0600);
	setenv("STATE_DIRECTORY", "/srv/b:/srv/c", 1);
	setenv("RUNTIME_DIRECTORY", "/run/b:/run/c", 1);
	ck_assert_int_eq(conf_report_new(&report), 0);
	ck_assert_int_eq(conf_load(&paths, report, &conf), 0);
	ck_assert_str_eq(conf->state_directory, "/opt/state");
	ck_assert_str_eq(conf->control_directory, "/run/b");
	conf = conf_free(conf);

	paths.state_dir = NULL;
	ck_assert_int_eq(conf_load(&paths, report, &conf), 0);
	ck_assert_str_eq(conf->state_directory, "/srv/b");
	conf = conf_free(conf);

	unsetenv("STATE_DIRECTORY");
	ck_assert_int_eq(conf_load(&paths, report, &conf), 0);
	ck_assert_str_eq(conf->state_directory, "/srv/a");
}
END_TEST

START_TEST(conf_hash_of_an_account_follows_its_fields_only)
{
	static const char format[] =
		"# %s\nservers = { a = { short_id = 1; uri = \"coaps://a.example\"; psk_identity = "
		"\"a\"; psk_key = \"hex:000102030405060708090a0b0c0d0e0f\"; %s }; };\n";
	static const struct {
		const char *comment, *more;
		bool is_same;
	} rows[] = {{"other comment", "", true}, {"", "lifetime = \"24h\";", true},
		{"", "lifetime = \"2d\";", false}, {"", "mute_send = false;", false},
		{"", "retry = { count = 5; };", false}};
	uint8_t first[32] = {0};

	fixture_populate();
	for (size_t i = 0; i <= sizeof rows / sizeof *rows; i++) {
		char text[512];

		snprintf(text, sizeof text, format, i ? rows[i - 1].comment : "",
			i ? rows[i - 1].more : "");

		struct fixture_result result = fixture_load_text(text);

		ck_assert_msg(result.r == 0, "%s", result.text);
		if (i == 0)
			memcpy(first, result.conf->servers[0].hash, sizeof first);
		else
			ck_assert_msg((memcmp(first, result.conf->servers[0].hash, sizeof first) ==
					      0) == rows[i - 1].is_same,
				"row %zu", i);
		fixture_result_done(&result);
	}
}
END_TEST

START_TEST(conf_drop_ins_change_single_keys_and_take_servers_out)
{
	fixture_populate();
	fixture_write("/usr/lib/lwm2md/conf.d/50-vendor.conf",
		"retry = { count = 2; timer = \"2s\"; };", 0644);
	fixture_write("/usr/lib/lwm2md/conf.d/60-masked.conf", "retry = { count = 9; };", 0644);
	fixture_write("/etc/lwm2md/conf.d/60-masked.conf", "", 0644);
	fixture_write("/etc/lwm2md/conf.d/90-local.conf",
		"servers = { a = { lifetime = \"1h\"; }; b = { enabled = false; }; };", 0644);
	fixture_write("/etc/lwm2md/conf.d/ignored.txt", "nonsense", 0644);

	struct fixture_result result =
		fixture_load_text("retry = { timer = \"3s\"; };\n"
				  "servers = { a = { short_id = 1; uri = \"coaps://a.example\"; "
				  "psk_identity = \"a\";\n"
				  "  psk_key = \"hex:000102030405060708090a0b0c0d0e0f\"; };\n"
				  "  b = { short_id = 2; }; };\n");

	ck_assert_msg(result.r == 0, "%s", result.text);
	ck_assert_uint_eq(result.conf->n_servers, 1);
	ck_assert_uint_eq(result.conf->servers[0].lifetime, 3600);
	ck_assert_uint_eq(result.conf->servers[0].line, 2);
	ck_assert_uint_eq(result.conf->servers[0].retry.count, 2);
	ck_assert_uint_eq(result.conf->servers[0].retry.timer, 3);
	fixture_result_done(&result);
}
END_TEST

START_TEST(conf_syntax_error_ends_its_own_file_only)
{
	fixture_populate();
	fixture_write("/etc/lwm2md/conf.d/10-broken.conf", "log = { level = \"info\" \n", 0644);
	fixture_write("/etc/lwm2md/conf.d/20-fine.conf", "log = { levle = \"info\"; };", 0644);

	struct fixture_result result = fixture_load_text("smartcard = { enabled = \"yes\"; };\n");

	ck_assert_int_eq(result.r, -EINVAL);
	ck_assert_str_eq(result.problems, "etc/lwm2md/conf.d/10-broken.conf:1 error syntax\n"
					  "etc/lwm2md/conf.d/20-fine.conf:1 error unknown-key\n");
	fixture_result_done(&result);
}
END_TEST

START_TEST(conf_included_file_names_itself_in_a_problem)
{
	fixture_populate();
	fixture_write("/etc/lwm2md/part.conf", "\nlifetime = 4294967296;\nlog = { };", 0600);

	struct fixture_result result = fixture_load_text(
		"smartcard = { enabled = \"yes\"; };\n@include \"part.conf\" # here\nx = 1;\n");

	ck_assert_str_eq(result.problems, "3 error unknown-key\n"
					  "etc/lwm2md/part.conf:2 error number-range\n"
					  "etc/lwm2md/part.conf:2 error unknown-key\n");
	fixture_result_done(&result);
}
END_TEST

START_TEST(conf_missing_file_is_an_error_only_if_it_was_named)
{
	struct conf_paths paths = {.root = fixture_root()};
	_cleanup_(conf_report_free_p) struct conf_report *report = NULL;
	_cleanup_(conf_free_p) struct conf *conf = NULL;

	fixture_populate();
	ck_assert_int_eq(conf_report_new(&report), 0);
	ck_assert_int_eq(conf_load(&paths, report, &conf), 0);
	ck_assert_uint_eq(conf_report_warnings(report), 1);
	conf = conf_free(conf);
	paths.is_file_required = true;
	ck_assert_int_eq(conf_load(&paths, report, &conf), -EINVAL);
}
END_TEST

START_TEST(conf_without_memory_is_none)
{
	struct conf_paths paths = {.root = fixture_root()};

	fixture_populate();
	fixture_write_bytes(
		"/etc/lwm2md/lwm2md.conf", test_file("tests/conf.good/full.conf"), 0600);
	for (unsigned n = 1;; n++) {
		_cleanup_(conf_report_free_p) struct conf_report *report = NULL;
		_cleanup_(conf_free_p) struct conf *conf = NULL;

		ck_assert_int_eq(conf_report_new(&report), 0);
		alloc_fail_at(n);

		int r = conf_load(&paths, report, &conf);
		bool failed = alloc_failed();

		alloc_fail_off();
		ck_assert_msg(r == (failed ? -ENOMEM : 0), "allocation %u: %d", n, r);
		ck_assert_int_eq(conf == NULL, failed);
		if (!failed) {
			ck_assert_uint_gt(n, 100);
			return;
		}
	}
}
END_TEST

START_TEST(conf_unreadable_file_says_why)
{
	fixture_write("/etc/lwm2md/lwm2md.conf", "", 0600);
	fixture_write("/etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n", 0644);

	pid_t pid = fork();

	if (pid == 0) {
		/* as another user, where this test runs as root */
		if (chmod(fixture_root(), 0755) < 0 || (geteuid() == 0 && setuid(65534) < 0))
			_exit(1);

		char path[128];

		snprintf(path, sizeof path, "%s/etc/lwm2md/lwm2md.conf", fixture_root());
		/* the owner of the file may read it: nothing to see then */
		if (access(path, R_OK) == 0)
			_exit(77);

		struct fixture_result result = fixture_load();
		bool is_right = result.r == -EINVAL && strstr(result.text, "Permission denied") &&
				strstr(result.text, "chmod 0640");

		fixture_result_done(&result);
		_exit(is_right ? 0 : 2);
	}

	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert(WEXITSTATUS(status) == 0 || (WEXITSTATUS(status) == 77 && geteuid() != 0));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("load");
	TCase *t = tcase_create("load");
	char pattern[512];
	const char *srcdir = getenv("top_srcdir");

	snprintf(pattern, sizeof pattern, "%s/tests/conf.bad/*.conf", srcdir ? srcdir : "..");
	if (glob(pattern, 0, NULL, &bad) != 0)
		bad.gl_pathc = 0;
	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_loop_test(
		t, conf_bad_file_gives_exactly_the_problems_it_expects, 0, (int)bad.gl_pathc);
	tcase_add_test(t, conf_each_code_has_a_bad_file);
	tcase_add_test(t, conf_full_example_has_every_value);
	tcase_add_test(t, conf_full_example_has_the_optional_resources_of_a_server);
	tcase_add_test(t, conf_defaults_are_the_documented_ones);
	tcase_add_loop_test(t, conf_hold_off_takes_all_of_32_bit, 0, 6);
	tcase_add_test(t, conf_number_of_32_bit_without_suffix_is_refused_with_both_ways_out);
	tcase_add_test(t, conf_directories_of_the_service_win_over_the_file);
	tcase_add_test(t, conf_hash_of_an_account_follows_its_fields_only);
	tcase_add_test(t, conf_drop_ins_change_single_keys_and_take_servers_out);
	tcase_add_test(t, conf_syntax_error_ends_its_own_file_only);
	tcase_add_test(t, conf_included_file_names_itself_in_a_problem);
	tcase_add_test(t, conf_missing_file_is_an_error_only_if_it_was_named);
	tcase_add_test(t, conf_without_memory_is_none);
	tcase_add_test(t, conf_unreadable_file_says_why);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return s;
}
