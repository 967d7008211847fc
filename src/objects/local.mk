noinst_LIBRARIES += src/objects/libobjects.a
src_objects_libobjects_a_SOURCES = \
	%D%/access_control.c %D%/access_control.h \
	%D%/connectivity.c %D%/connectivity.h \
	%D%/device.c %D%/device.h \
	%D%/fact.c %D%/fact.h \
	%D%/power.c %D%/power.h \
	%D%/security.c %D%/security.h \
	%D%/server.c %D%/server.h \
	%D%/statistics.c %D%/statistics.h

OBJECT_TEST = tests/unit/registry.c tests/unit/registry.h tests/unit/fakeroot.c \
	tests/unit/fakeroot.h
OBJECT_LIBS = src/objects/libobjects.a src/model/libmodel.a src/codec/libcodec.a \
	src/base/libbase.a

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_access_control
TESTS += tests/unit/check_access_control
tests_unit_check_access_control_SOURCES = tests/unit/check_access_control.c tests/unit/runner.c $(OBJECT_TEST)
tests_unit_check_access_control_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_access_control_LDADD = $(OBJECT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_connectivity
TESTS += tests/unit/check_connectivity
tests_unit_check_connectivity_SOURCES = tests/unit/check_connectivity.c tests/unit/runner.c $(OBJECT_TEST)
tests_unit_check_connectivity_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_connectivity_LDADD = $(OBJECT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_statistics
TESTS += tests/unit/check_statistics
tests_unit_check_statistics_SOURCES = tests/unit/check_statistics.c tests/unit/runner.c $(OBJECT_TEST)
tests_unit_check_statistics_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_statistics_LDADD = $(OBJECT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_device
TESTS += tests/unit/check_device
tests_unit_check_device_SOURCES = tests/unit/check_device.c tests/unit/runner.c \
	tests/unit/alloc.c $(OBJECT_TEST)
tests_unit_check_device_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_device_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_device_LDADD = $(OBJECT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_fact
TESTS += tests/unit/check_fact
tests_unit_check_fact_SOURCES = tests/unit/check_fact.c tests/unit/runner.c $(OBJECT_TEST)
tests_unit_check_fact_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_fact_LDADD = $(OBJECT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_power
TESTS += tests/unit/check_power
tests_unit_check_power_SOURCES = tests/unit/check_power.c tests/unit/runner.c $(OBJECT_TEST)
tests_unit_check_power_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_power_LDADD = $(OBJECT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_security
TESTS += tests/unit/check_security
tests_unit_check_security_SOURCES = tests/unit/check_security.c tests/unit/runner.c $(OBJECT_TEST)
tests_unit_check_security_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_security_LDADD = $(OBJECT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_server
TESTS += tests/unit/check_server
tests_unit_check_server_SOURCES = tests/unit/check_server.c tests/unit/runner.c $(OBJECT_TEST)
tests_unit_check_server_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_server_LDADD = $(OBJECT_LIBS) $(CHECK_LIBS)
endif
