noinst_LIBRARIES += src/server/libserver.a
src_server_libserver_a_SOURCES = \
	%D%/lifetime.c %D%/lifetime.h \
	%D%/order.c %D%/order.h \
	%D%/reaction.c %D%/reaction.h \
	%D%/registration.c %D%/registration.h \
	%D%/retry.c %D%/retry.h

if HAVE_CHECK
check_PROGRAMS += \
	tests/unit/check_lifetime \
	tests/unit/check_order \
	tests/unit/check_reaction \
	tests/unit/check_registration \
	tests/unit/check_registration_end \
	tests/unit/check_retry
TESTS += \
	tests/unit/check_lifetime \
	tests/unit/check_order \
	tests/unit/check_reaction \
	tests/unit/check_registration \
	tests/unit/check_registration_end \
	tests/unit/check_retry
SERVER_TEST_LIBS = src/server/libserver.a src/base/libbase.a $(CHECK_LIBS)
tests_unit_check_lifetime_SOURCES = tests/unit/check_lifetime.c tests/unit/runner.c
tests_unit_check_lifetime_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_lifetime_LDADD = $(SERVER_TEST_LIBS)
tests_unit_check_order_SOURCES = tests/unit/check_order.c tests/unit/runner.c
tests_unit_check_order_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_order_LDADD = $(SERVER_TEST_LIBS)
tests_unit_check_reaction_SOURCES = tests/unit/check_reaction.c tests/unit/runner.c
tests_unit_check_reaction_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_reaction_LDADD = $(SERVER_TEST_LIBS)
tests_unit_check_registration_SOURCES = tests/unit/check_registration.c \
	tests/unit/registration_fixture.c tests/unit/registration_fixture.h tests/unit/runner.c
tests_unit_check_registration_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_registration_LDADD = $(SERVER_TEST_LIBS)
tests_unit_check_registration_end_SOURCES = tests/unit/check_registration_end.c \
	tests/unit/registration_fixture.c tests/unit/registration_fixture.h tests/unit/runner.c
tests_unit_check_registration_end_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_registration_end_LDADD = $(SERVER_TEST_LIBS)
tests_unit_check_retry_SOURCES = tests/unit/check_retry.c tests/unit/runner.c
tests_unit_check_retry_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_retry_LDADD = $(SERVER_TEST_LIBS)
endif
