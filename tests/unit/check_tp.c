#include "transport/tp.h"

#include <errno.h>
#include <math.h>

#include "peer.h"
#include "runner.h"
#include "testloop.h"

static struct tp *tp;

static void setup(void)
{
	tp = test_tp(&test_settings);
}

static void teardown(void)
{
	tp = tp_free(tp);
	test_loop_for(0);
}

START_TEST(max_transmit_wait_is_that_of_the_rfc)
{
	struct tp_settings s = test_settings;

	/* RFC 7252 4.8.2: 93 s with the default parameters */
	s.ack_timeout = 2 * USEC_PER_SEC;
	s.ack_random_factor = 1.5;
	s.max_retransmit = 4;
	ck_assert_int_eq(tp_set(tp, &s), 0);
	ck_assert_uint_eq(tp_max_transmit_wait(tp), 93 * USEC_PER_SEC);
}
END_TEST

START_TEST(settings_out_of_range_change_nothing)
{
	struct tp_settings s = test_settings;

	s.ack_timeout = USEC_PER_SEC - 1; /* libcoap ignores less than a second silently */
	ck_assert_int_eq(tp_set(tp, &s), -EINVAL);
	s = test_settings;
	s.ack_random_factor = 0.9;
	ck_assert_int_eq(tp_set(tp, &s), -EINVAL);
	s.ack_random_factor = (double)NAN;
	ck_assert_int_eq(tp_set(tp, &s), -EINVAL);
	s = test_settings;
	s.interface = "a-name-that-no-network-interface-can-have";
	ck_assert_int_eq(tp_set(tp, &s), -EINVAL);
	ck_assert_uint_eq(tp_max_transmit_wait(tp), 3 * USEC_PER_SEC);
}
END_TEST

START_TEST(modes_of_this_build_depend_on_openssl_only)
{
	ck_assert(tp_supports_mode(MODE_PSK));
	ck_assert(tp_supports_mode(MODE_NOSEC));
	ck_assert_int_eq(tp_supports_mode(MODE_RPK), key_has_raw_public_keys());
	ck_assert(tp_supports_mode(MODE_CERTIFICATE));
	ck_assert(!tp_supports_mode(MODE_EST));
	ck_assert(!tp_supports_mode(-1));
}
END_TEST

START_TEST(route_of_a_literal_is_known_and_of_a_name_is_not)
{
	ck_assert_int_eq(tp_has_route(tp, span_of_text("coap://127.0.0.1")), 1);
	ck_assert_int_eq(tp_has_route(tp, span_of_text("coaps://example.net")), -EAGAIN);
	ck_assert_int_eq(tp_has_route(tp, span_of_text("nonsense")), 0);
}
END_TEST

START_TEST(transport_can_be_made_again)
{
	tp = tp_free(tp);
	tp = test_tp(&test_settings);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("tp");
	TCase *t = tcase_create("tp");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, max_transmit_wait_is_that_of_the_rfc);
	tcase_add_test(t, settings_out_of_range_change_nothing);
	tcase_add_test(t, modes_of_this_build_depend_on_openssl_only);
	tcase_add_test(t, route_of_a_literal_is_known_and_of_a_name_is_not);
	tcase_add_test(t, transport_can_be_made_again);
	suite_add_tcase(s, t);
	return s;
}
