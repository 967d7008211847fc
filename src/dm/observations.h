#pragma once
/*
 * All observations of all servers, indexed: by token for the servers, by path for changes, and in
 * a heap by the time when something is due. Nothing here is a walk over all of them, and each is
 * small: a single allocation, its paths inside. Layer: dm, private to it.
 */
#include "base/clock.h"
#include "codec/attr.h"
#include "model/model.h"

enum { OBSERVATION_TOKEN_MAX = 8 };

/* The last value that was reported, where a condition or a part of a resource needs it. */
struct track {
	struct path path;
	bool is_number, is_boolean;
	double number; /* of a number, and 0 or 1 */
	uint64_t hash; /* tells any two values apart */
};

struct tracks {
	size_t n;
	struct track track[];
};

/* One path of an observation, in the index. */
struct member {
	struct member *next, **from;
	struct observation *of;
	struct path path;
};

/* Where next leads. */
enum observation_list {
	LIST_NONE,
	LIST_CHANGED, /* to be evaluated */
	LIST_READY,   /* to be sent when its server can take it */
};

struct observation {
	uint32_t heap_at;
	uint32_t sequence;  /* of the last notification, 24 bits */
	uint64_t due;	    /* the heap's key; USEC_NEVER */
	uint64_t notified;  /* the last notification, or the first answer */
	uint64_t evaluated; /* when its conditions were looked at last */
	uint32_t confirmed; /* second of the last confirmable notification */
	uint16_t short_server_id;
	int16_t accept; /* enum content_format */
	struct observation *next_of_token;
	struct observation *next;
	struct attrs *own;     /* owned; NULL: those attached to the paths count */
	struct tracks *tracks; /* owned; NULL: none */
	uint8_t list;	       /* enum observation_list */
	bool is_composite : 1;
	bool is_changed : 1;	    /* without regard to conditions */
	bool is_change_tracked : 1; /* values that tracks follow have changed */
	bool is_pending : 1;	    /* the condition was met: due as soon as pmin allows */
	bool is_polled : 1;	    /* something of it changes without being told */
	bool can_refresh : 1;	    /* it can be looked at */
	uint8_t token_len;
	uint8_t token[OBSERVATION_TOKEN_MAX];
	uint16_t n_members;
	struct member member[];
};

/* {0} is empty. */
struct observations {
	struct observation **heap; /* all of them */
	size_t n, cap;
	struct observation **tokens;
	struct member **paths;
	size_t n_tokens, n_paths; /* buckets, powers of 2 */
	size_t n_members;
};

/* Frees all. */
void observations_done(struct observations *l);
/* The token must be free for this server, and short enough. -ENOMEM: nothing changed. */
int observations_add(struct observations *l, uint16_t short_server_id, struct span token,
	const struct path *paths, size_t n_paths, struct observation **ret);
/* Takes it out of the indices, not of a list, and frees it. */
void observations_remove(struct observations *l, struct observation *ob);
struct observation *observations_find(
	const struct observations *l, uint16_t short_server_id, struct span token);

/*
 * Walks those at a path of depth 0 to 3; of depth 3 also those at resource instances of it.
 * Start with NULL; the end is NULL.
 */
struct member *observations_at(const struct observations *l, struct path p, struct member *after);

/* Moves it in the heap. */
void observations_schedule(struct observations *l, struct observation *ob, uint64_t due);
/* The next due; NULL: there are none. */
struct observation *observations_first(const struct observations *l);

static inline struct span observation_token(const struct observation *ob)
{
	return span_of(ob->token, ob->token_len);
}
