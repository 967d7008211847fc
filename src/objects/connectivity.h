#pragma once
/*
 * Object 4, Connectivity Monitoring 1.3: the bearer to the server as the daemon found it.
 * Layer: objects. (object 4)
 */
#include "model/model.h"

enum { CONNECTIVITY_ADDRESS_MAX = 46, CONNECTIVITY_LIST_MAX = 8 };

/* Of resource 0 and 1: those that a Linux host can tell. */
enum bearer {
	BEARER_LTE_FDD = 6,
	BEARER_WLAN = 21,
	BEARER_BLUETOOTH = 22,
	BEARER_802_15_4 = 23,
	BEARER_ETHERNET = 41,
	BEARER_DSL = 42,
};

struct connectivity_facts {
	uint8_t bearer; /* in use */
	uint8_t available[CONNECTIVITY_LIST_MAX];
	size_t n_available;
	int64_t signal; /* dBm; 0 on a wire */
	char address[CONNECTIVITY_LIST_MAX][CONNECTIVITY_ADDRESS_MAX];
	size_t n_addresses;
	char router[CONNECTIVITY_LIST_MAX][CONNECTIVITY_ADDRESS_MAX];
	size_t n_routers;
};

/* Hook data of object_connectivity. */
struct connectivity_actions {
	void *data;
	/* Asked before a Read: brings the facts up to date by connectivity_fill(). */
	void (*update)(void *data);
};

extern const struct object_def object_connectivity;

/* Makes /4/0 if need be; what is the same as before is no change. */
int connectivity_fill(struct model *m, const struct connectivity_facts *facts);
