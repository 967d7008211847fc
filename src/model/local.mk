noinst_LIBRARIES += src/model/libmodel.a
src_model_libmodel_a_SOURCES = \
	%D%/account.c %D%/account.h \
	%D%/definition.c %D%/definition.h \
	%D%/instance.c %D%/instance.h \
	%D%/model.c %D%/model.h \
	%D%/private.h \
	%D%/transaction.c
