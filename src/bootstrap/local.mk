noinst_LIBRARIES += src/bootstrap/libbootstrap.a
src_bootstrap_libbootstrap_a_SOURCES = \
	%D%/consistency.c %D%/consistency.h \
	%D%/delete.c \
	%D%/operation.h \
	%D%/read.c \
	%D%/sequence.c %D%/sequence.h \
	%D%/session.c %D%/session.h \
	%D%/write.c

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_sequence
TESTS += tests/unit/check_sequence
tests_unit_check_sequence_SOURCES = tests/unit/check_sequence.c tests/unit/runner.c
tests_unit_check_sequence_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_sequence_LDADD = src/bootstrap/libbootstrap.a src/base/libbase.a $(CHECK_LIBS)
endif
