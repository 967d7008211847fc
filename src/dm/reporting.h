#pragma once
/*
 * What the parts of information reporting share. Layer: dm, private to it.
 */
#include "codec/payload.h"
#include "dm/observations.h"
#include "dm/observe.h"

/* A notification that could not be sent when it was due, or that is on its way. */
struct stored {
	struct stored *next;
	struct observation *of; /* NULL: gone meanwhile */
	uint8_t code;
	int content_format;
	struct buf payload;
};

/* One server that observes something. */
struct audience {
	uint16_t short_server_id;
	enum lwm2m_version version;
	bool is_online;
	bool is_told;	       /* env.unreachable() */
	struct stored *on_way; /* owned; the confirmable one that waits for its end */
	struct observation *ready, *last_ready; /* due, but another one is on its way */
	struct stored *stored, *last_stored;
	size_t n_stored;
	size_t n_observations;
};

struct observe {
	struct observe_env env;
	struct attributes *attributes;
	struct observations all;
	struct audience **audiences;
	size_t n_audiences;
	struct observation *changed, *last_changed;
	size_t n_stored;
	size_t octets_stored; /* of their payloads */
	uint64_t n_dropped;
	uint64_t armed;
	bool is_stepping;
	bool is_held, is_due; /* observe_hold() */
	unsigned burst;	      /* notifications in this step */
};

/* Of the payloads of all that is stored: one of them may be as large as the whole model. */
enum { WAITING_OCTETS_MAX = 8 * 1024 * 1024 };

/* The server's; NULL: it observes nothing. */
struct audience *audience_find(const struct observe *o, uint16_t short_server_id);

int audience_get(struct observe *o, uint16_t short_server_id, struct audience **ret);

/* A new observation whose first answer is given now. -EINVAL, -ENOSPC, -ENOMEM */
int reporting_add(struct observe *o, const struct observe_wish *wish, struct observation **ret);
/* Takes it out of everything and frees it. */
void reporting_remove(struct observe *o, struct observation *ob);
/* When it is due next, after something about it has changed. */
void reporting_schedule(struct observe *o, struct observation *ob);

/* --- condition.c ------------------------------------------------------------------------------ */

/* What counts for the observation as a whole: pmin, pmax, epmin, epmax, con, hqmax. */
struct attrs condition_attrs(const struct observe *o, const struct observation *ob);
/* A value of a resource has changed: what that may mean is noted in *ob. */
void condition_note(struct observe *o, struct observation *ob, struct path resource);
/* Whether one of the values that tracks follow meets its condition. */
bool condition_is_met(const struct observe *o, const struct observation *ob);
/* What was reported just now is what is compared with from now on. -ENOMEM: as before. */
int condition_track(
	struct observe *o, struct observation *ob, const struct record *records, size_t n_records);
/* Tells the values of now from those of another time. */
uint64_t condition_digest(const struct observe *o, const struct observation *ob);
int condition_track_now(struct observe *o, struct observation *ob);

/* --- notification.c
 * --------------------------------------------------------------------------------- */

enum notification_result {
	NOTIFICATION_DONE,  /* sent, stored, or not to be sent */
	NOTIFICATION_WAITS, /* another one is on its way */
	NOTIFICATION_ENDED, /* sent, and the observation is over: *ob is gone */
};

/* Sends the current value, or stores it while the server cannot be reached. */
enum notification_result notification_send(
	struct observe *o, struct audience *a, struct observation *ob);
/* The oldest stored one. False: none is sent now. */
bool notification_replay(struct observe *o, struct audience *a);
void notification_concluded(struct observe *o, struct audience *a, enum observe_outcome outcome);
/* Forgets those stored, on their way or waiting: of one observation, or with NULL all. */
void notification_forget(struct observe *o, struct audience *a, const struct observation *ob);
struct stored *stored_free(struct stored *s);
void stored_append(struct observe *o, struct audience *a, struct stored *s);
