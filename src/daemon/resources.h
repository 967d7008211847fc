#pragma once
/*
 * Resources without a program: those that the configuration binds to constants, files, commands
 * and values that somebody sets. They live in objects that are defined at run time; what is
 * polled here is only cached in the model, so a Read waits for nobody. Layer: daemon.
 * (lwm2md.conf(5), resources)
 */
#include "conf/conf.h"
#include "daemon/keeper.h"
#include "daemon/programs.h"
#include "model/model.h"

struct resources;

struct resources_env {
	struct model *model;
	const struct loop *loop;
	const struct clock *clock;
	struct keeper *keeper; /* NULL: nothing is stored */
	struct programs *programs;
};

int resources_new(const struct resources_env *env, struct resources **ret);
/* NULL is fine. Returns NULL. Before the model goes. */
struct resources *resources_free(struct resources *r);
/* The objects' definitions, which the model points to: after the model is gone. */
struct catalog;
struct catalog *resources_take_catalog(struct resources *r);

/*
 * Makes objects, instances and values those of conf, which must live until the next call. What is
 * bound as before keeps its value. The first time stored values come back.
 */
int resources_set_conf(struct resources *r, const struct conf *conf);

/* The server whose request is being served: programs are told. */
void resources_serve(struct resources *r, uint16_t short_server_id);
/* Of the model (r NULL: does nothing): what a server wrote, made or deleted is stored and handed to
 * programs. */
void resources_changed(struct resources *r, struct path p, enum model_change what);
/* Saves now what is waiting to be saved. */
void resources_flush(struct resources *r);

/*
 * Sets a resource that is bound with set = true, for lwm2mctl. -ENOENT: nothing is bound there;
 * -EPERM: its value comes from elsewhere; -EINVAL: no value of its type; -ERANGE: not in the range
 * of its definition.
 */
int resources_set(struct resources *r, struct path p, const char *text);
