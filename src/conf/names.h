#pragma once
/*
 * Users and groups by name, of this system or of the one below --root. Layer: conf.
 */
#include <sys/types.h>

/* root: "" or a directory, whose etc/passwd and etc/group are read then. -ENOENT: no such name;
 * -ENOMEM. */
int names_find_user(const char *root, const char *name, uid_t *ret);
int names_find_group(const char *root, const char *name, gid_t *ret);
