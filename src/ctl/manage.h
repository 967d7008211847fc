#pragma once
/*
 * The interface org.lwm2md.Manage: who may call what with which parameters, and how the answers
 * look. What the daemon knows and does comes through one struct of function pointers.
 * Layer: ctl. (lwm2md-varlink(7))
 */
#include <sys/types.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/reason.h"
#include "codec/path.h"
#include "codec/value.h"

struct manage;

enum { MANAGE_TEXT_MAX = 256 };

/* Texts are borrowed for the call. Times: seconds since 1970; spans of time in seconds. */
struct manage_state {
	const char *phase;
	char summary[MANAGE_TEXT_MAX];
	uint64_t since; /* of the phase */
	const char *endpoint;
	const char *source;	    /* smartcard, factory, bootstrap, none */
	int64_t holdoff_left;	    /* -1: the hold-off does not run */
	char next[MANAGE_TEXT_MAX]; /* what comes when the wait is over; "": no wait runs */
	int64_t next_in;	    /* -1: only something from outside can end it */
	size_t servers_registered, servers_total;
	unsigned config_generation;
	bool needs_person; /* nothing works, and it will not heal by itself */
};

struct manage_warning {
	enum reason reason;
	const char *text;
	uint64_t since;
};

struct manage_server {
	uint16_t ssid; /* 0: the Bootstrap-Server */
	const char *uri;
	const char *security; /* psk, rpk, certificate, nosec */
	const char *key; /* fingerprint of the pre-shared key, or of what we show; NULL: none */
	const char *state;
	int64_t lifetime;	 /* -1: none */
	int64_t expires_in;	 /* -1: not registered, or never */
	const char *next_action; /* NULL: none */
	int64_t next_action_in;
	enum reason last_error;
	const char *last_error_detail;
	uint64_t last_error_when;
	size_t observations;
	const char *peer;    /* NULL: no address yet */
	const char *version; /* of LwM2M; NULL: not registered */
};

struct manage_step {
	uint64_t seq, when;
	const char *stage, *result;
	int32_t ssid; /* < 1: none */
	const char *detail;
	enum reason reason;
	unsigned repeats;
	bool is_over; /* a failure that the opposite has followed */
};

struct manage_advice {
	enum reason reason;
	char why[2 * MANAGE_TEXT_MAX];
	const char *hint;
};

struct manage_value {
	struct path path;
	const char *name;
	struct value value;
	bool is_hidden;
};

struct manage_instance {
	struct path path;
	const char *owner, *name;
	uint8_t major, minor;
};

enum manage_action {
	MANAGE_BOOTSTRAP,
	MANAGE_REGISTER,
	MANAGE_UPDATE,
	MANAGE_DEREGISTER,
	MANAGE_RESET_ACCOUNTS,
	MANAGE_RESET_ALL,
};

struct manage_observation {
	uint16_t ssid;
	const struct path *paths;
	size_t n_paths;
	const char *attributes; /* "pmin=10&pmax=60" */
	int64_t notified;	/* -1: not yet */
	size_t stored;		/* notifications that wait for the server */
};

/* One check of Diagnose. */
struct manage_finding {
	const char *check;  /* config, state, clock, … */
	const char *result; /* ok, warn, fail, skip */
	char text[MANAGE_TEXT_MAX];
	enum reason reason;
};

enum { MANAGE_FINDINGS_MAX = 16, MANAGE_SEND_MAX = 64 };

/* What a visit to the card brought: text for people, lines without keys. */
struct manage_card {
	const char *reader, *atr, *application, *result; /* "" where there is none */
	const char *text;
	enum reason reason;
	const char *detail;
};

/* emit() is given each one, in order. */
struct manage_ops {
	void (*state)(void *data, struct manage_state *ret);
	void (*warnings)(
		void *data, void (*emit)(void *to, const struct manage_warning *w), void *to);
	void (*servers)(
		void *data, void (*emit)(void *to, const struct manage_server *s), void *to);
	void (*steps)(void *data, void (*emit)(void *to, const struct manage_step *s), void *to);
	void (*advice)(void *data, void (*emit)(void *to, const struct manage_advice *a), void *to);
	/* -ENOENT: there is nothing */
	int (*instances)(void *data, struct path p,
		void (*emit)(void *to, const struct manage_instance *i), void *to);
	int (*values)(void *data, struct path p,
		void (*emit)(void *to, const struct manage_value *v), void *to);
	/* ssid 0: of all servers */
	void (*observations)(void *data, uint16_t ssid,
		void (*emit)(void *to, const struct manage_observation *o), void *to);
	/*
	 * ssid 0: all. seconds: how long DEREGISTER lasts, 0: as 1/x/5 says. -ENOENT: no such
	 * server; -EBUSY, -EOPNOTSUPP, others: *ret_why says what is in the way.
	 */
	int (*steer)(void *data, enum manage_action action, uint16_t ssid, uint32_t seconds,
		const char **ret_why);
	/*
	 * -ENOENT: no such resource; -EOPNOTSUPP: not with this one, or not now; -EINVAL: not with
	 * this value; others: it failed. *ret_why may say more.
	 */
	int (*write)(void *data, struct path p, struct span text, const char **ret_why);
	int (*execute)(void *data, struct path p, struct span argument, const char **ret_why);
	/*
	 * To one server, or (ssid 0) all that are registered. The number of servers that will get
	 * them, or -ENOENT: no such server; others: *ret_why.
	 */
	int (*send)(void *data, const struct path *paths, size_t n, uint16_t ssid,
		const char **ret_why);
	/* Begins; manage_tell_card() ends it. reader: a shell pattern, "": the configured one. */
	int (*inspect_card)(void *data, const char *reader, const char **ret_why);
	/* What the daemon can check by itself and at once. */
	void (*diagnose)(
		void *data, void (*emit)(void *to, const struct manage_finding *f), void *to);
	/* -EINVAL: problem() was given each; nothing has changed. */
	int (*reload)(void *data, void (*problem)(void *to, const char *line), void *to);
	/* Prometheus text, appended. */
	int (*metrics)(void *data, struct buf *out);
};

struct manage_settings {
	const char *path; /* of the socket */
	bool has_admin_group;
	gid_t admin_group;
	const char *version;
};

/* All is borrowed and must live as long. Errors as varlink_new(). */
int manage_new(const struct loop *loop, const struct clock *clock,
	const struct manage_settings *settings, const struct manage_ops *ops, void *data,
	struct manage **ret);
struct manage *manage_free(struct manage *m);
void manage_free_p(struct manage **m);

/* News for those who follow; m may be NULL. */
void manage_tell_step(struct manage *m, const struct manage_step *step);
void manage_tell_state(struct manage *m); /* told only if it differs from what was told last */
void manage_tell_server(struct manage *m, uint16_t ssid);
void manage_tell_value(struct manage *m, const struct manage_value *value);
/* What manage_ops.inspect_card began. */
void manage_tell_card(struct manage *m, const struct manage_card *card);
bool manage_is_followed(const struct manage *m);
