#pragma once
/*
 * All LwM2M servers together: links are made and dropped as the accounts in the model say, and
 * started in their order; what they report becomes one verdict for the sequence.
 * Layer: daemon. (TS core 6.1.4 step 3; TS core 6.2.1.1)
 */
#include "daemon/server_link.h"

struct servers;

/* Verdicts come from the loop or from inside servers_begin(). */
struct servers_hooks {
	void *data;
	void (*verdict)(void *data, enum order_verdict verdict);
	void (*stopped)(void *data); /* after servers_stop(): every link has ended */
	bool (*is_open)(void *data, uint16_t short_server_id);
	bool (*check_card)(void *data); /* as that of server_link_env */
};

/* env: model, tp, loop, clock, timeline and endpoint are used; its callbacks are the servers' own.
 */
int servers_new(
	const struct server_link_env *env, const struct servers_hooks *hooks, struct servers **ret);
struct servers *servers_free(struct servers *s);

void servers_set_conf(struct servers *s, const struct conf *conf);

/*
 * Brings links in line with the accounts: gone or changed ones are de-registered, standing ones
 * stay and are updated, failed ones start from the beginning, disabled ones stay silent. Then
 * registers by order.
 */
void servers_begin(struct servers *s);
/* Before it: a bootstrap has succeeded, so retries, delays and 1/x/4 of the past do not count. */
void servers_bootstrapped(struct servers *s);
/* As servers_begin(), with registrations that the last run kept. */
void servers_resume(struct servers *s, const struct store_registration *kept, size_t n_kept);
/* The card was looked at: Registers and Updates that were held up go out. */
void servers_card_checked(struct servers *s);
/* De-registers everywhere in parallel; hooks->stopped when done, 5 s at most. */
void servers_stop(struct servers *s);

/* 1/y/… was written, or instances came or went. */
void servers_changed(struct servers *s, struct path p, enum model_change what);
/* After Execute of 1/x/8 and 1/x/4; carried out after the answer has been sent. */
int servers_trigger_update(struct servers *s, uint16_t short_server_id);
int servers_disable(struct servers *s, uint16_t short_server_id);

/*
 * The operator's wishes; Short Server ID 0: all. 0, -ENOENT: there is no such server, -ENOTCONN: it
 * is not registered (update, deregister).
 */
int servers_register(struct servers *s, uint16_t short_server_id);
int servers_update(struct servers *s, uint16_t short_server_id);
/* Silent for so many seconds, 0: as 1/x/5 says; then it registers again. */
int servers_deregister(struct servers *s, uint16_t short_server_id, uint32_t seconds);
/* NULL: there is no such server. */
struct server_link *servers_find(struct servers *s, uint16_t short_server_id);
/*
 * Send: reports what is at these paths now (lwm2mctl send). Short Server ID 0: to each registered
 * server that takes it. 0: it is on its way, or waits for the server to be back; the outcome is in
 * the time line. -ENOENT, or the first error of server_link_send(): -ENOTCONN not registered,
 * -EOPNOTSUPP a server of LwM2M 1.0, -EPERM muted (1/x/23), -EACCES, -ENODATA nothing to send.
 */
int servers_send(
	struct servers *s, uint16_t short_server_id, const struct path *paths, size_t n_paths);
/* Start with *cursor = 0; NULL behind the last. */
const struct server_link *servers_next(const struct servers *s, size_t *cursor);

size_t servers_count(const struct servers *s);
size_t servers_count_up(const struct servers *s);
size_t servers_save(const struct servers *s, struct store_registration *list, size_t max);
