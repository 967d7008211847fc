#include "conf/expand.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/encoding.h"
#include "base/parse.h"
#include "keys/hash.h"

enum { FACT_MAX = 255, ID_LEN = 16, HMAC_BLOCK = 64 };

__attribute__((format(printf, 3, 4))) static int fail(
	int error, char why[EXPAND_WHY_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, EXPAND_WHY_MAX, format, args);
	va_end(args);
	return error;
}

/* The first line of a small file without blanks around it. -ENODATA: no such text. */
static int read_fact(const char *root, const char *path, char ret[FACT_MAX + 1])
{
	_cleanup_(free_p) char *full = NULL;
	char text[FACT_MAX + 2];

	if (asprintf(&full, "%s%s", root, path) < 0)
		return -ENOMEM;

	_cleanup_(close_p) int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (n < 0)
		return -ENODATA;
	text[n] = '\0';

	char *start = text + strspn(text, " \t");
	size_t len = strcspn(start, "\r\n");

	while (len > 0 && (start[len - 1] == ' ' || start[len - 1] == '\t'))
		len--;
	if (len == 0 || len > FACT_MAX || !text_is_utf8(span_of(start, len)))
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		if (iscntrl((unsigned char)start[i]))
			return -EINVAL;
	memcpy(ret, start, len);
	ret[len] = '\0';
	return 0;
}

static int hmac_sha256(struct span key, struct span message, uint8_t ret[HASH_LEN])
{
	uint8_t block[HMAC_BLOCK + HASH_LEN] = {0};
	int r;

	for (size_t i = 0; i < HMAC_BLOCK; i++)
		block[i] = (i < key.len ? key.data[i] : 0) ^ 0x36;
	memcpy(block + HMAC_BLOCK, message.data, message.len);
	r = hash_sha256(span_of(block, HMAC_BLOCK + message.len), ret);
	if (r < 0)
		return r;

	for (size_t i = 0; i < HMAC_BLOCK; i++)
		block[i] ^= 0x36 ^ 0x5c;
	memcpy(block + HMAC_BLOCK, ret, HASH_LEN);
	return hash_sha256(span_of(block, sizeof block), ret);
}

int expand_machine_id(const char *root, char ret[MACHINE_ID_TEXT_LEN + 1])
{
	/* of this program: made once, at random */
	static const uint8_t app_id[ID_LEN] = {0xcb, 0xf7, 0xf6, 0xae, 0x73, 0x60, 0x90, 0xac, 0x2e,
		0x97, 0x30, 0xbf, 0x9c, 0x54, 0x5a, 0x76};
	char text[FACT_MAX + 1];
	uint8_t id[HASH_LEN];
	_cleanup_(buf_done) struct buf machine = {0}, hex = {0};
	int r = read_fact(root, "/etc/machine-id", text);

	if (r == -ENOMEM)
		return r;
	/* "uninitialized" at the first boot, empty in an image */
	if (r < 0 || hex_decode(span_of_text(text), &machine) < 0 || machine.len != ID_LEN)
		return -ENODATA;
	r = hmac_sha256(buf_span(&machine), span_of(app_id, sizeof app_id), id);
	if (r < 0)
		return r;
	/* RFC 4122: version 4, variant 1 */
	id[6] = (id[6] & 0x0f) | 0x40;
	id[8] = (id[8] & 0x3f) | 0x80;

	struct writer w = writer_to(&hex);

	hex_encode(span_of(id, ID_LEN), &w);
	wr_u8(&w, '\0');
	if (w.err)
		return w.err;

	const char *h = (const char *)hex.data;

	snprintf(ret, MACHINE_ID_TEXT_LEN + 1, "%.8s-%.4s-%.4s-%.4s-%.12s", h, h + 8, h + 12,
		h + 16, h + 20);
	return 0;
}

/* What vendors leave in DMI when they do not know. */
static bool is_placeholder(const char *serial)
{
	static const char *const words[] = {"none", "default string", "to be filled by o.e.m.",
		"system serial number", "not specified", "not applicable", "unknown", "0",
		"0123456789", "123456789"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(serial, words[i]) == 0)
			return true;
	return false;
}

static int fact_serial(const struct expand_env *env, char ret[FACT_MAX + 1])
{
	static const char *const paths[] = {
		"/sys/firmware/devicetree/base/serial-number",
		"/sys/class/dmi/id/product_serial",
	};

	if (env->serial && *env->serial) {
		snprintf(ret, FACT_MAX + 1, "%s", env->serial);
		return 0;
	}
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (read_fact(env->root, paths[i], ret) == 0 && !is_placeholder(ret))
			return 0;
	return expand_machine_id(env->root, ret);
}

static int fact_mac(const struct expand_env *env, const char *interface, char ret[FACT_MAX + 1])
{
	char path[FACT_MAX + 1];
	size_t len = 0;

	if (!*interface || strlen(interface) > 15 || strchr(interface, '/') || *interface == '.')
		return -EINVAL;
	snprintf(path, sizeof path, "/sys/class/net/%s/address", interface);

	int r = read_fact(env->root, path, ret);

	if (r < 0)
		return r == -EINVAL ? -ENODATA : r;
	/* urn:dev:mac: and most others want it without colons */
	for (const char *c = ret; *c; c++)
		if (*c != ':')
			ret[len++] = *c;
	ret[len] = '\0';
	return 0;
}

static int fact_hostname(const struct expand_env *env, char ret[FACT_MAX + 1])
{
	if (*env->root)
		return read_fact(env->root, "/etc/hostname", ret);
	if (gethostname(ret, FACT_MAX) < 0)
		return -errno;
	ret[FACT_MAX] = '\0';
	return *ret ? 0 : -ENODATA;
}

static int expand_word(const struct expand_env *env, const char *word, char ret[FACT_MAX + 1],
	char why[EXPAND_WHY_MAX])
{
	int r;

	if (strcmp(word, "serial") == 0)
		r = fact_serial(env, ret);
	else if (strcmp(word, "machine-id") == 0)
		r = expand_machine_id(env->root, ret);
	else if (strcmp(word, "hostname") == 0)
		r = fact_hostname(env, ret);
	else if (strncmp(word, "mac:", 4) == 0)
		r = fact_mac(env, word + 4, ret);
	else if (strncmp(word, "file:/", 6) == 0)
		r = read_fact(env->root, word + 5, ret);
	else
		return fail(-EINVAL, why, "%%{%.60s} is no word that is known", word);

	if (r == -EINVAL)
		return fail(r, why, "%%{%.60s} gives no line of text of 1 to 255 octets", word);
	if (r == -ENODATA)
		return fail(r, why, "%%{%.60s}: there is none on this system", word);
	return r;
}

int expand_words(
	const struct expand_env *env, const char *text, char **ret, char why[EXPAND_WHY_MAX])
{
	_cleanup_(buf_done) struct buf out = {0};
	struct writer w = writer_to(&out);

	while (*text) {
		const char *start = strstr(text, "%{");
		const char *end = start ? strchr(start, '}') : NULL;
		char word[PATH_MAX], fact[FACT_MAX + 1];

		wr_bytes(&w, span_of(text, start ? (size_t)(start - text) : strlen(text)));
		if (!start)
			break;
		if (!end || (size_t)(end - start) >= sizeof word)
			return fail(-EINVAL, why, "%%{ is not closed with }");
		memcpy(word, start + 2, (size_t)(end - start) - 2);
		word[end - start - 2] = '\0';

		int r = expand_word(env, word, fact, why);

		if (r < 0)
			return r;
		wr_text(&w, fact);
		text = end + 1;
	}
	if (w.err)
		return w.err;
	*ret = strndup((const char *)(out.data ? out.data : (const uint8_t *)""), out.len);
	return *ret ? 0 : -ENOMEM;
}
