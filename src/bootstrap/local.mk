noinst_LIBRARIES += src/bootstrap/libbootstrap.a
src_bootstrap_libbootstrap_a_SOURCES = \
	%D%/consistency.c %D%/consistency.h \
	%D%/delete.c \
	%D%/operation.h \
	%D%/read.c \
	%D%/sequence.c %D%/sequence.h \
	%D%/session.c %D%/session.h \
	%D%/write.c
