noinst_LIBRARIES += src/exchange/libexchange.a
src_exchange_libexchange_a_SOURCES = \
	%D%/answer.c %D%/answer.h \
	%D%/block.c %D%/block.h \
	%D%/body.c %D%/body.h \
	%D%/dedup.c %D%/dedup.h \
	%D%/incoming.c %D%/incoming.h \
	%D%/outgoing.c %D%/outgoing.h \
	%D%/packet.c %D%/packet.h \
	%D%/notices.c %D%/notices.h \
	%D%/reassembly.c %D%/reassembly.h \
	%D%/slices.c %D%/slices.h

if HAVE_CHECK
EXCHANGE_TESTS = \
	tests/unit/check_answer \
	tests/unit/check_block \
	tests/unit/check_body \
	tests/unit/check_dedup \
	tests/unit/check_incoming \
	tests/unit/check_notices \
	tests/unit/check_outgoing \
	tests/unit/check_packet \
	tests/unit/check_reassembly \
	tests/unit/check_slices
check_PROGRAMS += $(EXCHANGE_TESTS)
TESTS += $(EXCHANGE_TESTS)
EXCHANGE_TEST_SOURCES = tests/unit/runner.c tests/unit/exchange.c tests/unit/alloc.c
EXCHANGE_TEST_LIBS = src/exchange/libexchange.a src/codec/libcodec.a src/base/libbase.a
tests_unit_check_answer_SOURCES = tests/unit/check_answer.c $(EXCHANGE_TEST_SOURCES)
tests_unit_check_answer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_answer_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_answer_LDADD = $(EXCHANGE_TEST_LIBS) $(CHECK_LIBS)
tests_unit_check_block_SOURCES = tests/unit/check_block.c $(EXCHANGE_TEST_SOURCES)
tests_unit_check_block_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_block_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_block_LDADD = $(EXCHANGE_TEST_LIBS) $(CHECK_LIBS)
tests_unit_check_body_SOURCES = tests/unit/check_body.c $(EXCHANGE_TEST_SOURCES)
tests_unit_check_body_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_body_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_body_LDADD = $(EXCHANGE_TEST_LIBS) $(CHECK_LIBS)
tests_unit_check_dedup_SOURCES = tests/unit/check_dedup.c $(EXCHANGE_TEST_SOURCES)
tests_unit_check_dedup_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_dedup_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_dedup_LDADD = $(EXCHANGE_TEST_LIBS) $(CHECK_LIBS)
tests_unit_check_incoming_SOURCES = tests/unit/check_incoming.c $(EXCHANGE_TEST_SOURCES)
tests_unit_check_incoming_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_incoming_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_incoming_LDADD = $(EXCHANGE_TEST_LIBS) $(CHECK_LIBS)
tests_unit_check_notices_SOURCES = tests/unit/check_notices.c $(EXCHANGE_TEST_SOURCES)
tests_unit_check_notices_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_notices_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_notices_LDADD = $(EXCHANGE_TEST_LIBS) $(CHECK_LIBS)
tests_unit_check_outgoing_SOURCES = tests/unit/check_outgoing.c $(EXCHANGE_TEST_SOURCES)
tests_unit_check_outgoing_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_outgoing_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_outgoing_LDADD = $(EXCHANGE_TEST_LIBS) $(CHECK_LIBS)
tests_unit_check_packet_SOURCES = tests/unit/check_packet.c $(EXCHANGE_TEST_SOURCES)
tests_unit_check_packet_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_packet_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_packet_LDADD = $(EXCHANGE_TEST_LIBS) $(CHECK_LIBS)
tests_unit_check_reassembly_SOURCES = tests/unit/check_reassembly.c $(EXCHANGE_TEST_SOURCES)
tests_unit_check_reassembly_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_reassembly_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_reassembly_LDADD = $(EXCHANGE_TEST_LIBS) $(CHECK_LIBS)
tests_unit_check_slices_SOURCES = tests/unit/check_slices.c $(EXCHANGE_TEST_SOURCES)
tests_unit_check_slices_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_slices_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_slices_LDADD = $(EXCHANGE_TEST_LIBS) $(CHECK_LIBS)
endif

EXTRA_DIST += tests/unit/exchange.h
check_PROGRAMS += tests/fuzz/fuzz_exchange
TESTS += tests/fuzz/fuzz_exchange
tests_fuzz_fuzz_exchange_SOURCES = tests/fuzz/fuzz_exchange.c $(FUZZ_MAIN)
tests_fuzz_fuzz_exchange_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_exchange_LDADD = src/exchange/libexchange.a src/codec/libcodec.a src/base/libbase.a
