noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	%D%/buf.c %D%/buf.h \
	%D%/cleanup.h \
	%D%/clock.c %D%/clock.h \
	%D%/encoding.c %D%/encoding.h \
	%D%/log.c %D%/log.h %D%/log_ids.def \
	%D%/loop.h \
	%D%/parse.c %D%/parse.h \
	%D%/reader.c %D%/reader.h \
	%D%/reason.c %D%/reason.h %D%/reason.def \
	%D%/secret.c %D%/secret.h \
	%D%/span.h \
	%D%/suggest.c %D%/suggest.h \
	%D%/writer.c %D%/writer.h
EXTRA_DIST += src/LAYERS

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_buf
TESTS += tests/unit/check_buf
tests_unit_check_buf_SOURCES = tests/unit/check_buf.c tests/unit/runner.c tests/unit/alloc.c
tests_unit_check_buf_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_buf_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_buf_LDADD = src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_cleanup
TESTS += tests/unit/check_cleanup
tests_unit_check_cleanup_SOURCES = tests/unit/check_cleanup.c tests/unit/runner.c
tests_unit_check_cleanup_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_cleanup_LDADD = src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_clock
TESTS += tests/unit/check_clock
tests_unit_check_clock_SOURCES = tests/unit/check_clock.c tests/unit/runner.c
tests_unit_check_clock_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_clock_LDADD = src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_encoding
TESTS += tests/unit/check_encoding
tests_unit_check_encoding_SOURCES = tests/unit/check_encoding.c tests/unit/runner.c tests/unit/alloc.c
tests_unit_check_encoding_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_encoding_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_encoding_LDADD = src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_log
TESTS += tests/unit/check_log
tests_unit_check_log_SOURCES = tests/unit/check_log.c tests/unit/runner.c
tests_unit_check_log_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_log_LDADD = src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_parse
TESTS += tests/unit/check_parse
tests_unit_check_parse_SOURCES = tests/unit/check_parse.c tests/unit/runner.c
tests_unit_check_parse_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_parse_LDADD = src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_reader
TESTS += tests/unit/check_reader
tests_unit_check_reader_SOURCES = tests/unit/check_reader.c tests/unit/runner.c
tests_unit_check_reader_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_reader_LDADD = src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_reason
TESTS += tests/unit/check_reason
tests_unit_check_reason_SOURCES = tests/unit/check_reason.c tests/unit/runner.c
tests_unit_check_reason_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_reason_LDADD = src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_secret
TESTS += tests/unit/check_secret
tests_unit_check_secret_SOURCES = tests/unit/check_secret.c tests/unit/runner.c tests/unit/alloc.c
tests_unit_check_secret_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_secret_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC) -Wl,--wrap=free
tests_unit_check_secret_LDADD = src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_span
TESTS += tests/unit/check_span
tests_unit_check_span_SOURCES = tests/unit/check_span.c tests/unit/runner.c
tests_unit_check_span_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_span_LDADD = src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_writer
TESTS += tests/unit/check_writer
tests_unit_check_writer_SOURCES = tests/unit/check_writer.c tests/unit/runner.c
tests_unit_check_writer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_writer_LDADD = src/base/libbase.a $(CHECK_LIBS)
endif
