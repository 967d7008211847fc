#pragma once
/*
 * One server: registration and bootstrap interface on an own address, and what it does to the
 * client that speaks with it. Answers can be set; each request becomes an event.
 */
#include "op.h"
#include "relay.h"

struct endpoint;

enum answer_to { TO_REGISTER, TO_UPDATE, TO_DEREGISTER, TO_BOOTSTRAP, TO_COUNT };

/* psk_file: NULL for coap. *ret_why: one line for people. */
int endpoint_new(const char *name, const char *uri, const char *psk_file, struct endpoint **ret,
	const char **ret_why);
struct endpoint *endpoint_free(struct endpoint *e);

const char *endpoint_name(const struct endpoint *e);
/* NULL over TCP, where nothing is lost or repeated. */
struct relay_faults *endpoint_faults(struct endpoint *e);
/* The next `times` requests of this kind get this code; UINT32_MAX: all. 0: acknowledged, never
 * answered. times 0: as usual again. */
void endpoint_answer(struct endpoint *e, enum answer_to to, uint8_t code, uint32_t times);
/* Registrations are unknown from now on: Update gets 4.04. */
void endpoint_forget(struct endpoint *e);
/* As after a restart: no sessions, no registrations, same address. */
int endpoint_restart(struct endpoint *e);
/* On the session of the last registration (or Bootstrap-Request). Takes the list. */
void endpoint_play(struct endpoint *e, struct op *list);
/* What follows each accepted Bootstrap-Request. */
int endpoint_set_bootstrap(struct endpoint *e, const char *script, unsigned *ret_line);
/*
 * Server-initiated bootstrap: from our address to the client's listener. Keys: the first of
 * psk_file, or of the endpoint's own.
 */
int endpoint_server_initiated(
	struct endpoint *e, const char *uri, const char *psk_file, struct op *list);
void endpoint_server_initiated_close(struct endpoint *e);

/* Descriptors that are readable when endpoint_process() has something to do; -1: none. */
void endpoint_fds(const struct endpoint *e, int ret[3]);
uint64_t endpoint_deadline(const struct endpoint *e);
void endpoint_process(struct endpoint *e);
