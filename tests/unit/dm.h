#pragma once
/*
 * A managed device for tests of device management: objects 0 to 3 with two accounts, the sample
 * objects, and requests as lines of text.
 */
#include "dm/dispatch.h"
#include "runner.h"
#include "sample.h"

struct dm {
	struct model *m;
	struct sample sample;
	struct dm_peer peer; /* server 123, LwM2M 1.1 */
	struct response response;
	/* what the objects asked of the daemon */
	unsigned n_disables, n_updates, n_bootstraps, n_reboots;
	uint16_t ssid;
	int action; /* what the actions return */
};

/* /0/0 bootstrap, /0/1 and /1/0 of server 123, /3/0, /30000/0, an empty /30001, /30002/0. */
void dm_setup(struct dm *d);
void dm_teardown(struct dm *d);
/* /0/2 and /1/1 of server 456. */
void dm_add_second_server(struct dm *d);

/*
 * Asks "GET /3/0/0?depth=1 cf=0 accept=11542 observe=0 token=x". The code as 205; the rest is in
 * d->response. Payload: text, or with a leading "hex:" hex digits.
 */
unsigned dm_ask(struct dm *d, const char *line, const char *payload);
/* The request alone; line and payload must outlive it. */
struct request dm_request(const char *line, const char *payload);
/* The payload is exactly this; "hex:" as above. */
void dm_assert_payload(const struct dm *d, const char *expected);
