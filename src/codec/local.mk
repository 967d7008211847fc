noinst_LIBRARIES += src/codec/libcodec.a
src_codec_libcodec_a_SOURCES = \
	%D%/ids.h \
	%D%/link.c %D%/link.h \
	%D%/message.c %D%/message.h \
	%D%/opaque.c %D%/opaque.h \
	%D%/path.c %D%/path.h \
	%D%/payload.c %D%/payload.h \
	%D%/text.c %D%/text.h \
	%D%/tlv.c %D%/tlv.h \
	%D%/uri.c %D%/uri.h \
	%D%/value.c %D%/value.h
