#include "transport/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <unistd.h>

#include "runner.h"

/* clang-format off */
static const struct {
	const char *host, *text; /* NULL: refused */
} literals[] = {
	{"192.0.2.1", "192.0.2.1:5683"},
	{"2001:db8::1", "[2001:db8::1]:5683"},
	{"::ffff:192.0.2.1", "192.0.2.1:5683"},
	{"::", "[::]:5683"},
	{"192.0.2", NULL}, {"1", NULL}, {"0x7f.1", NULL}, {"localhost", NULL}, {"", NULL},
	{"192.0.2.1 ", NULL}, {"2001:db8::g", NULL},
};
/* clang-format on */

START_TEST(address_takes_literals_and_no_names)
{
	struct address a = {.len = 7};
	char text[ADDRESS_TEXT_MAX];
	int r = address_parse(span_of_text(literals[_i].host), 5683, &a);

	if (!literals[_i].text) {
		ck_assert_int_eq(r, -EINVAL);
		ck_assert_uint_eq(a.len, 7);
		return;
	}
	ck_assert_int_eq(r, 0);
	address_format(&a, text);
	ck_assert_str_eq(text, literals[_i].text);
	ck_assert_uint_eq(address_port(&a), 5683);
}
END_TEST

START_TEST(address_with_port_needs_brackets_around_ipv6)
{
	struct address a;

	ck_assert_int_eq(address_parse_with_port("[::]:5684", &a), 0);
	ck_assert(a.any.sa_family == AF_INET6 && address_port(&a) == 5684);
	ck_assert_int_eq(address_parse_with_port("0.0.0.0:0", &a), 0);
	ck_assert_int_eq(a.any.sa_family, AF_INET);
	ck_assert_int_eq(address_parse_with_port(":::5684", &a), -EINVAL);
	ck_assert_int_eq(address_parse_with_port("0.0.0.0", &a), -EINVAL);
	ck_assert_int_eq(address_parse_with_port("0.0.0.0:65536", &a), -EINVAL);
	ck_assert_int_eq(address_parse_with_port("name:1", &a), -EINVAL);
}
END_TEST

START_TEST(address_inside_ipv6_is_the_ipv4_address)
{
	struct address a, b, any = address_any(AF_INET, 1);

	ck_assert_int_eq(address_parse(span_of_text("192.0.2.1"), 1, &a), 0);
	ck_assert_int_eq(address_parse(span_of_text("::ffff:192.0.2.1"), 1, &b), 0);
	ck_assert(address_is_equal(&a, &b));
	ck_assert(!address_is_equal(&a, &any));
	ck_assert_int_eq(address_parse(span_of_text("192.0.2.1"), 2, &b), 0);
	ck_assert(!address_is_equal(&a, &b));
}
END_TEST

START_TEST(probe_finds_the_route_and_sends_nothing)
{
	struct address a;

	ck_assert_int_eq(address_parse(span_of_text("127.0.0.1"), 9, &a), 0);
	ck_assert_int_eq(address_probe(&a, ""), 0);
	ck_assert_int_lt(address_probe(&a, "no-such-if0"), 0);
}
END_TEST

START_TEST(interface_has_an_address_or_is_not_there)
{
	struct address a, loopback;

	ck_assert_int_eq(address_parse(span_of_text("127.0.0.1"), 0, &loopback), 0);
	ck_assert_int_eq(address_of_interface("lo", AF_INET, &a), 0);
	ck_assert(address_is_equal(&a, &loopback));
	ck_assert_int_eq(address_of_interface("no-such-if0", AF_INET, &a), -ENODEV);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("address");
	TCase *t = tcase_create("address");

	tcase_add_loop_test(t, address_takes_literals_and_no_names, 0,
		(int)(sizeof literals / sizeof *literals));
	tcase_add_test(t, address_with_port_needs_brackets_around_ipv6);
	tcase_add_test(t, address_inside_ipv6_is_the_ipv4_address);
	tcase_add_test(t, probe_finds_the_route_and_sends_nothing);
	tcase_add_test(t, interface_has_an_address_or_is_not_there);
	suite_add_tcase(s, t);
	return s;
}
