#pragma once
/*
 * The other side of the status socket: one connection, calls with their replies, blocking up to a
 * deadline. Layer: ctl. (lwm2md-varlink(7))
 */
#include "codec/json.h"

struct client;

/* deadline: BOOTTIME, usec, USEC_NEVER: none. -ENOENT, -ECONNREFUSED, -EACCES as connect(2). */
int client_open(const char *path, uint64_t deadline, struct client **ret);
struct client *client_free(struct client *c);
void client_free_p(struct client **c);
/* method: without the interface. parameters: a JSON object, or NULL. */
int client_call(struct client *c, const char *method, const char *parameters, bool wants_more);
/*
 * 1: the next reply, an object; 0: the other side has closed; -ETIMEDOUT; -EBADMSG: that was no
 * reply.
 */
int client_next(struct client *c, struct json **ret);
