/*
 * Between configuration, data model and transport. (TS core 6.1.2, object 0; TS core 6.2.1.1)
 */
#include "daemon/account_model.h"

#include <errno.h>

#include "alloc.h"
#include "objects/security.h"
#include "objects/server.h"
#include "runner.h"

static struct model *model;
static struct conf conf;
static struct conf_account servers[2];
static uint8_t identity[] = "dev", key[] = {1, 2, 3, 4};

static void make_model(void)
{
	ck_assert_int_eq(model_new(&model), 0);
	ck_assert_int_eq(model_add_object(model, &object_security, NULL), 0);
	ck_assert_int_eq(model_add_object(model, &object_server, NULL), 0);
}

static void setup(void)
{
	make_model();
	servers[0] = (struct conf_account){.short_id = 101,
		.uri = (char *)"coaps://a.example",
		.security = MODE_PSK,
		.identity = {.data = identity, .len = 3},
		.secret_key = {.data = key, .len = sizeof key},
		.sni = (char *)"sni.example",
		.lifetime = 600,
		.binding = (char *)"U",
		.store_notifications = true};
	servers[1] = (struct conf_account){.short_id = 102,
		.uri = (char *)"coap://b.example",
		.security = MODE_NOSEC,
		.lifetime = 4294967295,
		.binding = (char *)"UT"};
	conf = (struct conf){.has_bootstrap = true,
		.bootstrap = {.is_bootstrap = true,
			.uri = (char *)"coap://bs.example",
			.security = MODE_NOSEC,
			.client_hold_off_time = 4294967295,
			.account_timeout = 4294967295,
			.retry = {.count = 5,
				.timer = 60,
				.sequence_count = 1,
				.sequence_delay = 86400}},
		.servers = servers,
		.n_servers = 2};
}

static void teardown(void)
{
	model_free(model);
}

static void fill(void)
{
	ck_assert_int_eq(account_model_fill(model, &conf, FILL_BOOTSTRAP | FILL_SERVERS), 0);
}

static struct account account(uint16_t short_server_id)
{
	struct account a;

	ck_assert(account_of_server(model, short_server_id, &a));
	return a;
}

START_TEST(a_server_of_the_configuration_becomes_instances_of_objects_0_and_1)
{
	fill();
	struct account a = account(101);

	ck_assert(span_is_text(a.uri, "coaps://a.example"));
	ck_assert_int_eq(a.mode, MODE_PSK);
	ck_assert(span_is_text(a.identity, "dev"));
	ck_assert(span_is_equal(a.secret_key, span_of(key, sizeof key)));
	ck_assert(span_is_text(a.sni, "sni.example"));
	ck_assert_int_eq(a.origin, ORIGIN_FACTORY);
	ck_assert_int_eq(
		model_get_int(model, PATH3(1, a.server_instance, SERVER_LIFETIME), 0), 600);
	ck_assert_int_eq(model_origin(model, PATH2(1, a.server_instance)), ORIGIN_FACTORY);
}
END_TEST

START_TEST(the_bootstrap_account_has_no_server_instance_and_all_32_bits_of_its_times)
{
	struct account a;

	fill();
	ck_assert(account_bootstrap(model, &a));
	ck_assert_uint_eq(a.security_instance, 0);
	ck_assert_uint_eq(a.client_hold_off_time, 4294967295);
	ck_assert_uint_eq(a.bootstrap_account_timeout, 4294967295);
	ck_assert(!model_exists(model, PATH3(0, 0, SECURITY_SHORT_SERVER_ID)));
	ck_assert_uint_eq(account_count_servers(model), 2);
}
END_TEST

START_TEST(only_what_is_asked_for_and_not_there_yet_is_filled)
{
	struct account a;

	ck_assert_int_eq(account_model_fill(model, &conf, FILL_SERVERS), 0);
	ck_assert(!account_bootstrap(model, &a));
	fill();
	fill();
	ck_assert_uint_eq(account_count_servers(model), 2);
	ck_assert(account_bootstrap(model, &a));
}
END_TEST

START_TEST(an_instance_id_that_is_taken_is_not_overwritten)
{
	struct account a;

	ck_assert_int_eq(model_create(model, PATH2(0, 0), ORIGIN_BOOTSTRAP), 0);
	model_set(model, PATH3(0, 0, SECURITY_SHORT_SERVER_ID), &VALUE_INT(7));
	ck_assert_int_eq(account_model_fill(model, &conf, FILL_BOOTSTRAP), 0);
	ck_assert(account_bootstrap(model, &a));
	ck_assert_uint_eq(a.security_instance, 1);
}
END_TEST

START_TEST(resources_that_are_not_configured_do_not_exist)
{
	fill();
	uint16_t i = account(101).server_instance;
	static const uint16_t absent[] = {SERVER_DEFAULT_MIN_PERIOD, SERVER_DEFAULT_MAX_PERIOD,
		SERVER_DISABLE_TIMEOUT, SERVER_PRIORITY_ORDER, SERVER_INITIAL_DELAY,
		SERVER_FAILURE_BLOCK, SERVER_BOOTSTRAP_ON_FAILURE, SERVER_RETRY_COUNT,
		SERVER_RETRY_TIMER, SERVER_SEQUENCE_DELAY, SERVER_SEQUENCE_COUNT, SERVER_MUTE_SEND};

	for (size_t n = 0; n < sizeof absent / sizeof *absent; n++)
		ck_assert_msg(
			!model_exists(model, PATH3(1, i, absent[n])), "/1/x/%u exists", absent[n]);
}
END_TEST

START_TEST(dropping_takes_configured_accounts_only)
{
	fill();
	ck_assert_int_eq(model_create(model, PATH2(0, 9), ORIGIN_BOOTSTRAP), 0);
	ck_assert_int_eq(model_create(model, PATH2(1, 9), ORIGIN_BOOTSTRAP), 0);
	account_model_drop_factory(model);
	ck_assert(model_exists(model, PATH2(0, 9)) && model_exists(model, PATH2(1, 9)));
	ck_assert(!model_exists(model, PATH2(0, 0)) && !model_exists(model, PATH2(0, 1)));
	ck_assert_uint_eq(account_count_servers(model), 1);
}
END_TEST

START_TEST(servers_of_a_card_or_a_bootstrap_server_hide_configured_ones)
{
	static const struct {
		enum origin origin;
		bool is_hiding;
	} cases[] = {{ORIGIN_FACTORY, false}, {ORIGIN_CARD, true}, {ORIGIN_BOOTSTRAP, true}};

	ck_assert_int_eq(model_create(model, PATH2(0, 1), ORIGIN_NONE), 0);
	for (size_t i = 0; i < 3; i++) {
		model_set_origin(model, PATH2(0, 1), cases[i].origin);
		ck_assert(account_model_hide_factory(model) == cases[i].is_hiding);
	}
	/* a bootstrap account alone hides no server */
	model_set(model, PATH3(0, 1, SECURITY_BOOTSTRAP_SERVER), &VALUE_BOOL(true));
	ck_assert(!account_model_hide_factory(model));
}
END_TEST

START_TEST(a_peer_has_what_a_session_needs)
{
	fill();
	struct account a = account(101);
	struct tp_peer peer = account_model_peer(&a);

	ck_assert(span_is_text(peer.uri, "coaps://a.example"));
	ck_assert_int_eq(peer.mode, MODE_PSK);
	ck_assert(span_is_text(peer.identity, "dev"));
	ck_assert_uint_eq(peer.secret_key.len, sizeof key);
	ck_assert_uint_eq(peer.local_port, 0);
}
END_TEST

START_TEST(the_hash_is_of_uri_mode_and_credentials_and_nothing_else)
{
	fill();
	struct account a = account(101), other = a;
	uint8_t first[HASH_LEN], hash[HASH_LEN];

	ck_assert_int_eq(account_model_hash(&a, first), 0);
	other.server_instance = 77;
	other.short_server_id = 77;
	account_model_hash(&other, hash);
	ck_assert_mem_eq(hash, first, HASH_LEN);

	struct span *fields[] = {&other.uri, &other.identity, &other.secret_key,
		&other.server_public_key, &other.sni};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct span old = *fields[i];

		*fields[i] = span_of_text("another");
		account_model_hash(&other, hash);
		ck_assert_mem_ne(hash, first, HASH_LEN);
		*fields[i] = old;
	}
	other.mode = MODE_NOSEC;
	account_model_hash(&other, hash);
	ck_assert_mem_ne(hash, first, HASH_LEN);
}
END_TEST

START_TEST(fields_that_touch_do_not_make_equal_hashes)
{
	struct account a = {.uri = span_of_text("ab"), .identity = span_of_text("c")};
	struct account b = {.uri = span_of_text("a"), .identity = span_of_text("bc")};
	uint8_t first[HASH_LEN], second[HASH_LEN];

	account_model_hash(&a, first);
	account_model_hash(&b, second);
	ck_assert_mem_ne(first, second, HASH_LEN);
}
END_TEST

START_TEST(parameters_are_the_general_ones_where_the_server_says_nothing)
{
	fill();
	struct account a = account(101);
	struct reg_params p = account_model_params(model, &a, &conf, 93);

	ck_assert_uint_eq(p.lifetime, 600);
	ck_assert_uint_eq(p.retry_count, 5);
	ck_assert_uint_eq(p.retry_timer, 60);
	ck_assert_uint_eq(p.sequence_count, 1);
	ck_assert_uint_eq(p.sequence_delay, 86400);
	ck_assert_uint_eq(p.disable_timeout, 86400);
	ck_assert_uint_eq(p.max_transmit_wait, 93);
}
END_TEST

START_TEST(parameters_of_the_server_win)
{
	servers[0].retry = (struct conf_retry){.count = 2,
		.timer = 3,
		.sequence_count = 4,
		.sequence_delay = 4294967295,
		.initial_delay = 6,
		.has_count = true,
		.has_timer = true,
		.has_sequence_count = true,
		.has_sequence_delay = true,
		.has_initial_delay = true};
	servers[0].has_disable_timeout = true;
	servers[0].disable_timeout = 7;
	fill();
	struct account a = account(101);
	struct reg_params p = account_model_params(model, &a, &conf, 93);

	ck_assert_uint_eq(p.retry_count, 2);
	ck_assert_uint_eq(p.retry_timer, 3);
	ck_assert_uint_eq(p.sequence_count, 4);
	ck_assert_uint_eq(p.sequence_delay, 4294967295);
	ck_assert_uint_eq(p.initial_delay, 6);
	ck_assert_uint_eq(p.disable_timeout, 7);
	a = account(102);
	ck_assert_uint_eq(account_model_params(model, &a, &conf, 93).lifetime, 4294967295);
}
END_TEST

START_TEST(the_order_knows_priority_block_and_three_states_of_1_x_16)
{
	servers[0].has_priority = true;
	servers[0].priority = 3;
	servers[0].failure_block = SET_TRUE;
	servers[0].bootstrap_on_failure = SET_FALSE;
	servers[1].bootstrap_on_failure = SET_TRUE;
	fill();
	struct account a = account(101), b = account(102);
	struct order_entry first = account_model_order(model, &a);
	struct order_entry second = account_model_order(model, &b);

	ck_assert(first.has_priority && first.failure_block);
	ck_assert_uint_eq(first.priority, 3);
	ck_assert_int_eq(first.bootstrap_on_failure, ON_FAILURE_FALSE);
	ck_assert(!second.has_priority && !second.failure_block);
	ck_assert_int_eq(second.bootstrap_on_failure, ON_FAILURE_TRUE);
	model_delete(model, PATH3(1, b.server_instance, SERVER_BOOTSTRAP_ON_FAILURE));
	ck_assert_int_eq(account_model_order(model, &b).bootstrap_on_failure, ON_FAILURE_ABSENT);
}
END_TEST

START_TEST(modes_have_names_for_people)
{
	ck_assert_str_eq(account_model_mode_text(MODE_PSK), "PSK");
	ck_assert_str_eq(account_model_mode_text(MODE_NOSEC), "no security");
	ck_assert_str_eq(account_model_mode_text(MODE_EST), "certificate by EST");
	ck_assert_str_eq(account_model_mode_text(-1), "unknown security");
	ck_assert_str_eq(account_model_mode_text(5), "unknown security");
}
END_TEST

START_TEST(filling_and_hashing_report_each_lost_allocation)
{
	bool has_failed = true;
	unsigned n;

	for (n = 1; has_failed; n++) {
		uint8_t hash[HASH_LEN];
		struct account a;

		model_free(model);
		make_model();
		alloc_fail_at(n);
		int r = account_model_fill(model, &conf, FILL_BOOTSTRAP | FILL_SERVERS);
		if (r == 0 && account_bootstrap(model, &a))
			r = account_model_hash(&a, hash);
		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
	}
	ck_assert_uint_gt(n, 20);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("account_model");
	TCase *c = tcase_create("all");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_server_of_the_configuration_becomes_instances_of_objects_0_and_1);
	tcase_add_test(
		c, the_bootstrap_account_has_no_server_instance_and_all_32_bits_of_its_times);
	tcase_add_test(c, only_what_is_asked_for_and_not_there_yet_is_filled);
	tcase_add_test(c, an_instance_id_that_is_taken_is_not_overwritten);
	tcase_add_test(c, resources_that_are_not_configured_do_not_exist);
	tcase_add_test(c, dropping_takes_configured_accounts_only);
	tcase_add_test(c, servers_of_a_card_or_a_bootstrap_server_hide_configured_ones);
	tcase_add_test(c, a_peer_has_what_a_session_needs);
	tcase_add_test(c, the_hash_is_of_uri_mode_and_credentials_and_nothing_else);
	tcase_add_test(c, fields_that_touch_do_not_make_equal_hashes);
	tcase_add_test(c, parameters_are_the_general_ones_where_the_server_says_nothing);
	tcase_add_test(c, parameters_of_the_server_win);
	tcase_add_test(c, the_order_knows_priority_block_and_three_states_of_1_x_16);
	tcase_add_test(c, modes_have_names_for_people);
	tcase_add_test(c, filling_and_hashing_report_each_lost_allocation);
	suite_add_tcase(s, c);
	return s;
}
