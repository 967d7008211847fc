#pragma once
/*
 * Text to numbers, checked: the whole text must be the number, no sign but a leading '-' where
 * the type has one, no spaces, no leading '+'. -EINVAL for another form, -ERANGE for too big.
 * Outputs are untouched on failure. Layer: base.
 */
#include "base/span.h"

int parse_u16(struct span text, uint16_t *ret);
int parse_u32(struct span text, uint32_t *ret);
int parse_u64(struct span text, uint64_t *ret);
int parse_i64(struct span text, int64_t *ret);
/* Decimal with optional fraction and exponent; never "inf", "nan" or hexadecimal. */
int parse_double(struct span text, double *ret);
/* A time with unit: us ms s min h d w; a bare number is seconds. Result in microseconds. */
int parse_time(struct span text, uint64_t *ret_usec);
/* A size with unit K M G (powers of 1024); a bare number is octets. */
int parse_size(struct span text, uint64_t *ret);

/* Text that is valid UTF-8 without NUL. */
bool text_is_utf8(struct span text);
