#pragma once
/*
 * Objects 4 and 7: facts of the network carried from the kernel to the objects, when something
 * changes and when they are read. Layer: daemon. (objects 4 and 7)
 */
#include "base/clock.h"
#include "base/loop.h"
#include "conf/conf.h"
#include "model/model.h"

enum { NETWORK_PEER_MAX = 64 };

struct network;

struct network_env {
	struct model *model;
	const struct loop *loop;
	const struct clock *clock;
	const char *root; /* in front of /sys */
	void *data;
	/* "192.0.2.1" of a server that is in use; "": there is none. */
	void (*peer)(void *data, char ret[NETWORK_PEER_MAX]);
};

int network_new(const struct network_env *env, struct network **ret);
/* Before the model goes. NULL is fine. Returns NULL. */
struct network *network_free(struct network *n);
/* Offers the objects that the configuration does not disable. */
int network_set_conf(struct network *n, const struct conf *conf);
