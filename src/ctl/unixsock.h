#pragma once
/*
 * Where a Unix socket is: a path of any length, though the kernel takes 107 octets. Layer: ctl.
 */
#include <sys/types.h>

struct unixsock {
	int directory; /* of the socket */
	char name[108];
	char text[108]; /* what the kernel is given */
};

/* The directory must be there. -ENAMETOOLONG: the last part. */
int unixsock_open(struct unixsock *a, const char *path);
void unixsock_done(struct unixsock *a);
/* Non-blocking. A socket that nobody listens on is replaced; -EADDRINUSE: somebody does. */
int unixsock_listen(const struct unixsock *a, mode_t mode, int backlog, int *ret_fd);
/* Blocking. -ENOENT, -ECONNREFUSED, -EACCES as connect(2) says it. */
int unixsock_connect(const struct unixsock *a, int *ret_fd);
void unixsock_unlink(const struct unixsock *a);
