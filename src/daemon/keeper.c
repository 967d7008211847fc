#include "daemon/keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "daemon/account_model.h"

struct keeper {
	struct keeper_env env;
	struct store *store; /* NULL: nothing can be stored */
	struct store_accounts meta;
	struct store_card card;
	bool is_restored;
	struct loop_source *purge, *save;
	bool is_dirty, has_trouble;
};

static uint64_t now(const struct keeper *k)
{
	return clock_now(k->env.clock);
}

static int64_t unix_now(const struct keeper *k)
{
	return (int64_t)(clock_realtime(k->env.clock) / USEC_PER_SEC);
}

static void trouble(struct keeper *k, int error, const char *what)
{
	enum reason reason = error == -ENOSPC || error == -EDQUOT ? REASON_STATE_FULL
			     : error == -EBADMSG		  ? REASON_STATE_CORRUPT
								  : REASON_STATE_UNWRITABLE;

	k->has_trouble = true;
	timeline_add(k->env.timeline,
		&(const struct step_fields){.stage = STAGE_FACTORY,
			.result = STEP_FAILED,
			.server = LOG_SERVER_NONE,
			.reason = reason,
			.level = LOG_WARNING,
			.id = LOG_ID_STATE_PROBLEM},
		"%s: %s", what, strerror(-error));
}

static void tell_recovery(struct keeper *k)
{
	k->has_trouble = false;
	timeline_add(k->env.timeline,
		&(const struct step_fields){.stage = STAGE_FACTORY,
			.result = STEP_OK,
			.server = LOG_SERVER_NONE,
			.level = LOG_NOTICE,
			.id = LOG_ID_STATE_PROBLEM},
		"the accounts are stored again");
}

/* --- the bootstrap account's time (0/x/12) ---------------------------------------------------- */

static void arm_purge(struct keeper *k)
{
	int64_t left = k->meta.account_deadline - unix_now(k);
	uint64_t at = k->meta.account_deadline == 0 ? USEC_NEVER
		      : left > 0		    ? usec_after(now(k), (uint64_t)left)
						    : now(k);

	k->env.loop->arm(k->purge, at, USEC_PER_MSEC);
}

static int save(struct keeper *k)
{
	if (!k->store)
		return -EROFS;

	int r = store_save_accounts(k->store, k->env.model, &k->meta);

	/* what could not be written is tried again with the next change, or at the end */
	if (r == 0)
		k->is_dirty = false;
	if (r == 0 && k->has_trouble)
		tell_recovery(k);
	return r;
}

static void purge(struct keeper *k)
{
	struct account a;

	k->meta.account_deadline = 0;
	k->meta.is_account_purged = true;
	if (account_bootstrap(k->env.model, &a))
		model_delete(k->env.model, PATH2(OBJECT_SECURITY, a.security_instance));
}

static void on_purge(void *data)
{
	struct keeper *k = data;

	if (model_in_transaction(k->env.model)) {
		/* a session is open: the account must not go under it */
		k->env.loop->arm(k->purge, now(k) + USEC_PER_SEC, USEC_PER_MSEC);
		return;
	}
	purge(k);

	int r = save(k);

	if (r < 0)
		trouble(k, r, "the end of the bootstrap account cannot be stored");
	k->env.purged(k->env.data);
}

/* --- saving ----------------------------------------------------------------------------------- */

void keeper_flush(struct keeper *k)
{
	/* what a bootstrap server has not finished is not stored */
	if (!k->is_dirty || !k->store || model_in_transaction(k->env.model))
		return;

	int r = save(k);

	if (r < 0)
		trouble(k, r, "what a server wrote cannot be stored");
}

static void on_save(void *data)
{
	struct keeper *k = data;

	if (model_in_transaction(k->env.model))
		k->env.loop->arm(k->save, now(k) + USEC_PER_SEC, USEC_PER_SEC);
	else
		keeper_flush(k);
}

void keeper_touch(struct keeper *k)
{
	k->is_dirty = true;
	k->env.loop->arm(k->save, now(k) + USEC_PER_SEC, USEC_PER_SEC);
}

/* Server accounts that the bootstrap server left in place are its own from now on. */
static void adopt(struct model *m)
{
	static const uint16_t objects[] = {OBJECT_SECURITY, OBJECT_SERVER, OBJECT_ACCESS_CONTROL};

	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		uint32_t cursor = 0;
		uint16_t id;

		while (model_next_instance(m, objects[i], &cursor, &id)) {
			struct path instance = PATH2(objects[i], id);
			bool is_bootstrap =
				objects[i] == OBJECT_SECURITY &&
				model_get_bool(
					m, path_child(instance, SECURITY_BOOTSTRAP_SERVER), false);

			if (!is_bootstrap)
				model_set_origin(m, instance, ORIGIN_BOOTSTRAP);
		}
	}
}

int keeper_persist_bootstrap(struct keeper *k, bool is_changed)
{
	struct store_accounts old = k->meta;
	struct account a;

	if (is_changed) {
		adopt(k->env.model);
		k->meta.origin = ORIGIN_BOOTSTRAP;
	}
	k->meta.is_account_purged = false;
	k->meta.account_deadline = 0;
	if (account_bootstrap(k->env.model, &a) && a.bootstrap_account_timeout)
		k->meta.account_deadline = unix_now(k) + a.bootstrap_account_timeout;
	if (!is_changed && k->meta.account_deadline == old.account_deadline)
		return 0;

	int r = save(k);

	if (r < 0) {
		k->meta = old;
		trouble(k, r, "the bootstrap server's accounts cannot be stored");
	}
	return r;
}

/* --- cards ------------------------------------------------------------------------------------ */

const struct store_card *keeper_card(const struct keeper *k)
{
	return &k->card;
}

static void save_card(struct keeper *k)
{
	int r = k->store ? store_save_card(k->store, &k->card) : 0;

	if (r < 0)
		trouble(k, r, "what was read from the card cannot be stored");
}

/*
 * Accounts first: a power cut in between leaves a card that is not known, and it is applied again.
 */
void keeper_persist_card(struct keeper *k, const struct store_card *card)
{
	int r;

	k->meta.origin = ORIGIN_CARD;
	k->meta.is_account_purged = false;
	k->meta.account_deadline = 0;
	arm_purge(k);
	k->card = *card;
	r = k->store ? save(k) : 0;
	if (r < 0)
		trouble(k, r, "the card's accounts cannot be stored");
	save_card(k);
}

void keeper_note_card(struct keeper *k, const struct store_card *card)
{
	bool is_dropped = k->card.is_applied && !card->is_applied;

	k->card = *card;
	save_card(k);
	if (!is_dropped)
		return;
	/* what is left is a bootstrap server's, or nothing */
	if (k->meta.origin == ORIGIN_CARD)
		k->meta.origin = account_model_hide_factory(k->env.model) ? ORIGIN_BOOTSTRAP
									  : ORIGIN_FACTORY;
	keeper_touch(k);
	keeper_flush(k);
}

void keeper_bootstrapped(struct keeper *k)
{
	arm_purge(k);
}

/* --- loading ---------------------------------------------------------------------------------- */

static bool is_hash_equal(const struct keeper *k, const struct conf *conf)
{
	return memcmp(k->meta.factory_hash, conf->accounts_hash, HASH_LEN) == 0;
}

static void warn_if_shadowed(struct keeper *k, const struct conf *conf)
{
	if (is_hash_equal(k, conf))
		return;
	timeline_add(k->env.timeline,
		&(const struct step_fields){.stage = STAGE_FACTORY,
			.result = STEP_SKIPPED,
			.server = LOG_SERVER_NONE,
			.reason = REASON_CONFIG_SHADOWED,
			.level = LOG_WARNING,
			.id = LOG_ID_CONFIG_WARNING},
		"the configured accounts changed, but stored ones are in use");
}

/* Configured accounts, as far as stored ones leave room for them (doc/decisions.md). */
static enum origin fill(struct keeper *k, const struct conf *conf)
{
	bool is_hidden = account_model_hide_factory(k->env.model);
	/* a purged account comes back only with a changed configuration */
	bool is_purged = k->meta.is_account_purged && is_hash_equal(k, conf);
	int r = account_model_fill(k->env.model, conf,
		(is_hidden ? 0 : FILL_SERVERS) | (is_purged ? 0 : FILL_BOOTSTRAP));

	if (r < 0)
		LOG(LOG_ERROR, "the configured accounts cannot be used: %s", strerror(-r));
	if (is_hidden)
		warn_if_shadowed(k, conf);
	if (!is_hidden) {
		k->meta.is_account_purged = is_purged;
		k->meta.origin = ORIGIN_FACTORY;
		memcpy(k->meta.factory_hash, conf->accounts_hash, HASH_LEN);
	}
	return account_count_servers(k->env.model) == 0 ? ORIGIN_NONE : k->meta.origin;
}

/*
 * Whole accounts of a bootstrap server or a card come back as they were; what servers wrote to
 * configured accounts is laid over them while the configuration is the same.
 */
static int restore(struct keeper *k, const struct conf *conf)
{
	_cleanup_(store_image_free_p) struct store_image *image = NULL;
	struct store_accounts meta;
	int r = k->store ? store_read_accounts(k->store, &image, &meta) : -ENOENT;

	if (r < 0)
		return r;
	if (meta.origin == ORIGIN_FACTORY) {
		if (memcmp(meta.factory_hash, conf->accounts_hash, HASH_LEN) != 0)
			return -ENOENT;
		r = account_model_fill(k->env.model, conf, FILL_SERVERS | FILL_BOOTSTRAP);
		if (r < 0)
			return r;
	}
	r = store_apply_accounts(image, k->env.model);
	if (r == 0)
		k->meta = meta;
	return r;
}

static void restore_card(struct keeper *k)
{
	int r = k->store ? store_read_card(k->store, &k->card) : -ENOENT;

	if (r < 0 && r != -ENOENT)
		trouble(k, r, "card.cbor cannot be used");
}

void keeper_restore(struct keeper *k, const struct conf *conf)
{
	if (k->is_restored)
		return;
	k->is_restored = true;
	restore_card(k);
	k->meta = (struct store_accounts){.origin = ORIGIN_FACTORY};
	memcpy(k->meta.factory_hash, conf->accounts_hash, HASH_LEN);

	int r = restore(k, conf);

	if (r < 0 && r != -ENOENT)
		trouble(k, r, "accounts.cbor cannot be used");
	if (k->meta.is_account_purged && is_hash_equal(k, conf))
		purge(k);
	else if (k->meta.account_deadline && k->meta.account_deadline <= unix_now(k)) {
		purge(k);
		k->is_dirty = true; /* for good: a clock that is set back changes nothing */
	}
	arm_purge(k);
}

enum origin keeper_load(struct keeper *k, const struct conf *conf)
{
	keeper_restore(k, conf);

	enum origin origin = fill(k, conf);

	keeper_flush(k);
	return origin;
}

enum origin keeper_reload(struct keeper *k, const struct conf *conf)
{
	if (!is_hash_equal(k, conf))
		account_model_drop_factory(k->env.model);
	return fill(k, conf);
}

int keeper_forget(struct keeper *k)
{
	static const uint16_t objects[] = {OBJECT_SECURITY, OBJECT_SERVER, OBJECT_ACCESS_CONTROL};
	struct model *m = k->env.model;

	if (model_in_transaction(m))
		return -EBUSY;
	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		uint32_t cursor = 0;
		uint16_t id;

		while (model_next_instance(m, objects[i], &cursor, &id))
			model_delete(m, PATH2(objects[i], id));
	}
	/* the hash of no configuration: the next load takes what is configured */
	k->meta = (struct store_accounts){.origin = ORIGIN_FACTORY};
	arm_purge(k);

	int r = k->store ? save(k) : 0;

	if (r < 0)
		trouble(k, r, "the accounts cannot be removed from the state directory");
	return r;
}

/* --- registrations ---------------------------------------------------------------------------- */

void keeper_save_values(struct keeper *k, const struct store_value *list, size_t n, int error)
{
	int r = error;

	if (r == 0 && k->store)
		r = store_save_values(k->store, list, n);
	if (r < 0)
		trouble(k, r, "values of resources cannot be stored");
}

void keeper_read_values(
	struct keeper *k, int (*take)(void *data, const struct store_value *v), void *data)
{
	int r = k->store ? store_read_values(k->store, take, data) : -ENOENT;

	if (r < 0 && r != -ENOENT)
		trouble(k, r, "stored values of resources cannot be used");
}

void keeper_save_registrations(struct keeper *k, const struct store_registration *list, size_t n)
{
	int r = k->store ? store_save_registrations(k->store, list, n) : -EROFS;

	if (r < 0)
		trouble(k, r, "registrations cannot be kept over the restart");
}

size_t keeper_take_registrations(struct keeper *k, struct store_registration *list, size_t max)
{
	size_t n = 0;
	int r = k->store ? store_take_registrations(k->store, list, max, &n) : -ENOENT;

	if (r < 0 && r != -ENOENT)
		trouble(k, r, "registrations.cbor cannot be used");
	return r < 0 ? 0 : n;
}

/* --- information reporting
 * ------------------------------------------------------------------------ */

void keeper_save_attributes(struct keeper *k, struct span body)
{
	int r = k->store ? store_save_body(k->store, STORE_ATTRIBUTES, body) : -EROFS;

	if (r < 0)
		trouble(k, r, "attributes of notifications cannot be stored");
}

int keeper_read_attributes(struct keeper *k, struct buf *ret)
{
	int r = k->store ? store_read_body(k->store, STORE_ATTRIBUTES, ret) : -ENOENT;

	if (r < 0 && r != -ENOENT)
		trouble(k, r, "attributes.cbor cannot be used");
	return r;
}

void keeper_refuse_attributes(struct keeper *k)
{
	store_refuse_body(k->store, STORE_ATTRIBUTES);
	trouble(k, -EBADMSG, "attributes.cbor cannot be used");
}

void keeper_save_observations(struct keeper *k, struct span body)
{
	int r = k->store ? store_save_body(k->store, STORE_OBSERVATIONS, body) : -EROFS;

	if (r < 0)
		trouble(k, r, "observations cannot be kept over the restart");
}

int keeper_take_observations(struct keeper *k, struct buf *ret)
{
	int r = k->store ? store_take_body(k->store, STORE_OBSERVATIONS, ret) : -ENOENT;

	if (r < 0 && r != -ENOENT)
		trouble(k, r, "observations.cbor cannot be used");
	return r;
}

/* --- life ------------------------------------------------------------------------------------- */

int keeper_new(
	const struct keeper_env *env, const char *directory, struct keeper **ret, int *ret_pid)
{
	struct keeper *k = calloc(1, sizeof *k);
	int r;

	if (!k)
		return -ENOMEM;
	k->env = *env;
	r = env->loop->timer(env->loop->impl, on_purge, k, &k->purge);
	if (r == 0)
		r = env->loop->timer(env->loop->impl, on_save, k, &k->save);
	if (r == 0) {
		r = store_open(directory, &k->store, ret_pid);
		if (r < 0 && r != -EWOULDBLOCK && r != -ENOMEM) {
			trouble(k, r, directory);
			r = 0;
		}
	}
	if (r < 0) {
		keeper_free(k);
		return r;
	}
	*ret = k;
	return 0;
}

struct keeper *keeper_free(struct keeper *k)
{
	if (!k)
		return NULL;
	store_free(k->store);
	k->env.loop->free_source(k->purge);
	k->env.loop->free_source(k->save);
	free(k);
	return NULL;
}
