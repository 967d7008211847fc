#pragma once
/*
 * Files that lwm2mctl puts below /etc: whole or not at all, durable, with their mode from the
 * first octet on. Layer: ctl.
 */
#include <sys/types.h>

#include "base/buf.h"

enum { PLACE_PATH_MAX = 512, PLACE_FILE_MAX = 64 * 1024 };

/* root: "" or a directory in front of path. group: (gid_t)-1: as it comes. Makes directories that
 * are missing. -ENAMETOOLONG, or as open(2) and write(2). */
int place_file(const char *root, const char *path, struct span body, mode_t mode, gid_t group);
int place_directory(const char *root, const char *path, mode_t mode, gid_t group);
/* -ENOENT: there is none; -E2BIG */
int place_read(const char *root, const char *path, struct buf *ret);
int place_remove(const char *root, const char *path);
/* The group of that name in root's /etc/group. -ENOENT */
int place_find_group(const char *root, const char *name, gid_t *ret);
