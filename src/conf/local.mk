noinst_LIBRARIES += src/conf/libconf.a
src_conf_libconf_a_SOURCES = \
	%D%/accounts.c %D%/accounts.h \
	%D%/command.c %D%/command.h \
	%D%/conf.h \
	%D%/credential.c %D%/credential.h \
	%D%/dropins.c %D%/dropins.h \
	%D%/ddf.c %D%/ddf.h \
	%D%/expand.c %D%/expand.h \
	%D%/fault.c %D%/fault.h \
	%D%/form.c %D%/form.h \
	%D%/keys.c %D%/keys.h \
	%D%/load.c %D%/load.h \
	%D%/names.c %D%/names.h \
	%D%/node.c %D%/node.h \
	%D%/options.c %D%/options.h \
	%D%/owners.c %D%/owners.h \
	%D%/print.c \
	%D%/read.c %D%/read.h \
	%D%/report.c %D%/report.h \
	%D%/scan.c %D%/scan.h \
	%D%/setting.c %D%/setting.h \
	%D%/source.c %D%/source.h \
	%D%/suggest.c %D%/suggest.h
src_conf_libconf_a_CFLAGS = $(AM_CFLAGS) $(LIBCONFIG_CFLAGS)

# what a program that reads configurations links
CONF_TEST_LIBS = src/conf/libconf.a src/codec/libcodec.a src/keys/libkeys.a src/base/libbase.a \
	$(LIBCONFIG_LIBS) $(CRYPTO_LIBS)
EXTRA_DIST += tests/conf.bad tests/conf.good tests/unit/conf_fixture.h

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_load
TESTS += tests/unit/check_load
tests_unit_check_load_SOURCES = tests/unit/check_load.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_load_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_load_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

endif
