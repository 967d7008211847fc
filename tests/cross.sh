#!/bin/sh
# Builds for another architecture and runs the unit tests and the fuzz corpora with qemu-user; then
# makes the packages.
#   tests/cross.sh SUITE ARCH DIR
# Such as "bookworm arm64" or "trixie armhf", whose time_t has 64 bit. DIR gets the packages. The
# last line is  N passed, N failed, N skipped  of the tests. Root, in a tree of tests/debian-tree.sh.
# Ends with 77 and a reason if it cannot be done here.
set -eu

suite=${1:?SUITE}
arch=${2:?ARCH}
out=${3:?DIR}
top=$(cd "$(dirname "$0")/.." && pwd)

in_tree()
{
	triplet=$(dpkg-architecture -a"$arch" -qDEB_HOST_GNU_TYPE 2>/dev/null)
	case $arch in
	arm64) qemu=qemu-aarch64 ;;
	armhf) qemu=qemu-arm ;;
	*) qemu=qemu-$arch ;;
	esac
	autoreconf -fi
	mkdir build-cross
	cd build-cross
	../configure -q --host="$triplet" --enable-werror
	make -s -j "$(nproc)"
	# shellcheck disable=SC2016 # expanded by make
	tests=$(printf 'include Makefile\nshow:\n\t@echo $(filter tests/unit/%% tests/fuzz/%%,$(TESTS))\n' |
		make -s -f - show)
	status=0
	make -k -j "$(nproc)" check TESTS="$tests" LOG_COMPILER=$qemu || status=$?
	results=$(find tests -name '*.trs' -exec grep -h '^:test-result:' {} +)
	count()
	{
		echo "$results" | grep -cE "^:test-result: ($1)"
	}
	find tests -name '*.log' -exec grep -hE '^(FAIL|ERROR): |^not ok' {} + | head -n 20 || :
	echo "$(count 'PASS|XFAIL') passed, $(count 'FAIL|XPASS|ERROR') failed, $(count SKIP) skipped"
	return $status
}

if [ "$out" = --in-tree ]; then
	in_tree
	exit
fi
sh "$top/tests/debian-tree.sh" "$suite:$arch" "$top" sh tests/cross.sh "$suite" "$arch" --in-tree
sh "$top/tests/packages.sh" "$suite:$arch" "$out"
