#include "alloc.h"

#include <errno.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static unsigned count, fail_at;

void alloc_fail_at(unsigned n)
{
	count = 0;
	fail_at = n;
}

void alloc_fail_off(void)
{
	alloc_fail_at(0);
}

unsigned alloc_count(void)
{
	return count;
}

bool alloc_failed(void)
{
	return fail_at && count >= fail_at;
}

static bool is_due(void)
{
	if (++count != fail_at)
		return false;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return is_due() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return is_due() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return is_due() ? NULL : __real_realloc(p, size);
}
