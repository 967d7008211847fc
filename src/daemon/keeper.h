#pragma once
/*
 * What outlives the process: which accounts are stored, with which origin, until when the
 * bootstrap account is good. The one writer of the state directory. Layer: daemon.
 * (doc/decisions.md; TS core 6.1.7, 0/x/12)
 */
#include "conf/conf.h"
#include "daemon/timeline.h"
#include "model/account.h"
#include "store/store.h"

struct keeper;

struct keeper_env {
	struct model *model;
	const struct loop *loop;
	const struct clock *clock;
	struct timeline *timeline;
	void *data;
	/* The bootstrap account's time is over; it is gone from the model. */
	void (*purged)(void *data);
};

/*
 * -EWOULDBLOCK: another daemon has the directory (*ret_pid). A directory that cannot be used is
 * reported in the time line, and the daemon runs without.
 */
int keeper_new(
	const struct keeper_env *env, const char *directory, struct keeper **ret, int *ret_pid);
struct keeper *keeper_free(struct keeper *k);

/* Stored accounts and what is known of a card, into the model; does nothing the second time. */
void keeper_restore(struct keeper *k, const struct conf *conf);

/*
 * Brings the accounts of this start or reload into the model: stored ones if a bootstrap server
 * or a card left some, else the configured ones. Returns the origin of the server accounts.
 */
enum origin keeper_load(struct keeper *k, const struct conf *conf);
/* A later round or a reload: configured accounts as they are now. */
enum origin keeper_reload(struct keeper *k, const struct conf *conf);

/* At Bootstrap-Finish, inside the transaction: what was changed or kept is now the bootstrap
 * server's; a session that changed nothing leaves the origins alone. */
int keeper_persist_bootstrap(struct keeper *k, bool is_changed);
/* What was applied from a card, and is remembered of one. */
const struct store_card *keeper_card(const struct keeper *k);
/* Inside the transaction that put a card's accounts in place of all others. */
void keeper_persist_card(struct keeper *k, const struct store_card *card);
/* After a card's accounts were deleted, or to remember more of it. */
void keeper_note_card(struct keeper *k, const struct store_card *card);
/* After the commit: the bootstrap account's timeout (0/x/12) runs from now. */
void keeper_bootstrapped(struct keeper *k);
/* A server wrote to object 1 or 2: saved a second later. */
void keeper_touch(struct keeper *k);
/* Saves now what is waiting to be saved. */
void keeper_flush(struct keeper *k);

/* Back to what is configured: every account and what is stored of them goes. */
int keeper_forget(struct keeper *k);

/* Values of resources; error: why they could not be put together, 0: they could. */
void keeper_save_values(struct keeper *k, const struct store_value *list, size_t n, int error);
void keeper_read_values(
	struct keeper *k, int (*take)(void *data, const struct store_value *v), void *data);

void keeper_save_registrations(struct keeper *k, const struct store_registration *list, size_t n);
size_t keeper_take_registrations(struct keeper *k, struct store_registration *list, size_t max);

/* Information reporting's own (store/store.h). */
void keeper_save_attributes(struct keeper *k, struct span body);
int keeper_read_attributes(struct keeper *k, struct buf *ret);
void keeper_refuse_attributes(struct keeper *k);
void keeper_save_observations(struct keeper *k, struct span body);
int keeper_take_observations(struct keeper *k, struct buf *ret);
