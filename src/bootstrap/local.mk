noinst_LIBRARIES += src/bootstrap/libbootstrap.a
src_bootstrap_libbootstrap_a_SOURCES = \
	%D%/sequence.c %D%/sequence.h
