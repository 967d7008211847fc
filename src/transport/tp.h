#pragma once
/*
 * What the parts of transport/ share: the process-wide things. Not for other layers.
 * Layer: transport.
 */
#include "transport/resolve.h"
#include "transport/tls.h"
#include "transport/transport.h"

struct endpoint;

struct tp {
	const struct loop *loop;
	const struct clock *clock;
	struct tp_settings settings;
	char interface[32]; /* what settings.interface points to */
	struct resolver *resolver;
	struct tls_catcher *catcher;
	char trust_store[256]; /* likewise */
	struct secret token_pin, refused_pin;
	char refusal[TLS_WHY_MAX];
	struct endpoint *spare; /* made by tp_new() to see that it can be; for the first account */
};

/* The credentials of a peer, for its session or the listener; tp_refusal() tells of an error. */
int tp_set_credentials(struct tp *tp, const struct tp_peer *peer, const struct uri *uri,
	struct tls_credentials *ret);
/* Arms a timer a little late rather than a little early. USEC_NEVER disarms. */
void tp_arm(const struct tp *tp, struct loop_source *timer, uint64_t at);
