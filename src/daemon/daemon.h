#pragma once
/*
 * The daemon: owns every part and wires them. Parts know each other only through the function
 * pointers given to them here. Layer: daemon.
 */
#include "bootstrap/sequence.h"
#include "conf/conf.h"
#include "daemon/bootstrapper.h"
#include "daemon/card_step.h"
#include "daemon/console.h"
#include "daemon/holdoff.h"
#include "daemon/host.h"
#include "daemon/keeper.h"
#include "daemon/loop.h"
#include "daemon/metrics.h"
#include "daemon/network.h"
#include "daemon/reporter.h"
#include "daemon/resources.h"
#include "daemon/routes.h"
#include "daemon/servers.h"
#include "daemon/timeline.h"
#include "objects/device.h"
#include "objects/server.h"

enum { EVENTS_MAX = 32 };

/* The sequence and what has happened to it that is not yet taken up. */
struct events {
	enum seq_event queue[EVENTS_MAX];
	size_t n;
	struct loop_source *wake;
	bool is_draining;
};

/* The waits of the sequence: one at a time. */
struct waits {
	struct holdoff *holdoff;
	uint64_t holdoff_at; /* BOOTTIME, usec; for the rest after a broken session */
	size_t n_up;	     /* registrations that stood when the hold-off began */
	struct loop_source *prepare;
	struct loop_source *timer; /* back-off and rounds */
	enum seq_event timer_event;
	uint64_t timer_at;
	uint32_t round_wait; /* seconds, doubled from round to round; 0: the first */
};

struct daemon {
	const struct conf_paths *paths; /* borrowed */
	const struct clock *clock;
	struct conf *conf;
	struct conf *former; /* the objects still use it: a bootstrap session is open */
	struct loop_source *settling;
	struct dloop *dloop;
	const struct loop *loop;
	struct timeline *timeline;
	struct model *model;
	struct tp *tp;
	struct keeper *keeper;
	struct reporter *reporter;
	struct servers *servers;
	struct bootstrapper *bootstrapper;
	struct routes *routes;
	struct programs *programs;
	struct resources *resources;
	struct host *host;
	struct network *network; /* NULL: the kernel does not tell */
	struct card_step *card_step;
	struct card_source card; /* what the sequence sees of it */
	struct server_actions server_actions;
	struct device_actions device_actions;
	struct seq seq; /* moved by effects.c alone */
	struct events events;
	struct console *console;    /* NULL: the status socket cannot be used */
	unsigned generation;	    /* of the configuration: counts successful reloads, from 1 */
	uint64_t stale_since;	    /* REALTIME, usec: a reload was refused; 0: none */
	struct loop_source *jitter; /* before the first Register after a boot */
	struct waits waits;
	struct metrics metrics;
	enum origin source; /* of the server accounts in use */
	bool is_loaded;	    /* accounts were read from the state directory */
	bool is_conf_new;   /* a reload: configured accounts must be read again */
	bool is_ready;
	bool is_level_configured; /* the log level is the configuration's */
	int exit_code;
};

enum {
	EXIT_STATE_BUSY = 1,
	EXIT_CONFIG = 78, /* EX_CONFIG: the service manager does not try again */
};

/* conf is taken over. On failure *ret_exit is the program's exit status. */
int daemon_new(
	const struct conf_paths *paths, struct conf *conf, struct daemon **ret, int *ret_exit);
struct daemon *daemon_free(struct daemon *d);
void daemon_free_p(struct daemon **d);
/* Until SIGTERM, SIGINT or SIGUSR1; the program's exit status. */
int daemon_run(struct daemon *d);

/*
 * All or nothing: with one error nothing changes, problem() is given each (may be NULL) and
 * -EINVAL is returned (lwm2md.conf(5)).
 */
int daemon_reload(struct daemon *d, void (*problem)(void *to, const char *line), void *to);

/* One problem of the configuration, for conf_report_walk(). */
void daemon_log_problem(void *data, bool is_error, const char *code, const char *line);

/* effects.c: the sequence and its effects. */
int effects_init(struct daemon *d);
void effects_done(struct daemon *d);
void effects_feed(struct daemon *d, enum seq_event event);
/* Carried out before it returns; false if the event has no row in this state. */
bool effects_feed_now(struct daemon *d, enum seq_event event);
/* One line for people and the service manager: what the daemon is doing. */
void effects_status(const struct daemon *d, char *ret, size_t len);
