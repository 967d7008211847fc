#pragma once
/*
 * Who is at the other end of a Unix socket, as the kernel says, and whether it may steer: root,
 * the server's own user, members of the admin group. Layer: ctl. (lwm2md-varlink(7))
 */
#include <stdbool.h>
#include <sys/types.h>

struct peer {
	pid_t pid;
	uid_t uid;
	bool may_steer;
};

/* admin: NULL if there is no such group. */
int peer_of(int fd, const gid_t *admin, struct peer *ret);
