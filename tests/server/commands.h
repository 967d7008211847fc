#pragma once
/*
 * The lines of text on standard input that steer the test server:
 *   listen NAME URI [PSK-FILE]        a server; port 0: any, told by {"event":"listening"}
 *   NAME close                        its port is closed (ICMP answers)
 *   NAME restart                      sessions and registrations are lost, the port stays
 *   NAME forget                       registrations are lost
 *   NAME answer KIND CODE|none|usual [xN]   KIND: register update deregister bootstrap
 *   NAME silent on|off    NAME drop in|out N    NAME duplicate in|out N    NAME delay MILLISECONDS
 *   NAME bootstrap FILE               what follows a Bootstrap-Request (op.h); without: 4.00
 *   NAME sib URI FILE [PSK-FILE]      server-initiated bootstrap
 *   NAME sib-close
 *   NAME OPERATION                    op.h, on the last client
 * Each is answered by {"event":"ok"} or {"event":"error"}.
 */
#include "endpoint.h"

enum { ENDPOINTS_MAX = 16 };

struct servers {
	struct endpoint *endpoint[ENDPOINTS_MAX];
	size_t n;
};

void command_run(struct servers *servers, char *line);
void servers_done(struct servers *servers);
