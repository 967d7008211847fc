#include "daemon/card_step.h"

#include "conf_fixture.h"
#include "fake_card.h"
#include "machine.h"

/* A card may be there; a server of the configuration; nobody answers but who is told to. */
#define CARD(more)                                                                                 \
	"device = { endpoint = \"dev\"; };\n"                                                      \
	"smartcard = { " more " };\n"                                                              \
	"security = { allow_nosec = \"yes\"; };\n"                                                 \
	"retry = { jitter = \"0s\"; count = 1; };\n"

static void setup(void)
{
	machine_setup();
	fake_card_begin();
	fake_up(URI_A);
	fake_up(URI_B);
	fake_up(URI_C);
}

/* A daemon that a card configured, registered with URI_B. */
static void configured(const char *conf)
{
	fake_card_has(fake_card_account(7, URI_B), 1);
	machine_start(conf);
	world_run(2);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_REGISTER), 1);
}

static size_t n_of(enum origin origin)
{
	struct account a;
	uint32_t cursor = 0;
	size_t n = 0;

	while (account_next(machine->model, &cursor, &a))
		n += a.origin == origin;
	return n;
}

/* The server asks for an Update, after what was read counts as old. */
static void ask_for_update(void)
{
	struct response r = {0};

	world_run(5);
	ck_assert_uint_eq(fake_ask(URI_B, MSG_POST, "/1/1/8", FORMAT_NONE, span_of(NULL, 0), &r),
		MSG_CHANGED);
	response_done(&r);
}

/* --- step 1 ----------------------------------------------------------------------------------- */

START_TEST(a_card_with_data_wins_over_the_configuration)
{
	configured(CARD("") ONE_SERVER);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_ANY), 0);
	ck_assert_int_eq(machine->source, ORIGIN_CARD);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 1);
	ck_assert_uint_eq(n_of(ORIGIN_FACTORY), 0);
}
END_TEST

static const struct {
	enum card_class class;
	enum reason reason;
} without[] = {
	{CARD_CLASS_ABSENT, REASON_CARD_ABSENT},
	{CARD_CLASS_NO_DATA, REASON_CARD_NO_APPLICATION},
	{CARD_CLASS_INVALID, REASON_CARD_DATA_INVALID},
	{CARD_CLASS_LOCKED, REASON_CARD_PIN_REQUIRED},
	{CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE},
	{CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE},
};

START_TEST(a_card_that_configures_nothing_is_followed_by_step_2_and_told)
{
	struct step step;

	fake_card_is(without[_i].class, without[_i].reason);
	machine_start(CARD("") ONE_SERVER);
	world_run(2);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	ck_assert(machine_has_step(without[_i].reason, &step));
	ck_assert_int_eq(step.stage, STAGE_SMARTCARD);
	ck_assert_int_eq(step.result, STEP_SKIPPED);
}
END_TEST

START_TEST(a_card_whose_accounts_cannot_work_is_refused_as_a_whole)
{
	/* a server account, and no object 1 */
	fake_card_has(test_hex("0001 001B 0000 00 0016 08 01 13 C8 00 09 636F61703A2F2F782F"
			       "C1 02 03 C1 0A 07"),
		1);
	machine_start(CARD("") ONE_SERVER);
	world_run(2);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	ck_assert(machine_has_step(REASON_CARD_DATA_INVALID, NULL));
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 0);
}
END_TEST

START_TEST(a_card_that_takes_too_long_does_not_hold_up_step_2)
{
	fake_card_has(fake_card_account(7, URI_B), 1);
	fake_card_takes(30, false);
	machine_start(CARD("timeout = \"10s\";") ONE_SERVER);
	world_run(9.9);
	ASSERT_STATE(SEQ_CARD);
	world_run(0.2);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert(machine_has_step(REASON_CARD_UNREADABLE, NULL));
	/* registered meanwhile: what comes late waits for the next round */
	world_run(60);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_ANY), 0);
}
END_TEST

START_TEST(a_card_that_is_switched_off_is_never_visited)
{
	fake_card_has(fake_card_account(7, URI_B), 1);
	machine_start(CARD("enabled = \"no\";") ONE_SERVER);
	world_run(2);
	ck_assert(machine_has_step(REASON_CARD_OFF, NULL));
	ck_assert_uint_eq(fake_card_visits(), 0);
}
END_TEST

START_TEST(an_expected_card_is_waited_for_until_the_timeout)
{
	machine_start(CARD("enabled = \"yes\"; timeout = \"10s\";") ONE_SERVER);
	world_run(5);
	ASSERT_STATE(SEQ_CARD);
	world_run(5.1);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert(machine_has_step(REASON_CARD_ABSENT, NULL));
	ck_assert_uint_gt(fake_card_visits(), 3);
}
END_TEST

START_TEST(an_expected_card_that_comes_in_time_is_applied)
{
	machine_start(CARD("enabled = \"yes\"; timeout = \"10s\";") ONE_SERVER);
	world_run(4.5);
	fake_card_has(fake_card_account(7, URI_B), 1);
	world_run(2);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_REGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_ANY), 0);
}
END_TEST

START_TEST(a_card_with_a_bootstrap_account_alone_leads_to_a_bootstrap)
{
	fake_card_has(fake_card_bootstrap(URI_C), 1);
	machine_start(CARD("") CONF_BS("") ONE_SERVER);
	world_run(2);
	ck_assert_uint_eq(fake_count(URI_C, FAKE_BOOTSTRAP), 1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_ANY), 0);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_ANY), 0);
}
END_TEST

START_TEST(servers_of_a_card_use_the_configured_bootstrap_account)
{
	fake_answer(URI_B, FAKE_REGISTER, MSG_FORBIDDEN);
	fake_card_has(fake_card_account(7, URI_B), 1);
	machine_start(CARD("") CONF_BS("") ONE_SERVER);
	world_run(5);
	ck_assert_uint_eq(fake_count(URI_BS, FAKE_BOOTSTRAP), 1);
}
END_TEST

START_TEST(a_reload_does_not_fill_a_card_up_with_configured_servers)
{
	configured(CARD("") ONE_SERVER);
	machine_reload(CARD("") TWO_SERVERS);
	world_run(5);
	ck_assert_uint_eq(n_of(ORIGIN_FACTORY), 0);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_ANY), 0);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

/* --- over a restart --------------------------------------------------------------------------- */

static void restart(void)
{
	machine_kill();
	machine_start_again();
	world_run(2);
}

START_TEST(an_unchanged_card_keeps_what_a_server_wrote)
{
	struct step step;

	configured(CARD("") ONE_SERVER);
	ck_assert_uint_eq(
		fake_ask(URI_B, MSG_PUT, "/1/1/1", FORMAT_TEXT, span_of_text("7200"), NULL),
		MSG_CHANGED);
	world_run(5);
	restart();
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_int_eq(model_get_int(machine->model, PATH3(1, 1, SERVER_LIFETIME), 0), 7200);
	ck_assert_int_eq(machine->source, ORIGIN_CARD);
	ck_assert(machine_has_step(REASON_NONE, &step));
}
END_TEST

START_TEST(a_card_that_changed_meanwhile_is_applied_at_the_start)
{
	configured(CARD("") ONE_SERVER);
	machine_kill();
	fake_card_has(fake_card_account(8, URI_C), _i ? 2 : 1);
	machine_start_again();
	world_run(2);
	ck_assert_uint_eq(fake_count(URI_C, FAKE_REGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_REGISTER), 1);
	ck_assert(machine_has_step(_i ? REASON_CARD_SWAPPED : REASON_CARD_CHANGED, NULL));
}
END_TEST

START_TEST(a_card_that_was_removed_meanwhile_takes_its_accounts_with_it)
{
	configured(CARD("") ONE_SERVER);
	machine_kill();
	fake_card_is(CARD_CLASS_ABSENT, REASON_CARD_ABSENT);
	machine_start_again();
	world_run(2);
	ck_assert(machine_has_step(REASON_CARD_REMOVED, NULL));
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 0);
	/* and for good */
	restart();
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 0);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_REGISTER), 1);
}
END_TEST

START_TEST(a_card_out_of_reach_keeps_its_accounts_over_a_restart)
{
	configured(CARD("") ONE_SERVER);
	machine_kill();
	fake_card_is(without[_i].class, without[_i].reason);
	machine_start_again();
	world_run(2);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 1);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_REGISTER), 2);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_ANY), 0);
}
END_TEST

START_TEST(a_pin_that_a_card_refused_is_told_to_the_next_visit)
{
	fake_card_is(CARD_CLASS_LOCKED, REASON_CARD_PIN_WRONG);
	machine_start(CARD("") ONE_SERVER);
	world_run(2);
	ck_assert(!fake_card_wish()->has_refused_pin);
	restart();
	ck_assert(fake_card_wish()->has_refused_pin);
}
END_TEST

/* --- looking again ---------------------------------------------------------------------------- */

START_TEST(the_card_is_read_before_an_update_and_not_twice_in_a_row)
{
	unsigned before;

	configured(CARD("") ONE_SERVER);
	/* step 1 counts for the Register behind it */
	ck_assert_uint_eq(fake_card_visits(), 1);
	before = fake_count(URI_B, FAKE_UPDATE);
	ask_for_update();
	world_run(1);
	ck_assert_uint_eq(fake_card_visits(), 2);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_UPDATE), before + 1);
	ask_for_update();
	world_run(1);
	ck_assert_uint_eq(fake_card_visits(), 3);
}
END_TEST

START_TEST(check_interval_spares_visits_until_there_is_news)
{
	configured(CARD("check_interval = \"1h\";") ONE_SERVER);
	ask_for_update();
	world_run(1);
	ck_assert_uint_eq(fake_card_visits(), 1);
	fake_card_news();
	world_run(3);
	ck_assert_uint_eq(fake_card_visits(), 2);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_UPDATE), 1);
}
END_TEST

START_TEST(an_update_waits_for_the_card_and_no_longer_than_its_deadline)
{
	configured(CARD("check_deadline = \"4s\";") ONE_SERVER);
	fake_card_takes(2, false);
	ask_for_update();
	world_run(1.9);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_UPDATE), 0);
	world_run(0.2);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_UPDATE), 1);

	fake_card_takes(30, false);
	ask_for_update();
	world_run(3.9);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_UPDATE), 1);
	world_run(0.2);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_UPDATE), 2);
	ck_assert(machine_has_step(REASON_CARD_UNREADABLE, NULL));
}
END_TEST

START_TEST(a_changed_card_disables_the_old_accounts_before_the_update)
{
	configured(CARD("") ONE_SERVER);
	fake_card_has(fake_card_account(8, URI_C), 1);
	ask_for_update();
	world_run(3);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_UPDATE), 0);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_DEREGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_C, FAKE_REGISTER), 1);
	ck_assert(machine_has_step(REASON_CARD_CHANGED, NULL));
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(an_account_that_is_on_the_new_card_too_keeps_its_registration)
{
	configured(CARD("") ONE_SERVER);
	fake_card_has(fake_card_account(7, URI_B), 2);
	ask_for_update();
	world_run(3);
	ck_assert(machine_has_step(REASON_CARD_SWAPPED, NULL));
	ck_assert_uint_eq(fake_count(URI_B, FAKE_DEREGISTER), 0);
	ck_assert_uint_ge(fake_count(URI_B, FAKE_UPDATE), 1);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(a_removed_card_is_noticed_by_the_watcher)
{
	configured(CARD("") ONE_SERVER);
	fake_card_is(CARD_CLASS_ABSENT, REASON_CARD_ABSENT);
	fake_card_news();
	world_run(3);
	ck_assert(machine_has_step(REASON_CARD_REMOVED, NULL));
	ck_assert_uint_eq(fake_count(URI_B, FAKE_DEREGISTER), 1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
}
END_TEST

START_TEST(a_reader_that_is_gone_for_long_is_a_removed_card)
{
	configured(CARD("reader_grace = \"20s\";"));
	fake_card_is(CARD_CLASS_NO_SERVICE, REASON_CARD_NO_READER);
	fake_card_news();
	world_run(15);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 1);
	world_run(10);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 0);
	ck_assert(machine_has_step(REASON_CARD_REMOVED, NULL));
}
END_TEST

START_TEST(a_reader_that_comes_back_in_time_and_one_never_seen_take_nothing)
{
	configured(CARD("reader_grace = \"20s\";"));
	fake_card_is(CARD_CLASS_NO_SERVICE, REASON_CARD_NO_READER);
	fake_card_news();
	world_run(15);
	fake_card_has(fake_card_account(7, URI_B), 1);
	fake_card_news();
	world_run(5);
	fake_card_is(CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE);
	fake_card_news();
	world_run(60);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 1);
	/* a start without the reader */
	fake_card_is(CARD_CLASS_NO_SERVICE, REASON_CARD_NO_READER);
	machine_kill();
	machine_start_again();
	world_run(60);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 1);
}
END_TEST

START_TEST(on_removal_keep_keeps_the_accounts)
{
	configured(CARD("on_removal = \"keep\";") ONE_SERVER);
	fake_card_is(CARD_CLASS_ABSENT, REASON_CARD_ABSENT);
	fake_card_news();
	world_run(3);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 1);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_DEREGISTER), 0);
	ck_assert(machine_has_step(REASON_CARD_ABSENT, NULL));
}
END_TEST

/* Rows of the table: 1 and 2 take the accounts away, 3 to 5 keep them. */
START_TEST(a_spoilt_card_takes_its_accounts_and_an_unreadable_one_does_not)
{
	bool is_spoilt = _i < 3;

	configured(CARD("") ONE_SERVER);
	fake_card_is(without[_i].class, without[_i].reason);
	fake_card_news();
	world_run(3);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), is_spoilt ? 0 : 1);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_DEREGISTER), is_spoilt ? 1 : 0);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), is_spoilt ? 1 : 0);
	ck_assert(machine_has_step(without[_i].reason, NULL));
	ck_assert_int_eq(machine_has_step(REASON_CARD_CHANGED, NULL), is_spoilt);
}
END_TEST

START_TEST(a_card_that_hangs_holds_up_one_update_and_not_the_next)
{
	configured(CARD("check_deadline = \"20s\";") ONE_SERVER);
	fake_card_is(CARD_CLASS_TRANSIENT, REASON_CARD_MUTE);
	fake_card_takes(8, true);
	ask_for_update();
	world_run(8.1);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_UPDATE), 1);
	ask_for_update();
	world_run(0.1);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_UPDATE), 2);
	ck_assert_uint_eq(fake_card_visits(), 2);
	/* it is visited again, ever more rarely */
	world_run(40);
	ck_assert_uint_eq(fake_card_visits(), 3);
	world_run(3600);
	ck_assert_uint_lt(fake_card_visits(), 11);
	/* and at once when something happens */
	unsigned before = fake_card_visits();

	fake_card_takes(0, false);
	fake_card_has(fake_card_account(7, URI_B), 1);
	fake_card_news();
	world_run(3);
	ck_assert_uint_eq(fake_card_visits(), before + 1);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_DEREGISTER), 0);
}
END_TEST

START_TEST(a_locked_card_is_left_alone_until_it_is_moved)
{
	configured(CARD("") ONE_SERVER);
	fake_card_is(CARD_CLASS_LOCKED, REASON_CARD_PIN_WRONG);
	fake_card_news();
	world_run(3);
	ck_assert_uint_eq(fake_card_visits(), 2);
	ask_for_update();
	world_run(600);
	ck_assert_uint_eq(fake_card_visits(), 2);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_UPDATE), 1);
	machine_reload(CARD("check_deadline = \"4s\";") ONE_SERVER);
	world_run(3);
	ck_assert_uint_eq(fake_card_visits(), 3);
}
END_TEST

START_TEST(a_late_card_is_applied_where_nothing_is_registered)
{
	fake_down(URI_A);
	machine_start(CARD("") ONE_SERVER);
	world_run(5);
	fake_card_has(fake_card_account(7, URI_B), 1);
	fake_card_news();
	world_run(3);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_REGISTER), 1);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(a_late_card_waits_while_something_is_registered_and_is_ignored_on_request)
{
	machine_start(CARD("") ONE_SERVER);
	world_run(5);
	fake_card_has(fake_card_account(7, URI_B), 1);
	fake_card_news();
	world_run(10);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_ANY), 0);

	machine_kill();
	fake_card_is(CARD_CLASS_ABSENT, REASON_CARD_ABSENT);
	fake_down(URI_A);
	machine_start(CARD("late_card = \"ignore\";") ONE_SERVER);
	world_run(5);
	fake_card_has(fake_card_account(7, URI_B), 1);
	fake_card_news();
	world_run(10);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_ANY), 0);
}
END_TEST

/* One line says it; the watcher tells when there is a card. */
START_TEST(without_any_account_an_empty_reader_is_not_asked_round_after_round)
{
	fake_card_is(CARD_CLASS_ABSENT, REASON_CARD_ABSENT);
	machine_start(CARD(""));
	world_run(3600);
	ASSERT_STATE(SEQ_NEXT_ROUND);
	ck_assert(machine_has_step(REASON_CONFIG_NO_SERVER, NULL));
	ck_assert_uint_eq(fake_card_visits(), 1);
	fake_card_has(fake_card_account(7, URI_B), 1);
	fake_card_news();
	world_run(5);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_count(URI_B, FAKE_REGISTER), 1);
}
END_TEST

START_TEST(without_any_account_a_card_without_data_is_asked_again)
{
	fake_card_is(CARD_CLASS_NO_DATA, REASON_CARD_NO_APPLICATION);
	machine_start(CARD(""));
	world_run(30);
	fake_card_has(fake_card_account(7, URI_B), 1);
	world_run(60);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(a_card_that_was_refused_is_not_looked_at_again_and_again)
{
	fake_down(URI_A);
	machine_start(CARD("") ONE_SERVER);
	world_run(5);
	fake_card_has(test_hex("0000 0000"), 1);
	fake_card_news();
	world_run(3);
	ck_assert(machine_has_step(REASON_CARD_DATA_INVALID, NULL));

	unsigned before = fake_card_visits();

	fake_card_news();
	world_run(20);
	ck_assert_uint_eq(fake_card_visits(), before + 1);
}
END_TEST

START_TEST(a_change_during_a_bootstrap_session_waits_for_its_end)
{
	fake_card_has(fake_card_bootstrap(URI_C), 1);
	machine_start(CARD("") CONF_BS("session_timeout = \"20s\";") ONE_SERVER);
	world_run(2);
	ASSERT_STATE(SEQ_CLIENT_SESSION);
	fake_card_is(CARD_CLASS_ABSENT, REASON_CARD_ABSENT);
	fake_card_news();
	world_run(10);
	ASSERT_STATE(SEQ_CLIENT_SESSION);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 1);
	world_run(30);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 0);
	ck_assert(machine_has_step(REASON_CARD_REMOVED, NULL));
}
END_TEST

START_TEST(what_the_configuration_says_is_wished_for)
{
	machine_start(CARD("reader = \"Alcor*\"; basic_channel = true;"
			   "secure_channel = { key_version = 48; };") ONE_SERVER);
	world_run(1);
	ck_assert(span_is_text(fake_card_wish()->reader, "Alcor*"));
	ck_assert(fake_card_wish()->may_use_basic_channel);
	ck_assert_int_eq(fake_card_wish()->secure, CARD_SECURE_OFF);
	ck_assert_uint_eq(fake_card_wish()->key_version, 48);
}
END_TEST

START_TEST(a_program_of_the_configuration_is_wished_for_and_not_watched)
{
	fixture_write("/bin/sh", "", 0755);
	fake_card_has(fake_card_account(7, URI_B), 1);
	machine_start(CARD("command = [ \"/bin/sh\", \"--device=1\" ];") ONE_SERVER);
	world_run(1);
	ck_assert_uint_eq(fake_card_wish()->n_command, 2);
	ck_assert(span_is_text(fake_card_wish()->command[0], "/bin/sh"));
	ck_assert(span_is_text(fake_card_wish()->command[1], "--device=1"));
	ASSERT_STATE(SEQ_MANAGED);
	fake_card_is(CARD_CLASS_ABSENT, REASON_CARD_ABSENT);
	ck_assert(!fake_card_is_watched());
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 1);
	ask_for_update();
	world_run(5);
	ck_assert_uint_eq(n_of(ORIGIN_CARD), 0);
	ck_assert(machine_has_step(REASON_CARD_REMOVED, NULL));
}
END_TEST

START_TEST(a_required_channel_is_required_also_without_keys)
{
	machine_start(CARD("secure_channel = { mode = \"required\"; };") ONE_SERVER);
	world_run(1);
	ck_assert_int_eq(fake_card_wish()->secure, CARD_SECURE_REQUIRED);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("card_step");
	TCase *t = tcase_create("step 1");
	int n = sizeof without / sizeof *without;

	tcase_add_checked_fixture(t, setup, machine_teardown);
	tcase_add_test(t, a_card_with_data_wins_over_the_configuration);
	tcase_add_loop_test(t, a_card_that_configures_nothing_is_followed_by_step_2_and_told, 0, n);
	tcase_add_test(t, a_card_whose_accounts_cannot_work_is_refused_as_a_whole);
	tcase_add_test(t, a_card_that_takes_too_long_does_not_hold_up_step_2);
	tcase_add_test(t, a_card_that_is_switched_off_is_never_visited);
	tcase_add_test(t, an_expected_card_is_waited_for_until_the_timeout);
	tcase_add_test(t, an_expected_card_that_comes_in_time_is_applied);
	tcase_add_test(t, a_card_with_a_bootstrap_account_alone_leads_to_a_bootstrap);
	tcase_add_test(t, servers_of_a_card_use_the_configured_bootstrap_account);
	tcase_add_test(t, a_reload_does_not_fill_a_card_up_with_configured_servers);
	tcase_add_test(t, a_program_of_the_configuration_is_wished_for_and_not_watched);
	tcase_add_test(t, what_the_configuration_says_is_wished_for);
	tcase_add_test(t, a_required_channel_is_required_also_without_keys);
	suite_add_tcase(s, t);

	t = tcase_create("over a restart");
	tcase_add_checked_fixture(t, setup, machine_teardown);
	tcase_add_test(t, an_unchanged_card_keeps_what_a_server_wrote);
	tcase_add_loop_test(t, a_card_that_changed_meanwhile_is_applied_at_the_start, 0, 2);
	tcase_add_test(t, a_card_that_was_removed_meanwhile_takes_its_accounts_with_it);
	tcase_add_loop_test(t, a_card_out_of_reach_keeps_its_accounts_over_a_restart, 3, n);
	tcase_add_test(t, a_pin_that_a_card_refused_is_told_to_the_next_visit);
	suite_add_tcase(s, t);

	t = tcase_create("looking again");
	tcase_add_checked_fixture(t, setup, machine_teardown);
	tcase_add_test(t, the_card_is_read_before_an_update_and_not_twice_in_a_row);
	tcase_add_test(t, check_interval_spares_visits_until_there_is_news);
	tcase_add_test(t, an_update_waits_for_the_card_and_no_longer_than_its_deadline);
	tcase_add_test(t, a_changed_card_disables_the_old_accounts_before_the_update);
	tcase_add_test(t, an_account_that_is_on_the_new_card_too_keeps_its_registration);
	tcase_add_test(t, a_removed_card_is_noticed_by_the_watcher);
	tcase_add_test(t, a_reader_that_is_gone_for_long_is_a_removed_card);
	tcase_add_test(t, a_reader_that_comes_back_in_time_and_one_never_seen_take_nothing);
	tcase_add_test(t, on_removal_keep_keeps_the_accounts);
	tcase_add_loop_test(
		t, a_spoilt_card_takes_its_accounts_and_an_unreadable_one_does_not, 1, n);
	tcase_add_test(t, a_card_that_hangs_holds_up_one_update_and_not_the_next);
	tcase_add_test(t, a_locked_card_is_left_alone_until_it_is_moved);
	tcase_add_test(t, a_late_card_is_applied_where_nothing_is_registered);
	tcase_add_test(
		t, a_late_card_waits_while_something_is_registered_and_is_ignored_on_request);
	tcase_add_test(t, without_any_account_an_empty_reader_is_not_asked_round_after_round);
	tcase_add_test(t, without_any_account_a_card_without_data_is_asked_again);
	tcase_add_test(t, a_card_that_was_refused_is_not_looked_at_again_and_again);
	tcase_add_test(t, a_change_during_a_bootstrap_session_waits_for_its_end);
	suite_add_tcase(s, t);
	return s;
}
