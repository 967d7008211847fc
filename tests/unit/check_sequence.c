#include "bootstrap/sequence.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "runner.h"

/* One event, the state it must lead to, and the effects as they are printed. */
struct step {
	enum seq_event event;
	enum seq_state to;
	const char *effects;
};

static void walk_from(struct seq *s, const struct step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char effects[256];
		int r = seq_step(s, steps[i].event);

		ck_assert_msg(r >= 0, "step %zu: %s has no row", i, seq_event_name(steps[i].event));
		seq_effects_format(r, effects, sizeof effects);
		ck_assert_str_eq(seq_state_name(s->state), seq_state_name(steps[i].to));
		ck_assert_str_eq(effects, steps[i].effects);
	}
}

#define WALK(s, ...)                                                                               \
	walk_from((s), (const struct step[]){__VA_ARGS__},                                         \
		sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

/* The way to step 3 without a card, to step 4, and to the request. */
/* clang-format off */
#define TO_REGISTER                                                                                \
	{EV_GO, SEQ_CARD, "READ_CARD"},                                                            \
	{EV_CARD_NONE, SEQ_FACTORY, "LOAD_FACTORY"},                                               \
	{EV_ACCOUNTS, SEQ_REGISTER, "REGISTER_ALL"}
#define TO_HOLD_OFF TO_REGISTER,                                                                   \
	{EV_ALL_FAILED, SEQ_HOLD_OFF, "ARM_HOLD_OFF"}
#define TO_REQUEST TO_HOLD_OFF,                                                                    \
	{EV_HOLD_OFF_OVER, SEQ_REQUEST, "STOP_WAIT CLOSE_LISTENER REQUEST"}
#define TO_CLIENT_SESSION TO_REQUEST,                                                              \
	{EV_REQUEST_ACCEPTED, SEQ_CLIENT_SESSION, "OPEN_SESSION"}
/* clang-format on */

/* The paths, each named after its step and, where there is one, its acceptance scenario. */

START_TEST(step_1_scenario_1_a_card_with_data_skips_the_factory)
{
	struct seq s = {0};

	WALK(&s, {EV_GO, SEQ_CARD, "READ_CARD"}, {EV_CARD_DATA, SEQ_REGISTER, "REGISTER_ALL"});
}
END_TEST

START_TEST(step_2_scenario_2_without_card_data_the_factory_is_next)
{
	struct seq s = {0};

	WALK(&s, TO_REGISTER);
}
END_TEST

START_TEST(step_3_scenarios_3_and_4_one_registration_is_enough)
{
	struct seq s = {0};

	WALK(&s, TO_REGISTER, {EV_SERVER_UP, SEQ_MANAGED, ""});
	/* the others may still fail or come up: no bootstrap of that */
	ck_assert(seq_is_ignored(s.state, EV_SERVER_UP));
}
END_TEST

START_TEST(step_4_scenario_5_all_failed_waits_and_then_asks)
{
	struct seq s = {0};

	WALK(&s, TO_REQUEST);
}
END_TEST

START_TEST(step_4_scenario_6_no_server_instance_waits_as_well)
{
	struct seq s = {0};

	WALK(&s, TO_REGISTER, {EV_NO_SERVERS, SEQ_HOLD_OFF, "ARM_HOLD_OFF"},
		{EV_HOLD_OFF_OVER, SEQ_REQUEST, "STOP_WAIT CLOSE_LISTENER REQUEST"});
}
END_TEST

START_TEST(step_4_scenario_8_a_late_registration_ends_the_hold_off)
{
	struct seq s = {0};

	WALK(&s, TO_HOLD_OFF, {EV_SERVER_UP, SEQ_MANAGED, "STOP_WAIT CLOSE_LISTENER"});
	ck_assert_int_eq(seq_step(&s, EV_HOLD_OFF_OVER), -EPROTO);
}
END_TEST

START_TEST(step_4_scenario_9_a_server_that_comes_by_itself_needs_no_request)
{
	struct seq s = {0};

	WALK(&s, TO_HOLD_OFF,
		{EV_BOOTSTRAP_OPERATION, SEQ_HOLD_OFF_SESSION, "STOP_WAIT OPEN_SESSION"},
		{EV_FINISHED, SEQ_REGISTER, "STOP_WAIT CLOSE_LISTENER APPLY REGISTER_ALL"},
		{EV_SERVER_UP, SEQ_MANAGED, ""});
}
END_TEST

START_TEST(step_4_scenario_10_a_stalled_server_leaves_no_trace_and_the_rest_of_the_wait)
{
	struct seq s = {0};

	WALK(&s, TO_HOLD_OFF,
		{EV_BOOTSTRAP_OPERATION, SEQ_HOLD_OFF_SESSION, "STOP_WAIT OPEN_SESSION"},
		{EV_SESSION_FAILED, SEQ_HOLD_OFF, "STOP_WAIT ROLL_BACK RESUME_HOLD_OFF"},
		{EV_HOLD_OFF_OVER, SEQ_REQUEST, "STOP_WAIT CLOSE_LISTENER REQUEST"});
}
END_TEST

START_TEST(step_4_scenario_11_without_a_bootstrap_account_the_round_is_repeated)
{
	struct seq s = {0};

	WALK(&s, TO_HOLD_OFF, {EV_NO_ACCOUNT, SEQ_NEXT_ROUND, "STOP_WAIT WAIT_ROUND"},
		{EV_ROUND_OVER, SEQ_CARD, "STOP_WAIT READ_CARD"});
}
END_TEST

START_TEST(step_4_scenario_12_a_client_initiated_bootstrap_ends_at_step_3)
{
	struct seq s = {0};

	WALK(&s, TO_CLIENT_SESSION, {EV_FINISHED, SEQ_REGISTER, "STOP_WAIT APPLY REGISTER_ALL"},
		{EV_SERVER_UP, SEQ_MANAGED, ""});
}
END_TEST

START_TEST(step_4_a_failed_session_backs_off_and_asks_again)
{
	struct seq s = {0};

	WALK(&s, TO_CLIENT_SESSION,
		{EV_SESSION_FAILED, SEQ_BACK_OFF, "STOP_WAIT ROLL_BACK BACK_OFF"},
		{EV_BACK_OFF_OVER, SEQ_REQUEST, "STOP_WAIT CLOSE_LISTENER REQUEST"},
		{EV_REQUEST_FAILED, SEQ_BACK_OFF, "BACK_OFF"},
		{EV_ROUND_OVER, SEQ_CARD, "STOP_WAIT READ_CARD"});
}
END_TEST

START_TEST(step_4_a_request_without_account_is_no_failure_to_repeat)
{
	struct seq s = {0};

	WALK(&s, TO_REQUEST, {EV_NO_ACCOUNT, SEQ_NEXT_ROUND, "WAIT_ROUND"},
		{EV_SERVER_UP, SEQ_MANAGED, "STOP_WAIT"});
}
END_TEST

START_TEST(step_4_a_registration_during_the_back_off_ends_it)
{
	struct seq s = {0};

	WALK(&s, TO_REQUEST, {EV_REQUEST_FAILED, SEQ_BACK_OFF, "BACK_OFF"},
		{EV_SERVER_UP, SEQ_MANAGED, "STOP_WAIT"});
}
END_TEST

START_TEST(step_4_the_bootstrap_server_may_come_during_the_back_off)
{
	struct seq s = {0};

	WALK(&s, TO_REQUEST, {EV_REQUEST_FAILED, SEQ_BACK_OFF, "BACK_OFF"},
		{EV_BOOTSTRAP_OPERATION, SEQ_SERVER_SESSION, "STOP_WAIT OPEN_SESSION"},
		{EV_FINISHED, SEQ_REGISTER, "STOP_WAIT APPLY REGISTER_ALL"});
}
END_TEST

START_TEST(a_managed_client_that_is_asked_to_bootstrap_does_not_wait)
{
	struct seq s = {0};

	WALK(&s, TO_REGISTER, {EV_SERVER_UP, SEQ_MANAGED, ""},
		{EV_BOOTSTRAP_WANTED, SEQ_REQUEST, "CLOSE_LISTENER REQUEST"});
}
END_TEST

START_TEST(a_managed_client_that_loses_all_servers_is_at_step_4)
{
	struct seq s = {0};

	WALK(&s, TO_REGISTER, {EV_SERVER_UP, SEQ_MANAGED, ""},
		{EV_ALL_FAILED, SEQ_HOLD_OFF, "ARM_HOLD_OFF"});
}
END_TEST

START_TEST(a_failure_that_asks_for_a_bootstrap_is_held_off_too)
{
	struct seq s = {0};

	WALK(&s, TO_REGISTER, {EV_SERVER_UP, SEQ_MANAGED, ""},
		{EV_SERVER_FAILED, SEQ_HOLD_OFF, "ARM_HOLD_OFF"});
}
END_TEST

START_TEST(a_bootstrap_server_that_comes_to_a_managed_client_and_stalls_changes_nothing)
{
	struct seq s = {0};

	WALK(&s, TO_REGISTER, {EV_SERVER_UP, SEQ_MANAGED, ""},
		{EV_BOOTSTRAP_OPERATION, SEQ_SERVER_SESSION, "OPEN_SESSION"},
		{EV_SESSION_FAILED, SEQ_REGISTER, "STOP_WAIT ROLL_BACK REGISTER_ALL"},
		{EV_SERVER_UP, SEQ_MANAGED, ""});
}
END_TEST

START_TEST(offline_nothing_is_timed_and_step_3_follows)
{
	struct seq s = {0};

	WALK(&s, TO_HOLD_OFF, {EV_OFFLINE, SEQ_OFFLINE, "STOP_WAIT CLOSE_LISTENER WATCH_ROUTES"},
		{EV_ONLINE, SEQ_REGISTER, "STOP_WAIT REGISTER_ALL"});
}
END_TEST

START_TEST(a_new_configuration_starts_over_at_step_1)
{
	static const enum seq_state steady[] = {SEQ_REGISTER, SEQ_MANAGED, SEQ_OFFLINE,
		SEQ_HOLD_OFF, SEQ_REQUEST, SEQ_BACK_OFF, SEQ_NEXT_ROUND};

	for (size_t i = 0; i < sizeof steady / sizeof *steady; i++) {
		struct seq s = {.state = steady[i]};

		ck_assert_int_ge(seq_step(&s, EV_ROUND_OVER), 0);
		ck_assert_int_eq(s.state, SEQ_CARD);
	}
}
END_TEST

/* The table. */

START_TEST(no_state_and_event_have_two_rows)
{
	struct seq_row a, b;

	for (size_t i = 0; seq_row(i, &a); i++)
		for (size_t j = i + 1; seq_row(j, &b); j++)
			ck_assert_msg(a.from != b.from || a.event != b.event,
				"rows %zu and %zu: %s %s", i, j, seq_state_name(a.from),
				seq_event_name(a.event));
}
END_TEST

START_TEST(seq_step_does_what_the_rows_say)
{
	struct seq_row row;

	for (size_t i = 0; seq_row(i, &row); i++) {
		struct seq s = {.state = row.from};

		ck_assert_int_eq(seq_step(&s, row.event), row.effects);
		ck_assert_int_eq(s.state, row.to);
	}
}
END_TEST

START_TEST(every_state_is_reached_from_start)
{
	bool is_reached[SEQ_STATE_COUNT] = {[SEQ_START] = true};
	struct seq_row row;

	for (int round = 0; round < SEQ_STATE_COUNT; round++)
		for (size_t i = 0; seq_row(i, &row); i++)
			is_reached[row.to] |= is_reached[row.from];
	for (int state = 0; state < SEQ_STATE_COUNT; state++)
		ck_assert_msg(is_reached[state], "%s", seq_state_name((enum seq_state)state));
}
END_TEST

START_TEST(every_state_but_stopped_is_left_and_can_be_managed_again)
{
	bool leads[SEQ_STATE_COUNT] = {[SEQ_MANAGED] = true};
	struct seq_row row;

	for (int round = 0; round < SEQ_STATE_COUNT; round++)
		for (size_t i = 0; seq_row(i, &row); i++)
			leads[row.from] |= leads[row.to];
	for (int state = 0; state < SEQ_STATE_COUNT; state++)
		ck_assert_msg(leads[state] == (state != SEQ_STOPPED), "%s",
			seq_state_name((enum seq_state)state));
}
END_TEST

START_TEST(an_orderly_end_is_possible_in_every_state)
{
	for (int state = 0; state < SEQ_STATE_COUNT; state++) {
		struct seq s = {.state = (enum seq_state)state};
		int r = seq_step(&s, EV_STOP);

		ck_assert_int_eq(s.state, SEQ_STOPPED);
		if (state != SEQ_STOPPED)
			ck_assert_msg(r >= 0 && (r & DO_STOP), "%s",
				seq_state_name((enum seq_state)state));
	}
}
END_TEST

START_TEST(a_session_that_is_opened_is_applied_or_rolled_back)
{
	struct seq_row row, next;

	for (size_t i = 0; seq_row(i, &row); i++) {
		if (!(row.effects & DO_OPEN_SESSION))
			continue;
		for (size_t j = 0; seq_row(j, &next); j++)
			if (next.from == row.to)
				ck_assert_msg(next.effects & (DO_APPLY | DO_ROLL_BACK), "%s %s",
					seq_state_name(next.from), seq_event_name(next.event));
	}
}
END_TEST

START_TEST(a_request_is_never_sent_while_the_listener_is_open)
{
	struct seq_row row;

	for (size_t i = 0; seq_row(i, &row); i++)
		if (row.effects & DO_REQUEST)
			ck_assert_int_ne(row.effects & DO_CLOSE_LISTENER, 0);
}
END_TEST

/*
 * Where the events that answer an effect of ours can come at all. Everywhere else they are
 * impossible: getting one there is a bug of ours.
 */
/* clang-format off */
#define IN(state) (1u << (state))
static const struct {
	enum seq_event event;
	unsigned states;
} possible[] = {
	{EV_GO,                IN(SEQ_START)},
	{EV_CARD_DATA,         IN(SEQ_CARD)},
	{EV_CARD_NONE,         IN(SEQ_CARD)},
	{EV_ACCOUNTS,          IN(SEQ_FACTORY)},
	{EV_NO_ACCOUNT,        IN(SEQ_HOLD_OFF) | IN(SEQ_REQUEST)},
	{EV_HOLD_OFF_OVER,     IN(SEQ_HOLD_OFF)},
	{EV_REQUEST_ACCEPTED,  IN(SEQ_REQUEST)},
	{EV_REQUEST_FAILED,    IN(SEQ_REQUEST)},
	{EV_FINISHED,          IN(SEQ_HOLD_OFF_SESSION) | IN(SEQ_SERVER_SESSION) | IN(SEQ_CLIENT_SESSION)},
	{EV_SESSION_FAILED,    IN(SEQ_HOLD_OFF_SESSION) | IN(SEQ_SERVER_SESSION) | IN(SEQ_CLIENT_SESSION)},
	{EV_BACK_OFF_OVER,     IN(SEQ_BACK_OFF)},
};
/* clang-format on */

static bool is_listed_as_impossible(enum seq_state state, enum seq_event event)
{
	/* what was on its way at the end is ignored */
	if (state == SEQ_STOPPED)
		return false;
	for (size_t i = 0; i < sizeof possible / sizeof *possible; i++)
		if (possible[i].event == event)
			return !(possible[i].states & IN(state));
	return false;
}

START_TEST(every_pair_has_a_row_or_is_ignored_or_is_impossible)
{
	for (int i = 0; i < SEQ_STATE_COUNT * EV_COUNT; i++) {
		enum seq_state state = (enum seq_state)(i / EV_COUNT);
		enum seq_event event = (enum seq_event)(i % EV_COUNT);
		struct seq s = {.state = state};
		int is = (seq_step(&s, event) >= 0) + seq_is_ignored(state, event) +
			 is_listed_as_impossible(state, event);

		ck_assert_msg(is == 1, "%s %s is %d of them", seq_state_name(state),
			seq_event_name(event), is);
	}
}
END_TEST

START_TEST(an_event_without_a_row_changes_nothing)
{
	struct seq s = {.state = SEQ_MANAGED};

	ck_assert_int_eq(seq_step(&s, EV_GO), -EPROTO);
	ck_assert_int_eq(s.state, SEQ_MANAGED);
}
END_TEST

START_TEST(names_and_effects_are_printed_whole_or_cut)
{
	char text[64], small[8];

	seq_effects_format(DO_REQUEST | DO_STOP_WAIT, text, sizeof text);
	ck_assert_str_eq(text, "STOP_WAIT REQUEST");
	seq_effects_format(0, text, sizeof text);
	ck_assert_str_eq(text, "");
	seq_effects_format(DO_REQUEST | DO_STOP_WAIT, small, sizeof small);
	ck_assert_str_eq(small, "STOP_WA");
	ck_assert_str_eq(seq_state_name(SEQ_STATE_COUNT), "?");
	ck_assert_str_eq(seq_event_name(EV_COUNT), "?");
}
END_TEST

/* The state has one writer: no other source of the program assigns it. */
START_TEST(no_other_file_writes_a_state)
{
	const char *top = getenv("top_srcdir");
	char pattern[512];
	glob_t found = {0};

	snprintf(pattern, sizeof pattern, "%s/src/*/*.c", top ? top : ".");
	ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i] + strlen(top ? top : ".") + 1;
		struct span text = test_file(path);

		if (strcmp(path, "src/bootstrap/sequence.c") != 0)
			ck_assert_msg(!memmem(text.data, text.len, "state = SEQ_", 12), "%s", path);
	}
	ck_assert_uint_gt(found.gl_pathc, 10);
	globfree(&found);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sequence");
	TCase *paths = tcase_create("paths"), *table = tcase_create("table");

	tcase_add_test(paths, step_1_scenario_1_a_card_with_data_skips_the_factory);
	tcase_add_test(paths, step_2_scenario_2_without_card_data_the_factory_is_next);
	tcase_add_test(paths, step_3_scenarios_3_and_4_one_registration_is_enough);
	tcase_add_test(paths, step_4_scenario_5_all_failed_waits_and_then_asks);
	tcase_add_test(paths, step_4_scenario_6_no_server_instance_waits_as_well);
	tcase_add_test(paths, step_4_scenario_8_a_late_registration_ends_the_hold_off);
	tcase_add_test(paths, step_4_scenario_9_a_server_that_comes_by_itself_needs_no_request);
	tcase_add_test(paths,
		step_4_scenario_10_a_stalled_server_leaves_no_trace_and_the_rest_of_the_wait);
	tcase_add_test(paths, step_4_scenario_11_without_a_bootstrap_account_the_round_is_repeated);
	tcase_add_test(paths, step_4_scenario_12_a_client_initiated_bootstrap_ends_at_step_3);
	tcase_add_test(paths, step_4_a_failed_session_backs_off_and_asks_again);
	tcase_add_test(paths, step_4_a_request_without_account_is_no_failure_to_repeat);
	tcase_add_test(paths, step_4_a_registration_during_the_back_off_ends_it);
	tcase_add_test(paths, step_4_the_bootstrap_server_may_come_during_the_back_off);
	tcase_add_test(paths, a_managed_client_that_is_asked_to_bootstrap_does_not_wait);
	tcase_add_test(paths, a_managed_client_that_loses_all_servers_is_at_step_4);
	tcase_add_test(paths, a_failure_that_asks_for_a_bootstrap_is_held_off_too);
	tcase_add_test(paths,
		a_bootstrap_server_that_comes_to_a_managed_client_and_stalls_changes_nothing);
	tcase_add_test(paths, offline_nothing_is_timed_and_step_3_follows);
	tcase_add_test(paths, a_new_configuration_starts_over_at_step_1);
	suite_add_tcase(s, paths);

	tcase_add_test(table, no_state_and_event_have_two_rows);
	tcase_add_test(table, seq_step_does_what_the_rows_say);
	tcase_add_test(table, every_state_is_reached_from_start);
	tcase_add_test(table, every_state_but_stopped_is_left_and_can_be_managed_again);
	tcase_add_test(table, an_orderly_end_is_possible_in_every_state);
	tcase_add_test(table, a_session_that_is_opened_is_applied_or_rolled_back);
	tcase_add_test(table, a_request_is_never_sent_while_the_listener_is_open);
	tcase_add_test(table, every_pair_has_a_row_or_is_ignored_or_is_impossible);
	tcase_add_test(table, an_event_without_a_row_changes_nothing);
	tcase_add_test(table, names_and_effects_are_printed_whole_or_cut);
	tcase_add_test(table, no_other_file_writes_a_state);
	suite_add_tcase(s, table);
	return s;
}
