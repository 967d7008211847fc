noinst_LIBRARIES += src/keys/libkeys.a
src_keys_libkeys_a_SOURCES = \
	%D%/hash.c %D%/hash.h \
	%D%/scp03.c %D%/scp03.h
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
endif
