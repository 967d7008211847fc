#pragma once
/*
 * Information reporting: what servers observe, and when each is due a notification. Time comes
 * from a clock, notifications leave through a function: nothing here knows a socket or a timer.
 * Layer: dm. (TS core 5.1.2, 6.4; RFC 7641)
 */
#include "base/clock.h"
#include "codec/message.h"
#include "dm/attributes.h"

struct observe;

struct observe_notice {
	uint16_t short_server_id;
	struct span token;
	uint32_t sequence; /* 24 bits; counts if response->has_observe */
	bool is_confirmable;
	const struct request *request; /* as the server asked, for its later blocks */
	struct response *response;     /* its payload may be taken */
};

/* What an observation looks like from outside; a look, until the next change. */
struct observe_info {
	uint16_t short_server_id;
	size_t n_paths; /* observe_info_path() */
	struct attrs attrs;
	uint64_t notified; /* REALTIME usec of the last notification, or of the first answer */
	size_t n_stored;   /* notifications that wait for the server to be back */
	const void *of;
};

struct observe_env {
	struct model *model;
	const struct clock *clock;
	size_t observations_max; /* of all servers */
	size_t stored_max;	 /* notifications that wait for their servers, of all servers */
	size_t payload_max;	 /* of one, as of any other response, in octets */
	void *data;
	/*
	 * Sends a notification. 0; -EBUSY: a confirmable one of this server is on its way, so
	 * that no further one can be sent; -ENOTCONN: the server cannot be reached now; others:
	 * it cannot be sent.
	 */
	int (*send)(void *data, const struct observe_notice *notice);
	/* observe_step() is wanted then; USEC_NEVER: not. */
	void (*arm)(void *data, uint64_t at);
	/* Notifications have to wait: told once, until observe_online(). */
	void (*unreachable)(void *data, uint16_t short_server_id);
	void (*added)(void *data, const struct observe_info *info);
	/* So many notifications are lost for good, in order: the oldest first. */
	void (*dropped)(void *data, uint16_t short_server_id, size_t n);
	/* Attributes have changed, so that they should be stored. */
	void (*touched)(void *data);
};

int observe_new(const struct observe_env *env, struct observe **ret);
struct observe *observe_free(struct observe *o);
void observe_free_p(struct observe **o);

struct attributes *observe_attributes(struct observe *o);

/* --- what servers ask --------------------------------------------------------------------------
 */

struct observe_wish {
	uint16_t short_server_id;
	enum lwm2m_version version;
	struct span token;
	const struct path *paths;
	size_t n_paths;
	bool is_composite;
	int accept;		 /* enum content_format of the request */
	const struct attrs *own; /* of the queries; NULL: none (TS core 1.2, 6.4.1) */
};

/*
 * A new observation, in place of one with the same token; the first answer is on its way. 0;
 * -ENOSPC: the limit, -EINVAL: no such token, -ENOMEM: the request is to be answered without the
 * option Observe.
 */
int observe_add(struct observe *o, const struct observe_wish *wish, uint32_t *ret_sequence);
/* True: there was one. */
bool observe_cancel(struct observe *o, uint16_t short_server_id, struct span token);
/* Attributes at p have changed for this server. */
void observe_attributes_changed(struct observe *o, uint16_t short_server_id, struct path p);

/* --- what happens ------------------------------------------------------------------------------
 */

/* From the listener of the model. */
void observe_changed(struct observe *o, struct path p, enum model_change what);
/* Evaluates what has changed and sends what is due. Never from inside a change of the model. */
void observe_step(struct observe *o);

/*
 * Between the two, what is due at once waits: a request is answered first, and no timer is needed
 * for what follows it. The release is a step if one is due.
 */
void observe_hold(struct observe *o);
void observe_release(struct observe *o);

enum observe_outcome { OBSERVE_ACKNOWLEDGED, OBSERVE_REJECTED, OBSERVE_LOST };

/* Of each confirmable notification; a rejected one may be any. */
void observe_concluded(struct observe *o, uint16_t short_server_id, struct span token,
	enum observe_outcome outcome);
/* The server can be reached from now on, or not. */
void observe_online(struct observe *o, uint16_t short_server_id, bool is_online);
/* A new registration, or the end of one: all observations of the server are void (TS core 6.4). */
void observe_void(struct observe *o, uint16_t short_server_id);

/* --- what there is -----------------------------------------------------------------------------
 */

size_t observe_count(const struct observe *o);
size_t observe_count_of(const struct observe *o, uint16_t short_server_id);
/* Start with *cursor = 0; false behind the last. Any order. */
bool observe_next(const struct observe *o, size_t *cursor, struct observe_info *ret);
struct path observe_info_path(const struct observe_info *info, size_t i);
/* Notifications that were stored and then lost, since the start. */
uint64_t observe_count_dropped(const struct observe *o);

/* CBOR for the state directory: observations of this server and what is stored for it. */
int observe_save(
	const struct observe *o, const uint16_t *short_server_ids, size_t n, struct buf *out);
/*
 * Those of the servers named; the registrations they belong to have been kept. -EBADMSG: nothing
 * is loaded.
 */
int observe_load(struct observe *o, struct span in, const uint16_t *short_server_ids, size_t n);
