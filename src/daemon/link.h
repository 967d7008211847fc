#pragma once
/*
 * One LwM2M server: its registration machine, its transport session, and the requests that
 * travel between them. The machine decides, the link carries out. Layer: daemon.
 * (registration.md sections 1 to 4)
 */
#include "daemon/accounts.h"
#include "daemon/timeline.h"
#include "server/registration.h"
#include "store/store.h"

struct link;

/* What all links share; lives longer than they. */
struct link_env {
	struct model *model;
	struct tp *tp;
	const struct loop *loop;
	const struct clock *clock;
	struct timeline *timeline;
	const char *endpoint;
	void *data;
	void (*up)(void *data, struct link *l);
	void (*failed)(void *data, struct link *l);  /* finally */
	void (*running)(void *data, struct link *l); /* was up, tries again */
	void (*stopped)(
		void *data, struct link *l); /* de-registered, or given up; may be freed later */
	/* Requests of servers are ignored while a bootstrap session is open. */
	bool (*is_open)(void *data);
};

/* local_port: 0, or the one that the last run used. */
int link_new(const struct link_env *env, const struct account *a, const struct reg_params *params,
	uint16_t local_port, struct link **ret);
struct link *link_free(struct link *l);

void link_event(struct link *l, enum reg_event event, enum reason reason);
/* The account as it is now in the model: same URI and credentials, maybe other parameters. */
void link_refresh(struct link *l, const struct account *a, const struct reg_params *params);
/* Retry counters and versions from the start, for a link that is not up. */
int link_reset(struct link *l, const struct reg_params *params);

const struct reg *link_reg(const struct link *l);
uint16_t link_short_server_id(const struct link *l);
uint16_t link_server_instance(const struct link *l);
bool link_is_same_account(const struct link *l, const struct account *a);

/* Registrations kept over a restart (README decision 23). false, -ENOTSUP: not this one. */
bool link_save(const struct link *l, struct store_registration *ret);
int link_resume(struct link *l, const struct store_registration *kept);
