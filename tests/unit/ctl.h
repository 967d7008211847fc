#pragma once
/*
 * A Varlink peer for tests of ctl/: sends what it is told, also what no peer should, and turns the
 * test loop while it waits.
 */
#include "base/span.h"

/* A path for a socket in a directory of this test alone; ctl_clean() removes both. */
const char *ctl_path(void);
void ctl_clean(void);

/* Blocking calls never block: the loop is turned meanwhile. */
int ctl_connect(const char *path);
int ctl_connect_as(const char *path, unsigned uid);
/* All of it, NULs included; false: the other side does not take it. */
bool ctl_send(int fd, struct span bytes);
/* A text and its NUL. */
void ctl_say(int fd, const char *text);
/* The next message as text, valid until the next call; "" when the other side has closed; NULL:
 * nothing came within a second. */
const char *ctl_hear(int fd);
const char *ctl_ask(int fd, const char *text);
