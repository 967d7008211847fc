#pragma once
/*
 * A fuzz target: one call with bytes nobody checked. It must return 0, leak nothing and never
 * read beyond data + size; properties are checked with assert().
 */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
