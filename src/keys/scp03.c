#include "keys/scp03.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/cleanup.h"
#include "base/reader.h"

enum { BLOCK = 16, KEY_MAX = 32, SHORT_DATA_MAX = 255, SECURE_MESSAGING = 0x04 };

/* What the derivation is for (amendment D, table 4-1). */
enum derivation {
	CARD_CRYPTOGRAM = 0x00,
	HOST_CRYPTOGRAM = 0x01,
	SESSION_ENC = 0x04,
	SESSION_MAC = 0x06,
	SESSION_RMAC = 0x07,
};

struct scp03 {
	size_t key_len;
	size_t unit; /* octets of challenges, cryptograms and MACs */
	uint8_t enc[KEY_MAX], mac[KEY_MAX], rmac[KEY_MAX];
	uint8_t host_cryptogram[SCP03_S16];
	uint8_t chaining[BLOCK]; /* the full MAC of the last command */
	uint32_t counter;	 /* of commands after the authentication */
};

int scp03_challenge(uint8_t *ret, size_t len)
{
	return RAND_bytes(ret, (int)len) == 1 ? 0 : -EIO;
}

static bool is_key_length(size_t len)
{
	return len == 16 || len == 24 || len == 32;
}

/* --- primitives ------------------------------------------------------------------------------- */

static const char *cipher_name(size_t key_len)
{
	return key_len == 16 ? "AES-128-CBC" : key_len == 24 ? "AES-192-CBC" : "AES-256-CBC";
}

static void mac_free_p(EVP_MAC **m)
{
	EVP_MAC_free(*m);
}

static void mac_ctx_free_p(EVP_MAC_CTX **c)
{
	EVP_MAC_CTX_free(*c);
}

static void cipher_free_p(EVP_CIPHER **c)
{
	EVP_CIPHER_free(*c);
}

static void cipher_ctx_free_p(EVP_CIPHER_CTX **c)
{
	EVP_CIPHER_CTX_free(*c);
}

static int cmac(struct span key, const struct span *parts, size_t n_parts, uint8_t ret[BLOCK])
{
	_cleanup_(mac_free_p) EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "CMAC", NULL);
	_cleanup_(mac_ctx_free_p) EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(algorithm);
	char name[sizeof "AES-128-CBC"];
	size_t len;

	memcpy(name, cipher_name(key.len), sizeof name);

	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, name, 0),
		OSSL_PARAM_construct_end(),
	};

	if (!ctx || EVP_MAC_init(ctx, key.data, key.len, params) != 1)
		return -EIO;
	for (size_t i = 0; i < n_parts; i++)
		if (parts[i].len > 0 && EVP_MAC_update(ctx, parts[i].data, parts[i].len) != 1)
			return -EIO;
	return EVP_MAC_final(ctx, ret, &len, BLOCK) == 1 && len == BLOCK ? 0 : -EIO;
}

/* Whole blocks, no padding of its own; in and ret may be the same. */
static int cbc(struct span key, const uint8_t iv[BLOCK], bool encrypt, struct span in, uint8_t *ret)
{
	_cleanup_(cipher_free_p) EVP_CIPHER *cipher =
		EVP_CIPHER_fetch(NULL, cipher_name(key.len), NULL);
	_cleanup_(cipher_ctx_free_p) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0;

	if (!cipher || !ctx ||
		EVP_CipherInit_ex2(ctx, cipher, key.data, iv, encrypt ? 1 : 0, NULL) != 1)
		return -EIO;
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	if (EVP_CipherUpdate(ctx, ret, &len, in.data, (int)in.len) != 1 || (size_t)len != in.len)
		return -EIO;
	return 0;
}

/* Counter mode of NIST SP 800-108 over CMAC; at most two blocks are asked for. */
static int derive(
	struct span key, enum derivation what, struct span context, uint8_t *ret, size_t len)
{
	uint8_t label[BLOCK] = {[11] = (uint8_t)what,
		[13] = (uint8_t)(len * 8 >> 8),
		[14] = (uint8_t)(len * 8 & 0xFF)};
	const struct span parts[] = {span_of(label, sizeof label), context};
	uint8_t block[BLOCK];
	int r = 0;

	for (size_t done = 0; r == 0 && done < len; done += BLOCK) {
		label[15]++;
		r = cmac(key, parts, 2, block);
		if (r == 0)
			memcpy(ret + done, block, len - done < BLOCK ? len - done : BLOCK);
	}
	explicit_bzero(block, sizeof block);
	return r;
}

/* --- the session ------------------------------------------------------------------------------ */

static struct span key_of(const struct scp03 *s, const uint8_t *key)
{
	return span_of(key, s->key_len);
}

static int derive_session(struct scp03 *s, const struct scp03_keys *keys, struct span context,
	uint8_t ret_card_cryptogram[SCP03_S16])
{
	int r = derive(keys->enc, SESSION_ENC, context, s->enc, s->key_len);

	if (r == 0)
		r = derive(keys->mac, SESSION_MAC, context, s->mac, s->key_len);
	if (r == 0)
		r = derive(keys->mac, SESSION_RMAC, context, s->rmac, s->key_len);
	if (r == 0)
		r = derive(
			key_of(s, s->mac), HOST_CRYPTOGRAM, context, s->host_cryptogram, s->unit);
	if (r == 0)
		r = derive(
			key_of(s, s->mac), CARD_CRYPTOGRAM, context, ret_card_cryptogram, s->unit);
	return r;
}

int scp03_new(const struct scp03_keys *keys, struct span challenge, struct span answer,
	struct scp03 **ret)
{
	enum { DIVERSIFICATION = 10, PROTOCOL = 3, OPTION_S16 = 0x01, SEQUENCE = 3 };
	const size_t unit = challenge.len;
	_cleanup_(scp03_free_p) struct scp03 *s = NULL;
	struct reader r = reader_of(answer);
	uint8_t context[2 * SCP03_S16], expected[SCP03_S16];

	if (unit != SCP03_S8 && unit != SCP03_S16)
		return -EINVAL;
	if (!is_key_length(keys->enc.len) || keys->mac.len != keys->enc.len)
		return -EINVAL;

	rd_take(&r, DIVERSIFICATION);
	rd_u8(&r); /* key version */

	uint8_t protocol = rd_u8(&r), options = rd_u8(&r);
	struct span card_challenge = rd_take(&r, unit);
	struct span cryptogram = rd_take(&r, unit);

	if (r.err || protocol != PROTOCOL || (options & OPTION_S16) != (unit == SCP03_S16) ||
		(rd_left(&r) != 0 && rd_left(&r) != SEQUENCE))
		return -EPROTO;
	s = calloc(1, sizeof *s);
	if (!s)
		return -ENOMEM;
	s->key_len = keys->enc.len;
	s->unit = unit;
	memcpy(context, challenge.data, unit);
	memcpy(context + unit, card_challenge.data, unit);

	int e = derive_session(s, keys, span_of(context, 2 * unit), expected);

	if (e < 0)
		return e;
	if (CRYPTO_memcmp(expected, cryptogram.data, unit) != 0)
		return -EKEYREJECTED;
	*ret = TAKE_PTR(s);
	return 0;
}

struct scp03 *scp03_free(struct scp03 *s)
{
	if (s)
		explicit_bzero(s, sizeof *s);
	free(s);
	return NULL;
}

void scp03_free_p(struct scp03 **s)
{
	scp03_free(*s);
}

/* One octet at least is padding, to whole blocks; 255 octets hold 15 of them and a MAC of 8. */
size_t scp03_data_max(const struct scp03 *s)
{
	return (SHORT_DATA_MAX - s->unit) / BLOCK * BLOCK - 1;
}

/* --- commands --------------------------------------------------------------------------------- */

/* The channel is no part of what the MAC covers. */
static int seal(struct scp03 *s, const uint8_t header[4], struct span data, uint8_t ret[BLOCK])
{
	const uint8_t covered[] = {(uint8_t)((header[0] & 0xF0) | SECURE_MESSAGING), header[1],
		header[2], header[3], (uint8_t)(data.len + s->unit)};
	const struct span parts[] = {
		span_of(s->chaining, BLOCK), span_of(covered, sizeof covered), data};

	return cmac(key_of(s, s->mac), parts, sizeof parts / sizeof *parts, ret);
}

static int append_sealed(
	struct scp03 *s, const uint8_t header[4], struct span data, struct buf *out)
{
	uint8_t mac[BLOCK];
	size_t start = out->len;
	int r = seal(s, header, data, mac);

	if (r == 0)
		r = buf_append(out, data);
	if (r == 0)
		r = buf_append(out, span_of(mac, s->unit));
	if (r < 0) {
		buf_truncate(out, start);
		return r;
	}
	memcpy(s->chaining, mac, BLOCK);
	return 0;
}

int scp03_authenticate(struct scp03 *s, uint8_t class, struct buf *out)
{
	const uint8_t header[] = {class, 0x82, SCP03_LEVEL, 0x00};

	return append_sealed(s, header, span_of(s->host_cryptogram, s->unit), out);
}

/* The initial vector of this command (first octet 00) or of its answer (80). */
static int make_iv(const struct scp03 *s, uint8_t first, uint8_t ret[BLOCK])
{
	static const uint8_t zero[BLOCK];
	uint8_t counter[BLOCK] = {[0] = first,
		[12] = (uint8_t)(s->counter >> 24),
		[13] = (uint8_t)(s->counter >> 16 & 0xFF),
		[14] = (uint8_t)(s->counter >> 8 & 0xFF),
		[15] = (uint8_t)(s->counter & 0xFF)};

	return cbc(key_of(s, s->enc), zero, true, span_of(counter, BLOCK), ret);
}

int scp03_wrap(struct scp03 *s, const uint8_t header[4], struct span data, struct buf *out)
{
	uint8_t plain[SHORT_DATA_MAX + BLOCK] = {0}, iv[BLOCK];
	size_t padded = data.len ? (data.len / BLOCK + 1) * BLOCK : 0;
	int r = 0;

	if (padded + s->unit > SHORT_DATA_MAX)
		return -EMSGSIZE;
	/* it counts commands without data, too */
	s->counter++;
	if (padded) {
		memcpy(plain, data.data, data.len);
		plain[data.len] = 0x80;
		r = make_iv(s, 0x00, iv);
		if (r == 0)
			r = cbc(key_of(s, s->enc), iv, true, span_of(plain, padded), plain);
	}
	if (r == 0)
		r = append_sealed(s, header, span_of(plain, padded), out);
	explicit_bzero(plain, sizeof plain);
	return r;
}

/* --- answers ---------------------------------------------------------------------------------- */

/* Errors come without MAC; what says that something was done must have one. */
static bool needs_mac(uint16_t status)
{
	unsigned class = status >> 8;

	return (class >= 0x90 && class <= 0x9F) || class == 0x62 || class == 0x63;
}

static int open_data(struct scp03 *s, struct span data, struct buf *out)
{
	uint8_t iv[BLOCK], *plain;
	size_t start = out->len;
	int r = make_iv(s, 0x80, iv);

	if (r == 0)
		r = buf_reserve(out, data.len, &plain);
	if (r == 0)
		r = cbc(key_of(s, s->enc), iv, false, data, plain);
	if (r < 0)
		return r;

	size_t len = data.len;

	while (len > 0 && plain[len - 1] == 0x00)
		len--;
	if (len == 0 || plain[len - 1] != 0x80 || data.len - len >= BLOCK) {
		explicit_bzero(plain, data.len);
		return -EBADMSG;
	}
	out->len = start + len - 1;
	return 0;
}

int scp03_unwrap(struct scp03 *s, struct span answer, uint16_t status, struct buf *out)
{
	const uint8_t tail[] = {(uint8_t)(status >> 8), (uint8_t)(status & 0xFF)};
	uint8_t mac[BLOCK];

	if (answer.len == 0 && !needs_mac(status))
		return 0;
	if (answer.len < s->unit)
		return -EBADMSG;

	struct span data = span_of(answer.data, answer.len - s->unit);
	const struct span parts[] = {span_of(s->chaining, BLOCK), data, span_of(tail, sizeof tail)};
	int r = cmac(key_of(s, s->rmac), parts, sizeof parts / sizeof *parts, mac);

	if (r < 0)
		return r;
	if (CRYPTO_memcmp(mac, answer.data + data.len, s->unit) != 0 || data.len % BLOCK)
		return -EBADMSG;
	return data.len ? open_data(s, data, out) : 0;
}
