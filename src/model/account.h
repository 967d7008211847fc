#pragma once
/*
 * Objects 0 and 1 seen as accounts: read-only views for consistency, registration and transport.
 * Spans look into the model, valid until its next change. Layer: model. (TS core 6.1.2)
 */
#include "model/model.h"

enum { SSID_BOOTSTRAP = 0, SSID_MIN = 1, SSID_MAX = 65534, ACCOUNT_CIPHERSUITES_MAX = 16 };

struct account {
	uint16_t security_instance; /* /0/x */
	bool is_bootstrap;
	uint16_t short_server_id; /* SSID_BOOTSTRAP for the bootstrap account, or if absent */
	uint16_t server_instance; /* /1/y with the same Short Server ID; ID_NONE: none */
	enum origin origin;
	struct span uri;
	int64_t mode; /* enum security_mode; -1: absent */
	struct span identity, server_public_key, secret_key, sni;
	int64_t matching_type, certificate_usage;	 /* 0 and -1 where they are absent */
	uint32_t ciphersuites[ACCOUNT_CIPHERSUITES_MAX]; /* 0/x/16, more than these are not seen */
	size_t n_ciphersuites;
	bool has_hold_off;
	uint32_t client_hold_off_time;
	uint32_t bootstrap_account_timeout;
};

/* Walks all /0 instances; start with *cursor = 0. */
bool account_next(const struct model *m, uint32_t *cursor, struct account *ret);
/* The first with 0/x/1 = true. false: there is none. */
bool account_bootstrap(const struct model *m, struct account *ret);
/* By Short Server ID. */
bool account_of_server(const struct model *m, uint16_t short_server_id, struct account *ret);
/* The /1 instance of a Short Server ID; ID_NONE: none. */
uint16_t account_server_instance(const struct model *m, uint16_t short_server_id);
size_t account_count_servers(const struct model *m);
