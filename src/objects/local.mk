noinst_LIBRARIES += src/objects/libobjects.a
src_objects_libobjects_a_SOURCES = \
	%D%/access_control.c %D%/access_control.h \
	%D%/device.c %D%/device.h \
	%D%/fact.c %D%/fact.h \
	%D%/power.c %D%/power.h \
	%D%/security.c %D%/security.h \
	%D%/server.c %D%/server.h
