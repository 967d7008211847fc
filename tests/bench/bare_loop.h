#pragma once
/*
 * The loop of the bare client, in two kinds: libcoap's own (bare_loop_coap.c), and sd-event with
 * libcoap's descriptor in it, as in any service that has more to do (bare_loop_sd.c).
 */
#include <coap3/coap.h>

/* Before anything else: SIGTERM ends the loop, also when it comes early. */
void bare_loop_begin(void);
/* The exit status. */
int bare_loop_run(coap_context_t *context);
