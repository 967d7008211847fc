#include "daemon/netlink.h"

#include <errno.h>
#include <string.h>

#include "runner.h"

static struct netlink *nl;
static struct net_link links[NET_LINKS_MAX];

static void setup(void)
{
	ck_assert_int_eq(netlink_new(&nl), 0);
}

static void teardown(void)
{
	nl = netlink_free(nl);
}

/* Every network namespace has it. */
static const struct net_link *loopback(void)
{
	int n = netlink_links(nl, links, NET_LINKS_MAX);

	ck_assert_int_ge(n, 1);
	for (int i = 0; i < n; i++)
		if (strcmp(links[i].name, "lo") == 0)
			return &links[i];
	ck_abort_msg("there is no lo");
}

START_TEST(netlink_tells_the_links)
{
	const struct net_link *lo = loopback();

	ck_assert(lo->is_loopback && lo->index > 0);
	ck_assert_uint_eq(lo->type, 772);
}
END_TEST

START_TEST(netlink_tells_no_more_links_than_there_is_room)
{
	ck_assert_int_eq(netlink_links(nl, links, 0), 0);
	ck_assert_int_eq(netlink_links(nl, links, 1), 1);
}
END_TEST

START_TEST(netlink_tells_addresses_once_each)
{
	char list[8][NET_ADDRESS_MAX] = {0};
	const struct net_link *lo = loopback();
	int n = netlink_addresses(nl, lo->index, list, 8);
	unsigned found = 0;

	ck_assert_int_ge(n, lo->is_up ? 1 : 0);
	for (int i = 0; i < n; i++)
		found += strcmp(list[i], "127.0.0.1") == 0;
	ck_assert_uint_eq(found, lo->is_up ? 1 : 0);
	ck_assert_int_eq(netlink_addresses(nl, 999999, list, 8), 0);
}
END_TEST

START_TEST(netlink_tells_the_link_of_a_route)
{
	const struct net_link *lo = loopback();
	int link = 0;

	if (lo->is_up) {
		ck_assert_int_eq(netlink_route(nl, "127.0.0.1", &link), 0);
		ck_assert_int_eq(link, lo->index);
	}
	ck_assert_int_eq(netlink_route(nl, "localhost", &link), -EINVAL);
	ck_assert_int_eq(netlink_route(nl, "", &link), -EINVAL);
	/* an answer that was an error leaves nothing behind */
	netlink_route(nl, "240.0.0.1", &link);
	loopback();
}
END_TEST

START_TEST(netlink_tells_gateways_of_a_link)
{
	char list[8][NET_ADDRESS_MAX];

	ck_assert_int_eq(netlink_gateways(nl, loopback()->index, list, 8), 0);
}
END_TEST

START_TEST(netlink_watches_without_blocking)
{
	int fd = netlink_watch(nl);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(netlink_watch(nl), fd);
	netlink_drain(nl);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("netlink");
	TCase *t = tcase_create("netlink");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, netlink_tells_the_links);
	tcase_add_test(t, netlink_tells_no_more_links_than_there_is_room);
	tcase_add_test(t, netlink_tells_addresses_once_each);
	tcase_add_test(t, netlink_tells_the_link_of_a_route);
	tcase_add_test(t, netlink_tells_gateways_of_a_link);
	tcase_add_test(t, netlink_watches_without_blocking);
	suite_add_tcase(s, t);
	return s;
}
