# lwm2md beside a bare libcoap client that sends the same datagrams: make bench
BENCH_TOOLS = tests/bench/bare tests/bench/bare-sd tests/bench/scale tests/bench/spawn
EXTRA_PROGRAMS += $(BENCH_TOOLS)
CLEANFILES += $(BENCH_TOOLS)
tests_bench_bare_SOURCES = %D%/bare.c %D%/bare_loop.h %D%/bare_loop_coap.c
tests_bench_bare_CFLAGS = $(AM_CFLAGS) $(COAP_CFLAGS)
tests_bench_bare_LDADD = src/base/libbase.a $(COAP_LIBS)
tests_bench_bare_sd_SOURCES = %D%/bare.c %D%/bare_loop.h %D%/bare_loop_sd.c
tests_bench_bare_sd_CFLAGS = $(AM_CFLAGS) $(COAP_CFLAGS) $(SYSTEMD_CFLAGS)
tests_bench_bare_sd_LDADD = src/base/libbase.a $(COAP_LIBS) $(SYSTEMD_LIBS)
# the daemon, with one more object
tests_bench_scale_SOURCES = %D%/scale.c
tests_bench_scale_LDADD = $(lwm2md_LDADD)
tests_bench_spawn_SOURCES = %D%/spawn.c
tests_bench_spawn_LDADD = src/base/libbase.a

.PHONY: bench
bench: all $(BENCH_TOOLS)
	top_builddir='$(abs_top_builddir)' PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 \
		/usr/bin/python3 $(abs_top_srcdir)/tests/bench/bench.py

.PHONY: bench-scale
bench-scale: all $(BENCH_TOOLS)
	top_builddir='$(abs_top_builddir)' PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 \
		/usr/bin/python3 $(abs_top_srcdir)/tests/bench/scale.py

EXTRA_DIST += %D%/bench.py %D%/scale.py
