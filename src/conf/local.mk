noinst_LIBRARIES += src/conf/libconf.a
src_conf_libconf_a_SOURCES = \
	%D%/account_keys.c %D%/account_keys.h \
	%D%/accounts.c %D%/accounts.h \
	%D%/bindings.c %D%/bindings.h \
	%D%/command.c %D%/command.h \
	%D%/conf.h \
	%D%/credential.c %D%/credential.h \
	%D%/definitions.c %D%/definitions.h \
	%D%/dropins.c %D%/dropins.h \
	%D%/expand.c %D%/expand.h \
	%D%/fault.c %D%/fault.h \
	%D%/form.c %D%/form.h \
	%D%/keys.c %D%/keys.h \
	%D%/literal.c %D%/literal.h \
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
	%D%/source.c %D%/source.h
src_conf_libconf_a_CFLAGS = $(AM_CFLAGS) $(LIBCONFIG_CFLAGS)

# what a program that reads configurations links
CONF_TEST_LIBS = src/conf/libconf.a src/codec/libcodec.a src/keys/libkeys.a src/base/libbase.a \
	$(LIBCONFIG_LIBS) $(CRYPTO_LIBS) $(EXPAT_LIBS)
EXTRA_DIST += tests/conf.bad tests/conf.good tests/unit/conf_fixture.h


if HAVE_CHECK
check_PROGRAMS += tests/unit/check_accounts
TESTS += tests/unit/check_accounts
tests_unit_check_accounts_SOURCES = tests/unit/check_accounts.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_accounts_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_accounts_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_account_keys
TESTS += tests/unit/check_account_keys
tests_unit_check_account_keys_SOURCES = tests/unit/check_account_keys.c tests/unit/pki.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_account_keys_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_account_keys_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_bindings
TESTS += tests/unit/check_bindings
tests_unit_check_bindings_SOURCES = tests/unit/check_bindings.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_bindings_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_bindings_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_definitions
TESTS += tests/unit/check_definitions
tests_unit_check_definitions_SOURCES = tests/unit/check_definitions.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_definitions_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_definitions_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_literal
TESTS += tests/unit/check_literal
tests_unit_check_literal_SOURCES = tests/unit/check_literal.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_literal_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_literal_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_command
TESTS += tests/unit/check_command
tests_unit_check_command_SOURCES = tests/unit/check_command.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_command_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_command_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_credential
TESTS += tests/unit/check_credential
tests_unit_check_credential_SOURCES = tests/unit/check_credential.c tests/unit/conf_fixture.c tests/unit/alloc.c tests/unit/runner.c
tests_unit_check_credential_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_credential_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_credential_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_dropins
TESTS += tests/unit/check_dropins
tests_unit_check_dropins_SOURCES = tests/unit/check_dropins.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_dropins_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_dropins_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_expand
TESTS += tests/unit/check_expand
tests_unit_check_expand_SOURCES = tests/unit/check_expand.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_expand_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_expand_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_fault
TESTS += tests/unit/check_fault
tests_unit_check_fault_SOURCES = tests/unit/check_fault.c tests/unit/runner.c
tests_unit_check_fault_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_fault_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_form
TESTS += tests/unit/check_form
tests_unit_check_form_SOURCES = tests/unit/check_form.c tests/unit/runner.c
tests_unit_check_form_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_form_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_keys
TESTS += tests/unit/check_keys
tests_unit_check_keys_SOURCES = tests/unit/check_keys.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_keys_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_keys_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_load
TESTS += tests/unit/check_load
tests_unit_check_load_SOURCES = tests/unit/check_load.c tests/unit/conf_fixture.c tests/unit/alloc.c tests/unit/runner.c
tests_unit_check_load_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_load_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_load_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_names
TESTS += tests/unit/check_names
tests_unit_check_names_SOURCES = tests/unit/check_names.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_names_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_names_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_node
TESTS += tests/unit/check_node
tests_unit_check_node_SOURCES = tests/unit/check_node.c tests/unit/alloc.c tests/unit/runner.c
tests_unit_check_node_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_node_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_node_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_options
TESTS += tests/unit/check_options
tests_unit_check_options_SOURCES = tests/unit/check_options.c tests/unit/runner.c
tests_unit_check_options_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_options_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_owners
TESTS += tests/unit/check_owners
tests_unit_check_owners_SOURCES = tests/unit/check_owners.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_owners_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_owners_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_print
TESTS += tests/unit/check_print
tests_unit_check_print_SOURCES = tests/unit/check_print.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_print_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_print_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_read
TESTS += tests/unit/check_read
tests_unit_check_read_SOURCES = tests/unit/check_read.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_read_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_read_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_report
TESTS += tests/unit/check_report
tests_unit_check_report_SOURCES = tests/unit/check_report.c tests/unit/runner.c
tests_unit_check_report_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_report_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_scan
TESTS += tests/unit/check_scan
tests_unit_check_scan_SOURCES = tests/unit/check_scan.c tests/unit/runner.c
tests_unit_check_scan_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_scan_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_setting
TESTS += tests/unit/check_setting
tests_unit_check_setting_SOURCES = tests/unit/check_setting.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_setting_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_setting_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_source
TESTS += tests/unit/check_source
tests_unit_check_source_SOURCES = tests/unit/check_source.c tests/unit/conf_fixture.c tests/unit/runner.c
tests_unit_check_source_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_source_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_suggest
TESTS += tests/unit/check_suggest
tests_unit_check_suggest_SOURCES = tests/unit/check_suggest.c tests/unit/runner.c
tests_unit_check_suggest_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_suggest_LDADD = $(CONF_TEST_LIBS) $(CHECK_LIBS)
endif

check_PROGRAMS += tests/fuzz/fuzz_scan
TESTS += tests/fuzz/fuzz_scan
tests_fuzz_fuzz_scan_SOURCES = tests/fuzz/fuzz_scan.c $(FUZZ_MAIN)
tests_fuzz_fuzz_scan_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_scan_LDADD = src/conf/libconf.a src/base/libbase.a
