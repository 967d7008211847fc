#pragma once
/*
 * One LwM2M server: its registration machine, its transport session, and the requests that
 * travel between them. The machine decides, the link carries out. Layer: daemon.
 * (TS core 6.2.1, object 1)
 */
#include "daemon/account_model.h"
#include "daemon/timeline.h"
#include "dm/observe.h"
#include "server/registration.h"
#include "store/store.h"

struct server_link;

/* What all links share; lives longer than they. */
struct server_link_env {
	struct model *model;
	struct tp *tp;
	const struct loop *loop;
	const struct clock *clock;
	struct timeline *timeline;
	struct metrics *metrics; /* may be NULL */
	const char *endpoint;
	struct observe *observe; /* NULL: nothing is observed */
	void *data;
	void (*up)(void *data, struct server_link *l);
	void (*failed)(void *data, struct server_link *l);  /* finally */
	void (*running)(void *data, struct server_link *l); /* was up, tries again */
	void (*stopped)(void *data,
		struct server_link *l); /* de-registered, or given up; may be freed later */
	/* A request of this server came. false: it is ignored (a bootstrap session is open). */
	bool (*is_open)(void *data, uint16_t short_server_id);
	/*
	 * Asked before a Register or Update with an account of a card: true holds it up until
	 * server_link_checked(). (TS core 6.1.3.2)
	 */
	bool (*check_card)(void *data);
};

/* local_port: 0, or the one that the last run used. */
int server_link_new(const struct server_link_env *env, const struct account *a,
	const struct reg_params *params, uint16_t local_port, struct server_link **ret);
struct server_link *server_link_free(struct server_link *l);

/* The card was looked at: what was held up goes out. */
void server_link_checked(struct server_link *l);
void server_link_event(struct server_link *l, enum reg_event event, enum reason reason);
/* The account as it is now in the model: same URI and credentials, maybe other parameters. */
void server_link_refresh(
	struct server_link *l, const struct account *a, const struct reg_params *params);
/* After a bootstrap: everything from the start, for a link that is not up. */
int server_link_reset(struct server_link *l, const struct reg_params *params);

/*
 * As send() of struct observe_env: on the connection that stands, and only while the server is
 * registered.
 */
int server_link_notify(struct server_link *l, const struct observe_notice *notice);

const struct reg *server_link_reg(const struct server_link *l);
uint16_t server_link_short_server_id(const struct server_link *l);
uint16_t server_link_server_instance(const struct server_link *l);
/* Address and port, "" before the name is known. */
const char *server_link_peer(const struct server_link *l);
bool server_link_is_same_account(const struct server_link *l, const struct account *a);

/*
 * Whether the server may send requests now: always without queue mode, with it for
 * MAX_TRANSMIT_WAIT after the last message. (TS core 6.5)
 */
bool server_link_is_awake(const struct server_link *l);
/*
 * Send: what is at these paths now goes to the server, at once or when it can be reached again.
 * 0; -ENOTCONN: not registered, -EBUSY: a bootstrap session is open, -EINVAL: too many paths, and
 * what send_make() and sender_add() return. (TS core 1.1 5.2)
 */
int server_link_send(struct server_link *l, const struct path *paths, size_t n_paths);

/* Registrations kept over a restart (doc/decisions.md). false, -ENOTSUP: not this one. */
bool server_link_save(const struct server_link *l, struct store_registration *ret);
int server_link_resume(struct server_link *l, const struct store_registration *kept);
