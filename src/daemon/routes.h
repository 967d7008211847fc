#pragma once
/*
 * Tells when links, addresses or routes of this host changed (rtnetlink), collected for a
 * second. Layer: daemon. (lwm2md.conf(5), network.wait_online)
 */
#include "base/clock.h"
#include "base/loop.h"

struct routes;

int routes_new(const struct loop *loop, const struct clock *clock, void (*changed)(void *data),
	void *data, struct routes **ret);
struct routes *routes_free(struct routes *r);
void routes_free_p(struct routes **r);
