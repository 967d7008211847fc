noinst_LIBRARIES += src/card/libcard.a
src_card_libcard_a_SOURCES = \
	%D%/ber.c %D%/ber.h \
	%D%/content.c %D%/content.h \
	%D%/fault.h \
	%D%/fcp.c %D%/fcp.h \
	%D%/pkcs15.c %D%/pkcs15.h

if HAVE_CHECK
CARD_TESTS = \
	tests/unit/check_ber \
	tests/unit/check_content \
	tests/unit/check_fcp \
	tests/unit/check_pkcs15
check_PROGRAMS += $(CARD_TESTS)
TESTS += $(CARD_TESTS)
CARD_TEST_LIBS = src/card/libcard.a src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)
tests_unit_check_ber_SOURCES = tests/unit/check_ber.c tests/unit/runner.c
tests_unit_check_ber_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_ber_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_content_SOURCES = tests/unit/check_content.c tests/unit/runner.c
tests_unit_check_content_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_content_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_fcp_SOURCES = tests/unit/check_fcp.c tests/unit/runner.c
tests_unit_check_fcp_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_fcp_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_pkcs15_SOURCES = tests/unit/check_pkcs15.c tests/unit/runner.c
tests_unit_check_pkcs15_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_pkcs15_LDADD = $(CARD_TEST_LIBS)
endif

CARD_FUZZERS = tests/fuzz/fuzz_card_content tests/fuzz/fuzz_card_walk
check_PROGRAMS += $(CARD_FUZZERS)
TESTS += $(CARD_FUZZERS)
tests_fuzz_fuzz_card_content_SOURCES = tests/fuzz/fuzz_card_content.c $(FUZZ_MAIN)
tests_fuzz_fuzz_card_content_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_card_content_LDADD = src/card/libcard.a src/codec/libcodec.a src/base/libbase.a
tests_fuzz_fuzz_card_walk_SOURCES = tests/fuzz/fuzz_card_walk.c $(FUZZ_MAIN)
tests_fuzz_fuzz_card_walk_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_card_walk_LDADD = src/card/libcard.a src/base/libbase.a
