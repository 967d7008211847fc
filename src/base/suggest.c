#include "base/suggest.h"

#include <string.h>

static unsigned min_of(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned suggest_distance(const char *a, const char *b)
{
	size_t n_a = strlen(a), n_b = strlen(b);
	unsigned row[3][SUGGEST_WORD_MAX + 1]; /* the last three rows of the matrix */

	if (n_a > SUGGEST_WORD_MAX || n_b > SUGGEST_WORD_MAX)
		return 100;
	for (size_t j = 0; j <= n_b; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n_a; i++) {
		unsigned *now = row[i % 3];
		const unsigned *above = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= n_b; j++) {
			unsigned cost = a[i - 1] != b[j - 1];

			now[j] = min_of(above[j] + 1, now[j - 1] + 1);
			now[j] = min_of(now[j], above[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = min_of(now[j], before[j - 2] + 1);
		}
	}
	return row[n_a % 3][n_b];
}

void suggest_offer(struct suggest *s, const char *candidate)
{
	unsigned limit = strlen(s->word) < 5 ? 1 : 2;
	unsigned distance = suggest_distance(s->word, candidate);

	if (distance <= limit && (!s->best || distance < s->distance)) {
		s->best = candidate;
		s->distance = distance;
	}
}
