noinst_LIBRARIES += src/transport/libtransport.a
src_transport_libtransport_a_CFLAGS = $(AM_CFLAGS) $(COAP_CFLAGS) $(SSL_CFLAGS)
src_transport_libtransport_a_SOURCES = \
	%D%/address.c %D%/address.h \
	%D%/coap.h \
	%D%/connection.c \
	%D%/endpoint.c %D%/endpoint.h \
	%D%/inbound.c %D%/inbound.h \
	%D%/tp_listener.c \
	%D%/tp_notify.c \
	%D%/token_key.c \
	%D%/tp_token.c %D%/tp_token.h \
	%D%/outbound.c %D%/outbound.h \
	%D%/resolve.c %D%/resolve.h \
	%D%/stream.c \
	%D%/tls.c %D%/tls.h \
	%D%/tls_credentials.c %D%/tls_credentials.h \
	%D%/tls_resume.c %D%/tls_resume.h \
	%D%/tls_stream.c \
	%D%/tls_verify.c %D%/tls_verify.h \
	%D%/tls_watch.c %D%/tls_watch.h \
	%D%/tp_session.c %D%/tp_session.h \
	%D%/tp.c %D%/tp.h \
	%D%/transport.h
# What a program with transport/ needs besides our own libraries.
TRANSPORT_LIBS = $(COAP_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) -lpthread -lm

if HAVE_CHECK
TRANSPORT_TESTS = \
	tests/unit/check_address \
	tests/unit/check_connection \
	tests/unit/check_endpoint \
	tests/unit/check_inbound \
	tests/unit/check_outbound \
	tests/unit/check_resolve \
	tests/unit/check_stream \
	tests/unit/check_tls \
	tests/unit/check_tls_credentials \
	tests/unit/check_tls_resume \
	tests/unit/check_tls_stream \
	tests/unit/check_tls_verify \
	tests/unit/check_tls_watch \
	tests/unit/check_tp \
	tests/unit/check_tp_listener \
	tests/unit/check_token_key \
	tests/unit/check_tp_notify \
	tests/unit/check_tp_token \
	tests/unit/check_tp_session
check_PROGRAMS += $(TRANSPORT_TESTS)
TESTS += $(TRANSPORT_TESTS)
TRANSPORT_TEST_SOURCES = tests/unit/runner.c tests/unit/testloop.c tests/unit/peer.c \
	tests/unit/pki.c \
	tests/unit/coap_peer.c
TRANSPORT_TEST_LIBS = src/transport/libtransport.a src/exchange/libexchange.a \
	src/keys/libkeys.a src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS) $(TRANSPORT_LIBS)
TRANSPORT_TEST_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(COAP_CFLAGS) $(SSL_CFLAGS)
tests_unit_check_address_SOURCES = tests/unit/check_address.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_address_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_address_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_connection_SOURCES = tests/unit/check_connection.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_connection_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_connection_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_endpoint_SOURCES = tests/unit/check_endpoint.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_endpoint_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_endpoint_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_inbound_SOURCES = tests/unit/check_inbound.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_inbound_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_inbound_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_outbound_SOURCES = tests/unit/check_outbound.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_outbound_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_outbound_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_resolve_SOURCES = tests/unit/check_resolve.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_resolve_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_resolve_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_stream_SOURCES = tests/unit/check_stream.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_stream_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_stream_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_tls_stream_SOURCES = tests/unit/check_tls_stream.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_tls_stream_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_tls_stream_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_tls_resume_SOURCES = tests/unit/check_tls_resume.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_tls_resume_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_tls_resume_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_tp_token_SOURCES = tests/unit/check_tp_token.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_tp_token_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_tp_token_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_token_key_SOURCES = tests/unit/check_token_key.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_token_key_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_token_key_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_tls_SOURCES = tests/unit/check_tls.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_tls_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_tls_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_tls_credentials_SOURCES = tests/unit/check_tls_credentials.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_tls_credentials_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_tls_credentials_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_tls_verify_SOURCES = tests/unit/check_tls_verify.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_tls_verify_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_tls_verify_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_tls_watch_SOURCES = tests/unit/check_tls_watch.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_tls_watch_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_tls_watch_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_tp_SOURCES = tests/unit/check_tp.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_tp_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_tp_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_tp_listener_SOURCES = tests/unit/check_tp_listener.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_tp_listener_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_tp_listener_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_tp_notify_SOURCES = tests/unit/check_tp_notify.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_tp_notify_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_tp_notify_LDADD = $(TRANSPORT_TEST_LIBS)
tests_unit_check_tp_session_SOURCES = tests/unit/check_tp_session.c $(TRANSPORT_TEST_SOURCES)
tests_unit_check_tp_session_CFLAGS = $(TRANSPORT_TEST_CFLAGS)
tests_unit_check_tp_session_LDADD = $(TRANSPORT_TEST_LIBS)
endif

EXTRA_DIST += tests/unit/testloop.h tests/unit/peer.h tests/unit/coap_peer.h
