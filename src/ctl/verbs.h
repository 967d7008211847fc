#pragma once
/*
 * The verbs of lwm2mctl: each does one and returns the exit status. Layer: ctl. (lwm2mctl(1))
 */
#include "ctl/cmdline.h"

/* They look, */
int verb_status(const struct cmdline *c, char *words[], int n);
int verb_why(const struct cmdline *c, char *words[], int n);
int verb_servers(const struct cmdline *c, char *words[], int n);
int verb_objects(const struct cmdline *c, char *words[], int n);
int verb_get(const struct cmdline *c, char *words[], int n);
int verb_observations(const struct cmdline *c, char *words[], int n);
int verb_metrics(const struct cmdline *c, char *words[], int n);
/* follow, */
int verb_monitor(const struct cmdline *c, char *words[], int n);
int verb_wait(const struct cmdline *c, char *words[], int n);
int verb_observe(const struct cmdline *c, char *words[], int n);
/* steer, */
int verb_server(const struct cmdline *c, char *words[], int n);
int verb_bootstrap(const struct cmdline *c, char *words[], int n);
int verb_reset(const struct cmdline *c, char *words[], int n);
int verb_reload(const struct cmdline *c, char *words[], int n);
int verb_set(const struct cmdline *c, char *words[], int n);
int verb_send(const struct cmdline *c, char *words[], int n);
int verb_execute(const struct cmdline *c, char *words[], int n);
int verb_card(const struct cmdline *c, char *words[], int n);
int verb_doctor(const struct cmdline *c, char *words[], int n);
int verb_report(const struct cmdline *c, char *words[], int n);
/* write files, */
int verb_provision(const struct cmdline *c, char *words[], int n);
/* or become another program. */
int verb_check(const struct cmdline *c, char *words[], int n);
int verb_log(const struct cmdline *c, char *words[], int n);
