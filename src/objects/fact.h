#pragma once
/*
 * Facts of the running system as texts: small files below a root directory. Layer: objects,
 * private to it.
 */
#include "base/buf.h"

enum { FACT_MAX = 255 };

/*
 * The first line of a file, without spaces, NUL and control characters at its ends; empty when
 * there is no such file, it is no UTF-8, or firmware left a place holder in it.
 */
void fact_read(const char *root, const char *path, char ret[FACT_MAX + 1]);
/* The value of KEY= in os-release, quotes and escapes removed; empty if there is none. */
void fact_os_release(const char *root, const char *key, char ret[FACT_MAX + 1]);
/* The IANA name of the zone, from the link /etc/localtime; empty if there is none. */
void fact_timezone(const char *root, char ret[FACT_MAX + 1]);
/* The whole number in a file, as in /sys; false: none. */
bool fact_number(const char *root, const char *path, int64_t *ret);
