# The packages on booted systems, in containers: as root. LWM2MD_SUITES="bookworm trixie" are the
# releases; LWM2MD_PACKAGES=DIR takes packages that are there (DIR/SUITE/*.deb).
SYSTEM_FLAGS = -q -n 4 --tb=short -rs
.PHONY: check-system
check-system: tests/lwm2m-testserver
	@packages=$${LWM2MD_PACKAGES-}; \
	if test -z "$$packages" && test "$$(id -u)" -eq 0; then \
		packages='$(abs_top_builddir)/packages'; \
		for suite in $${LWM2MD_SUITES-bookworm trixie}; do \
			echo "making the packages of $$suite"; \
			sh $(top_srcdir)/tests/packages.sh $$suite "$$packages/$$suite" \
				>"packages-$$suite.log" 2>&1; \
			status=$$?; \
			if test $$status -ne 0; then tail -n 20 "packages-$$suite.log"; fi; \
			test $$status -eq 0 || test $$status -eq 77 || exit 1; \
		done; \
	fi; \
	LWM2MD_PACKAGES=$$packages top_builddir='$(abs_top_builddir)' \
		PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 \
		$(PYTEST) $(SYSTEM_FLAGS) $(abs_top_srcdir)/tests/system
CLEANFILES += packages-*.log

# For other architectures: cross-built packages, unit tests with qemu-user. As root.
LWM2MD_CROSS = bookworm:arm64 trixie:arm64 trixie:armhf
.PHONY: check-cross
check-cross:
	@for target in $(LWM2MD_CROSS); do \
		suite=$${target%:*}; arch=$${target#*:}; \
		sh $(top_srcdir)/tests/cross.sh $$suite $$arch packages/$$suite-$$arch \
			>"cross-$$suite-$$arch.log" 2>&1; \
		status=$$?; \
		echo "$$suite $$arch: $$(grep -E '^[0-9]+ passed' cross-$$suite-$$arch.log || \
			tail -n 1 cross-$$suite-$$arch.log)"; \
		test $$status -eq 0 || exit 1; \
	done
CLEANFILES += cross-*.log
clean-local: clean-packages
.PHONY: clean-packages
clean-packages:
	rm -rf packages

EXTRA_DIST += tests/packages.sh tests/cross.sh
