#pragma once
/*
 * The state directory: accounts.cbor, registrations.cbor and others, each written as one
 * transaction and checked when read. Layer: store. (doc/decisions.md)
 */
#include "base/buf.h"
#include "base/secret.h"
#include "model/model.h"

struct store;

/*
 * Opens the directory (made, 0700, if its parent exists) and takes its lock. -EWOULDBLOCK: another
 * daemon has it, *ret_pid is its pid (0: unknown). -EROFS, -EACCES: nothing can be stored, but if
 * *ret is not NULL what is there can be read. Other errors: there is no store.
 */
int store_open(const char *directory, struct store **ret, int *ret_pid);
/* Unlocks. NULL is fine. Returns NULL. */
struct store *store_free(struct store *s);
void store_free_p(struct store **s);

/* What stands beside the accounts in accounts.cbor. */
struct store_accounts {
	enum origin origin;	  /* CARD or BOOTSTRAP: whole accounts are stored; FACTORY: what
				     servers wrote to objects 1 and 2 of configured accounts */
	int64_t account_deadline; /* REALTIME second when the bootstrap account ends; 0: never */
	bool is_account_purged;	  /* 0/x/12 is over: the configured account must not come back */
	uint8_t factory_hash[32]; /* SHA-256 of the configured accounts when this was written */
};

/*
 * Saves *meta and, of objects 0, 1, 2 and 21, the instances with origin CARD or BOOTSTRAP; with
 * meta->origin FACTORY those of objects 1 and 2. Negative errno: the old file is untouched, but
 * where only the last step failed (-EIO of the directory) it is unknown which of both a power cut
 * would leave.
 */
int store_save_accounts(struct store *s, const struct model *m, const struct store_accounts *meta);

/* The content of accounts.cbor, checked; holds keys, wiped by store_image_free(). */
struct store_image;

/*
 * -ENOENT: nothing is stored. -EBADMSG: damaged or of a foreign version; the file was put aside as
 * accounts.cbor.corrupt, or .corrupt-2 to -9 if older ones are there (the last is replaced).
 */
int store_read_accounts(struct store *s, struct store_image **ret, struct store_accounts *ret_meta);
/*
 * Into the model, outside a transaction: instances that exist are replaced and keep their origin,
 * others are made; objects and resources that the model does not know are left out. All or
 * nothing. -EBADMSG: a value does not fit its object's definition; the file was put aside. The
 * store must still be there.
 */
int store_apply_accounts(const struct store_image *image, struct model *m);
struct store_image *store_image_free(struct store_image *i);
void store_image_free_p(struct store_image **i);

enum { STORE_CARD_ID_MAX = 33 };

/* What was applied from a smart card, and what is remembered of one. */
struct store_card {
	bool is_applied;
	uint8_t id[STORE_CARD_ID_MAX]; /* ICCID, or ATR where the card has none */
	uint8_t id_len;
	uint8_t content_hash[32]; /* SHA-256 of the content that was applied */
	bool has_refused_pin;
	uint8_t refused_pin[32]; /* stands for a PIN and the card that refused it */
};

/* Nothing applied and remembered: the file goes. */
int store_save_card(struct store *s, const struct store_card *card);
/* -ENOENT; -EBADMSG: damaged, the file was put aside. */
int store_read_card(struct store *s, struct store_card *ret);

/* One registration kept over a restart (doc/decisions.md). */
struct store_registration {
	uint16_t short_server_id;
	uint8_t version; /* enum lwm2m_version */
	uint16_t local_port;
	int64_t expires;	  /* REALTIME second */
	char location[256];	  /* "/rd/5a3f": segments, each behind a '/' */
	uint8_t account_hash[32]; /* SHA-256 of URI and security of the account */
	struct secret session;	  /* of (D)TLS, to be resumed; empty: none */
};

enum { STORE_REGISTRATIONS_MAX = 64 };

/* Wipes the sessions. */
void store_registrations_done(struct store_registration *list, size_t n);
int store_save_registrations(struct store *s, const struct store_registration *list, size_t n);
/* -ENOENT, -EBADMSG as above. The file is removed after reading: it is good for one start. */
int store_take_registrations(
	struct store *s, struct store_registration *list, size_t max, size_t *ret_n);

/* Two files whose content is the business of information reporting (dm/observe.h). */
enum store_body { STORE_OBSERVATIONS, STORE_ATTRIBUTES };

/* An empty body: the file goes. */
int store_save_body(struct store *s, enum store_body which, struct span body);
/* -ENOENT; -EBADMSG: damaged, the file was put aside. */
int store_read_body(struct store *s, enum store_body which, struct buf *ret);
/* As above; the file is removed after reading: it is good for one start. */
int store_take_body(struct store *s, enum store_body which, struct buf *ret);
/* What was read is no use after all: the file is put aside. */
void store_refuse_body(struct store *s, enum store_body which);

/* One value that is kept over restarts, of a bound resource or of an instance that a server made.
 */
struct store_value {
	struct path path; /* depth 3 or 4; an instance without values: depth 2, VALUE_NONE */
	bool is_server_made;
	int64_t since; /* REALTIME second when it was set; 0: unknown */
	struct value value;
};

/* values.cbor, all of it. n 0: the file goes. */
int store_save_values(struct store *s, const struct store_value *list, size_t n);
/*
 * Gives each to take(), whose values look into what was read; a negative errno of it ends the
 * reading and is returned. -ENOENT: nothing is stored; -EBADMSG: damaged, the file was put aside,
 * and take() has seen nothing.
 */
int store_read_values(
	struct store *s, int (*take)(void *data, const struct store_value *v), void *data);
