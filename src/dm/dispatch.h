#pragma once
/*
 * Device management: one request of a registered LwM2M server in, one response out. Knows no
 * transport. Layer: dm. (TS core 6.3; order of checks: TS transport 6.7)
 */
#include "codec/message.h"
#include "model/model.h"

struct dm_peer {
	uint16_t short_server_id;
	enum lwm2m_version version; /* of the registration */
	struct observe *observe;    /* NULL: nothing is observed, no attributes are kept */
};

/*
 * Fills *ret (empty before the call). Always leaves an answer; negative errno never escapes
 * (dm/response.c maps it to a code in one table).
 */
void dm_dispatch(struct model *m, const struct dm_peer *peer, const struct request *request,
	struct response *ret);
