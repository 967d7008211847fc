noinst_LIBRARIES += src/ctl/libctl.a
src_ctl_libctl_a_SOURCES = \
	%D%/render.c %D%/render.h \
	%D%/unixsock.c %D%/unixsock.h \
	%D%/client.c %D%/client.h \
	%D%/framing.c %D%/framing.h \
	%D%/manage.c %D%/manage.h \
	%D%/manage_idl.h \
	%D%/peer.c %D%/peer.h \
	%D%/varlink.c %D%/varlink.h

bin_PROGRAMS += lwm2mctl
lwm2mctl_SOURCES = %D%/lwm2mctl.c
lwm2mctl_LDADD = src/ctl/libctl.a src/codec/libcodec.a src/base/libbase.a $(JSON_LIBS)

if HAVE_CHECK
check_PROGRAMS += \
	tests/unit/check_client \
	tests/unit/check_framing \
	tests/unit/check_lwm2mctl \
	tests/unit/check_render \
	tests/unit/check_manage \
	tests/unit/check_peer \
	tests/unit/check_unixsock \
	tests/unit/check_varlink
TESTS += \
	tests/unit/check_client \
	tests/unit/check_framing \
	tests/unit/check_lwm2mctl \
	tests/unit/check_render \
	tests/unit/check_manage \
	tests/unit/check_peer \
	tests/unit/check_unixsock \
	tests/unit/check_varlink
CTL_TEST_SOURCES = tests/unit/ctl.c tests/unit/testloop.c tests/unit/runner.c
CTL_TEST_LIBS = src/ctl/libctl.a src/codec/libcodec.a src/base/libbase.a $(JSON_LIBS) $(CHECK_LIBS)
tests_unit_check_framing_SOURCES = tests/unit/check_framing.c tests/unit/runner.c tests/unit/alloc.c
tests_unit_check_framing_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_framing_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_framing_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_manage_SOURCES = tests/unit/check_manage.c $(CTL_TEST_SOURCES)
tests_unit_check_manage_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_manage_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_client_SOURCES = tests/unit/check_client.c $(CTL_TEST_SOURCES)
tests_unit_check_client_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_client_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_lwm2mctl_SOURCES = tests/unit/check_lwm2mctl.c tests/unit/runner.c
tests_unit_check_lwm2mctl_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_lwm2mctl_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_render_SOURCES = tests/unit/check_render.c tests/unit/runner.c
tests_unit_check_render_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_render_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_peer_SOURCES = tests/unit/check_peer.c tests/unit/runner.c
tests_unit_check_peer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_peer_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_unixsock_SOURCES = tests/unit/check_unixsock.c $(CTL_TEST_SOURCES)
tests_unit_check_unixsock_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_unixsock_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_varlink_SOURCES = tests/unit/check_varlink.c $(CTL_TEST_SOURCES)
tests_unit_check_varlink_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_varlink_LDADD = $(CTL_TEST_LIBS)
endif
EXTRA_DIST += tests/unit/ctl.h
