#pragma once
/*
 * Hexadecimal and Base64 (RFC 4648). Layer: base.
 */
#include "base/buf.h"
#include "base/writer.h"

/* Pairs of hex digits; -EBADMSG for anything else, an odd number included. Appends to out. */
int hex_decode(struct span text, struct buf *out);
void hex_encode(struct span bytes, struct writer *out); /* lower case */

/* Standard or URL alphabet, padding optional; -EBADMSG for anything else. Appends to out. */
int base64_decode(struct span text, struct buf *out);
void base64_encode(struct span bytes, struct writer *out);    /* standard alphabet, padded */
void base64url_encode(struct span bytes, struct writer *out); /* URL alphabet, not padded */
