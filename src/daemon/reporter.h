#pragma once
/*
 * Information reporting in the daemon: gives the observations a timer, a way to their servers, a
 * place in the state directory and words in the journal. Layer: daemon. (TS core 5.1.2, 6.4)
 */
#include "conf/conf.h"
#include "daemon/keeper.h"
#include "daemon/servers.h"
#include "dm/observe.h"

struct reporter;

struct reporter_env {
	struct model *model;
	const struct loop *loop;
	const struct clock *clock;
	struct keeper *keeper;
};

int reporter_new(const struct reporter_env *env, const struct conf *conf, struct reporter **ret);
struct reporter *reporter_free(struct reporter *r);

/* The way of the notifications; NULL: there is none. */
void reporter_set_servers(struct reporter *r, struct servers *s);
struct observe *reporter_observe(struct reporter *r);

/* From the listener of the model. */
void reporter_changed(struct reporter *r, struct path p, enum model_change what);

/* Attributes of the last run; the accounts are in the model. */
void reporter_load_attributes(struct reporter *r);
/* Observations of the last run, of servers whose registrations stand. */
void reporter_resume(struct reporter *r);
/* Before a restart: observations of these servers are kept (doc/decisions.md). */
void reporter_keep(struct reporter *r, const uint16_t *short_server_ids, size_t n);
/* Attributes that are not stored yet are now. */
void reporter_flush(struct reporter *r);
