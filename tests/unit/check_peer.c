#include "ctl/peer.h"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runner.h"

enum { NOBODY = 65534, ADMINS = 47110 };

static struct peer peer_now(const gid_t *admin)
{
	struct peer peer;
	int fd[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	ck_assert_int_eq(peer_of(fd[0], admin, &peer), 0);
	close(fd[0]);
	close(fd[1]);
	return peer;
}

/* The peer's identity is fixed when it connects; the server is root again when it looks. */
static struct peer peer_as(uid_t uid, const gid_t *groups, size_t n_groups, const gid_t *admin)
{
	struct peer peer;
	int fd[2];

	ck_assert_int_eq(setgroups(n_groups, groups), 0);
	ck_assert_int_eq(setegid(NOBODY), 0);
	ck_assert_int_eq(seteuid(uid), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(peer_of(fd[0], admin, &peer), 0);
	close(fd[0]);
	close(fd[1]);
	return peer;
}

START_TEST(peer_of_the_same_user_may_steer)
{
	struct peer peer = peer_now(NULL);

	ck_assert_uint_eq(peer.uid, geteuid());
	ck_assert_int_eq(peer.pid, getpid());
	ck_assert(peer.may_steer);
}
END_TEST

START_TEST(peer_of_another_user_may_steer_only_as_a_member_of_the_admin_group)
{
	const gid_t admins = ADMINS, many[] = {1, 2, 3, ADMINS}, few[] = {1, 2, 3};
	gid_t lots[5000];

	if (geteuid() != 0)
		return; /* cannot be somebody else */
	ck_assert(!peer_as(NOBODY, few, 3, &admins).may_steer);
	ck_assert(!peer_as(NOBODY, many, 4, NULL).may_steer);
	ck_assert(peer_as(NOBODY, many, 4, &admins).may_steer);
	for (size_t i = 0; i < 5000; i++)
		lots[i] = (gid_t)(i + 1);
	ck_assert(!peer_as(NOBODY, lots, 5000, &admins).may_steer);
	lots[4999] = ADMINS;
	ck_assert(peer_as(NOBODY, lots, 5000, &admins).may_steer);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("peer");
	TCase *t = tcase_create("peer");

	tcase_add_test(t, peer_of_the_same_user_may_steer);
	tcase_add_test(t, peer_of_another_user_may_steer_only_as_a_member_of_the_admin_group);
	suite_add_tcase(s, t);
	return s;
}
