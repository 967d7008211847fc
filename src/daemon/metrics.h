#pragma once
/*
 * Figures for Prometheus: what happened is counted here, what is now is looked up when it is asked
 * for. Labels are never paths, URIs or texts of a peer. Layer: daemon. (lwm2mctl(1), metrics)
 */
#include "codec/message.h"
#include "daemon/timeline.h"

struct daemon;

enum { METRICS_SERVERS = 32, METRICS_REQUESTS = 192, METRICS_BUCKETS = 8 };

/* Of one server; counts by failed, succeeded. */
struct metrics_server {
	uint16_t ssid;
	uint64_t registrations[2], handshakes[2];
	uint64_t notifications[2]; /* non-confirmable, confirmable */
	uint64_t last_success;	   /* REALTIME, usec; 0: never */
};

struct metrics_request {
	uint16_t ssid;
	const char *operation;
	uint8_t code;
	uint64_t n;
};

/* {0} is valid. What finds no room is counted in the last place, as of server 0. */
struct metrics {
	struct metrics_server servers[METRICS_SERVERS];
	size_t n_servers;
	struct metrics_request requests[METRICS_REQUESTS];
	size_t n_requests;
	uint64_t buckets[METRICS_BUCKETS + 1], usec; /* of all requests; the last: beyond */
	uint64_t bootstraps[2][2];		     /* by a server's or our own will */
	uint64_t failures[REASON_COUNT];
};

/* m may be NULL. */
void metrics_count_step(struct metrics *m, const struct step *s);
void metrics_count_request(struct metrics *m, uint16_t ssid, const struct request *request,
	uint8_t code, uint64_t usec);
void metrics_count_notification(struct metrics *m, uint16_t ssid, bool is_confirmable);
/* Appends; negative errno. */
int metrics_write(const struct metrics *m, const struct daemon *d, struct buf *out);
