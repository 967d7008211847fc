#pragma once
/*
 * What every unit test has: its suite, and bytes from text and from the golden vectors. The bytes
 * are exact heap blocks (a read beyond the end is seen by ASan) and belong to the runner.
 */
#include <check.h>

#include "base/span.h"

/* Each tests/unit/check_X.c defines it. */
Suite *suite(void);

/* Hex digits; spaces, newlines and "# … end of line" are skipped. Ends the test on other text. */
struct span test_hex(const char *text);
/* The bytes of tests/golden/NAME.hex, e.g. test_golden("tlv/two_resources"). */
struct span test_golden(const char *name);
/* The whole file at this path below the source directory. */
struct span test_file(const char *path);
