#pragma once
/*
 * What Register and Update tell a server of this client: endpoint, lifetime, version, binding and
 * the object list, and in an Update only what changed since. Sends nothing. Layer: daemon.
 * (TS core 6.2.1, 6.2.2)
 */
#include "codec/message.h"
#include "model/model.h"

/* What the server knows of us: as it was told last. {0} is nothing. */
struct announcement {
	uint32_t lifetime;
	struct buf binding, links;
};

/* Where it comes from; borrowed for the call. */
struct announced {
	const struct model *model;
	const char *endpoint;
	uint16_t server_instance; /* of object 1 */
	enum lwm2m_version version;
	bool is_tcp;
	bool has_queue_mode;
};

/* What the request looks into: must live as long as the request. {0}; owner calls _done(). */
struct announcement_room {
	char endpoint[300], lifetime[24], version[16], binding[24];
	struct buf links;
};

/*
 * Adds queries and payload to the request, and remembers them as told. Negative errno, then
 * nothing may be sent.
 */
int announcement_register(struct announcement *a, const struct announced *by,
	struct announcement_room *room, struct request *request);
int announcement_update(struct announcement *a, const struct announced *by,
	struct announcement_room *room, struct request *request);
/* 1: the object list is as told; 0; negative errno. */
int announcement_is_list_current(const struct announcement *a, const struct announced *by);

void announcement_done(struct announcement *a);
void announcement_room_done(struct announcement_room *room);
