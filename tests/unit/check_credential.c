#include "conf/credential.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "alloc.h"
#include "base/cleanup.h"
#include "conf_fixture.h"
#include "keys/token.h"
#include "runner.h"

static struct credential_env env_of_root(void)
{
	return (struct credential_env){.root = fixture_root(), .conf_path = "/etc/x.conf"};
}

/* Opens value as type; "" is a right one, else the code of the fault. */
static const char *code_of(const struct credential_env *env, enum option_type type,
	const char *value, struct secret *key, enum credential_form *form, struct fault *fault)
{
	int r = credential_open(env, type, value, key, form, fault);

	ck_assert(r == 0 || r == -EINVAL || r == -ENODATA);
	return r == 0 ? "" : fault->code;
}

START_TEST(credential_takes_each_scheme_and_form)
{
	static const struct {
		enum option_type type;
		const char *value, *bytes;
		enum credential_form form;
	} rows[] = {
		{OPTION_PSK, "hex:00fF", "00 ff", CREDENTIAL_HEX},
		{OPTION_PSK, "base64:AP8=", "00 ff", CREDENTIAL_BASE64},
		{OPTION_PSK, "file:/raw", "01 02 fe", CREDENTIAL_RAW},
		{OPTION_PSK, "file:/hex", "00 ff", CREDENTIAL_HEX},
		{OPTION_PSK, "file:/odd", "30 30 66", CREDENTIAL_RAW},
		{OPTION_PSK, "file:/der", "30 03 02 01 05", CREDENTIAL_RAW},
		{OPTION_PRIVATE_KEY, "file:/der", "30 03 02 01 05", CREDENTIAL_DER},
		{OPTION_PUBLIC, "file:/der", "30 03 02 01 05", CREDENTIAL_DER},
		{OPTION_PIN, "file:/pin", "31 32 33 34", CREDENTIAL_TEXT},
		{OPTION_PSK, "credential:bs-psk", "00 ff", CREDENTIAL_HEX},
	};
	_cleanup_(secret_done) struct secret key = {0};
	struct credential_env env = env_of_root();
	enum credential_form form;
	struct fault fault;
	char directory[128];

	fixture_write_bytes("/raw", span_of("\x01\x02\xfe", 3), 0600);
	fixture_write("/hex", "00FF\r\n", 0600);
	fixture_write("/odd", "00f", 0600);
	fixture_write_bytes("/der", span_of("\x30\x03\x02\x01\x05", 5), 0600);
	fixture_write("/pin", "1234\n", 0600);
	fixture_write("/credentials/bs-psk", "00ff\n", 0444);
	snprintf(directory, sizeof directory, "%s/credentials", fixture_root());
	env.directory = directory;
	ck_assert_str_eq(code_of(&env, rows[_i].type, rows[_i].value, &key, &form, &fault), "");
	ck_assert(span_is_equal(secret_span(&key), test_hex(rows[_i].bytes)));
	ck_assert_int_eq(form, rows[_i].form);
}
END_TEST

START_TEST(credential_pem_is_kept_as_it_is)
{
	static const char pem[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
	_cleanup_(secret_done) struct secret key = {0};
	struct credential_env env = env_of_root();
	enum credential_form form;
	struct fault fault;

	fixture_write("/pem", pem, 0644);
	ck_assert_str_eq(code_of(&env, OPTION_PUBLIC, "file:/pem", &key, &form, &fault), "");
	ck_assert(span_is_text(secret_span(&key), pem));
	ck_assert_int_eq(form, CREDENTIAL_PEM);
}
END_TEST

START_TEST(credential_refuses_what_is_no_key)
{
	static const struct {
		enum option_type type;
		const char *value, *code;
	} rows[] = {
		{OPTION_PSK, "secret", "secret-in-clear"},
		{OPTION_PSK, "", "secret-in-clear"},
		{OPTION_PIN, "1234", "secret-in-clear"},
		{OPTION_PUBLIC, "/etc/x", "secret-missing"},
		{OPTION_PSK, "hex:0", "secret-invalid"},
		{OPTION_PSK, "hex:0g", "secret-invalid"},
		{OPTION_PSK, "base64:===", "secret-invalid"},
		{OPTION_PSK, "file:/pem", "secret-invalid"},
		{OPTION_PIN, "file:/pem", "secret-invalid"},
		{OPTION_PRIVATE_KEY, "file:/text", "secret-invalid"},
		{OPTION_PSK, "file:/none", "secret-missing"},
		{OPTION_PSK, "file:text", "secret-missing"},
		{OPTION_PSK, "file:/", "secret-missing"},
		{OPTION_PSK, "file:/link", "secret-missing"},
		{OPTION_PSK, "file:/huge", "secret-missing"},
		{OPTION_PSK, "credential:text", "secret-missing"},
		{OPTION_PSK, "credential:", "secret-missing"},
		{OPTION_PSK, "credential:..", "secret-missing"},
		{OPTION_PSK, "credential:a/b", "secret-missing"},
		{OPTION_PRIVATE_KEY, "pkcs11:object=a;pin-value=1234", "secret-in-clear"},
	};
	_cleanup_(free_p) char *huge = calloc(1, CREDENTIAL_MAX + 1);
	_cleanup_(secret_done) struct secret key = {0};
	struct credential_env env = env_of_root();
	enum credential_form form;
	struct fault fault;
	char link[128];

	fixture_write("/pem", "-----BEGIN PRIVATE KEY-----\n", 0600);
	fixture_write("/text", "text", 0600);
	fixture_write_bytes("/huge", span_of(huge, CREDENTIAL_MAX + 1), 0600);
	snprintf(link, sizeof link, "%s/link", fixture_root());
	ck_assert_int_eq(symlink("text", link), 0);
	ck_assert_str_eq(
		code_of(&env, rows[_i].type, rows[_i].value, &key, &form, &fault), rows[_i].code);
	ck_assert_ptr_null(key.data);
	/* nothing of the value may be shown */
	ck_assert_ptr_null(strstr(fault.message, "1234"));
}
END_TEST

/* Debian 12 has no such provider, a Debian 13 may have it. */
START_TEST(credential_token_needs_the_provider_of_this_system)
{
	_cleanup_(secret_done) struct secret key = {0};
	struct credential_env env = env_of_root();
	enum credential_form form;
	struct fault fault;
	char why[KEY_WHY_MAX];
	bool is_there = token_check(span_of_text("pkcs11:object=a"), why) == 0;

	ck_assert_str_eq(code_of(&env, OPTION_PRIVATE_KEY, "pkcs11:object=a", &key, &form, &fault),
		is_there ? "" : "unsupported");
}
END_TEST

START_TEST(credential_file_is_for_root_and_the_daemon_only)
{
	static const struct {
		unsigned mode;
		bool is_refused;
	} rows[] = {{0400, false}, {0600, false}, {0640, false}, {0660, false}, {0604, true},
		{0602, true}, {0601, true}, {0644, true}, {0777, true}};
	_cleanup_(secret_done) struct secret key = {0};
	struct credential_env env = env_of_root();
	enum credential_form form;
	struct fault fault;

	fixture_write("/key", "00ff\n", rows[_i].mode);
	/* the group is our own here */
	ck_assert_str_eq(code_of(&env, OPTION_PSK, "file:/key", &key, &form, &fault),
		rows[_i].is_refused ? "secret-exposed" : "");
	if (rows[_i].is_refused)
		ck_assert_ptr_nonnull(strstr(fault.hint, "chmod 06"));
}
END_TEST

START_TEST(credential_public_file_may_be_read_by_others)
{
	_cleanup_(secret_done) struct secret key = {0};
	struct credential_env env = env_of_root();
	enum credential_form form;
	struct fault fault;

	fixture_write_bytes("/der", span_of("\x30\x03\x02\x01\x05", 5), 0644);
	ck_assert_str_eq(code_of(&env, OPTION_PUBLIC, "file:/der", &key, &form, &fault), "");
	ck_assert_str_eq(code_of(&env, OPTION_PRIVATE_KEY, "file:/der", &key, &form, &fault),
		"secret-exposed");
}
END_TEST

START_TEST(credential_in_a_file_that_others_can_use_is_refused)
{
	_cleanup_(secret_done) struct secret key = {0};
	struct credential_env env = env_of_root();
	enum credential_form form;
	struct fault fault;

	env.is_conf_exposed = true;
	ck_assert_str_eq(
		code_of(&env, OPTION_PSK, "hex:0011", &key, &form, &fault), "secret-exposed");
	ck_assert_ptr_nonnull(strstr(fault.hint, "/etc/x.conf"));
	ck_assert_str_eq(code_of(&env, OPTION_PUBLIC, "base64:AAAA", &key, &form, &fault), "");
}
END_TEST

START_TEST(credential_of_the_service_is_forgiven_where_only_a_check_runs)
{
	_cleanup_(secret_done) struct secret key = {0};
	struct credential_env env = env_of_root();
	enum credential_form form;
	struct fault fault;

	ck_assert_int_eq(
		credential_open(&env, OPTION_PSK, "credential:a", &key, &form, &fault), -EINVAL);
	env.is_absence_forgiven = true;
	ck_assert_int_eq(
		credential_open(&env, OPTION_PSK, "credential:a", &key, &form, &fault), -ENODATA);
	env.directory = fixture_root();
	ck_assert_int_eq(
		credential_open(&env, OPTION_PSK, "credential:a", &key, &form, &fault), -EINVAL);
	ck_assert_ptr_nonnull(strstr(fault.hint, "LoadCredential=a:"));
}
END_TEST

static int as_nobody(const struct credential_env *env, const char *code, const char *message)
{
	struct secret key = {0};
	enum credential_form form;
	struct fault fault;

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 1;
	if (credential_open(env, OPTION_PSK, "file:/key", &key, &form, &fault) != -EINVAL)
		return 2;
	return strcmp(fault.code, code) == 0 && strstr(fault.message, message) ? 0 : 3;
}

/* Needs to be root: the file belongs to somebody else. */
START_TEST(credential_of_another_user_or_group_is_refused)
{
	static const struct {
		uid_t uid;
		gid_t gid;
		unsigned mode;
		const char *code, *message;
	} rows[] = {
		{0, 0, 0600, "secret-missing", "Permission denied"},
		{0, 65534, 0640, NULL, NULL},
		{0, 12345, 0660, "secret-missing", "Permission denied"},
		{65534, 12345, 0640, "secret-exposed", "can be used by group 12345"},
		{12345, 65534, 0640, "secret-exposed", "belongs to user 12345"},
	};
	struct credential_env env = env_of_root();
	char path[128];

	if (geteuid() != 0)
		return;
	fixture_write("/key", "00ff\n", rows[_i].mode);
	snprintf(path, sizeof path, "%s/key", fixture_root());
	ck_assert_int_eq(chown(path, rows[_i].uid, rows[_i].gid), 0);
	ck_assert_int_eq(chmod(fixture_root(), 0755), 0);

	pid_t pid = fork();

	if (pid == 0)
		_exit(rows[_i].code ? as_nobody(&env, rows[_i].code, rows[_i].message)
				    : as_nobody(&env, "", "") != 2);

	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

START_TEST(credential_group_of_the_daemon_may_read)
{
	_cleanup_(secret_done) struct secret key = {0};
	struct credential_env env = env_of_root();
	enum credential_form form;
	struct fault fault;
	char path[128];

	if (geteuid() != 0)
		return;
	fixture_write("/etc/group", "lwm2md:x:4321:\n", 0644);
	fixture_write("/etc/passwd", "lwm2md:x:4322:4321::/:/\n", 0644);
	fixture_write("/key", "00ff\n", 0640);
	snprintf(path, sizeof path, "%s/key", fixture_root());
	ck_assert_int_eq(chown(path, 4322, 4321), 0);
	ck_assert_str_eq(code_of(&env, OPTION_PSK, "file:/key", &key, &form, &fault), "");
	ck_assert_int_eq(chown(path, 4322, 4323), 0);
	ck_assert_str_eq(
		code_of(&env, OPTION_PSK, "file:/key", &key, &form, &fault), "secret-exposed");
}
END_TEST

START_TEST(credential_without_memory_leaves_nothing)
{
	struct credential_env env = env_of_root();

	for (unsigned n = 1;; n++) {
		struct secret key = {0};
		enum credential_form form;
		struct fault fault;

		alloc_fail_at(n);

		int r = credential_open(&env, OPTION_PSK, "hex:000102030405060708090a0b0c0d0e0f",
			&key, &form, &fault);
		bool failed = alloc_failed();

		alloc_fail_off();
		secret_done(&key);
		if (!failed) {
			ck_assert_int_eq(r, 0);
			return;
		}
		ck_assert_int_eq(r, -ENOMEM);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("credential");
	TCase *t = tcase_create("credential");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_loop_test(t, credential_takes_each_scheme_and_form, 0, 10);
	tcase_add_test(t, credential_pem_is_kept_as_it_is);
	tcase_add_loop_test(t, credential_refuses_what_is_no_key, 0, 20);
	tcase_add_loop_test(t, credential_file_is_for_root_and_the_daemon_only, 0, 9);
	tcase_add_test(t, credential_token_needs_the_provider_of_this_system);
	tcase_add_test(t, credential_public_file_may_be_read_by_others);
	tcase_add_test(t, credential_in_a_file_that_others_can_use_is_refused);
	tcase_add_test(t, credential_of_the_service_is_forgiven_where_only_a_check_runs);
	if (geteuid() != 0)
		fputs("# file owners are not tested: that needs root\n", stderr);
	tcase_add_loop_test(t, credential_of_another_user_or_group_is_refused, 0, 5);
	tcase_add_test(t, credential_group_of_the_daemon_may_read);
	tcase_add_test(t, credential_without_memory_leaves_nothing);
	suite_add_tcase(s, t);
	return s;
}
