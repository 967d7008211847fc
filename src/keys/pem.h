#pragma once
/*
 * PEM (RFC 7468) to DER: blocks with a wanted label, everything else skipped. Layer: keys.
 */
#include "base/buf.h"
#include "keys/key.h"

enum pem_kind { PEM_CERTIFICATE, PEM_PUBLIC_KEY, PEM_PRIVATE_KEY };

/*
 * Appends the DER of each block of this kind to *out, which the caller wipes if it is a secret.
 * The number of blocks; -EBADMSG: none, or a damaged one, and why says it. -ENOMEM, -ENOSPC.
 * A private key is the only one of its kind or an error.
 */
int pem_decode(struct span text, enum pem_kind kind, struct buf *out, char why[KEY_WHY_MAX]);
