noinst_LIBRARIES += src/keys/libkeys.a
src_keys_libkeys_a_SOURCES = \
	%D%/certificate.c %D%/certificate.h \
	%D%/ciphersuite.c %D%/ciphersuite.h \
	%D%/hash.c %D%/hash.h \
	%D%/key.c %D%/key.h \
	%D%/material.c %D%/material.h \
	%D%/pem.c %D%/pem.h \
	%D%/scp03.c %D%/scp03.h \
	%D%/token.c %D%/token.h
src_keys_libkeys_a_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_hash
TESTS += tests/unit/check_hash
tests_unit_check_hash_SOURCES = tests/unit/check_hash.c tests/unit/runner.c
tests_unit_check_hash_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_hash_LDADD = src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_scp03
TESTS += tests/unit/check_scp03
tests_unit_check_scp03_SOURCES = tests/unit/check_scp03.c tests/unit/runner.c
tests_unit_check_scp03_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_scp03_LDADD = src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS) $(CHECK_LIBS)

KEY_TESTS = \
	tests/unit/check_certificate \
	tests/unit/check_ciphersuite \
	tests/unit/check_key \
	tests/unit/check_material \
	tests/unit/check_pem \
	tests/unit/check_token
check_PROGRAMS += $(KEY_TESTS)
TESTS += $(KEY_TESTS)
KEY_TEST_LIBS = src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS) $(CHECK_LIBS)
KEY_TEST_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_check_certificate_SOURCES = tests/unit/check_certificate.c tests/unit/runner.c tests/unit/pki.c
tests_unit_check_certificate_CFLAGS = $(KEY_TEST_CFLAGS)
tests_unit_check_certificate_LDADD = $(KEY_TEST_LIBS)
tests_unit_check_ciphersuite_SOURCES = tests/unit/check_ciphersuite.c tests/unit/runner.c
tests_unit_check_ciphersuite_CFLAGS = $(KEY_TEST_CFLAGS)
tests_unit_check_ciphersuite_LDADD = $(KEY_TEST_LIBS)
tests_unit_check_key_SOURCES = tests/unit/check_key.c tests/unit/runner.c tests/unit/pki.c
tests_unit_check_key_CFLAGS = $(KEY_TEST_CFLAGS)
tests_unit_check_key_LDADD = $(KEY_TEST_LIBS)
tests_unit_check_material_SOURCES = tests/unit/check_material.c tests/unit/runner.c tests/unit/pki.c
tests_unit_check_material_CFLAGS = $(KEY_TEST_CFLAGS)
tests_unit_check_material_LDADD = $(KEY_TEST_LIBS)
tests_unit_check_token_SOURCES = tests/unit/check_token.c tests/unit/runner.c
tests_unit_check_token_CFLAGS = $(KEY_TEST_CFLAGS)
tests_unit_check_token_LDADD = $(KEY_TEST_LIBS)
tests_unit_check_pem_SOURCES = tests/unit/check_pem.c tests/unit/runner.c
tests_unit_check_pem_CFLAGS = $(KEY_TEST_CFLAGS)
tests_unit_check_pem_LDADD = $(KEY_TEST_LIBS)
endif

# One corpus for keys, certificates and their text form: an input is each of them in turn.
check_PROGRAMS += tests/fuzz/fuzz_key
TESTS += tests/fuzz/fuzz_key
tests_fuzz_fuzz_key_SOURCES = tests/fuzz/fuzz_key.c $(FUZZ_MAIN)
tests_fuzz_fuzz_key_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_key_LDADD = src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS)

EXTRA_DIST += tests/unit/pki.h
