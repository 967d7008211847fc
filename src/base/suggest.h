#pragma once
/*
 * Which of the known words was meant. Pure. Layer: base.
 */
#include <stddef.h>

enum { SUGGEST_WORD_MAX = 63 };

/*
 * Damerau-Levenshtein distance (optimal string alignment: insert, delete, replace, swap of
 * neighbours); more than 99 for words longer than SUGGEST_WORD_MAX.
 */
unsigned suggest_distance(const char *a, const char *b);

/* Keeps the nearest candidate: up to 2 away, 1 for words under 5 letters. */
struct suggest {
	const char *word;
	const char *best; /* NULL: none is near enough */
	unsigned distance;
};

void suggest_offer(struct suggest *s, const char *candidate);
