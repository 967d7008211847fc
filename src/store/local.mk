noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = \
	%D%/accounts.c \
	%D%/file.c %D%/file.h \
	%D%/private.h \
	%D%/registrations.c \
	%D%/store.c %D%/store.h
