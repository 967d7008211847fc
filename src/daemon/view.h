#pragma once
/*
 * The daemon's parts as those see them who ask at the status socket: phase, causes, servers,
 * steps, values. Changes nothing. data is a struct console. Layer: daemon.
 * (lwm2md-varlink(7))
 */
#include "ctl/manage.h"
#include "daemon/timeline.h"

struct daemon;

const char *view_phase(const struct daemon *d);
/* Rounded up; 0: it has come. */
uint64_t view_seconds_until(const struct daemon *d, uint64_t at);
struct manage_step view_step(const struct step *s);
/* The values at or below a path that was written. */
void view_changed(const struct daemon *d, struct path p,
	void (*emit)(void *to, const struct manage_value *v), void *to);

/* As struct manage_ops wants them. */
void view_state(void *data, struct manage_state *ret);
void view_warnings(void *data, void (*emit)(void *to, const struct manage_warning *w), void *to);
void view_advice(void *data, void (*emit)(void *to, const struct manage_advice *a), void *to);
void view_servers(void *data, void (*emit)(void *to, const struct manage_server *s), void *to);
/* Of composite observations no more paths than these are shown. */
enum { OBSERVE_PATHS_SHOWN = 32 };
void view_observations(void *data, uint16_t ssid,
	void (*emit)(void *to, const struct manage_observation *o), void *to);
void view_steps(void *data, void (*emit)(void *to, const struct manage_step *s), void *to);
int view_instances(void *data, struct path p,
	void (*emit)(void *to, const struct manage_instance *i), void *to);
int view_values(
	void *data, struct path p, void (*emit)(void *to, const struct manage_value *v), void *to);
