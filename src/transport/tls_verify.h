#pragma once
/*
 * Whether the other side is who the account says: its raw public key, or its certificate by the
 * Certificate Usage, the name and the dates. Decides alone; libcoap and OpenSSL only ask.
 * Layer: transport. (TS transport 5.2.8.7, object 0 resources 4, 13, 14, 15; RFC 6698, 7250, 6125)
 */
#include "base/reason.h"
#include "transport/tls_credentials.h"

struct tls_refusal {
	enum reason reason; /* REASON_NONE: it was not refused */
	bool is_fatal;	    /* a retry alone cannot heal it */
	char detail[192];   /* what is wrong, with the names, dates or fingerprints */
};

/* now: seconds since 1970. False: *ret says why, and the alert is chosen in store. */
bool tls_verify(X509_STORE_CTX *store, const struct tls_credentials *c, bool is_server_checked,
	int64_t now, struct tls_refusal *ret);
/* A clock before this was never set: when this program was built. */
int64_t tls_verify_build_date(void);
