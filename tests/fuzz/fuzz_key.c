/* Octets are a key, a certificate, PEM, or none of them; what loads is strong and can be shown. */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>

#include "keys/certificate.h"
#include "keys/material.h"
#include "keys/pem.h"

static void try_keys(struct span in)
{
	char why[KEY_WHY_MAX] = "";
	struct evp_pkey_st *key = NULL;
	struct buf public = {0};
	int r = key_load_private(in, &key, why);

	assert((r == 0) == (key != NULL) && (r == 0 || strlen(why) > 0));
	if (key) {
		assert(key_check_strength(key, why) == 0);
		assert(key_write_public(key, &public) == 0);
	}
	key_free(key);
	key = NULL;
	r = key_load_public(in, &key, why);
	assert((r == 0) == (key != NULL));
	key_free(key);
	buf_done(&public);
}

static void try_certificates(struct span in)
{
	char why[KEY_WHY_MAX] = "", text[CERTIFICATE_NAME_MAX], date[16];
	struct certificate_chain c = {0};
	int r = certificate_load(in, &c, why);

	assert((r == 0) == (c.n > 0) && (r == 0 || strlen(why) > 0));
	for (size_t i = 0; i < c.n; i++) {
		certificate_format_subject(c.at[i], text);
		certificate_format_issuer(c.at[i], text);
		certificate_format_date(certificate_not_after(c.at[i]), date);
		certificate_check_strength(c.at[i], why);
	}
	certificate_chain_done(&c);
}

static void try_pem(struct span in)
{
	char why[KEY_WHY_MAX];

	for (enum pem_kind kind = PEM_CERTIFICATE; kind <= PEM_PRIVATE_KEY; kind++) {
		struct buf out = {0};
		int r = pem_decode(in, kind, &out, why);

		assert(r > 0 || r == -EBADMSG || r == -ENOSPC);
		assert(out.len <= in.len);
		buf_done(&out);
	}
}

static void try_material(struct span in)
{
	struct material_problem problem;
	struct material m = {.own = in, .server = in, .secret = in};

	assert(material_check_rpk(&m, &problem) != 0);
	assert(material_check_certificate(&m, &problem) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);

	try_keys(in);
	try_certificates(in);
	try_pem(in);
	try_material(in);
	return 0;
}
