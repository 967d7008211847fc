# All but main(): tests link what they need.
noinst_LIBRARIES += src/daemon/libdaemon.a
src_daemon_libdaemon_a_SOURCES = \
	%D%/account_model.c %D%/account_model.h \
	%D%/bearer.c %D%/bearer.h \
	%D%/binding.c %D%/binding.h \
	%D%/bootstrapper.c %D%/bootstrapper.h \
	%D%/card_apply.c %D%/card_apply.h \
	%D%/card_child.c %D%/card_child.h \
	%D%/card_inspect.c %D%/card_inspect.h \
	%D%/card_run.c %D%/card_run.h \
	%D%/card_source.h \
	%D%/card_step.c %D%/card_step.h \
	%D%/card_watch.c %D%/card_watch.h \
	%D%/catalog.c %D%/catalog.h \
	%D%/console.c %D%/console.h \
	%D%/daemon.c %D%/daemon.h \
	%D%/denial.c %D%/denial.h \
	%D%/diagnosis.c %D%/diagnosis.h \
	%D%/effects.c \
	src/card/helper/show.c \
	%D%/holdoff.c %D%/holdoff.h \
	%D%/host.c %D%/host.h \
	%D%/journal.c %D%/journal.h \
	%D%/keeper.c %D%/keeper.h \
	%D%/sender.c %D%/sender.h \
	%D%/kept.c \
	%D%/announcement.c %D%/announcement.h \
	%D%/server_link.c %D%/server_link.h \
	%D%/loop.c %D%/loop.h \
	%D%/metrics.c %D%/metrics.h \
	%D%/netlink.c %D%/netlink.h \
	%D%/network.c %D%/network.h \
	%D%/notify.c %D%/notify.h \
	%D%/reporter.c %D%/reporter.h \
	%D%/programs.c %D%/programs.h \
	%D%/resources.c %D%/resources.h \
	%D%/routes.c %D%/routes.h \
	%D%/sample.c %D%/sample.h \
	%D%/servers.c %D%/servers.h \
	%D%/system_bus.c %D%/system_bus.h \
	%D%/timeline.c %D%/timeline.h \
	%D%/view.c %D%/view.h
src_daemon_libdaemon_a_CPPFLAGS = $(AM_CPPFLAGS) -DCARD_HELPER='"$(pkglibexecdir)/lwm2md-card"'
src_daemon_libdaemon_a_CFLAGS = $(AM_CFLAGS) $(SYSTEMD_CFLAGS) $(MNL_CFLAGS)

sbin_PROGRAMS += lwm2md
lwm2md_SOURCES = %D%/main.c
lwm2md_LDADD = src/daemon/libdaemon.a src/card/libcard.a src/ctl/libctl.a src/conf/libconf.a \
	src/store/libstore.a \
	src/server/libserver.a src/bootstrap/libbootstrap.a src/dm/libdm.a \
	src/objects/libobjects.a src/model/libmodel.a src/transport/libtransport.a \
	src/exchange/libexchange.a src/keys/libkeys.a src/codec/libcodec.a src/base/libbase.a \
	$(COAP_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) $(SYSTEMD_LIBS) $(LIBCONFIG_LIBS) $(CBOR_LIBS) $(JSON_LIBS) \
	$(EXPAT_LIBS) $(MNL_LIBS)

if HAVE_CHECK
check_PROGRAMS += \
	tests/unit/check_holdoff \
	tests/unit/check_journal \
	tests/unit/check_loop \
	tests/unit/check_notify \
	tests/unit/check_routes \
	tests/unit/check_timeline
TESTS += \
	tests/unit/check_holdoff \
	tests/unit/check_journal \
	tests/unit/check_loop \
	tests/unit/check_notify \
	tests/unit/check_routes \
	tests/unit/check_timeline
DAEMON_TEST_LIBS = src/daemon/libdaemon.a src/codec/libcodec.a src/base/libbase.a \
	$(SYSTEMD_LIBS) $(CHECK_LIBS)
tests_unit_check_holdoff_SOURCES = tests/unit/check_holdoff.c tests/unit/fake_loop.c \
	tests/unit/fake_loop.h tests/unit/runner.c
tests_unit_check_holdoff_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_holdoff_LDADD = $(DAEMON_TEST_LIBS)
tests_unit_check_journal_SOURCES = tests/unit/check_journal.c tests/unit/runner.c
tests_unit_check_journal_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_journal_LDADD = $(DAEMON_TEST_LIBS)
tests_unit_check_loop_SOURCES = tests/unit/check_loop.c tests/unit/runner.c
tests_unit_check_loop_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_loop_LDADD = $(DAEMON_TEST_LIBS)
tests_unit_check_notify_SOURCES = tests/unit/check_notify.c tests/unit/runner.c
tests_unit_check_notify_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_notify_LDADD = $(DAEMON_TEST_LIBS)
tests_unit_check_routes_SOURCES = tests/unit/check_routes.c tests/unit/fake_loop.c \
	tests/unit/fake_loop.h tests/unit/runner.c
tests_unit_check_routes_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_routes_LDADD = $(DAEMON_TEST_LIBS)
tests_unit_check_timeline_SOURCES = tests/unit/check_timeline.c tests/unit/runner.c
tests_unit_check_timeline_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_timeline_LDADD = $(DAEMON_TEST_LIBS)

# Tests of the daemon's logic, in a world without time and a transport without sockets.
WORLD = tests/unit/world.c tests/unit/world.h tests/unit/fake_transport.c \
	tests/unit/fake_transport.h tests/unit/runner.c
MACHINE = $(WORLD) tests/unit/machine.c tests/unit/machine.h tests/unit/conf_fixture.c
LINK_WORLD = $(AM_LDFLAGS) -Wl,--wrap=getrandom
WORLD_LIBS = src/daemon/libdaemon.a src/card/libcard.a src/ctl/libctl.a src/conf/libconf.a \
	src/store/libstore.a \
	src/server/libserver.a src/bootstrap/libbootstrap.a src/dm/libdm.a \
	src/objects/libobjects.a src/model/libmodel.a src/keys/libkeys.a src/codec/libcodec.a \
	src/base/libbase.a $(CRYPTO_LIBS) $(SYSTEMD_LIBS) $(LIBCONFIG_LIBS) $(CBOR_LIBS) $(JSON_LIBS) \
	$(EXPAT_LIBS) $(MNL_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/check_client_bootstrap
TESTS += tests/unit/check_client_bootstrap
tests_unit_check_client_bootstrap_SOURCES = tests/unit/check_client_bootstrap.c $(MACHINE)
tests_unit_check_client_bootstrap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_client_bootstrap_LDFLAGS = $(LINK_WORLD)
tests_unit_check_client_bootstrap_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_sender
TESTS += tests/unit/check_sender
tests_unit_check_sender_SOURCES = tests/unit/check_sender.c tests/unit/runner.c
tests_unit_check_sender_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_sender_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_queue_mode
TESTS += tests/unit/check_queue_mode
tests_unit_check_queue_mode_SOURCES = tests/unit/check_queue_mode.c $(MACHINE)
tests_unit_check_queue_mode_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_queue_mode_LDFLAGS = $(LINK_WORLD)
tests_unit_check_queue_mode_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_effects
TESTS += tests/unit/check_effects
tests_unit_check_effects_SOURCES = tests/unit/check_effects.c $(MACHINE)
tests_unit_check_effects_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_effects_LDFLAGS = $(LINK_WORLD)
tests_unit_check_effects_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_hold_off
TESTS += tests/unit/check_hold_off
tests_unit_check_hold_off_SOURCES = tests/unit/check_hold_off.c $(MACHINE)
tests_unit_check_hold_off_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_hold_off_LDFLAGS = $(LINK_WORLD)
tests_unit_check_hold_off_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_daemon
TESTS += tests/unit/check_daemon
tests_unit_check_daemon_SOURCES = tests/unit/check_daemon.c $(MACHINE)
tests_unit_check_daemon_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_daemon_LDFLAGS = $(LINK_WORLD)
tests_unit_check_daemon_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_servers
TESTS += tests/unit/check_servers
tests_unit_check_servers_SOURCES = tests/unit/check_servers.c $(MACHINE)
tests_unit_check_servers_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_servers_LDFLAGS = $(LINK_WORLD)
tests_unit_check_servers_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_reporter
TESTS += tests/unit/check_reporter
tests_unit_check_reporter_SOURCES = tests/unit/check_reporter.c $(MACHINE)
tests_unit_check_reporter_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_reporter_LDFLAGS = $(LINK_WORLD)
tests_unit_check_reporter_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_announcement
TESTS += tests/unit/check_announcement
tests_unit_check_announcement_SOURCES = tests/unit/check_announcement.c tests/unit/client_model.c tests/unit/alloc.c tests/unit/runner.c
tests_unit_check_announcement_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_announcement_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_announcement_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_server_link
TESTS += tests/unit/check_server_link
tests_unit_check_server_link_SOURCES = tests/unit/check_server_link.c $(MACHINE) tests/unit/alloc.c
tests_unit_check_server_link_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_server_link_LDFLAGS = $(LINK_WORLD) $(WRAP_ALLOC)
tests_unit_check_server_link_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_account_model
TESTS += tests/unit/check_account_model
tests_unit_check_account_model_SOURCES = tests/unit/check_account_model.c $(WORLD) tests/unit/alloc.c
tests_unit_check_account_model_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_account_model_LDFLAGS = $(LINK_WORLD) $(WRAP_ALLOC)
tests_unit_check_account_model_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_keeper
TESTS += tests/unit/check_keeper
tests_unit_check_keeper_SOURCES = tests/unit/check_keeper.c $(WORLD) tests/unit/conf_fixture.c tests/unit/alloc.c
tests_unit_check_keeper_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_keeper_LDFLAGS = $(LINK_WORLD) $(WRAP_ALLOC)
tests_unit_check_keeper_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_bootstrapper
TESTS += tests/unit/check_bootstrapper
tests_unit_check_bootstrapper_SOURCES = tests/unit/check_bootstrapper.c $(MACHINE)
tests_unit_check_bootstrapper_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_bootstrapper_LDFLAGS = $(LINK_WORLD)
tests_unit_check_bootstrapper_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_console
TESTS += tests/unit/check_console
tests_unit_check_console_SOURCES = tests/unit/check_console.c $(MACHINE)
tests_unit_check_console_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_console_LDFLAGS = $(LINK_WORLD)
tests_unit_check_console_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_denial
TESTS += tests/unit/check_denial
tests_unit_check_denial_SOURCES = tests/unit/check_denial.c tests/unit/runner.c
tests_unit_check_denial_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_denial_LDADD = $(DAEMON_TEST_LIBS)
check_PROGRAMS += tests/unit/check_diagnosis
TESTS += tests/unit/check_diagnosis
tests_unit_check_diagnosis_SOURCES = tests/unit/check_diagnosis.c $(MACHINE)
tests_unit_check_diagnosis_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_diagnosis_LDFLAGS = $(LINK_WORLD)
tests_unit_check_diagnosis_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_card_inspect
TESTS += tests/unit/check_card_inspect
tests_unit_check_card_inspect_SOURCES = tests/unit/check_card_inspect.c tests/unit/helper_script.c \
	tests/unit/testloop.c tests/unit/runner.c
tests_unit_check_card_inspect_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_card_inspect_LDADD = src/daemon/libdaemon.a $(CARD_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/check_metrics
TESTS += tests/unit/check_metrics
tests_unit_check_metrics_SOURCES = tests/unit/check_metrics.c $(MACHINE)
tests_unit_check_metrics_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_metrics_LDFLAGS = $(LINK_WORLD)
tests_unit_check_metrics_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_view
TESTS += tests/unit/check_view
tests_unit_check_view_SOURCES = tests/unit/check_view.c $(MACHINE)
tests_unit_check_view_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_view_LDFLAGS = $(LINK_WORLD)
tests_unit_check_view_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_catalog
TESTS += tests/unit/check_catalog
tests_unit_check_catalog_SOURCES = tests/unit/check_catalog.c $(WORLD) tests/unit/alloc.c
tests_unit_check_catalog_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_catalog_LDFLAGS = $(LINK_WORLD) $(WRAP_ALLOC)
tests_unit_check_catalog_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_binding
TESTS += tests/unit/check_binding
tests_unit_check_binding_SOURCES = tests/unit/check_binding.c tests/unit/bound.c tests/unit/conf_fixture.c $(WORLD)
tests_unit_check_binding_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_binding_LDFLAGS = $(LINK_WORLD)
tests_unit_check_binding_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_kept
TESTS += tests/unit/check_kept
tests_unit_check_kept_SOURCES = tests/unit/check_kept.c tests/unit/bound.c tests/unit/conf_fixture.c $(WORLD)
tests_unit_check_kept_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_kept_LDFLAGS = $(LINK_WORLD)
tests_unit_check_kept_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_resources
TESTS += tests/unit/check_resources
tests_unit_check_resources_SOURCES = tests/unit/check_resources.c tests/unit/bound.c tests/unit/conf_fixture.c $(WORLD)
tests_unit_check_resources_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_resources_LDFLAGS = $(LINK_WORLD)
tests_unit_check_resources_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_sample
TESTS += tests/unit/check_sample
tests_unit_check_sample_SOURCES = tests/unit/check_sample.c tests/unit/conf_fixture.c $(WORLD)
tests_unit_check_sample_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_sample_LDFLAGS = $(LINK_WORLD)
tests_unit_check_sample_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_programs
TESTS += tests/unit/check_programs
tests_unit_check_programs_SOURCES = tests/unit/check_programs.c tests/unit/testloop.c tests/unit/runner.c
tests_unit_check_programs_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_programs_LDADD = src/daemon/libdaemon.a src/base/libbase.a $(SYSTEMD_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/check_netlink
TESTS += tests/unit/check_netlink
tests_unit_check_netlink_SOURCES = tests/unit/check_netlink.c tests/unit/runner.c
tests_unit_check_netlink_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_netlink_LDADD = src/daemon/libdaemon.a src/objects/libobjects.a src/model/libmodel.a \
	src/codec/libcodec.a src/base/libbase.a $(MNL_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/check_network
TESTS += tests/unit/check_network
tests_unit_check_network_SOURCES = tests/unit/check_network.c tests/unit/fake_loop.c tests/unit/fake_loop.h tests/unit/runner.c
tests_unit_check_network_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_network_LDADD = src/daemon/libdaemon.a src/objects/libobjects.a src/model/libmodel.a \
	src/codec/libcodec.a src/base/libbase.a $(MNL_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/check_bearer
TESTS += tests/unit/check_bearer
tests_unit_check_bearer_SOURCES = tests/unit/check_bearer.c tests/unit/fakeroot.c tests/unit/fakeroot.h tests/unit/runner.c
tests_unit_check_bearer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_bearer_LDADD = src/daemon/libdaemon.a src/objects/libobjects.a src/model/libmodel.a \
	src/codec/libcodec.a src/base/libbase.a $(MNL_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/check_host tests/unit/check_system_bus
TESTS += tests/unit/check_host tests/unit/check_system_bus
tests_unit_check_host_SOURCES = tests/unit/check_host.c $(WORLD)
tests_unit_check_host_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_host_LDFLAGS = $(LINK_WORLD)
tests_unit_check_host_LDADD = $(WORLD_LIBS)
tests_unit_check_system_bus_SOURCES = tests/unit/check_system_bus.c tests/unit/testloop.c \
	tests/unit/runner.c
tests_unit_check_system_bus_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(SYSTEMD_CFLAGS)
tests_unit_check_system_bus_LDADD = src/daemon/libdaemon.a src/base/libbase.a $(SYSTEMD_LIBS) \
	$(CHECK_LIBS)
check_PROGRAMS += tests/unit/check_card_step
TESTS += tests/unit/check_card_step
tests_unit_check_card_step_SOURCES = tests/unit/check_card_step.c tests/unit/fake_card.c $(MACHINE)
tests_unit_check_card_step_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_card_step_LDFLAGS = $(LINK_WORLD)
tests_unit_check_card_step_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_card_apply
TESTS += tests/unit/check_card_apply
tests_unit_check_card_apply_SOURCES = tests/unit/check_card_apply.c tests/unit/fake_card.c $(MACHINE)
tests_unit_check_card_apply_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_card_apply_LDFLAGS = $(LINK_WORLD)
tests_unit_check_card_apply_LDADD = $(WORLD_LIBS)
check_PROGRAMS += tests/unit/check_card_child
TESTS += tests/unit/check_card_child
tests_unit_check_card_child_SOURCES = tests/unit/check_card_child.c tests/unit/helper_script.c \
	tests/unit/testloop.c tests/unit/runner.c
tests_unit_check_card_child_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_card_child_LDADD = src/daemon/libdaemon.a $(CARD_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/check_card_run
TESTS += tests/unit/check_card_run
tests_unit_check_card_run_SOURCES = tests/unit/check_card_run.c tests/unit/helper_script.c \
	tests/unit/testloop.c tests/unit/runner.c
tests_unit_check_card_run_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_card_run_LDADD = src/daemon/libdaemon.a $(CARD_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/check_card_watch
TESTS += tests/unit/check_card_watch
tests_unit_check_card_watch_SOURCES = tests/unit/check_card_watch.c tests/unit/helper_script.c \
	tests/unit/testloop.c tests/unit/runner.c
tests_unit_check_card_watch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_card_watch_LDADD = src/daemon/libdaemon.a $(CARD_LIBS) $(CHECK_LIBS)
endif

EXTRA_DIST += tests/unit/bound.h tests/unit/fake_card.h tests/unit/helper_script.h
