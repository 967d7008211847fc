# The scripted LwM2M and bootstrap server of the integration tests and of the demo.
noinst_PROGRAMS += tests/lwm2m-testserver
tests_lwm2m_testserver_SOURCES = \
	%D%/main.c \
	%D%/address.c %D%/address.h \
	%D%/commands.c %D%/commands.h \
	%D%/endpoint.c %D%/endpoint.h \
	%D%/event.c %D%/event.h \
	%D%/op.c %D%/op.h \
	%D%/player.c %D%/player.h \
	%D%/psk.c %D%/psk.h \
	%D%/relay.c %D%/relay.h \
	%D%/signed.c %D%/signed.h
tests_lwm2m_testserver_CFLAGS = $(AM_CFLAGS) $(COAP_CFLAGS) $(SSL_CFLAGS)
tests_lwm2m_testserver_LDADD = src/base/libbase.a $(COAP_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS)

# Real processes on loopback, by pytest of the distribution: make check-integration
PYTEST = /usr/bin/python3 -m pytest
PYTEST_FLAGS = -q -n 4 --tb=short
.PHONY: check-integration
check-integration: all
	top_builddir='$(abs_top_builddir)' PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 \
		$(PYTEST) $(PYTEST_FLAGS) $(abs_top_srcdir)/tests/integration

# A million wrong datagrams instead of the hundred thousand of check-integration.
.PHONY: check-datagrams
check-datagrams: all
	top_builddir='$(abs_top_builddir)' PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 \
		LWM2MD_DATAGRAMS=1000000 $(PYTEST) -q -s --tb=short \
		$(abs_top_srcdir)/tests/integration/test_datagrams.py

# doc/conformance.md, made anew of what the tests of the interoperability cases say.
.PHONY: check-conformance
check-conformance: all
	-top_builddir='$(abs_top_builddir)' PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 \
		$(PYTEST) $(PYTEST_FLAGS) -m ets --junitxml=tests/conformance-results.xml \
		$(abs_top_srcdir)/tests/integration
	/usr/bin/python3 $(srcdir)/tests/conformance.py $(srcdir)/tests/ets.cases \
		tests/conformance-results.xml >tests/conformance.md
	cp tests/conformance.md $(srcdir)/doc/conformance.md
CLEANFILES += tests/conformance-results.xml tests/conformance.md
EXTRA_DIST += tests/conformance.py tests/ets.cases

# Against Eclipse Leshan, fetched by Maven; skips with a word where java or mvn is missing.
.PHONY: check-interop
check-interop: all
	top_builddir='$(abs_top_builddir)' PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 \
		$(PYTEST) -q -rs --tb=short --junitxml=tests/interop-results.xml \
		$(abs_top_srcdir)/tests/interop
CLEANFILES += tests/interop-results.xml
clean-local: clean-interop
.PHONY: clean-interop
clean-interop:
	rm -rf tests/interop/lib

EXTRA_DIST += \
	tests/demo.sh tests/demo-card.sh \
	tests/card/aes.py tests/card/service.py tests/card/stage.py tests/card/uicc.py \
	tests/integration/cards.py \
	tests/integration/coap.py \
	tests/integration/conftest.py \
	tests/integration/test_composite.py \
	tests/integration/test_datagrams.py \
	tests/integration/harness.py \
	tests/integration/pki.py \
	tests/integration/openssl.py \
	tests/integration/pytest.ini \
	tests/integration/test_bootstrap.py \
	tests/integration/test_card.py \
	tests/integration/test_config.py \
	tests/integration/test_faults.py \
	tests/integration/test_formats.py \
	tests/integration/test_instances.py \
	tests/integration/test_gnutls.py \
	tests/integration/test_management.py \
	tests/integration/test_network.py \
	tests/integration/test_operations.py \
	tests/integration/test_openssl.py \
	tests/integration/test_order.py \
	tests/integration/test_registration.py \
	tests/integration/test_resumption.py \
	tests/integration/test_review_life.py \
	tests/integration/test_scenarios.py \
	tests/integration/test_security.py \
	tests/integration/test_server_initiated.py \
	tests/integration/test_service.py \
	tests/integration/test_signals.py \
	tests/integration/test_state.py \
	tests/integration/test_tcp.py \
	tests/integration/test_testserver.py \
	tests/integration/test_token.py \
	tests/interop/LeshanPeer.java \
	tests/interop/pom.xml \
	tests/interop/pytest.ini \
	tests/interop/test_leshan.py
