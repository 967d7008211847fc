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
	%D%/writer.c %D%/writer.h
EXTRA_DIST += src/LAYERS

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_buf
TESTS += tests/unit/check_buf
tests_unit_check_buf_SOURCES = tests/unit/check_buf.c tests/unit/runner.c tests/unit/alloc.c
tests_unit_check_buf_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_buf_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_buf_LDADD = src/base/libbase.a $(CHECK_LIBS)
endif
