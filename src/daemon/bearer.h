#pragma once
/*
 * What kind of bearer a link is and how strong its signal, as object 4 numbers it.
 * Layer: daemon. (object 4 resources 0 to 2)
 */
#include "daemon/netlink.h"

/* root: "" or a directory in front of /sys (tests). enum bearer of objects/connectivity.h. */
uint8_t bearer_of(const char *root, const struct net_link *link);
/* dBm of a wireless link, 0 where there is none to tell. Asks the driver, sends nothing. */
int64_t bearer_signal(const struct net_link *link);
