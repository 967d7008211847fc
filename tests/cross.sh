#!/bin/sh
# Builds for another architecture and runs the unit tests and the fuzz corpora with qemu-user; then
# makes the packages.
#   tests/cross.sh SUITE ARCH DIR
# Such as "bookworm arm64" or "trixie armhf", whose time_t has 64 bit. DIR gets the packages. The
# last line is  N passed, N failed, N skipped  of the tests; skipped are the cases below that look at
# what qemu-user does otherwise. Root, in a tree of tests/debian-tree.sh.
# Ends with 77 and a reason if it cannot be done here.
set -eu

suite=${1:?SUITE}
arch=${2:?ARCH}
out=${3:?DIR}
top=$(cd "$(dirname "$0")/.." && pwd)

# posix_spawn() of what is not there succeeds, so do some changes of user; and it is slow
unlike='programs_that_cannot_be_started_say_so|varlink_reply_beyond_the_limit|card_inspect_can_be_repeated|child_that_cannot_be_started_is_an_error|run_says_that_there_is_no_helper_or_no_service
watch_that_cannot_be_started_is_tried_again|peer_of_another_user_may_steer_only_as_a_member'
unlike=$(echo "$unlike" | paste -sd '|')

# The tests start programs of the build: each becomes a script that starts it with qemu-user.
wrap()
{
	mv "$1" "$1.$arch"
	printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$(command -v "$qemu")" "$PWD/$1.$arch" >"$1"
	chmod 0755 "$1"
}

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
	make -s -j "$(nproc)" check TESTS=
	for program in lwm2md lwm2md-card lwm2mctl; do
		wrap $program
	done
	# shellcheck disable=SC2016 # expanded by make
	tests=$(printf 'include Makefile\nshow:\n\t@echo $(filter tests/unit/%% tests/fuzz/%%,$(TESTS))\n' |
		make -s -f - show)
	make -k -j "$(nproc)" check TESTS="$tests" LOG_COMPILER=$qemu || :
	results=$(find tests -name '*.log' -exec grep -hE '^(X?PASS|X?FAIL|SKIP|ERROR): ' {} + |
		sed -E "/$unlike/s/^FAIL/SKIP/")
	count()
	{
		echo "$results" | grep -cE "^($1): " || :
	}
	# a program that ended with 1 is told beside the case that made it do so
	failed=$(count 'FAIL|XPASS')
	crashed=$(echo "$results" | grep '^ERROR' | grep -vc 'exited with status 1$' || :)
	echo "$results" | grep -E '^(FAIL|XPASS|ERROR): ' || :
	echo "$(count 'PASS|XFAIL') passed, $((failed + crashed)) failed, $(count SKIP) skipped"
	[ $((failed + crashed)) -eq 0 ]
}

if [ "$out" = --in-tree ]; then
	in_tree
	exit
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/lwm2md-cross.XXXXXX")
trap 'rm -rf "$work"' EXIT
tar -C "$top" -cf - --exclude=./.git --exclude='./build' --exclude='./build-[!a]*' \
	--exclude=./autom4te.cache --exclude=./config.status --exclude=./config.h \
	--exclude=./Makefile --exclude=./stamp-h1 --exclude='*.o' --exclude='*.a' \
	--exclude=__pycache__ . | tar -xf - --no-same-owner -C "$work"
sh "$top/tests/debian-tree.sh" "$suite:$arch" "$work" sh tests/cross.sh "$suite" "$arch" --in-tree
sh "$top/tests/packages.sh" "$suite:$arch" "$out"
