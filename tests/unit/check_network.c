/* Real netlink in a loop that is turned by hand; routes to servers are tested end to end. */
#include "daemon/network.h"

#include "fake_loop.h"
#include "runner.h"

static struct model *m;
static struct network *network;
static struct conf conf;
static const char *peer;

static void peer_of(void *data, char ret[NETWORK_PEER_MAX])
{
	(void)data;
	snprintf(ret, NETWORK_PEER_MAX, "%s", peer);
}

static void setup(void)
{
	const struct network_env env = {
		.loop = fake_loop(), .clock = &clock_system, .root = "", .peer = peer_of};
	struct network_env with_model = env;

	peer = "127.0.0.1";
	conf = (struct conf){0};
	ck_assert_int_eq(model_new(&m), 0);
	with_model.model = m;
	ck_assert_int_eq(network_new(&with_model, &network), 0);
}

static void teardown(void)
{
	network = network_free(network);
	m = model_free(m);
	ck_assert_uint_eq(fake_loop_sources(), 0);
}

START_TEST(network_offers_objects_4_and_7)
{
	ck_assert_int_eq(network_set_conf(network, &conf), 0);
	ck_assert(model_exists(m, PATH2(4, 0)) && model_exists(m, PATH2(7, 0)));
	ck_assert_int_ge(model_get_int(m, PATH3(4, 0, 0), -1), 0);
	ck_assert(model_exists(m, PATH3(4, 0, 1)));
	model_refresh(m, PATH1(4));
}
END_TEST

START_TEST(network_tells_the_address_that_leads_to_the_server)
{
	ck_assert_int_eq(network_set_conf(network, &conf), 0);
	ck_assert(span_is_text(model_get_bytes(m, PATH4(4, 0, 4, 0)), "127.0.0.1"));
}
END_TEST

START_TEST(network_leaves_out_what_is_disabled)
{
	char *disabled[] = {(char *)"/4", NULL};

	conf.objects_disabled = disabled;
	ck_assert_int_eq(network_set_conf(network, &conf), 0);
	ck_assert(!model_exists(m, PATH1(4)) && model_exists(m, PATH2(7, 0)));
	conf.objects_disabled = NULL;
	ck_assert_int_eq(network_set_conf(network, &conf), 0);
	ck_assert(model_exists(m, PATH2(4, 0)));
	disabled[0] = (char *)"/7";
	conf.objects_disabled = disabled;
	ck_assert_int_eq(network_set_conf(network, &conf), 0);
	ck_assert(model_exists(m, PATH2(4, 0)) && !model_exists(m, PATH1(7)));
}
END_TEST

START_TEST(network_counts_for_a_while)
{
	ck_assert_int_eq(network_set_conf(network, &conf), 0);
	ck_assert_int_eq(model_execute(m, 101, PATH3(7, 0, 6), span_of_text("")), 0);
	ck_assert_uint_ne(fake_loop_armed(), USEC_NEVER);
	ck_assert_int_eq(model_execute(m, 101, PATH3(7, 0, 7), span_of_text("")), 0);
	ck_assert_uint_eq(fake_loop_armed(), USEC_NEVER);
	ck_assert_int_ge(model_get_int(m, PATH3(7, 0, 2), -1), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("network");
	TCase *t = tcase_create("network");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, network_offers_objects_4_and_7);
	tcase_add_test(t, network_tells_the_address_that_leads_to_the_server);
	tcase_add_test(t, network_leaves_out_what_is_disabled);
	tcase_add_test(t, network_counts_for_a_while);
	suite_add_tcase(s, t);
	return s;
}
