noinst_LIBRARIES += src/codec/libcodec.a
src_codec_libcodec_a_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(EXPAT_CFLAGS)
src_codec_libcodec_a_SOURCES = \
	%D%/attr.c %D%/attr.h \
	%D%/cbor.c %D%/cbor.h \
	%D%/cbor_value.c %D%/cbor_value.h \
	%D%/ddf.c %D%/ddf.h \
	%D%/ids.h \
	%D%/json.c %D%/json.h \
	%D%/legacy_json.c %D%/legacy_json.h \
	%D%/link.c %D%/link.h \
	%D%/lwm2m_cbor.c %D%/lwm2m_cbor.h \
	%D%/message.c %D%/message.h \
	%D%/opaque.c %D%/opaque.h \
	%D%/path.c %D%/path.h \
	%D%/payload.c %D%/payload.h \
	%D%/senml.c %D%/senml.h \
	%D%/senml_cbor.c %D%/senml_cbor.h \
	%D%/senml_json.c %D%/senml_json.h \
	%D%/text.c %D%/text.h \
	%D%/tlv.c %D%/tlv.h \
	%D%/uri.c %D%/uri.h \
	%D%/value.c %D%/value.h

# What the tests of content formats share.
FORMAT_TEST = tests/unit/formats.c tests/unit/formats.h tests/unit/records.c tests/unit/alloc.c tests/unit/runner.c

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_attr
TESTS += tests/unit/check_attr
tests_unit_check_attr_SOURCES = tests/unit/check_attr.c tests/unit/runner.c
tests_unit_check_attr_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_attr_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_cbor
TESTS += tests/unit/check_cbor
tests_unit_check_cbor_SOURCES = tests/unit/check_cbor.c tests/unit/runner.c tests/unit/records.c tests/unit/alloc.c
tests_unit_check_cbor_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_cbor_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_cbor_LDADD = src/codec/libcodec.a src/base/libbase.a $(CBOR_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_cbor_value
TESTS += tests/unit/check_cbor_value
tests_unit_check_cbor_value_SOURCES = tests/unit/check_cbor_value.c $(FORMAT_TEST)
tests_unit_check_cbor_value_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_cbor_value_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_cbor_value_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_ddf
TESTS += tests/unit/check_ddf
tests_unit_check_ddf_SOURCES = tests/unit/check_ddf.c tests/unit/runner.c tests/unit/alloc.c
tests_unit_check_ddf_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_ddf_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_ddf_LDADD = src/codec/libcodec.a src/base/libbase.a $(EXPAT_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_json
TESTS += tests/unit/check_json
tests_unit_check_json_SOURCES = tests/unit/check_json.c tests/unit/runner.c tests/unit/alloc.c
tests_unit_check_json_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_json_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_json_LDADD = src/codec/libcodec.a src/base/libbase.a $(JSON_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_legacy_json
TESTS += tests/unit/check_legacy_json
tests_unit_check_legacy_json_SOURCES = tests/unit/check_legacy_json.c $(FORMAT_TEST)
tests_unit_check_legacy_json_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_legacy_json_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_legacy_json_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_link
TESTS += tests/unit/check_link
tests_unit_check_link_SOURCES = tests/unit/check_link.c tests/unit/runner.c tests/unit/records.c tests/unit/alloc.c
tests_unit_check_link_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_link_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_link_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_lwm2m_cbor
TESTS += tests/unit/check_lwm2m_cbor
tests_unit_check_lwm2m_cbor_SOURCES = tests/unit/check_lwm2m_cbor.c $(FORMAT_TEST)
tests_unit_check_lwm2m_cbor_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_lwm2m_cbor_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_lwm2m_cbor_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_message
TESTS += tests/unit/check_message
tests_unit_check_message_SOURCES = tests/unit/check_message.c tests/unit/runner.c tests/unit/alloc.c
tests_unit_check_message_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_message_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_message_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_opaque
TESTS += tests/unit/check_opaque
tests_unit_check_opaque_SOURCES = tests/unit/check_opaque.c tests/unit/runner.c tests/unit/records.c tests/unit/alloc.c
tests_unit_check_opaque_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_opaque_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_opaque_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_path
TESTS += tests/unit/check_path
tests_unit_check_path_SOURCES = tests/unit/check_path.c tests/unit/runner.c tests/unit/records.c
tests_unit_check_path_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_path_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_payload
TESTS += tests/unit/check_payload
tests_unit_check_payload_SOURCES = tests/unit/check_payload.c tests/unit/runner.c tests/unit/records.c tests/unit/alloc.c
tests_unit_check_payload_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_payload_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_payload_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_senml
TESTS += tests/unit/check_senml
tests_unit_check_senml_SOURCES = tests/unit/check_senml.c $(FORMAT_TEST)
tests_unit_check_senml_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_senml_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_senml_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_senml_cbor
TESTS += tests/unit/check_senml_cbor
tests_unit_check_senml_cbor_SOURCES = tests/unit/check_senml_cbor.c $(FORMAT_TEST)
tests_unit_check_senml_cbor_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_senml_cbor_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_senml_cbor_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_senml_json
TESTS += tests/unit/check_senml_json
tests_unit_check_senml_json_SOURCES = tests/unit/check_senml_json.c $(FORMAT_TEST)
tests_unit_check_senml_json_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_senml_json_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_senml_json_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_text
TESTS += tests/unit/check_text
tests_unit_check_text_SOURCES = tests/unit/check_text.c tests/unit/runner.c tests/unit/records.c tests/unit/alloc.c
tests_unit_check_text_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_text_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_text_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_tlv
TESTS += tests/unit/check_tlv
tests_unit_check_tlv_SOURCES = tests/unit/check_tlv.c tests/unit/runner.c tests/unit/records.c tests/unit/alloc.c
tests_unit_check_tlv_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_tlv_LDFLAGS = $(AM_LDFLAGS) $(WRAP_ALLOC)
tests_unit_check_tlv_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_uri
TESTS += tests/unit/check_uri
tests_unit_check_uri_SOURCES = tests/unit/check_uri.c tests/unit/runner.c
tests_unit_check_uri_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_uri_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_value
TESTS += tests/unit/check_value
tests_unit_check_value_SOURCES = tests/unit/check_value.c tests/unit/runner.c tests/unit/records.c
tests_unit_check_value_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_value_LDADD = src/codec/libcodec.a src/base/libbase.a $(CHECK_LIBS)
endif

check_PROGRAMS += tests/fuzz/fuzz_attr
TESTS += tests/fuzz/fuzz_attr
tests_fuzz_fuzz_attr_SOURCES = tests/fuzz/fuzz_attr.c $(FUZZ_MAIN)
tests_fuzz_fuzz_attr_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_attr_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_cbor
TESTS += tests/fuzz/fuzz_cbor
tests_fuzz_fuzz_cbor_SOURCES = tests/fuzz/fuzz_cbor.c $(FUZZ_MAIN)
tests_fuzz_fuzz_cbor_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_cbor_LDADD = src/codec/libcodec.a src/base/libbase.a $(CBOR_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_cbor_value
TESTS += tests/fuzz/fuzz_cbor_value
tests_fuzz_fuzz_cbor_value_SOURCES = tests/fuzz/fuzz_cbor_value.c tests/fuzz/payload_target.c tests/unit/records.c $(FUZZ_MAIN)
tests_fuzz_fuzz_cbor_value_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_cbor_value_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_ddf
TESTS += tests/fuzz/fuzz_ddf
tests_fuzz_fuzz_ddf_SOURCES = tests/fuzz/fuzz_ddf.c $(FUZZ_MAIN)
tests_fuzz_fuzz_ddf_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_ddf_LDADD = src/codec/libcodec.a src/base/libbase.a $(EXPAT_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_json
TESTS += tests/fuzz/fuzz_json
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c $(FUZZ_MAIN)
tests_fuzz_fuzz_json_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_json_LDADD = src/codec/libcodec.a src/base/libbase.a $(JSON_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_legacy_json
TESTS += tests/fuzz/fuzz_legacy_json
tests_fuzz_fuzz_legacy_json_SOURCES = tests/fuzz/fuzz_legacy_json.c tests/fuzz/payload_target.c tests/unit/records.c $(FUZZ_MAIN)
tests_fuzz_fuzz_legacy_json_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_legacy_json_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_link
TESTS += tests/fuzz/fuzz_link
tests_fuzz_fuzz_link_SOURCES = tests/fuzz/fuzz_link.c $(FUZZ_MAIN)
tests_fuzz_fuzz_link_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_link_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_lwm2m_cbor
TESTS += tests/fuzz/fuzz_lwm2m_cbor
tests_fuzz_fuzz_lwm2m_cbor_SOURCES = tests/fuzz/fuzz_lwm2m_cbor.c tests/fuzz/payload_target.c tests/unit/records.c $(FUZZ_MAIN)
tests_fuzz_fuzz_lwm2m_cbor_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_lwm2m_cbor_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_message
TESTS += tests/fuzz/fuzz_message
tests_fuzz_fuzz_message_SOURCES = tests/fuzz/fuzz_message.c $(FUZZ_MAIN)
tests_fuzz_fuzz_message_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_message_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_opaque
TESTS += tests/fuzz/fuzz_opaque
tests_fuzz_fuzz_opaque_SOURCES = tests/fuzz/fuzz_opaque.c tests/fuzz/payload_target.c tests/unit/records.c $(FUZZ_MAIN)
tests_fuzz_fuzz_opaque_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_opaque_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_path
TESTS += tests/fuzz/fuzz_path
tests_fuzz_fuzz_path_SOURCES = tests/fuzz/fuzz_path.c $(FUZZ_MAIN)
tests_fuzz_fuzz_path_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_path_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_payload
TESTS += tests/fuzz/fuzz_payload
tests_fuzz_fuzz_payload_SOURCES = tests/fuzz/fuzz_payload.c tests/fuzz/payload_target.c tests/unit/records.c $(FUZZ_MAIN)
tests_fuzz_fuzz_payload_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_payload_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_senml
TESTS += tests/fuzz/fuzz_senml
tests_fuzz_fuzz_senml_SOURCES = tests/fuzz/fuzz_senml.c tests/unit/records.c $(FUZZ_MAIN)
tests_fuzz_fuzz_senml_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_senml_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_senml_cbor
TESTS += tests/fuzz/fuzz_senml_cbor
tests_fuzz_fuzz_senml_cbor_SOURCES = tests/fuzz/fuzz_senml_cbor.c tests/fuzz/payload_target.c tests/unit/records.c $(FUZZ_MAIN)
tests_fuzz_fuzz_senml_cbor_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_senml_cbor_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_senml_json
TESTS += tests/fuzz/fuzz_senml_json
tests_fuzz_fuzz_senml_json_SOURCES = tests/fuzz/fuzz_senml_json.c tests/fuzz/payload_target.c tests/unit/records.c $(FUZZ_MAIN)
tests_fuzz_fuzz_senml_json_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_senml_json_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_text
TESTS += tests/fuzz/fuzz_text
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c tests/fuzz/payload_target.c tests/unit/records.c $(FUZZ_MAIN)
tests_fuzz_fuzz_text_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_text_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_tlv
TESTS += tests/fuzz/fuzz_tlv
tests_fuzz_fuzz_tlv_SOURCES = tests/fuzz/fuzz_tlv.c tests/fuzz/payload_target.c tests/unit/records.c $(FUZZ_MAIN)
tests_fuzz_fuzz_tlv_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_tlv_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_uri
TESTS += tests/fuzz/fuzz_uri
tests_fuzz_fuzz_uri_SOURCES = tests/fuzz/fuzz_uri.c $(FUZZ_MAIN)
tests_fuzz_fuzz_uri_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_uri_LDADD = src/codec/libcodec.a src/base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_value
TESTS += tests/fuzz/fuzz_value
tests_fuzz_fuzz_value_SOURCES = tests/fuzz/fuzz_value.c $(FUZZ_MAIN)
tests_fuzz_fuzz_value_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_value_LDADD = src/codec/libcodec.a src/base/libbase.a

EXTRA_DIST += tests/unit/records.h tests/fuzz/payload_target.h
