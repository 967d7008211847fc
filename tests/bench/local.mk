# lwm2md beside a bare libcoap client that sends the same datagrams: make bench
EXTRA_PROGRAMS += tests/bench/bare tests/bench/spawn
CLEANFILES += tests/bench/bare tests/bench/spawn
tests_bench_bare_SOURCES = %D%/bare.c
tests_bench_bare_CFLAGS = $(AM_CFLAGS) $(COAP_CFLAGS) $(SYSTEMD_CFLAGS)
tests_bench_bare_LDADD = src/base/libbase.a $(COAP_LIBS) $(SYSTEMD_LIBS)
tests_bench_spawn_SOURCES = %D%/spawn.c
tests_bench_spawn_LDADD = src/base/libbase.a

.PHONY: bench
bench: all tests/bench/bare tests/bench/spawn
	top_builddir='$(abs_top_builddir)' PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 \
		/usr/bin/python3 $(abs_top_srcdir)/tests/bench/bench.py

EXTRA_DIST += %D%/bench.py
