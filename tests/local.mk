# What the tests of all layers share. Each layer lists its own tests in its own local.mk.

# Allocations that fail on demand: tests/unit/alloc.c with these flags.
WRAP_ALLOC = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

# A fuzz target is an ordinary test that replays its corpus; with --enable-fuzzers libFuzzer
# brings its own main().
if LIBFUZZER
FUZZ_MAIN =
LINK_FUZZ = -fsanitize=fuzzer
else
FUZZ_MAIN = tests/fuzz/replay.c
LINK_FUZZ =
endif

EXTRA_DIST += \
	%D%/unit/runner.h %D%/unit/alloc.c %D%/unit/alloc.h \
	%D%/fuzz/fuzz.h %D%/fuzz/replay.c

# Whole directories: corpora, golden vectors, tests in Python.
dist-hook: dist-test-data
.PHONY: dist-test-data
dist-test-data:
	(cd $(srcdir) && for d in tests/fuzz/corpus tests/golden; do \
		if test -d $$d; then find $$d -type f; fi; \
	done; \
	find tests/card tests/integration tests/interop tests/system -type f ! -name '*.pyc' \
		! -path 'tests/interop/lib/*' ! -name '*.mk') | while read -r f; do \
		$(MKDIR_P) "$(distdir)/$$(dirname "$$f")" && cp -p "$(srcdir)/$$f" "$(distdir)/$$f" || exit 1; \
	done

# Consistency of the tree; each prints TAP and needs no build but where it says so.
CHECKS = \
	%D%/check-layers.sh \
	%D%/check-headers.sh \
	%D%/check-pairs.sh \
	%D%/check-format.sh \
	%D%/check-size.sh \
	%D%/check-banned.sh \
	%D%/check-version.sh \
	%D%/check-man.sh \
	%D%/check-docs.sh \
	%D%/check-reasons.sh \
	%D%/check-unit.sh \
	%D%/check-checks.sh
TESTS += $(CHECKS)
EXTRA_DIST += $(CHECKS) %D%/tap.sh %D%/strip.awk %D%/pairs-exceptions %D%/reasons-exceptions
include tests/server/local.mk
include tests/system/local.mk
include tests/bench/local.mk

check_PROGRAMS += tests/unit/print_sequence
tests_unit_print_sequence_SOURCES = %D%/unit/print_sequence.c
tests_unit_print_sequence_LDADD = src/bootstrap/libbootstrap.a src/base/libbase.a

# What runs make check and more: the tarball brings it along.
EXTRA_DIST += dev .clang-format .ci/run \
	%D%/check.sh %D%/deps.sh %D%/debian-tree.sh %D%/dev.conf
