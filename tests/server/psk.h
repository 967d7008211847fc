#pragma once
/*
 * Pre-shared keys from a file: lines "identity hexkey", '#' starts a comment. Wiped at the end.
 */
#include "base/buf.h"

enum { PSK_MAX = 8 };

struct psk_list {
	struct {
		struct buf identity, key;
	} entry[PSK_MAX];
	size_t n;
};

/* Negative errno: file not readable, or a line that is none of these. */
int psk_load(const char *path, struct psk_list *ret);
/* NULL: unknown. */
const struct buf *psk_find(const struct psk_list *list, struct span identity);
void psk_done(struct psk_list *list);
