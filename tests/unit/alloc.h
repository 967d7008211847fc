#pragma once
/*
 * Lets the n-th allocation fail. For programs linked with $(WRAP_ALLOC) (tests/local.mk): calls
 * of malloc, calloc and realloc in our objects and static libraries are counted; those inside
 * shared libraries (strdup, fopen, …) are not seen. check is a static library and allocates in
 * each assertion: call alloc_fail_off() before the next ck_assert.
 *
 *	for (unsigned n = 1; failed; n++) {
 *		alloc_fail_at(n);
 *		r = operation();
 *		failed = alloc_failed();
 *		alloc_fail_off();
 *		ck_assert_int_eq(r, failed ? -ENOMEM : 0);
 *	}
 */
#include <stdbool.h>

/* The n-th allocation from now fails, once; 0: none. Starts the count at zero. */
void alloc_fail_at(unsigned n);
void alloc_fail_off(void);
/* Allocations since alloc_fail_at() or alloc_fail_off(). */
unsigned alloc_count(void);
/* Did the chosen one come? */
bool alloc_failed(void);
