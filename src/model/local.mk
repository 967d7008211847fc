noinst_LIBRARIES += src/model/libmodel.a
src_model_libmodel_a_SOURCES = \
	%D%/account.c %D%/account.h \
	%D%/definition.c %D%/definition.h \
	%D%/guard.c %D%/guard.h \
	%D%/instance.c %D%/instance.h \
	%D%/model.c %D%/model.h \
	%D%/private.h \
	%D%/transaction.c

# An object with every kind of resource, for the tests here and in dm.
SAMPLE = tests/unit/sample.c tests/unit/sample.h

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_account
TESTS += tests/unit/check_account
tests_unit_check_account_SOURCES = tests/unit/check_account.c tests/unit/runner.c
tests_unit_check_account_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_account_LDADD = src/objects/libobjects.a src/model/libmodel.a \
	src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_definition
TESTS += tests/unit/check_definition
tests_unit_check_definition_SOURCES = tests/unit/check_definition.c tests/unit/runner.c $(SAMPLE)
tests_unit_check_definition_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_definition_LDADD = src/model/libmodel.a src/codec/libcodec.a src/base/libbase.a \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_guard
TESTS += tests/unit/check_guard
tests_unit_check_guard_SOURCES = tests/unit/check_guard.c tests/unit/runner.c tests/unit/alloc.c $(SAMPLE)
tests_unit_check_guard_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_guard_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_guard_LDADD = src/objects/libobjects.a src/model/libmodel.a \
	src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_instance
TESTS += tests/unit/check_instance
tests_unit_check_instance_SOURCES = tests/unit/check_instance.c tests/unit/runner.c tests/unit/alloc.c $(SAMPLE)
tests_unit_check_instance_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_instance_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_instance_LDADD = src/model/libmodel.a src/codec/libcodec.a src/base/libbase.a \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_model
TESTS += tests/unit/check_model
tests_unit_check_model_SOURCES = tests/unit/check_model.c tests/unit/runner.c tests/unit/alloc.c $(SAMPLE)
tests_unit_check_model_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_model_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_model_LDADD = src/model/libmodel.a src/codec/libcodec.a src/base/libbase.a \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_transaction
TESTS += tests/unit/check_transaction
tests_unit_check_transaction_SOURCES = tests/unit/check_transaction.c tests/unit/runner.c tests/unit/alloc.c $(SAMPLE)
tests_unit_check_transaction_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_transaction_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_transaction_LDADD = src/model/libmodel.a src/codec/libcodec.a src/base/libbase.a \
	$(CHECK_LIBS)
endif
