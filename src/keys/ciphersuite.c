#include "keys/ciphersuite.h"

#include <stdio.h>
#include <string.h>

/*
 * By preference: AEAD with forward secrecy, AEAD, what the standard demands of clients (CCM_8), CBC
 * at the end, which servers of the standard have but clients should not use (RFC 7457).
 */
/* clang-format off */
static const struct suite {
	uint16_t number;
	enum ciphersuite_kind kind;
	bool is_offered; /* also when nobody asked for it */
	const char *name;
} suites[] = {
	{0xccac, SUITE_PSK, true, "ECDHE-PSK-CHACHA20-POLY1305"},
	{0x00a8, SUITE_PSK, true, "PSK-AES128-GCM-SHA256"},
	{0x00a9, SUITE_PSK, false, "PSK-AES256-GCM-SHA384"},
	{0xc0a4, SUITE_PSK, true, "PSK-AES128-CCM"},
	{0xc0a5, SUITE_PSK, false, "PSK-AES256-CCM"},
	{0xccab, SUITE_PSK, false, "PSK-CHACHA20-POLY1305"},
	{0xc0a8, SUITE_PSK, true, "PSK-AES128-CCM8"},
	{0xc0a9, SUITE_PSK, false, "PSK-AES256-CCM8"},
	{0xc037, SUITE_PSK, true, "ECDHE-PSK-AES128-CBC-SHA256"},
	{0x00ae, SUITE_PSK, true, "PSK-AES128-CBC-SHA256"},

	{0xc02b, SUITE_SIGNED, true, "ECDHE-ECDSA-AES128-GCM-SHA256"},
	{0xc02c, SUITE_SIGNED, true, "ECDHE-ECDSA-AES256-GCM-SHA384"},
	{0xcca9, SUITE_SIGNED, true, "ECDHE-ECDSA-CHACHA20-POLY1305"},
	{0xc0ac, SUITE_SIGNED, true, "ECDHE-ECDSA-AES128-CCM"},
	{0xc0ad, SUITE_SIGNED, false, "ECDHE-ECDSA-AES256-CCM"},
	{0xc0ae, SUITE_SIGNED, true, "ECDHE-ECDSA-AES128-CCM8"},
	{0xc0af, SUITE_SIGNED, false, "ECDHE-ECDSA-AES256-CCM8"},
	{0xc02f, SUITE_SIGNED, true, "ECDHE-RSA-AES128-GCM-SHA256"},
	{0xc030, SUITE_SIGNED, true, "ECDHE-RSA-AES256-GCM-SHA384"},
	{0xcca8, SUITE_SIGNED, true, "ECDHE-RSA-CHACHA20-POLY1305"},
	{0xc023, SUITE_SIGNED, true, "ECDHE-ECDSA-AES128-SHA256"},

	{0x1301, SUITE_TLS13, true, "TLS_AES_128_GCM_SHA256"},
	{0x1303, SUITE_TLS13, true, "TLS_CHACHA20_POLY1305_SHA256"},
	{0x1304, SUITE_TLS13, true, "TLS_AES_128_CCM_SHA256"},
	/* a pre-shared key goes with SHA-256 (RFC 8446 4.2.11) */
	{0x1302, SUITE_TLS13, false, "TLS_AES_256_GCM_SHA384"},
	{0x1305, SUITE_TLS13, true, "TLS_AES_128_CCM_8_SHA256"},
};
/* clang-format on */

static const struct suite *suite_find(uint32_t number, enum ciphersuite_kind kind)
{
	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
		if (suites[i].number == number && suites[i].kind == kind)
			return &suites[i];
	return NULL;
}

bool ciphersuite_is_usable(uint32_t number, enum ciphersuite_kind kind)
{
	return suite_find(number, kind);
}

static bool is_among(const uint32_t *numbers, size_t n, uint32_t number)
{
	for (size_t i = 0; i < n; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

static void append(char list[CIPHERSUITE_LIST_MAX], const char *name)
{
	size_t len = strlen(list);

	snprintf(list + len, CIPHERSUITE_LIST_MAX - len, "%s%s", len ? ":" : "", name);
}

size_t ciphersuite_list(const uint32_t *numbers, size_t n, enum ciphersuite_kind kind,
	char ret[CIPHERSUITE_LIST_MAX])
{
	size_t count = 0;

	ret[0] = 0;
	for (size_t i = 0; i < n; i++) {
		const struct suite *s = suite_find(numbers[i], kind);

		if (!s || is_among(numbers, i, numbers[i]))
			continue;
		append(ret, s->name);
		count++;
	}
	for (size_t i = 0; n == 0 && i < sizeof suites / sizeof *suites; i++)
		if (suites[i].kind == kind && suites[i].is_offered) {
			append(ret, suites[i].name);
			count++;
		}
	return count;
}
