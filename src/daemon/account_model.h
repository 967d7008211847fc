#pragma once
/*
 * Between configuration, data model and transport: factory accounts become instances of objects
 * 0 and 1, an account becomes a peer, a server instance becomes registration parameters.
 * Layer: daemon. (TS core 6.1.2, object 0; doc/decisions.md)
 */
#include "conf/conf.h"
#include "keys/hash.h"
#include "model/account.h"
#include "server/order.h"
#include "transport/transport.h"

enum account_kinds { FILL_BOOTSTRAP = 1, FILL_SERVERS = 2 };

/*
 * Puts configured accounts into the model, origin FACTORY: the kinds that what names and the
 * model has none of yet.
 */
int account_model_fill(struct model *m, const struct conf *conf, unsigned what);
/* Deletes what account_model_fill() made. */
void account_model_drop_factory(struct model *m);
/* Whether a server account of a card or a bootstrap server is there: it hides factory servers. */
bool account_model_hide_factory(const struct model *m);

/* Spans of *ret look into the model. */
struct tp_peer account_model_peer(const struct account *a);
/* What makes a new session necessary: URI, mode and credentials. */
int account_model_hash(const struct account *a, uint8_t ret[HASH_LEN]);
/* Resources 1/y/1, 5, 14, 17 to 20, with the configuration's defaults where they are absent. */
struct reg_params account_model_params(const struct model *m, const struct account *a,
	const struct conf *conf, uint32_t max_transmit_wait);
/* Resources 1/y/13, 15, 16. */
struct order_entry account_model_order(const struct model *m, const struct account *a);

/* "PSK", "no security", … */
const char *account_model_mode_text(int64_t mode);
