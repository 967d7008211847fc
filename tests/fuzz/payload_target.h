#pragma once
/*
 * What the targets of content formats share: the first octet chooses what the path of the
 * request is, the rest is the payload.
 */
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes; what was decoded must be written in the same format if it can be, and then come back
 * the same. format: enum content_format.
 */
void payload_target(int format, const uint8_t *data, size_t size);
