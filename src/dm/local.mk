noinst_LIBRARIES += src/dm/libdm.a
src_dm_libdm_a_SOURCES = \
	%D%/access.c %D%/access.h \
	%D%/apply.c %D%/apply.h \
	%D%/attributes.c %D%/attributes.h \
	%D%/collect.c %D%/collect.h \
	%D%/condition.c \
	%D%/discover.c \
	%D%/dispatch.c %D%/dispatch.h \
	%D%/links.c %D%/links.h \
	%D%/notification.c \
	%D%/observations.c %D%/observations.h \
	%D%/observe.c %D%/observe.h \
	%D%/observe_state.c \
	%D%/op_attributes.c \
	%D%/op_composite.c \
	%D%/op_create.c \
	%D%/op_delete.c \
	%D%/op_execute.c \
	%D%/op_observe.c \
	%D%/op_read.c \
	%D%/op_write.c \
	%D%/operation.h \
	%D%/reporting.h \
	%D%/response.c %D%/response.h \
	%D%/send.c %D%/send.h

# A managed device with the real objects and the sample ones.
DM_TEST = tests/unit/dm.c tests/unit/dm.h $(SAMPLE)
DM_LIBS = src/dm/libdm.a src/objects/libobjects.a src/model/libmodel.a src/codec/libcodec.a \
	src/base/libbase.a

# A managed device whose servers observe, in simulated time.
OBSERVER_TEST = tests/unit/observer.c tests/unit/observer.h tests/unit/runner.c \
	tests/unit/alloc.c $(DM_TEST)

if HAVE_CHECK

check_PROGRAMS += tests/unit/check_access
TESTS += tests/unit/check_access
tests_unit_check_access_SOURCES = tests/unit/check_access.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_access_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_access_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_collect
TESTS += tests/unit/check_collect
tests_unit_check_collect_SOURCES = tests/unit/check_collect.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_collect_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_collect_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_apply
TESTS += tests/unit/check_apply
tests_unit_check_apply_SOURCES = tests/unit/check_apply.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_apply_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_apply_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_op_create
TESTS += tests/unit/check_op_create
tests_unit_check_op_create_SOURCES = tests/unit/check_op_create.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_op_create_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_op_create_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_op_delete
TESTS += tests/unit/check_op_delete
tests_unit_check_op_delete_SOURCES = tests/unit/check_op_delete.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_op_delete_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_op_delete_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_op_composite
TESTS += tests/unit/check_op_composite
tests_unit_check_op_composite_SOURCES = tests/unit/check_op_composite.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_op_composite_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_op_composite_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_discover
TESTS += tests/unit/check_discover
tests_unit_check_discover_SOURCES = tests/unit/check_discover.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_discover_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_discover_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_dispatch
TESTS += tests/unit/check_dispatch
tests_unit_check_dispatch_SOURCES = tests/unit/check_dispatch.c tests/unit/runner.c tests/unit/alloc.c $(DM_TEST)
tests_unit_check_dispatch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_dispatch_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_dispatch_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_links
TESTS += tests/unit/check_links
tests_unit_check_links_SOURCES = tests/unit/check_links.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_links_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_links_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_op_execute
TESTS += tests/unit/check_op_execute
tests_unit_check_op_execute_SOURCES = tests/unit/check_op_execute.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_op_execute_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_op_execute_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_op_read
TESTS += tests/unit/check_op_read
tests_unit_check_op_read_SOURCES = tests/unit/check_op_read.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_op_read_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_op_read_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_op_write
TESTS += tests/unit/check_op_write
tests_unit_check_op_write_SOURCES = tests/unit/check_op_write.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_op_write_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_op_write_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_attributes
TESTS += tests/unit/check_attributes
tests_unit_check_attributes_SOURCES = tests/unit/check_attributes.c $(OBSERVER_TEST)
tests_unit_check_attributes_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_attributes_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_attributes_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_condition
TESTS += tests/unit/check_condition
tests_unit_check_condition_SOURCES = tests/unit/check_condition.c $(OBSERVER_TEST)
tests_unit_check_condition_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_condition_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_condition_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_notification
TESTS += tests/unit/check_notification
tests_unit_check_notification_SOURCES = tests/unit/check_notification.c $(OBSERVER_TEST)
tests_unit_check_notification_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_notification_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_notification_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_observations
TESTS += tests/unit/check_observations
tests_unit_check_observations_SOURCES = tests/unit/check_observations.c $(OBSERVER_TEST)
tests_unit_check_observations_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_observations_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_observations_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_observe
TESTS += tests/unit/check_observe
tests_unit_check_observe_SOURCES = tests/unit/check_observe.c $(OBSERVER_TEST)
tests_unit_check_observe_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_observe_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_observe_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_observe_state
TESTS += tests/unit/check_observe_state
tests_unit_check_observe_state_SOURCES = tests/unit/check_observe_state.c $(OBSERVER_TEST)
tests_unit_check_observe_state_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_observe_state_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_observe_state_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_op_attributes
TESTS += tests/unit/check_op_attributes
tests_unit_check_op_attributes_SOURCES = tests/unit/check_op_attributes.c $(OBSERVER_TEST)
tests_unit_check_op_attributes_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_op_attributes_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_op_attributes_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_op_observe
TESTS += tests/unit/check_op_observe
tests_unit_check_op_observe_SOURCES = tests/unit/check_op_observe.c $(OBSERVER_TEST)
tests_unit_check_op_observe_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_op_observe_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_op_observe_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_send
TESTS += tests/unit/check_send
tests_unit_check_send_SOURCES = tests/unit/check_send.c tests/unit/runner.c $(DM_TEST)
tests_unit_check_send_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_send_LDADD = $(DM_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_response
TESTS += tests/unit/check_response
tests_unit_check_response_SOURCES = tests/unit/check_response.c tests/unit/runner.c
tests_unit_check_response_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_response_LDADD = $(DM_LIBS) $(CHECK_LIBS)
endif

check_PROGRAMS += tests/fuzz/fuzz_dispatch
TESTS += tests/fuzz/fuzz_dispatch
tests_fuzz_fuzz_dispatch_SOURCES = tests/fuzz/fuzz_dispatch.c $(FUZZ_MAIN) $(SAMPLE)
tests_fuzz_fuzz_dispatch_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_fuzz_fuzz_dispatch_LDADD = $(DM_LIBS)
tests_fuzz_fuzz_dispatch_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
