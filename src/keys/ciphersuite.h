#pragma once
/*
 * The cipher suites that may be offered, by their IANA numbers: which security mode each is for
 * and what OpenSSL calls it. Layer: keys. (TS transport 5.2.8, object 0 resource 16)
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ciphersuite_kind {
	SUITE_PSK,
	SUITE_SIGNED, /* raw public key and certificate */
	SUITE_TLS13,  /* any mode, over TCP only */
};

enum { CIPHERSUITE_LIST_MAX = 768 };

/* Whether the suite with this number can be offered in a mode of this kind. */
bool ciphersuite_is_usable(uint32_t number, enum ciphersuite_kind kind);
/*
 * OpenSSL's list of these suites in their order, of all by preference if n is 0; the number of
 * suites in it. "" if none is left.
 */
size_t ciphersuite_list(const uint32_t *numbers, size_t n, enum ciphersuite_kind kind,
	char ret[CIPHERSUITE_LIST_MAX]);
