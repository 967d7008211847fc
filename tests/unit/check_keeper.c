/*
 * What outlives the process: a real state directory, a model that is made anew for each start.
 * (doc/decisions.md; TS core 6.1.7, 0/x/12)
 */
#include "daemon/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "conf_fixture.h"
#include "objects/access_control.h"
#include "objects/security.h"
#include "objects/server.h"
#include "runner.h"
#include "world.h"

static char directory[128];
static struct timeline *timeline;
static struct model *model;
static struct keeper *keeper;
static unsigned purges;
static struct conf conf;
static struct conf_account servers[2];

static void on_purged(void *data)
{
	ck_assert_ptr_eq(data, &purges);
	purges++;
}

static int make(int *ret_pid)
{
	const struct keeper_env env = {.model = model,
		.loop = &world_loop,
		.clock = &clock_system,
		.timeline = timeline,
		.data = &purges,
		.purged = on_purged};

	return keeper_new(&env, directory, &keeper, ret_pid);
}

/* A new process: a model without accounts, and what the keeper makes of it. */
static enum origin start(void)
{
	int pid;

	ck_assert_int_eq(model_new(&model), 0);
	ck_assert_int_eq(model_add_object(model, &object_security, NULL), 0);
	ck_assert_int_eq(model_add_object(model, &object_server, NULL), 0);
	ck_assert_int_eq(model_add_object(model, &object_access_control, NULL), 0);
	ck_assert_int_eq(make(&pid), 0);
	return keeper_load(keeper, &conf);
}

static void end(void)
{
	keeper = keeper_free(keeper);
	model = model_free(model);
}

static void configure(uint8_t hash)
{
	memset(conf.accounts_hash, hash, sizeof conf.accounts_hash);
}

static void setup(void)
{
	world_begin(1000 * USEC_PER_SEC);
	fixture_setup();
	snprintf(directory, sizeof directory, "%s/state", fixture_root());
	ck_assert_int_eq(timeline_new(&clock_system, &timeline), 0);
	purges = 0;
	for (unsigned i = 0; i < 2; i++)
		servers[i] = (struct conf_account){.short_id = (uint16_t)(i + 1),
			.uri = (char *)(i ? "coap://b.example" : "coap://a.example"),
			.security = MODE_NOSEC,
			.lifetime = 600,
			.binding = (char *)"U",
			.store_notifications = true};
	conf = (struct conf){.has_bootstrap = true,
		.bootstrap = {.is_bootstrap = true,
			.uri = (char *)"coap://bs.example",
			.security = MODE_NOSEC,
			.client_hold_off_time = 7},
		.servers = servers,
		.n_servers = 1};
	configure(1);
}

static void teardown(void)
{
	end();
	timeline_free(timeline);
	world_end();
	fixture_teardown();
}

static bool has_step(enum reason reason)
{
	uint64_t cursor = 0;
	struct step step;

	while (timeline_next(timeline, &cursor, &step))
		if (step.reason == reason)
			return true;
	return false;
}

static int64_t lifetime(void)
{
	return model_get_int(model, PATH3(1, 0, SERVER_LIFETIME), -1);
}

static bool has_bootstrap(void)
{
	struct account a;

	return account_bootstrap(model, &a);
}

/* A bootstrap server replaces the server by its own and gives its account a timeout. */
static int bootstrap(uint32_t timeout)
{
	ck_assert_int_eq(model_begin(model), 0);
	model_set(model, PATH3(0, 1, SECURITY_URI), &VALUE_TEXT("coap://c.example"));
	model_set(model, PATH3(0, 0, SECURITY_BOOTSTRAP_ACCOUNT_TIMEOUT), &VALUE_INT(timeout));

	int r = keeper_persist_bootstrap(keeper, true);

	if (r < 0) {
		model_rollback(model);
		return r;
	}
	model_commit(model);
	keeper_bootstrapped(keeper);
	return 0;
}

static bool has_uri(const char *uri)
{
	struct account a;

	return account_of_server(model, 1, &a) && span_is_text(a.uri, uri);
}

/* --- configured accounts ---------------------------------------------------------------------- */

START_TEST(without_stored_accounts_the_configured_ones_are_used)
{
	ck_assert_int_eq(start(), ORIGIN_FACTORY);
	ck_assert(has_uri("coap://a.example"));
	ck_assert(has_bootstrap());
}
END_TEST

START_TEST(without_any_server_there_is_no_origin)
{
	conf.n_servers = 0;
	ck_assert_int_eq(start(), ORIGIN_NONE);
}
END_TEST

START_TEST(a_corrected_configuration_counts_at_the_next_start)
{
	start();
	end();
	servers[0].uri = (char *)"coap://right.example";
	configure(2);
	ck_assert_int_eq(start(), ORIGIN_FACTORY);
	ck_assert(has_uri("coap://right.example"));
}
END_TEST

START_TEST(what_a_server_wrote_lies_over_the_same_configuration)
{
	start();
	model_set(model, PATH3(1, 0, SERVER_LIFETIME), &VALUE_INT(900));
	keeper_touch(keeper);
	world_run(3);
	end();
	ck_assert_int_eq(start(), ORIGIN_FACTORY);
	ck_assert_int_eq(lifetime(), 900);
	ck_assert(has_uri("coap://a.example"));
}
END_TEST

START_TEST(what_a_server_wrote_is_dropped_with_a_changed_configuration)
{
	start();
	model_set(model, PATH3(1, 0, SERVER_LIFETIME), &VALUE_INT(900));
	keeper_touch(keeper);
	keeper_flush(keeper);
	end();
	configure(2);
	ck_assert_int_eq(start(), ORIGIN_FACTORY);
	ck_assert_int_eq(lifetime(), 600);
	ck_assert(!has_step(REASON_CONFIG_SHADOWED));
}
END_TEST

START_TEST(writes_are_collected_for_a_second)
{
	char path[160];
	struct stat st;

	snprintf(path, sizeof path, "%s/accounts.cbor", directory);
	start();
	keeper_touch(keeper);
	world_run(0.5);
	ck_assert_int_ne(stat(path, &st), 0);
	world_run(1);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
}
END_TEST

START_TEST(what_could_not_be_saved_is_saved_later)
{
	char path[160];

	snprintf(path, sizeof path, "%s/accounts.cbor", directory);
	start();
	ck_assert_int_eq(mkdir(path, 0700), 0); /* no file can take its place */
	model_set(model, PATH3(1, 0, SERVER_LIFETIME), &VALUE_INT(900));
	keeper_touch(keeper);
	world_run(3);
	ck_assert(has_step(REASON_STATE_UNWRITABLE));
	ck_assert_int_eq(rmdir(path), 0);
	keeper_flush(keeper);
	end();
	start();
	ck_assert_int_eq(lifetime(), 900);
}
END_TEST

START_TEST(nothing_of_an_open_session_is_saved)
{
	start();
	keeper_touch(keeper);
	ck_assert_int_eq(model_begin(model), 0);
	model_set(model, PATH3(1, 0, SERVER_LIFETIME), &VALUE_INT(900));
	world_run(10);
	keeper_flush(keeper);
	model_rollback(model);
	end();
	start();
	ck_assert_int_eq(lifetime(), 600);
}
END_TEST

START_TEST(a_reload_with_other_accounts_replaces_configured_ones)
{
	start();
	servers[0].uri = (char *)"coap://right.example";
	conf.n_servers = 2;
	configure(2);
	ck_assert_int_eq(keeper_reload(keeper, &conf), ORIGIN_FACTORY);
	ck_assert(has_uri("coap://right.example"));
	ck_assert_uint_eq(account_count_servers(model), 2);
}
END_TEST

START_TEST(a_later_round_with_the_same_configuration_keeps_what_servers_wrote)
{
	start();
	model_set(model, PATH3(1, 0, SERVER_LIFETIME), &VALUE_INT(900));
	ck_assert_int_eq(keeper_reload(keeper, &conf), ORIGIN_FACTORY);
	ck_assert_int_eq(lifetime(), 900);
}
END_TEST

/* --- accounts of a bootstrap server ----------------------------------------------------------- */

START_TEST(accounts_of_a_bootstrap_server_are_there_after_a_restart)
{
	start();
	ck_assert_int_eq(bootstrap(0), 0);
	end();
	ck_assert_int_eq(start(), ORIGIN_BOOTSTRAP);
	ck_assert(has_uri("coap://c.example"));
	ck_assert_int_eq(model_origin(model, PATH2(0, 1)), ORIGIN_BOOTSTRAP);
	ck_assert(has_bootstrap());
	ck_assert(!has_step(REASON_CONFIG_SHADOWED));
}
END_TEST

START_TEST(a_changed_configuration_behind_them_is_reported_and_not_applied)
{
	start();
	bootstrap(0);
	end();
	configure(2);
	ck_assert_int_eq(start(), ORIGIN_BOOTSTRAP);
	ck_assert(has_uri("coap://c.example"));
	ck_assert(has_step(REASON_CONFIG_SHADOWED));
}
END_TEST

START_TEST(a_reload_leaves_them_and_changes_the_configured_bootstrap_account)
{
	struct account a;

	start();
	bootstrap(0);
	conf.bootstrap.uri = (char *)"coap://new.example";
	configure(2);
	ck_assert_int_eq(keeper_reload(keeper, &conf), ORIGIN_BOOTSTRAP);
	ck_assert(has_uri("coap://c.example"));
	ck_assert(account_bootstrap(model, &a));
	ck_assert(span_is_text(a.uri, "coap://new.example"));
}
END_TEST

START_TEST(a_session_that_changed_nothing_leaves_configured_accounts_configured)
{
	start();
	ck_assert_int_eq(model_begin(model), 0);
	ck_assert_int_eq(keeper_persist_bootstrap(keeper, false), 0);
	model_commit(model);
	keeper_bootstrapped(keeper);
	end();
	ck_assert_int_eq(start(), ORIGIN_FACTORY);
}
END_TEST

/* --- the end of the bootstrap account (0/x/12) ------------------------------------------------ */

START_TEST(the_account_ends_exactly_after_its_time)
{
	start();
	bootstrap(5);
	world_run(4.999999);
	ck_assert(has_bootstrap());
	world_run(0.000001);
	ck_assert(!has_bootstrap());
	ck_assert_uint_eq(purges, 1);
}
END_TEST

START_TEST(an_ended_account_stays_away_across_restarts)
{
	start();
	bootstrap(5);
	world_run(6);
	for (int i = 0; i < 3; i++) {
		end();
		start();
		ck_assert(!has_bootstrap());
		ck_assert(has_uri("coap://c.example"));
	}
}
END_TEST

START_TEST(an_account_ends_while_the_daemon_is_down)
{
	start();
	bootstrap(5);
	end();
	world_run(10);
	start();
	ck_assert(!has_bootstrap());
	end();
	/* and a clock that is set back does not bring it back */
	world_set_calendar(-100);
	start();
	ck_assert(!has_bootstrap());
}
END_TEST

START_TEST(the_rest_of_the_time_runs_after_a_restart)
{
	start();
	bootstrap(50);
	world_run(20);
	end();
	start();
	world_run(29);
	ck_assert(has_bootstrap());
	world_run(2);
	ck_assert(!has_bootstrap());
}
END_TEST

START_TEST(a_changed_configuration_brings_an_ended_account_back)
{
	start();
	bootstrap(5);
	world_run(6);
	end();
	configure(2);
	start();
	ck_assert(has_bootstrap());
}
END_TEST

START_TEST(an_account_does_not_end_under_an_open_session)
{
	start();
	bootstrap(5);
	ck_assert_int_eq(model_begin(model), 0);
	world_run(100);
	ck_assert(has_bootstrap());
	model_commit(model);
	world_run(2);
	ck_assert(!has_bootstrap());
}
END_TEST

START_TEST(without_a_timeout_the_account_never_ends)
{
	start();
	bootstrap(0);
	ck_assert_uint_eq(world_next(), USEC_NEVER);
}
END_TEST

START_TEST(the_longest_timeout_is_no_short_one)
{
	start();
	bootstrap(UINT32_MAX);
	world_run(4294967290.0);
	ck_assert(has_bootstrap());
	world_run(5);
	ck_assert(!has_bootstrap());
}
END_TEST

/* --- trouble ---------------------------------------------------------------------------------- */

START_TEST(a_directory_that_cannot_be_used_is_reported_and_the_daemon_runs_without)
{
	fixture_write("/state", "a file", 0600);
	ck_assert_int_eq(start(), ORIGIN_FACTORY);
	ck_assert(has_step(REASON_STATE_UNWRITABLE));
	keeper_touch(keeper);
	world_run(3);
	keeper_save_registrations(keeper, NULL, 0);
	ck_assert_uint_eq(keeper_take_registrations(keeper, NULL, 0), 0);
}
END_TEST

START_TEST(without_a_directory_a_bootstrap_cannot_finish)
{
	fixture_write("/state", "a file", 0600);
	start();
	ck_assert_int_lt(bootstrap(0), 0);
	ck_assert(has_uri("coap://a.example"));
	ck_assert_int_eq(model_origin(model, PATH2(0, 1)), ORIGIN_FACTORY);
}
END_TEST

static void damage(const char *name)
{
	char path[160];
	int fd;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, "\xff\xff\xff", 3, 20), 3);
	close(fd);
}

START_TEST(damaged_accounts_are_kept_aside_and_the_configured_ones_used)
{
	char path[160];

	start();
	bootstrap(0);
	end();
	damage("accounts.cbor");
	ck_assert_int_eq(start(), ORIGIN_FACTORY);
	ck_assert(has_uri("coap://a.example"));
	ck_assert(has_step(REASON_STATE_CORRUPT));
	snprintf(path, sizeof path, "%s/accounts.cbor.corrupt", directory);
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

START_TEST(a_directory_in_use_is_told_with_the_pid)
{
	struct keeper *first;
	int pid = 0;

	start();
	first = keeper;
	ck_assert_int_eq(make(&pid), -EWOULDBLOCK);
	ck_assert_int_eq(pid, getpid());
	keeper = first;
}
END_TEST

START_TEST(without_memory_there_is_no_keeper_and_nothing_is_left)
{
	unsigned n;
	bool has_failed = true;
	int pid, r;

	start();
	keeper = keeper_free(keeper);
	for (n = 1; has_failed; n++) {
		struct keeper *before = keeper;

		alloc_fail_at(n);
		r = make(&pid);
		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
		if (has_failed) {
			ck_assert_ptr_eq(keeper, before);
			ck_assert_uint_eq(world_sources(), 0);
		}
	}
	ck_assert_uint_gt(n, 4);
}
END_TEST

START_TEST(loading_with_failing_allocations_ends_with_an_account_or_without_but_ends)
{
	bool has_failed = true;
	int pid;

	start();
	bootstrap(0);
	end();
	for (unsigned n = 1; has_failed; n++) {
		ck_assert_int_eq(model_new(&model), 0);
		model_add_object(model, &object_security, NULL);
		model_add_object(model, &object_server, NULL);
		model_add_object(model, &object_access_control, NULL);
		ck_assert_int_eq(make(&pid), 0);
		alloc_fail_at(n);
		keeper_load(keeper, &conf);
		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert(!model_in_transaction(model));
		end();
	}
	/* a lost allocation is no damage */
	ck_assert(!has_step(REASON_STATE_CORRUPT));
	ck_assert_int_eq(start(), ORIGIN_BOOTSTRAP);
}
END_TEST

/* --- registrations ---------------------------------------------------------------------------- */

START_TEST(registrations_are_kept_for_one_start)
{
	struct store_registration list[2] = {
		{.short_server_id = 1, .version = LWM2M_1_1, .expires = 5, .location = "/rd/x"},
		{.short_server_id = 2, .location = "/rd/y"}};
	struct store_registration got[2];

	start();
	keeper_save_registrations(keeper, list, 2);
	end();
	start();
	ck_assert_uint_eq(keeper_take_registrations(keeper, got, 2), 2);
	ck_assert_str_eq(got[1].location, "/rd/y");
	ck_assert_uint_eq(keeper_take_registrations(keeper, got, 2), 0);
}
END_TEST

START_TEST(damaged_registrations_are_reported_and_forgotten)
{
	struct store_registration list = {.short_server_id = 1, .location = "/rd/x"};

	start();
	keeper_save_registrations(keeper, &list, 1);
	damage("registrations.cbor");
	ck_assert_uint_eq(keeper_take_registrations(keeper, &list, 1), 0);
	ck_assert(has_step(REASON_STATE_CORRUPT));
}
END_TEST

static TCase *new_case(Suite *s, const char *name)
{
	TCase *c = tcase_create(name);

	tcase_add_checked_fixture(c, setup, teardown);
	suite_add_tcase(s, c);
	return c;
}

Suite *suite(void)
{
	Suite *s = suite_create("keeper");
	TCase *c = new_case(s, "configured accounts");

	tcase_add_test(c, without_stored_accounts_the_configured_ones_are_used);
	tcase_add_test(c, without_any_server_there_is_no_origin);
	tcase_add_test(c, a_corrected_configuration_counts_at_the_next_start);
	tcase_add_test(c, what_a_server_wrote_lies_over_the_same_configuration);
	tcase_add_test(c, what_a_server_wrote_is_dropped_with_a_changed_configuration);
	tcase_add_test(c, writes_are_collected_for_a_second);
	tcase_add_test(c, what_could_not_be_saved_is_saved_later);
	tcase_add_test(c, nothing_of_an_open_session_is_saved);
	tcase_add_test(c, a_reload_with_other_accounts_replaces_configured_ones);
	tcase_add_test(c, a_later_round_with_the_same_configuration_keeps_what_servers_wrote);

	c = new_case(s, "accounts of a bootstrap server");
	tcase_add_test(c, accounts_of_a_bootstrap_server_are_there_after_a_restart);
	tcase_add_test(c, a_changed_configuration_behind_them_is_reported_and_not_applied);
	tcase_add_test(c, a_reload_leaves_them_and_changes_the_configured_bootstrap_account);
	tcase_add_test(c, a_session_that_changed_nothing_leaves_configured_accounts_configured);

	c = new_case(s, "end of the bootstrap account");
	tcase_add_test(c, the_account_ends_exactly_after_its_time);
	tcase_add_test(c, an_ended_account_stays_away_across_restarts);
	tcase_add_test(c, an_account_ends_while_the_daemon_is_down);
	tcase_add_test(c, the_rest_of_the_time_runs_after_a_restart);
	tcase_add_test(c, a_changed_configuration_brings_an_ended_account_back);
	tcase_add_test(c, an_account_does_not_end_under_an_open_session);
	tcase_add_test(c, without_a_timeout_the_account_never_ends);
	tcase_add_test(c, the_longest_timeout_is_no_short_one);

	c = new_case(s, "trouble");
	tcase_add_test(c, a_directory_that_cannot_be_used_is_reported_and_the_daemon_runs_without);
	tcase_add_test(c, without_a_directory_a_bootstrap_cannot_finish);
	tcase_add_test(c, damaged_accounts_are_kept_aside_and_the_configured_ones_used);
	tcase_add_test(c, a_directory_in_use_is_told_with_the_pid);
	tcase_add_test(c, without_memory_there_is_no_keeper_and_nothing_is_left);
	tcase_add_test(
		c, loading_with_failing_allocations_ends_with_an_account_or_without_but_ends);

	c = new_case(s, "registrations");
	tcase_add_test(c, registrations_are_kept_for_one_start);
	tcase_add_test(c, damaged_registrations_are_reported_and_forgotten);
	return s;
}
