#include "keys/key.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/reader.h"

enum { DER_MAX = 16 * 1024, RSA_BITS_MIN = 2048, GROUP_BITS_MIN = 255 };
enum { TAG_INTEGER = 0x02, TAG_OCTETS = 0x04, TAG_SEQUENCE = 0x30 };
enum private_form { FORM_PKCS8, FORM_SEC1 };

static int fail(char why[KEY_WHY_MAX], int error, const char *text)
{
	/* what is left in OpenSSL's queue would be taken for an error of the next session */
	ERR_clear_error();
	snprintf(why, KEY_WHY_MAX, "%s", text);
	return error;
}

void key_free(struct evp_pkey_st *key)
{
	EVP_PKEY_free(key);
}

void key_free_p(struct evp_pkey_st **key)
{
	EVP_PKEY_free(*key);
}

/* The length of a DER element behind its tag. */
static size_t read_length(struct reader *r)
{
	uint8_t first = rd_u8(r);

	if (first < 0x80)
		return first;
	if (first == 0x81 || first == 0x82)
		return (size_t)rd_be(r, first & 0x7fu);
	r->err = -EBADMSG;
	return 0;
}

/*
 * Which form it is, by its first elements: OpenSSL would take more forms than the standard allows.
 * (RFC 5958 2, RFC 5915 3)
 */
static int form_of_private(struct span der, enum private_form *ret, char why[KEY_WHY_MAX])
{
	struct reader r = reader_of(der);
	uint8_t tag = rd_u8(&r);
	size_t len = read_length(&r);

	if (r.err || der.len > DER_MAX || tag != TAG_SEQUENCE || len != rd_left(&r))
		return fail(why, -EBADMSG, "not the DER of one private key");
	tag = rd_u8(&r);
	if (tag == TAG_SEQUENCE)
		return fail(why, -EBADMSG, "an encrypted key; it must be plain PKCS#8 or SEC1");
	len = read_length(&r);

	uint8_t version = rd_u8(&r);
	uint8_t next = rd_u8(&r);

	if (r.err || tag != TAG_INTEGER || len != 1)
		return fail(why, -EBADMSG, "neither PKCS#8 nor SEC1");
	if (next == TAG_OCTETS && version == 1)
		*ret = FORM_SEC1;
	else if (next == TAG_SEQUENCE && version == 0)
		*ret = FORM_PKCS8;
	else if (next == TAG_SEQUENCE)
		return fail(why, -EBADMSG, "a PKCS#8 key of a version other than 1");
	else
		return fail(why, -EBADMSG, "neither PKCS#8 nor SEC1");
	return 0;
}

static EVP_PKEY *decode_private(struct span der, enum private_form form)
{
	const uint8_t *at = der.data, *end = der.data + der.len;
	EVP_PKEY *key = NULL;

	if (form == FORM_SEC1) {
		key = d2i_PrivateKey(EVP_PKEY_EC, NULL, &at, (long)der.len);
	} else {
		PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.len);

		if (info)
			key = EVP_PKCS82PKEY(info);
		PKCS8_PRIV_KEY_INFO_free(info);
	}
	if (key && at != end) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

/* A private key whose public half is another's would only fail at the server. */
static bool is_consistent(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	int type = EVP_PKEY_get_base_id(key);
	/* of RSA this would cost seconds; its numbers are checked when it is used */
	bool is_costly = type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS;
	bool is_good = ctx && (is_costly || EVP_PKEY_pairwise_check(ctx) == 1);

	EVP_PKEY_CTX_free(ctx);
	return is_good;
}

int key_load_private(struct span der, struct evp_pkey_st **ret, char why[KEY_WHY_MAX])
{
	enum private_form form;
	int r = form_of_private(der, &form, why);

	if (r < 0)
		return r;

	_cleanup_(key_free_p) EVP_PKEY *key = decode_private(der, form);

	if (!key)
		return fail(why, -EBADMSG,
			form == FORM_SEC1 ? "a damaged SEC1 key" : "a damaged PKCS#8 key");
	r = key_check_strength(key, why);
	if (r < 0)
		return r;
	if (!is_consistent(key))
		return fail(why, -EBADMSG, "its private and public half do not belong together");
	ERR_clear_error();
	*ret = TAKE_PTR(key);
	return 0;
}

int key_load_public(struct span der, struct evp_pkey_st **ret, char why[KEY_WHY_MAX])
{
	const uint8_t *at = der.data;
	_cleanup_(key_free_p) EVP_PKEY *key = NULL;

	if (der.len > 0 && der.len <= DER_MAX)
		key = d2i_PUBKEY(NULL, &at, (long)der.len);
	if (!key || at != der.data + der.len)
		return fail(why, -EBADMSG, "not the DER of one SubjectPublicKeyInfo");

	int r = key_check_strength(key, why);

	if (r < 0)
		return r;
	ERR_clear_error();
	*ret = TAKE_PTR(key);
	return 0;
}

/* Parameters written out could describe any curve, also one made to be weak. */
static int check_curve(const EVP_PKEY *key, char why[KEY_WHY_MAX])
{
	char name[64];
	size_t len;

	if (EVP_PKEY_get_group_name(key, name, sizeof name, &len) != 1)
		return fail(why, -EKEYREJECTED, "the curve has no name");
	if (EVP_PKEY_get_bits(key) < GROUP_BITS_MIN) {
		ERR_clear_error();
		snprintf(why, KEY_WHY_MAX, "curve %.32s has %d bits, 255 are the least", name,
			EVP_PKEY_get_bits(key));
		return -EKEYREJECTED;
	}
	return 0;
}

int key_check_strength(const struct evp_pkey_st *key, char why[KEY_WHY_MAX])
{
	int bits = EVP_PKEY_get_bits(key);

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_EC:
		return check_curve(key, why);
	case EVP_PKEY_ED25519:
	case EVP_PKEY_ED448:
		return 0;
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		if (bits >= RSA_BITS_MIN)
			return 0;
		snprintf(why, KEY_WHY_MAX, "RSA with %d bits, 2048 are the least", bits);
		return -EKEYREJECTED;
	default:
		return fail(why, -EKEYREJECTED, "a kind of key that cannot be used here");
	}
}

bool key_is_pair(const struct evp_pkey_st *a, const struct evp_pkey_st *b)
{
	bool is_equal = EVP_PKEY_eq(a, b) == 1;

	ERR_clear_error();
	return is_equal;
}

int key_write_public(const struct evp_pkey_st *key, struct buf *ret)
{
	uint8_t *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	if (len <= 0)
		return -ENOMEM;

	int r = buf_append(ret, span_of(der, (size_t)len));

	OPENSSL_free(der);
	return r;
}

bool key_has_raw_public_keys(void)
{
#if OPENSSL_VERSION_NUMBER >= 0x30200000L
	return OpenSSL_version_num() >= 0x30200000L;
#else
	return false;
#endif
}

const char *key_library_version(void)
{
	return OpenSSL_version(OPENSSL_VERSION_STRING);
}
