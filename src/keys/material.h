#pragma once
/*
 * Whether the key material of an account can work, before anybody uses it: asked for the
 * configuration, for what a card brought and at Bootstrap-Finish. Layer: keys.
 * (TS transport 5.2.8, object 0 resources 3, 4, 5, 13)
 */
#include "keys/key.h"

enum material_field { MATERIAL_OWN, MATERIAL_SERVER, MATERIAL_SECRET }; /* 0/x/3, 4, 5 */

enum material_fault {
	MATERIAL_EMPTY,
	MATERIAL_FORMAT,   /* it does not parse */
	MATERIAL_WEAK,	   /* it parses and must not be used */
	MATERIAL_MISMATCH, /* the private key is another one's */
};

/* 0/x/13 */
enum matching_type { MATCH_EXACT, MATCH_SHA256, MATCH_SHA384, MATCH_SHA512, MATCH_END };

struct material {
	struct span own, server, secret;
	enum matching_type matching;
	/* secret may name a key in a token, which is looked at when it is used */
	bool allows_token;
};

struct material_problem {
	enum material_field field;
	enum material_fault fault;
	char why[KEY_WHY_MAX]; /* "the key is that of another certificate" */
};

/* 0: it can be used; 1: the first thing that is wrong with it is in *ret; -ENOMEM. */
int material_check_rpk(const struct material *m, struct material_problem *ret);
int material_check_certificate(const struct material *m, struct material_problem *ret);
/* Octets of the hash that stands for the server's key or certificate; 0: there is none. */
size_t material_hash_len(enum matching_type matching);
