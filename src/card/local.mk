noinst_LIBRARIES += src/card/libcard.a
src_card_libcard_a_SOURCES = \
	%D%/apdu.c %D%/apdu.h \
	%D%/ber.c %D%/ber.h \
	%D%/content.c %D%/content.h \
	%D%/fault.h \
	%D%/fcp.c %D%/fcp.h \
	%D%/ef.c %D%/ef.h \
	%D%/frame.c %D%/frame.h \
	%D%/pin.c %D%/pin.h \
	%D%/pkcs15.c %D%/pkcs15.h \
	%D%/outcome.c %D%/outcome.h \
	%D%/visit.c %D%/visit.h \
	%D%/wish.h

# The only user of libpcsclite: a program of its own, which the daemon can end when a card hangs.
CARD_LIBS = src/card/libcard.a src/keys/libkeys.a src/codec/libcodec.a src/base/libbase.a $(CRYPTO_LIBS)
EXTRA_DIST += \
	%D%/helper/exec.c %D%/helper/exec.h \
	%D%/helper/lwm2md_card.c \
	%D%/helper/once.c %D%/helper/once.h \
	%D%/helper/pcsc.c %D%/helper/pcsc.h \
	%D%/helper/sandbox.c %D%/helper/sandbox.h \
	%D%/helper/show.c %D%/helper/show.h \
	%D%/helper/watch.c %D%/helper/watch.h
if SMARTCARD
noinst_LIBRARIES += src/card/libhelper.a
src_card_libhelper_a_CFLAGS = $(AM_CFLAGS) $(PCSC_CFLAGS)
src_card_libhelper_a_SOURCES = \
	%D%/helper/exec.c \
	%D%/helper/once.c \
	%D%/helper/pcsc.c \
	%D%/helper/sandbox.c \
	%D%/helper/show.c \
	%D%/helper/watch.c
pkglibexec_PROGRAMS += lwm2md-card
lwm2md_card_SOURCES = %D%/helper/lwm2md_card.c
lwm2md_card_CFLAGS = $(AM_CFLAGS) $(PCSC_CFLAGS)
lwm2md_card_LDADD = src/card/libhelper.a $(CARD_LIBS) $(PCSC_LIBS)
endif

if HAVE_CHECK
CARD_TESTS = \
	tests/unit/check_apdu \
	tests/unit/check_ber \
	tests/unit/check_content \
	tests/unit/check_fcp \
	tests/unit/check_ef \
	tests/unit/check_frame \
	tests/unit/check_pin \
	tests/unit/check_pkcs15 \
	tests/unit/check_outcome \
	tests/unit/check_visit
check_PROGRAMS += $(CARD_TESTS)
TESTS += $(CARD_TESTS)
CARD_TEST_LIBS = $(CARD_LIBS) $(CHECK_LIBS)
tests_unit_check_apdu_SOURCES = tests/unit/check_apdu.c tests/unit/script_port.c tests/unit/runner.c
tests_unit_check_apdu_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_apdu_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_ber_SOURCES = tests/unit/check_ber.c tests/unit/runner.c
tests_unit_check_ber_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_ber_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_content_SOURCES = tests/unit/check_content.c tests/unit/runner.c
tests_unit_check_content_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_content_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_fcp_SOURCES = tests/unit/check_fcp.c tests/unit/runner.c
tests_unit_check_fcp_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_fcp_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_ef_SOURCES = tests/unit/check_ef.c tests/unit/script_port.c tests/unit/runner.c
tests_unit_check_ef_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_ef_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_frame_SOURCES = tests/unit/check_frame.c tests/unit/runner.c
tests_unit_check_frame_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_frame_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_pin_SOURCES = tests/unit/check_pin.c tests/unit/script_port.c tests/unit/runner.c
tests_unit_check_pin_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_pin_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_pkcs15_SOURCES = tests/unit/check_pkcs15.c tests/unit/runner.c
tests_unit_check_pkcs15_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_pkcs15_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_outcome_SOURCES = tests/unit/check_outcome.c tests/unit/runner.c
tests_unit_check_outcome_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_outcome_LDADD = $(CARD_TEST_LIBS)
tests_unit_check_visit_SOURCES = tests/unit/check_visit.c tests/unit/mini_card.c tests/unit/runner.c
tests_unit_check_visit_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_visit_LDADD = $(CARD_TEST_LIBS)

if SMARTCARD
HELPER_TESTS = \
	tests/unit/check_exec \
	tests/unit/check_lwm2md_card \
	tests/unit/check_once \
	tests/unit/check_pcsc \
	tests/unit/check_sandbox \
	tests/unit/check_show \
	tests/unit/check_watch
check_PROGRAMS += $(HELPER_TESTS)
TESTS += $(HELPER_TESTS)
HELPER_TEST_LIBS = src/card/libhelper.a $(CARD_LIBS) $(CHECK_LIBS)
tests_unit_check_exec_SOURCES = tests/unit/check_exec.c tests/unit/fake_winscard.c \
	tests/unit/runner.c
tests_unit_check_exec_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(PCSC_CFLAGS)
tests_unit_check_exec_LDADD = $(HELPER_TEST_LIBS)
tests_unit_check_lwm2md_card_SOURCES = tests/unit/check_lwm2md_card.c tests/unit/runner.c
tests_unit_check_lwm2md_card_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_lwm2md_card_LDADD = src/base/libbase.a $(CHECK_LIBS)
tests_unit_check_once_SOURCES = tests/unit/check_once.c tests/unit/fake_winscard.c tests/unit/mini_card.c \
	tests/unit/runner.c
tests_unit_check_once_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(PCSC_CFLAGS)
tests_unit_check_once_LDADD = $(HELPER_TEST_LIBS)
tests_unit_check_pcsc_SOURCES = tests/unit/check_pcsc.c tests/unit/fake_winscard.c \
	tests/unit/runner.c
tests_unit_check_pcsc_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(PCSC_CFLAGS)
tests_unit_check_pcsc_LDADD = $(HELPER_TEST_LIBS)
tests_unit_check_sandbox_SOURCES = tests/unit/check_sandbox.c tests/unit/fake_winscard.c \
	tests/unit/runner.c
tests_unit_check_sandbox_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(PCSC_CFLAGS)
tests_unit_check_sandbox_LDADD = $(HELPER_TEST_LIBS)
tests_unit_check_show_SOURCES = tests/unit/check_show.c tests/unit/fake_winscard.c \
	tests/unit/runner.c
tests_unit_check_show_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(PCSC_CFLAGS)
tests_unit_check_show_LDADD = $(HELPER_TEST_LIBS)
tests_unit_check_watch_SOURCES = tests/unit/check_watch.c tests/unit/fake_winscard.c \
	tests/unit/runner.c
tests_unit_check_watch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(PCSC_CFLAGS)
tests_unit_check_watch_LDADD = $(HELPER_TEST_LIBS)
endif
endif

EXTRA_DIST += tests/unit/fake_winscard.c tests/unit/fake_winscard.h tests/unit/mini_card.h \
	tests/unit/script_port.h

CARD_FUZZERS = \
	tests/fuzz/fuzz_card_content \
	tests/fuzz/fuzz_card_frame \
	tests/fuzz/fuzz_card_visit \
	tests/fuzz/fuzz_card_walk
check_PROGRAMS += $(CARD_FUZZERS)
TESTS += $(CARD_FUZZERS)
tests_fuzz_fuzz_card_content_SOURCES = tests/fuzz/fuzz_card_content.c $(FUZZ_MAIN)
tests_fuzz_fuzz_card_content_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_card_content_LDADD = $(CARD_LIBS)
tests_fuzz_fuzz_card_frame_SOURCES = tests/fuzz/fuzz_card_frame.c $(FUZZ_MAIN)
tests_fuzz_fuzz_card_frame_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_card_frame_LDADD = $(CARD_LIBS)
tests_fuzz_fuzz_card_visit_SOURCES = tests/fuzz/fuzz_card_visit.c $(FUZZ_MAIN)
tests_fuzz_fuzz_card_visit_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_card_visit_LDADD = $(CARD_LIBS)
tests_fuzz_fuzz_card_walk_SOURCES = tests/fuzz/fuzz_card_walk.c $(FUZZ_MAIN)
tests_fuzz_fuzz_card_walk_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_card_walk_LDADD = $(CARD_LIBS)
