#include "keys/material.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "keys/certificate.h"
#include "keys/token.h"

size_t material_hash_len(enum matching_type matching)
{
	static const size_t len[] = {
		[MATCH_EXACT] = 0, [MATCH_SHA256] = 32, [MATCH_SHA384] = 48, [MATCH_SHA512] = 64};

	return matching < MATCH_END ? len[matching] : 0;
}

static int found(struct material_problem *p, enum material_field field, int error)
{
	if (error == -ENOMEM)
		return error;
	p->field = field;
	p->fault = error == -EKEYREJECTED ? MATERIAL_WEAK : MATERIAL_FORMAT;
	return 1;
}

static int found_text(struct material_problem *p, enum material_field field,
	enum material_fault fault, const char *why)
{
	p->field = field;
	p->fault = fault;
	snprintf(p->why, sizeof p->why, "%s", why);
	return 1;
}

static int check_empty(const struct material *m, struct material_problem *ret)
{
	const struct span *const fields[] = {&m->own, &m->server, &m->secret};

	for (int i = 0; i < 3; i++)
		if (fields[i]->len == 0)
			return found_text(
				ret, (enum material_field)i, MATERIAL_EMPTY, "it is empty");
	return 0;
}

/* 1: 0/x/4 is a hash, and of the right length. */
static int check_hash(const struct material *m, struct material_problem *ret, bool *ret_is_hash)
{
	*ret_is_hash = m->matching != MATCH_EXACT;
	if (*ret_is_hash && m->server.len != material_hash_len(m->matching))
		return found_text(ret, MATERIAL_SERVER, MATERIAL_FORMAT,
			"not a hash of the length that the Matching Type says");
	return 0;
}

/* NULL: it stays in a token. */
static int load_secret(const struct material *m, struct evp_pkey_st **ret, char why[KEY_WHY_MAX])
{
	if (m->allows_token && token_is_uri(m->secret))
		return 0;
	return key_load_private(m->secret, ret, why);
}

int material_check_rpk(const struct material *m, struct material_problem *ret)
{
	_cleanup_(key_free_p) struct evp_pkey_st *secret = NULL;
	_cleanup_(key_free_p) struct evp_pkey_st *own = NULL;
	_cleanup_(key_free_p) struct evp_pkey_st *server = NULL;
	bool is_hash;
	int r = check_empty(m, ret);

	if (r == 0)
		r = check_hash(m, ret, &is_hash);
	if (r)
		return r;
	r = load_secret(m, &secret, ret->why);
	if (r < 0)
		return found(ret, MATERIAL_SECRET, r);
	r = key_load_public(m->own, &own, ret->why);
	if (r < 0)
		return found(ret, MATERIAL_OWN, r);
	r = is_hash ? 0 : key_load_public(m->server, &server, ret->why);
	if (r < 0)
		return found(ret, MATERIAL_SERVER, r);
	if (secret && !key_is_pair(own, secret))
		return found_text(ret, MATERIAL_SECRET, MATERIAL_MISMATCH,
			"the private key belongs to another public key");
	return 0;
}

int material_check_certificate(const struct material *m, struct material_problem *ret)
{
	_cleanup_(key_free_p) struct evp_pkey_st *secret = NULL;
	_cleanup_(certificate_chain_done) struct certificate_chain own = {0}, server = {0};
	bool is_hash;
	int r = check_empty(m, ret);

	if (r == 0)
		r = check_hash(m, ret, &is_hash);
	if (r)
		return r;
	r = load_secret(m, &secret, ret->why);
	if (r < 0)
		return found(ret, MATERIAL_SECRET, r);
	r = certificate_load(m->own, &own, ret->why);
	if (r == 0)
		r = certificate_check_strength(own.at[0], ret->why);
	if (r < 0)
		return found(ret, MATERIAL_OWN, r);
	r = is_hash ? 0 : certificate_load(m->server, &server, ret->why);
	if (r < 0)
		return found(ret, MATERIAL_SERVER, r);
	if (server.n > 1)
		return found_text(
			ret, MATERIAL_SERVER, MATERIAL_FORMAT, "more than one certificate");
	if (secret && !key_is_pair(X509_get0_pubkey(own.at[0]), secret))
		return found_text(ret, MATERIAL_SECRET, MATERIAL_MISMATCH,
			"the private key belongs to another certificate");
	return 0;
}
