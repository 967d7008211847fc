noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = \
	%D%/card_identity.c \
	%D%/file.c %D%/file.h \
	%D%/image.c \
	%D%/private.h \
	%D%/registrations.c \
	%D%/reporting.c \
	%D%/store.c %D%/store.h \
	%D%/values.c

# Changes of the file system that end the program or fail on demand: tests/crash/crashpoint.c.
WRAP_FILES = -Wl,--wrap=openat,--wrap=write,--wrap=pwrite,--wrap=ftruncate,--wrap=fsync \
	-Wl,--wrap=close,--wrap=renameat,--wrap=renameat2,--wrap=unlinkat,--wrap=mkdir \
	-Wl,--wrap=openat64,--wrap=pwrite64,--wrap=ftruncate64
STATE_TEST = tests/unit/state.c tests/crash/crashpoint.c
EXTRA_DIST += tests/unit/state.h tests/crash/crashpoint.h

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_card_identity
TESTS += tests/unit/check_card_identity
tests_unit_check_card_identity_SOURCES = tests/unit/check_card_identity.c tests/unit/runner.c tests/unit/alloc.c $(STATE_TEST)
tests_unit_check_card_identity_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_card_identity_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC) $(WRAP_FILES)
tests_unit_check_card_identity_LDADD = src/store/libstore.a src/model/libmodel.a src/codec/libcodec.a src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS) $(CBOR_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_values
TESTS += tests/unit/check_values
tests_unit_check_values_SOURCES = tests/unit/check_values.c tests/unit/runner.c tests/unit/alloc.c $(STATE_TEST)
tests_unit_check_values_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_values_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC) $(WRAP_FILES)
tests_unit_check_values_LDADD = src/store/libstore.a src/model/libmodel.a src/codec/libcodec.a src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS) $(CBOR_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_file
TESTS += tests/unit/check_file
tests_unit_check_file_SOURCES = tests/unit/check_file.c tests/unit/runner.c tests/unit/alloc.c $(STATE_TEST)
tests_unit_check_file_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_file_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC) $(WRAP_FILES)
tests_unit_check_file_LDADD = src/store/libstore.a src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_image
TESTS += tests/unit/check_image
tests_unit_check_image_SOURCES = tests/unit/check_image.c tests/unit/runner.c tests/unit/alloc.c $(STATE_TEST) $(BS_TEST)
tests_unit_check_image_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_image_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC) $(WRAP_FILES)
tests_unit_check_image_LDADD = src/store/libstore.a $(BS_LIBS) src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS) $(CBOR_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_reporting
TESTS += tests/unit/check_reporting
tests_unit_check_reporting_SOURCES = tests/unit/check_reporting.c tests/unit/runner.c $(STATE_TEST)
tests_unit_check_reporting_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_reporting_LDFLAGS = $(AM_LDFLAGS) $(WRAP_FILES)
tests_unit_check_reporting_LDADD = src/store/libstore.a src/model/libmodel.a src/codec/libcodec.a src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS) $(CBOR_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_registrations
TESTS += tests/unit/check_registrations
tests_unit_check_registrations_SOURCES = tests/unit/check_registrations.c tests/unit/runner.c tests/unit/alloc.c $(STATE_TEST)
tests_unit_check_registrations_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_registrations_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC) $(WRAP_FILES)
tests_unit_check_registrations_LDADD = src/store/libstore.a src/model/libmodel.a src/codec/libcodec.a src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS) $(CBOR_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_store
TESTS += tests/unit/check_store
tests_unit_check_store_SOURCES = tests/unit/check_store.c tests/unit/runner.c tests/unit/alloc.c $(STATE_TEST)
tests_unit_check_store_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_store_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC) $(WRAP_FILES)
tests_unit_check_store_LDADD = src/store/libstore.a src/model/libmodel.a src/codec/libcodec.a src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS) $(CBOR_LIBS) $(CHECK_LIBS)
endif

check_PROGRAMS += tests/fuzz/fuzz_store
TESTS += tests/fuzz/fuzz_store
tests_fuzz_fuzz_store_SOURCES = tests/fuzz/fuzz_store.c $(CLIENT_MODEL) $(FUZZ_MAIN)
tests_fuzz_fuzz_store_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_store_LDADD = src/store/libstore.a $(BS_LIBS) src/keys/libkeys.a src/base/libbase.a $(CRYPTO_LIBS) $(CBOR_LIBS)
