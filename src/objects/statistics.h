#pragma once
/*
 * Object 7, Connectivity Statistics 1.0: what went over the link to the server while a server has
 * it counted. Layer: objects. (object 7)
 */
#include "model/model.h"

/* Of the link, from some moment on; they may start again at 0. */
struct statistics_counters {
	int link; /* another one: it counts from somewhere else */
	uint64_t tx_bytes, rx_bytes, tx_packets, rx_packets;
};

/* Hook data of object_statistics, and its state. */
struct statistics {
	void *data;
	bool (*counters)(void *data, struct statistics_counters *ret); /* false: there is no link */
	/* Calls statistics_stop() after so many seconds; 0: never. */
	void (*arm)(void *data, uint32_t seconds);

	bool is_collecting;
	struct statistics_counters last;
	bool has_last;
	uint64_t tx, rx, packets; /* since the start */
};

extern const struct object_def object_statistics;

/* Makes /7/0 with counters of 0. */
int statistics_fill(struct model *m);
/* Counts what went over the link since the last time. */
void statistics_sample(struct statistics *s, struct model *m);
/* The collection period is over. */
void statistics_stop(struct statistics *s, struct model *m);
