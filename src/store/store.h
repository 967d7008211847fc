#pragma once
/*
 * The state directory: accounts.cbor and registrations.cbor, each written as one transaction
 * (temporary file, fsync, rename, fsync of the directory) and checked when read. Layer: store.
 * (README decisions 7, 8, 23)
 */
#include "base/buf.h"
#include "model/model.h"

struct store;

/*
 * Opens the directory (made if its parent exists) and takes its lock. -EWOULDBLOCK: another
 * daemon has it, *ret_pid is its pid (0: unknown). Other errors: nothing can be stored.
 */
int store_open(const char *directory, struct store **ret, int *ret_pid);
/* Unlocks. NULL is fine. Returns NULL. */
struct store *store_free(struct store *s);
void store_free_p(struct store **s);

/* What stands beside the accounts in accounts.cbor. */
struct store_accounts {
	enum origin origin;	  /* CARD or BOOTSTRAP: the model's objects 0, 1, 2, … are stored;
				     FACTORY: only what servers wrote to factory accounts */
	int64_t account_deadline; /* REALTIME second when the bootstrap account ends; 0: never */
	bool is_account_purged;	  /* 0/x/12 is over: the stored account must not come back */
	uint8_t factory_hash[32]; /* SHA-256 of the configured accounts when this was written */
};

/*
 * Saves every instance of the objects 0, 1, 2, 21 whose origin is CARD or BOOTSTRAP (and with
 * FACTORY what is in /1 and /2), plus *meta. Negative errno: the old file is untouched.
 */
int store_save_accounts(struct store *s, const struct model *m, const struct store_accounts *meta);
/*
 * Loads into the model, replacing the instances of the stored objects. -ENOENT: nothing stored;
 * -EBADMSG: damaged, the file was renamed to accounts.cbor.corrupt and the model is untouched.
 */
int store_load_accounts(struct store *s, struct model *m, struct store_accounts *ret);
int store_remove_accounts(struct store *s);

/* One registration kept over a restart (README decision 23). */
struct store_registration {
	uint16_t short_server_id;
	uint8_t version; /* enum lwm2m_version */
	uint16_t local_port;
	int64_t expires;	  /* REALTIME second */
	char location[256];	  /* "/rd/5a3f": segments joined by '/' */
	uint8_t account_hash[32]; /* SHA-256 of URI and security of the account */
};

enum { STORE_REGISTRATIONS_MAX = 64 };

int store_save_registrations(struct store *s, const struct store_registration *list, size_t n);
/* -ENOENT, -EBADMSG as above. The file is removed after reading: it is good for one start. */
int store_take_registrations(
	struct store *s, struct store_registration *list, size_t max, size_t *ret_n);
