noinst_LIBRARIES += src/ctl/libctl.a
src_ctl_libctl_a_SOURCES = \
	%D%/key_text.c %D%/key_text.h \
	%D%/place.c %D%/place.h \
	%D%/redact.c %D%/redact.h \
	%D%/render.c %D%/render.h \
	%D%/spawn.c %D%/spawn.h \
	%D%/unixsock.c %D%/unixsock.h \
	%D%/client.c %D%/client.h \
	%D%/framing.c %D%/framing.h \
	%D%/manage.c %D%/manage.h \
	%D%/manage_act.c \
	%D%/manage_idl.h \
	%D%/manage_look.c \
	%D%/manage_news.c \
	%D%/manage_private.h \
	%D%/manage_steer.c \
	%D%/manage_write.c %D%/manage_write.h \
	%D%/parameters.c %D%/parameters.h \
	%D%/peer.c %D%/peer.h \
	%D%/varlink.c %D%/varlink.h
src_ctl_libctl_a_CPPFLAGS = $(AM_CPPFLAGS) -DSBINDIR='"$(sbindir)"'

bin_PROGRAMS += lwm2mctl
lwm2mctl_SOURCES = \
	%D%/ask.c %D%/ask.h \
	%D%/cmdline.c %D%/cmdline.h \
	%D%/lwm2mctl.c \
	%D%/native.c %D%/native.h \
	%D%/probe.c %D%/probe.h \
	%D%/verb_act.c \
	%D%/verb_doctor.c \
	%D%/verb_follow.c \
	%D%/verb_look.c \
	%D%/verb_other.c \
	%D%/verb_provision.c \
	%D%/verb_report.c \
	%D%/verb_steer.c \
	%D%/verbs.h
lwm2mctl_LDADD = src/ctl/libctl.a src/codec/libcodec.a src/keys/libkeys.a src/base/libbase.a \
	$(CRYPTO_LIBS) $(JSON_LIBS)

if HAVE_CHECK
CTL_TESTS = \
	tests/unit/check_ask \
	tests/unit/check_client \
	tests/unit/check_cmdline \
	tests/unit/check_framing \
	tests/unit/check_lwm2mctl \
	tests/unit/check_spawn \
	tests/unit/check_place \
	tests/unit/check_key_text \
	tests/unit/check_manage \
	tests/unit/check_manage_act \
	tests/unit/check_manage_look \
	tests/unit/check_manage_news \
	tests/unit/check_manage_steer \
	tests/unit/check_manage_write \
	tests/unit/check_native \
	tests/unit/check_parameters \
	tests/unit/check_peer \
	tests/unit/check_probe \
	tests/unit/check_redact \
	tests/unit/check_render \
	tests/unit/check_unixsock \
	tests/unit/check_varlink \
	tests/unit/check_verb_act \
	tests/unit/check_verb_doctor \
	tests/unit/check_verb_follow \
	tests/unit/check_verb_look \
	tests/unit/check_verb_other \
	tests/unit/check_verb_provision \
	tests/unit/check_verb_report \
	tests/unit/check_verb_steer
check_PROGRAMS += $(CTL_TESTS)
TESTS += $(CTL_TESTS)
CTL_TEST_SOURCES = tests/unit/ctl.c tests/unit/testloop.c tests/unit/runner.c
CTL_TEST_LIBS = src/ctl/libctl.a src/codec/libcodec.a src/base/libbase.a $(JSON_LIBS) $(CHECK_LIBS)
MANAGE_TEST_SOURCES = tests/unit/manage_fixture.c $(CTL_TEST_SOURCES)
PROGRAM_TEST_SOURCES = tests/unit/program.c tests/unit/runner.c
tests_unit_check_framing_SOURCES = tests/unit/check_framing.c tests/unit/runner.c tests/unit/alloc.c
tests_unit_check_framing_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_framing_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_framing_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_client_SOURCES = tests/unit/check_client.c $(CTL_TEST_SOURCES)
tests_unit_check_client_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_client_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_unixsock_SOURCES = tests/unit/check_unixsock.c $(CTL_TEST_SOURCES)
tests_unit_check_unixsock_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_unixsock_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_varlink_SOURCES = tests/unit/check_varlink.c $(CTL_TEST_SOURCES)
tests_unit_check_varlink_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_varlink_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_render_SOURCES = tests/unit/check_render.c tests/unit/runner.c
tests_unit_check_render_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_render_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_peer_SOURCES = tests/unit/check_peer.c tests/unit/runner.c
tests_unit_check_peer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_peer_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_cmdline_SOURCES = tests/unit/check_cmdline.c src/ctl/cmdline.c tests/unit/runner.c
tests_unit_check_cmdline_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_cmdline_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_manage_SOURCES = tests/unit/check_manage.c $(MANAGE_TEST_SOURCES)
tests_unit_check_manage_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_manage_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_manage_look_SOURCES = tests/unit/check_manage_look.c $(MANAGE_TEST_SOURCES)
tests_unit_check_manage_look_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_manage_look_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_manage_news_SOURCES = tests/unit/check_manage_news.c $(MANAGE_TEST_SOURCES)
tests_unit_check_manage_news_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_manage_news_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_manage_steer_SOURCES = tests/unit/check_manage_steer.c $(MANAGE_TEST_SOURCES)
tests_unit_check_manage_steer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_manage_steer_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_manage_write_SOURCES = tests/unit/check_manage_write.c $(MANAGE_TEST_SOURCES)
tests_unit_check_manage_write_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_manage_write_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_ask_SOURCES = tests/unit/check_ask.c $(PROGRAM_TEST_SOURCES)
tests_unit_check_ask_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_ask_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_lwm2mctl_SOURCES = tests/unit/check_lwm2mctl.c $(PROGRAM_TEST_SOURCES)
tests_unit_check_lwm2mctl_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_lwm2mctl_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_native_SOURCES = tests/unit/check_native.c $(PROGRAM_TEST_SOURCES)
tests_unit_check_native_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_native_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_verb_follow_SOURCES = tests/unit/check_verb_follow.c $(PROGRAM_TEST_SOURCES)
tests_unit_check_verb_follow_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_verb_follow_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_verb_look_SOURCES = tests/unit/check_verb_look.c $(PROGRAM_TEST_SOURCES)
tests_unit_check_verb_look_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_verb_look_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_verb_other_SOURCES = tests/unit/check_verb_other.c $(PROGRAM_TEST_SOURCES)
tests_unit_check_verb_other_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_verb_other_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_verb_steer_SOURCES = tests/unit/check_verb_steer.c $(PROGRAM_TEST_SOURCES)
tests_unit_check_verb_steer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_verb_steer_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_key_text_SOURCES = tests/unit/check_key_text.c tests/unit/runner.c
tests_unit_check_key_text_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_key_text_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_place_SOURCES = tests/unit/check_place.c tests/unit/runner.c
tests_unit_check_place_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_place_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_spawn_SOURCES = tests/unit/check_spawn.c tests/unit/runner.c
tests_unit_check_spawn_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_spawn_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_verb_provision_SOURCES = tests/unit/check_verb_provision.c $(PROGRAM_TEST_SOURCES)
tests_unit_check_verb_provision_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_verb_provision_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_manage_act_SOURCES = tests/unit/check_manage_act.c $(MANAGE_TEST_SOURCES)
tests_unit_check_manage_act_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_manage_act_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_parameters_SOURCES = tests/unit/check_parameters.c tests/unit/runner.c
tests_unit_check_parameters_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_parameters_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_probe_SOURCES = tests/unit/check_probe.c src/ctl/probe.c tests/unit/runner.c
tests_unit_check_probe_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_probe_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_redact_SOURCES = tests/unit/check_redact.c tests/unit/runner.c
tests_unit_check_redact_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_redact_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_verb_act_SOURCES = tests/unit/check_verb_act.c $(PROGRAM_TEST_SOURCES)
tests_unit_check_verb_act_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_verb_act_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_verb_doctor_SOURCES = tests/unit/check_verb_doctor.c $(PROGRAM_TEST_SOURCES)
tests_unit_check_verb_doctor_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_verb_doctor_LDADD = $(CTL_TEST_LIBS)
tests_unit_check_verb_report_SOURCES = tests/unit/check_verb_report.c $(PROGRAM_TEST_SOURCES)
tests_unit_check_verb_report_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_verb_report_LDADD = $(CTL_TEST_LIBS)
endif
EXTRA_DIST += tests/unit/ctl.h tests/unit/manage_fixture.h tests/unit/program.h
