#pragma once
/*
 * A Varlink server on a Unix socket: framing, limits, rights, replies and streams. What methods
 * do is told by tables of the caller. One peer can be silent, slow, malformed or greedy; nobody
 * else notices. Layer: ctl. (lwm2md-varlink(7))
 */
#include <sys/types.h>

#include "base/clock.h"
#include "base/loop.h"
#include "codec/json.h"

enum {
	VARLINK_CONNECTIONS = 32,
	VARLINK_CONNECTIONS_PER_UID = 8,  /* but root */
	VARLINK_WAITING_MAX = 256 * 1024, /* octets of a stream that a slow peer has not read */
	VARLINK_REPLY_MAX = 4 * 1024 * 1024,
	VARLINK_IDLE_SEC = 600,
};

struct varlink;
struct varlink_call; /* while its method runs */

enum varlink_type {
	VARLINK_TEXT,
	VARLINK_INT,
	VARLINK_BOOL,
	VARLINK_TEXTS,
	VARLINK_OBJECTS,
};

struct varlink_parameter {
	const char *name;
	enum varlink_type type;
	bool is_optional;
};

enum { VARLINK_PARAMETERS_MAX = 4 };

struct varlink_method {
	const char *name; /* without the interface */
	bool is_steering; /* root, the server's own user and the admin group only */
	bool is_stream;	  /* only with "more" */
	struct varlink_parameter
		parameters[VARLINK_PARAMETERS_MAX]; /* up to the first without name */
	/*
	 * Answers at once: one varlink_reply() or varlink_error(), or varlink_stream().
	 * parameters: checked, maybe NULL.
	 */
	void (*answer)(void *data, struct varlink_call *call, const struct json *parameters);
};

struct varlink_interface {
	const char *name;
	const char *description; /* in the interface definition language */
	const struct varlink_method *methods;
	size_t n_methods;
};

struct varlink_settings {
	const char *path; /* of the socket; a stale one is replaced */
	mode_t mode;
	const char *vendor, *product, *version, *url;
	const struct varlink_interface *interface;
	void *data; /* for the methods */
	bool has_admin_group;
	gid_t admin_group;
};

/* settings and what it points to live as long. -EADDRINUSE: another server listens there. */
int varlink_new(const struct loop *loop, const struct clock *clock,
	const struct varlink_settings *settings, struct varlink **ret);
/* Closes all connections and removes the socket. */
struct varlink *varlink_free(struct varlink *v);
void varlink_free_p(struct varlink **v);
size_t varlink_connections(const struct varlink *v);

/*
 * A reply: the members of "parameters" are written to what varlink_reply() returns, until
 * varlink_end(). Too long a reply becomes an error.
 */
struct json_writer *varlink_reply(struct varlink_call *call);
/* name: "org.lwm2md.Manage.NoSuchPath"; its parameters are written likewise. */
struct json_writer *varlink_error(struct varlink_call *call, const char *name);
void varlink_end(struct varlink_call *call);
/* org.varlink.service.InvalidParameter */
void varlink_invalid(struct varlink_call *call, const char *parameter);
bool varlink_wants_more(const struct varlink_call *call);

/*
 * The connection stays and gets what varlink_publish() says; user is freed with free(). Before
 * it, or instead of a reply. topic: chosen by the caller.
 */
void varlink_stream(struct varlink_call *call, int topic, void *user);
/*
 * For each stream of the topic: write() puts the members of "parameters", or returns false to
 * leave this one out. lost: how many events did not fit before this one.
 */
void varlink_publish(struct varlink *v, int topic,
	bool (*write)(void *data, void *user, uint64_t lost, struct json_writer *w), void *data);
/*
 * The last reply to each stream of the topic, or the only one to a call that was answered with
 * varlink_stream() alone: they may take their time. error: NULL, or its name.
 */
void varlink_finish(struct varlink *v, int topic, const char *error,
	void (*write)(void *data, struct json_writer *w), void *data);
/* Within a method, before the last of several replies. */
void varlink_last(struct varlink_call *call);
bool varlink_has_stream(const struct varlink *v, int topic);
