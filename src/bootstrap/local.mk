noinst_LIBRARIES += src/bootstrap/libbootstrap.a
src_bootstrap_libbootstrap_a_SOURCES = \
	%D%/bs_delete.c \
	%D%/bs_read.c \
	%D%/bs_write.c \
	%D%/consistency.c %D%/consistency.h \
	%D%/operation.h \
	%D%/sequence.c %D%/sequence.h \
	%D%/session.c %D%/session.h

# A client for a bootstrap server to work on.
CLIENT_MODEL = tests/unit/client_model.c
BS_TEST = tests/unit/bs.c $(CLIENT_MODEL)
BS_LIBS = src/bootstrap/libbootstrap.a src/objects/libobjects.a src/model/libmodel.a \
	src/keys/libkeys.a src/codec/libcodec.a src/base/libbase.a $(SYSTEMD_LIBS) $(CRYPTO_LIBS)
EXTRA_DIST += tests/unit/bs.h tests/unit/client_model.h

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_bs_delete
TESTS += tests/unit/check_bs_delete
tests_unit_check_bs_delete_SOURCES = tests/unit/check_bs_delete.c tests/unit/runner.c tests/unit/alloc.c $(BS_TEST)
tests_unit_check_bs_delete_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_bs_delete_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_bs_delete_LDADD = $(BS_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_bs_read
TESTS += tests/unit/check_bs_read
tests_unit_check_bs_read_SOURCES = tests/unit/check_bs_read.c tests/unit/runner.c tests/unit/alloc.c $(BS_TEST)
tests_unit_check_bs_read_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_bs_read_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_bs_read_LDADD = $(BS_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_bs_write
TESTS += tests/unit/check_bs_write
tests_unit_check_bs_write_SOURCES = tests/unit/check_bs_write.c tests/unit/runner.c tests/unit/alloc.c $(BS_TEST)
tests_unit_check_bs_write_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_bs_write_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_bs_write_LDADD = $(BS_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_consistency
TESTS += tests/unit/check_consistency
tests_unit_check_consistency_SOURCES = tests/unit/check_consistency.c tests/unit/pki.c tests/unit/runner.c tests/unit/alloc.c $(BS_TEST)
tests_unit_check_consistency_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_check_consistency_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_consistency_LDADD = $(BS_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_sequence
TESTS += tests/unit/check_sequence
tests_unit_check_sequence_SOURCES = tests/unit/check_sequence.c tests/unit/runner.c
tests_unit_check_sequence_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_sequence_LDADD = src/bootstrap/libbootstrap.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_session
TESTS += tests/unit/check_session
tests_unit_check_session_SOURCES = tests/unit/check_session.c tests/unit/runner.c tests/unit/alloc.c $(BS_TEST)
tests_unit_check_session_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_session_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_session_LDADD = $(BS_LIBS) $(CHECK_LIBS)
endif

check_PROGRAMS += tests/fuzz/fuzz_session
TESTS += tests/fuzz/fuzz_session
tests_fuzz_fuzz_session_SOURCES = tests/fuzz/fuzz_session.c $(CLIENT_MODEL) $(FUZZ_MAIN)
tests_fuzz_fuzz_session_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_session_LDADD = $(BS_LIBS)
