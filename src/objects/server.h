#pragma once
/*
 * Object 1, LwM2M Server 1.2. Layer: objects. (object 1)
 */
#include "model/model.h"

/* What Execute asks of the daemon; the answer 2.04 is sent before the effect. Hook data. */
struct server_actions {
	void *data;
	int (*disable)(void *data, uint16_t short_server_id);	/* 1/x/4 */
	int (*update)(void *data, uint16_t short_server_id);	/* 1/x/8 */
	int (*bootstrap)(void *data, uint16_t short_server_id); /* 1/x/9; -EOPNOTSUPP: no account */
};

extern const struct object_def object_server;
