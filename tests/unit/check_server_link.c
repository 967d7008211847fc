/*
 * One server: what is sent, what its answers bring, and what is kept over a restart.
 * (TS core 6.2.1, object 1)
 */
#include "machine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "alloc.h"

#define PSK_A                                                                                      \
	CONF_BASE                                                                                  \
	"servers = { a = { short_id = 1; uri = \"coaps://a.example\"; security = \"psk\"; "        \
	"psk_identity = \"dev\"; psk_key = \"hex:000102030405060708090a0b0c0d0e0f\"; "             \
	"lifetime = \"10min\"; retry = { count = 3; timer = \"10s\"; }; }; };\n"
#define URI_PSK "coaps://a.example"

static void managed(const char *more)
{
	char conf[1024];

	snprintf(conf, sizeof conf, "%s%s%s%s", CONF_BASE,
		"servers = { a = { short_id = 1; uri = \"" URI_A
		"\"; security = \"nosec\"; lifetime = \"10min\"; ",
		more, " }; };\n");
	fake_up(URI_A);
	machine_start(conf);
	world_run(1);
	ASSERT_STATE(SEQ_MANAGED);
}

/* --- Register --------------------------------------------------------------------------------- */

START_TEST(register_carries_endpoint_lifetime_version_and_the_object_list)
{
	managed("");
	const struct fake_sent *sent = fake_sent(URI_A, FAKE_REGISTER, 0);

	ck_assert_str_eq(sent->text, "POST /rd?ep=dev&lt=600&lwm2m=1.2");
	ck_assert_str_eq(sent->payload, "</>;rt=\"oma.lwm2m\";ct=\"60 110 112 "
					"11542 11544\",</1/0>,</2>;ver=1.1,</3>;ver=1.2,</3/0>");
}
END_TEST

START_TEST(the_path_of_the_uri_stays_in_front_of_rd_and_not_of_the_location)
{
	fake_up(URI_A "/lwm2m/eu");
	machine_start(CONF_BASE "servers = { a = { short_id = 1; uri = \"" URI_A
				"/lwm2m/eu\"; security = \"nosec\"; lifetime = \"2min\"; }; };\n");
	world_run(119);
	ck_assert_str_eq(fake_sent(NULL, FAKE_REGISTER, 0)->text,
		"POST /lwm2m/eu/rd?ep=dev&lt=120&lwm2m=1.2");
	ck_assert_str_eq(fake_sent(NULL, FAKE_UPDATE, 0)->text, "POST /rd/0");
}
END_TEST

START_TEST(a_binding_is_told_where_it_is_not_u)
{
	managed("");
	model_set(machine->model, PATH3(1, 0, SERVER_BINDING), &VALUE_TEXT("UT"));
	world_run(2);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 0)->text, "POST /rd/0?b=UT");
}
END_TEST

START_TEST(a_server_over_tcp_is_told_so)
{
	fake_up("coap+tcp://a.example");
	machine_start(CONF_BASE "servers = { a = { short_id = 1; uri = \"coap+tcp://a.example\"; "
				"security = \"nosec\"; }; };\n");
	world_run(1);
	ck_assert_ptr_nonnull(
		strstr(fake_sent("coap+tcp://a.example", FAKE_REGISTER, 0)->text, "&b=T"));
	/* the written default does not hide what is in use */
	model_set(machine->model, PATH3(1, 0, SERVER_BINDING), &VALUE_TEXT("U"));
	world_run(2);
	ck_assert_str_eq(fake_sent("coap+tcp://a.example", FAKE_UPDATE, 0)->text, "POST /rd/0");
}
END_TEST

START_TEST(version_4_12_falls_back_to_1_1_and_1_0)
{
	fake_up(URI_A);
	fake_rule(&(const struct fake_rule){
		.uri = URI_A, .op = FAKE_REGISTER, .code = MSG_PRECONDITION, .times = 2});
	machine_start(CONF_BASE ONE_SERVER);
	world_run(1);
	ck_assert_ptr_nonnull(strstr(fake_sent(URI_A, FAKE_REGISTER, 1)->text, "lwm2m=1.1"));
	ck_assert_ptr_nonnull(strstr(fake_sent(URI_A, FAKE_REGISTER, 2)->text, "lwm2m=1.0"));
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(version_4_12_to_1_0_is_final)
{
	fake_answer(URI_A, FAKE_REGISTER, MSG_PRECONDITION);
	machine_start(CONF_BASE ONE_SERVER);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 3);
	ck_assert(machine_has_step(REASON_REG_PRECONDITION, NULL));
}
END_TEST

START_TEST(a_rejection_is_final_and_its_reason_told)
{
	fake_answer(URI_A, FAKE_REGISTER, MSG_FORBIDDEN);
	machine_start(CONF_BASE CONF_SERVERS(CONF_SERVER(a, 1, "retry = { count = 5; };")));
	world_run(50);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 1);
	ck_assert(machine_has_step(REASON_REG_FORBIDDEN, NULL));
	ASSERT_STATE(SEQ_NEXT_ROUND);
}
END_TEST

START_TEST(requests_of_a_server_are_ignored_before_its_2_01)
{
	machine_start(CONF_BASE ONE_SERVER);
	world_run(1);
	ck_assert_int_eq(fake_ask(URI_A, MSG_GET, "/3/0/0", FORMAT_TEXT, span_of_text(""), NULL),
		MSG_NO_RESPONSE);
}
END_TEST

START_TEST(a_request_that_cannot_be_sent_is_a_failed_attempt)
{
	fake_fail_request(-ENOMEM);
	machine_start(CONF_BASE CONF_SERVERS(
		CONF_SERVER(a, 1, "retry = { count = 3; timer = \"10s\"; };")));
	world_run(9);
	ASSERT_STATE(SEQ_REGISTER);
	fake_fail_request(0);
	fake_up(URI_A);
	world_run(2);
	ASSERT_STATE(SEQ_MANAGED);
	ck_assert_uint_eq(fake_sent(URI_A, FAKE_REGISTER, 0)->at, world_second(10));
}
END_TEST

/* --- Update ----------------------------------------------------------------------------------- */

START_TEST(an_update_comes_93_s_before_the_lifetime_ends)
{
	managed("");
	world_run(520);
	ck_assert_uint_eq(fake_sent(URI_A, FAKE_UPDATE, 0)->at, world_second(600 - 93));
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 0)->text, "POST /rd/0");
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 0)->payload, "");
}
END_TEST

START_TEST(an_update_tells_each_change_once)
{
	managed("");
	model_set(machine->model, PATH3(1, 0, SERVER_LIFETIME), &VALUE_INT(900));
	model_create(machine->model, PATH2(2, 0), ORIGIN_SERVER);
	world_run(2);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_UPDATE), 1);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 0)->text, "POST /rd/0?lt=900");
	ck_assert_ptr_nonnull(strstr(fake_sent(URI_A, FAKE_UPDATE, 0)->payload, "</2/0>"));
	world_run(900);
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 1)->text, "POST /rd/0");
	ck_assert_str_eq(fake_sent(URI_A, FAKE_UPDATE, 1)->payload, "");
}
END_TEST

START_TEST(an_update_that_is_answered_4_04_or_not_at_all_becomes_a_register)
{
	managed("");
	fake_answer(URI_A, FAKE_UPDATE, MSG_NOT_FOUND);
	world_run(600);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 2);
	fake_rule(&(const struct fake_rule){
		.uri = URI_A, .op = FAKE_UPDATE, .reason = REASON_REG_TIMEOUT});
	world_run(600);
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER), 3);
	ASSERT_STATE(SEQ_MANAGED);
}
END_TEST

START_TEST(a_change_that_an_update_failed_to_tell_is_told_by_the_register)
{
	managed("");
	fake_answer(URI_A, FAKE_UPDATE, MSG_NOT_FOUND);
	model_set(machine->model, PATH3(1, 0, SERVER_LIFETIME), &VALUE_INT(900));
	world_run(2);
	ck_assert_str_eq(
		fake_sent(URI_A, FAKE_REGISTER, 1)->text, "POST /rd?ep=dev&lt=900&lwm2m=1.2");
}
END_TEST

/* --- security --------------------------------------------------------------------------------- */

START_TEST(a_lost_security_session_means_register_not_update)
{
	fake_up(URI_PSK);
	machine_start(PSK_A);
	world_run(60);
	fake_lose(URI_PSK, REASON_DTLS_CLOSED);
	world_run(1);
	ck_assert_uint_eq(fake_count(URI_PSK, FAKE_REGISTER), 2);
	ck_assert_uint_eq(fake_count(URI_PSK, FAKE_UPDATE), 0);
	ck_assert(machine_has_step(REASON_DTLS_CLOSED, NULL));
}
END_TEST

START_TEST(a_session_that_is_lost_right_after_each_register_is_no_tight_loop)
{
	fake_up(URI_PSK);
	machine_start(PSK_A);
	for (int i = 0; i < 20; i++) {
		world_run(0.5);
		if (fake_is_connected(URI_PSK))
			fake_lose(URI_PSK, REASON_DTLS_CLOSED);
	}
	ck_assert_uint_le(fake_count(URI_PSK, FAKE_REGISTER), 3);
}
END_TEST

START_TEST(a_fatal_security_error_is_final_and_its_alert_kept)
{
	fake_rule(&(const struct fake_rule){.reason = REASON_DTLS_ALERT, .is_fatal = true});
	machine_start(PSK_A);
	world_settle();
	fake_alert(URI_PSK, 40);
	world_run(70);
	ck_assert_int_eq(model_get_int(machine->model, PATH3(1, 0, SERVER_TLS_ALERT), -1), 40);
	ck_assert(machine_has_step(REASON_DTLS_ALERT, NULL));
	ck_assert_uint_le(fake_count(URI_PSK, FAKE_REGISTER), 2);
}
END_TEST

START_TEST(a_registration_over_a_security_session_that_cannot_be_resumed_is_not_kept)
{
	struct store_registration kept[1];

	fake_up(URI_PSK);
	machine_start(PSK_A);
	world_run(1);
	ck_assert_uint_eq(servers_save(machine->servers, kept, 1), 0);
}
END_TEST

/* --- over a restart --------------------------------------------------------------------------- */

static struct store_registration saved(void)
{
	struct store_registration kept;

	managed("");
	ck_assert_uint_eq(servers_save(machine->servers, &kept, 1), 1);
	return kept;
}

START_TEST(a_registration_is_saved_with_location_port_and_end)
{
	struct store_registration kept = saved();

	ck_assert_uint_eq(kept.short_server_id, 1);
	ck_assert_str_eq(kept.location, "/rd/0");
	ck_assert_uint_ne(kept.local_port, 0);
	ck_assert_int_eq(kept.expires, 1800000600);
	ck_assert_int_eq(kept.version, LWM2M_1_2);
}
END_TEST

static struct server_link_env env;
static struct server_link *server_link;

/* No assertion: it is called with failing allocations. */
static int make_link(void)
{
	static const struct reg_params params = {.lifetime = 600, .retry_count = 1};
	struct account a;

	env = (struct server_link_env){.model = machine->model,
		.tp = machine->tp,
		.loop = machine->loop,
		.clock = machine->clock,
		.timeline = machine->timeline,
		.endpoint = "dev"};
	if (!account_of_server(machine->model, 1, &a))
		return -ENOENT;
	return server_link_new(&env, &a, &params, 0, &server_link);
}

static int resume(const struct store_registration *kept)
{
	ck_assert_int_eq(make_link(), 0);

	int r = server_link_resume(server_link, kept);

	server_link_free(server_link);
	return r;
}

static void nothing(void *data, struct server_link *l)
{
	(void)data, (void)l;
}

/* doc/decisions.md: Update where the security session was resumed, else Register */
START_TEST(a_saved_registration_goes_on_over_a_resumed_security_session_only)
{
	static const struct {
		enum fake_resumption resumption;
		unsigned registers, updates;
	} rows[] = {
		{FAKE_RESUME_TAKEN, 0, 1}, {FAKE_RESUME_REFUSED, 1, 0}, {FAKE_RESUME_FAILED, 1, 0}};
	struct store_registration kept;

	fake_up(URI_PSK);
	fake_resumption(FAKE_RESUME_TAKEN);
	machine_start(PSK_A);
	world_run(1);
	ck_assert_uint_eq(servers_save(machine->servers, &kept, 1), 1);
	ck_assert(span_is_text(secret_span(&kept.session), "session"));

	unsigned registers = fake_count(URI_PSK, FAKE_REGISTER);
	unsigned updates = fake_count(URI_PSK, FAKE_UPDATE);

	fake_resumption(rows[_i].resumption);
	ck_assert_int_eq(make_link(), 0);
	env.up = env.failed = env.running = env.stopped = nothing;
	ck_assert_int_eq(server_link_resume(server_link, &kept), 0);
	world_run(200);
	ck_assert_uint_eq(fake_count(URI_PSK, FAKE_REGISTER) - registers, rows[_i].registers);
	ck_assert_uint_eq(fake_count(URI_PSK, FAKE_UPDATE) - updates, rows[_i].updates);
	server_link_free(server_link);
	/* bytes that are no session, or none */
	kept.session.data[0] ^= 1;
	ck_assert_int_eq(resume(&kept), -ENOTSUP);
	store_registrations_done(&kept, 1);
	ck_assert_int_eq(resume(&kept), -ENOTSUP);
}
END_TEST

START_TEST(a_saved_registration_is_resumed_while_it_lasts)
{
	struct store_registration kept = saved();

	ck_assert_int_eq(resume(&kept), 0);
	kept.expires = 1800000000;
	ck_assert_int_eq(resume(&kept), -ENOTSUP);
}
END_TEST

START_TEST(a_saved_registration_of_another_account_or_version_is_not_resumed)
{
	struct store_registration kept = saved(), other = kept;

	other.account_hash[0] ^= 1;
	ck_assert_int_eq(resume(&other), -ENOTSUP);
	other = kept;
	other.version = LWM2M_1_2 + 1;
	ck_assert_int_eq(resume(&other), -ENOTSUP);
}
END_TEST

START_TEST(a_saved_location_that_cannot_be_is_not_resumed)
{
	static const char *const bad[] = {"", "rd/0", "/", "//", "/rd//x", "/1/2/3/4/5/6/7/8/9"};
	struct store_registration kept = saved();

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(kept.location, sizeof kept.location, "%s", bad[i]);
		ck_assert_msg(resume(&kept) == -EBADMSG, "\"%s\" was resumed", bad[i]);
	}
}
END_TEST

START_TEST(an_infinite_registration_is_saved_as_such)
{
	struct store_registration kept;

	managed("");
	model_set(machine->model, PATH3(1, 0, SERVER_LIFETIME), &VALUE_INT(0));
	world_run(2);
	ck_assert_uint_eq(servers_save(machine->servers, &kept, 1), 1);
	ck_assert_int_eq(kept.expires, INT64_MAX);
	ck_assert_int_eq(resume(&kept), 0);
}
END_TEST

START_TEST(a_send_that_failed_is_forgotten_with_what_it_was_for)
{
	managed("");
	ck_assert_int_eq(make_link(), 0);
	env.up = env.failed = env.running = env.stopped = nothing;
	server_link_event(server_link, REG_EV_START, REASON_NONE);
	world_run(100);
	ck_assert(reg_is_up(server_link_reg(server_link)));

	unsigned registers = fake_count(URI_A, FAKE_REGISTER);

	alloc_fail_at(1);
	server_link_event(server_link, REG_EV_ASKED, REASON_NONE);
	ck_assert(alloc_failed());
	alloc_fail_off();
	fake_rule(&(const struct fake_rule){.uri = URI_A,
		.op = FAKE_REGISTER,
		.code = MSG_CREATED,
		.delay = USEC_PER_SEC,
		.times = 1});
	server_link_event(server_link, REG_EV_SESSION_LOST, REASON_NONE);
	world_run(5);
	/* the Update that was not sent does not fail the Register after it */
	ck_assert_uint_eq(fake_count(URI_A, FAKE_REGISTER) - registers, 1);
	ck_assert(reg_is_up(server_link_reg(server_link)));
	server_link_free(server_link);
}
END_TEST

/* --- life ------------------------------------------------------------------------------------- */

START_TEST(a_link_without_memory_is_not_made_and_leaves_nothing)
{
	bool has_failed = true;
	unsigned n, sources;

	managed("");
	sources = world_sources();
	for (n = 1; has_failed; n++) {
		alloc_fail_at(n);
		int r = make_link();
		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
		if (has_failed)
			ck_assert_uint_eq(world_sources(), sources);
		else
			server_link_free(server_link);
	}
	ck_assert_uint_gt(n, 3);
	ck_assert_ptr_null(server_link_free(NULL));
}
END_TEST

START_TEST(the_same_account_is_known_by_uri_credentials_and_endpoint)
{
	struct account a;

	managed("");
	ck_assert_int_eq(make_link(), 0);
	ck_assert(account_of_server(machine->model, 1, &a));
	ck_assert(server_link_is_same_account(server_link, &a));
	env.endpoint = "other";
	ck_assert(!server_link_is_same_account(server_link, &a));
	env.endpoint = "dev";
	a.uri = span_of_text(URI_B);
	ck_assert(!server_link_is_same_account(server_link, &a));
	server_link_free(server_link);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("server_link");
	TCase *c = machine_case(s, "Register");

	tcase_add_test(c, register_carries_endpoint_lifetime_version_and_the_object_list);
	tcase_add_test(c, the_path_of_the_uri_stays_in_front_of_rd_and_not_of_the_location);
	tcase_add_test(c, a_binding_is_told_where_it_is_not_u);
	tcase_add_test(c, a_server_over_tcp_is_told_so);
	tcase_add_test(c, version_4_12_falls_back_to_1_1_and_1_0);
	tcase_add_test(c, version_4_12_to_1_0_is_final);
	tcase_add_test(c, a_rejection_is_final_and_its_reason_told);
	tcase_add_test(c, requests_of_a_server_are_ignored_before_its_2_01);
	tcase_add_test(c, a_request_that_cannot_be_sent_is_a_failed_attempt);

	c = machine_case(s, "Update");
	tcase_add_test(c, an_update_comes_93_s_before_the_lifetime_ends);
	tcase_add_test(c, an_update_tells_each_change_once);
	tcase_add_test(c, an_update_that_is_answered_4_04_or_not_at_all_becomes_a_register);
	tcase_add_test(c, a_change_that_an_update_failed_to_tell_is_told_by_the_register);

	c = machine_case(s, "security");
	tcase_add_test(c, a_lost_security_session_means_register_not_update);
	tcase_add_test(c, a_session_that_is_lost_right_after_each_register_is_no_tight_loop);
	tcase_add_test(c, a_fatal_security_error_is_final_and_its_alert_kept);
	tcase_add_test(
		c, a_registration_over_a_security_session_that_cannot_be_resumed_is_not_kept);

	c = machine_case(s, "over a restart");
	tcase_add_test(c, a_registration_is_saved_with_location_port_and_end);
	tcase_add_loop_test(
		c, a_saved_registration_goes_on_over_a_resumed_security_session_only, 0, 3);
	tcase_add_test(c, a_saved_registration_is_resumed_while_it_lasts);
	tcase_add_test(c, a_saved_registration_of_another_account_or_version_is_not_resumed);
	tcase_add_test(c, a_saved_location_that_cannot_be_is_not_resumed);
	tcase_add_test(c, an_infinite_registration_is_saved_as_such);

	c = machine_case(s, "life");
	tcase_add_test(c, a_link_without_memory_is_not_made_and_leaves_nothing);
	tcase_add_test(c, a_send_that_failed_is_forgotten_with_what_it_was_for);
	tcase_add_test(c, the_same_account_is_known_by_uri_credentials_and_endpoint);
	return s;
}
