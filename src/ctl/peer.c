#include "ctl/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"

/* 65536 groups are the most that the kernel has. */
static int groups_of(int fd, gid_t **ret, size_t *ret_n)
{
	socklen_t len = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) < 0 && errno != ERANGE)
		return -errno;

	gid_t *groups = malloc(len > 0 ? len : 1);

	if (!groups)
		return -ENOMEM;
	if (len > 0 && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0) {
		int error = errno;

		free(groups);
		return -error;
	}
	*ret = groups;
	*ret_n = len / sizeof *groups;
	return 0;
}

static bool is_member(int fd, gid_t group)
{
	_cleanup_(free_p) gid_t *groups = NULL;
	size_t n = 0;

	if (groups_of(fd, &groups, &n) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (groups[i] == group)
			return true;
	return false;
}

int peer_of(int fd, const gid_t *admin, struct peer *ret)
{
	struct ucred cred;
	socklen_t len = sizeof cred;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return -errno;
	*ret = (struct peer){
		.pid = cred.pid,
		.uid = cred.uid,
		.may_steer = cred.uid == 0 || cred.uid == geteuid() ||
			     (admin && (cred.gid == *admin || is_member(fd, *admin))),
	};
	return 0;
}
