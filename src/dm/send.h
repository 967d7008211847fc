#pragma once
/*
 * Send: values that the device reports to a server without being asked. This is what one contains;
 * servers_send() of the daemon sends it. Layer: dm. (TS core 1.1 5.2, TS transport 6.4.6)
 */
#include "dm/collect.h"

/*
 * The payload of a Send of these paths (put in order, of depth 0 to 4) to this server, whose
 * values are of time (milliseconds since 1970, 0: untold). What the server may not read or what is
 * not there is left out. -EOPNOTSUPP: the server speaks LwM2M 1.0; -EPERM: it is muted (1/x/23);
 * -EACCES, -ENODATA: nothing is left; -ENOSPC: more than out may hold.
 */
int send_make(struct model *m, const struct dm_peer *peer, uint16_t server_instance,
	struct path *paths, size_t n_paths, int64_t time, struct buf *out, int *ret_format);

/* 1/x/23: absent means muted, too. */
bool send_is_muted(const struct model *m, uint16_t server_instance);
