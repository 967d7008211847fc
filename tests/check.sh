#!/bin/sh
# Builds lwm2md in several ways and runs every test there is. The last line is
#   N passed, N failed, N skipped
# and the exit status is that of "N failed". Options:
#   --quick      gcc only: build, make check, integration tests
#   --logs DIR   keep the logs here
# Nothing is written into the source tree. Needs root or sudo only for what is not installed, and
# root for the stage in a tree of Debian 13.
set -u
cd "$(dirname "$0")/.." || exit 1
top=$(pwd)
quick=
logs=
while [ $# -gt 0 ]; do
	case $1 in
	--quick) quick=1 ;;
	--logs) logs=${2:?--logs DIR}; shift ;;
	*)
		sed -n '2,/^set/s/^# \{0,1\}//p' "tests/check.sh"
		exit 2
		;;
	esac
	shift
done

passed=0
failed=0
skipped=0
jobs=$(nproc)
work=$(mktemp -d "${TMPDIR:-/tmp}/lwm2md-check.XXXXXX") || exit 1
[ -n "$logs" ] || logs=$work/logs
mkdir -p "$logs" || exit 1
logs=$(cd "$logs" && pwd)
trap 'rm -rf "$work/src" "$work"/build-*; rmdir "$work" 2>/dev/null' EXIT
trap 'exit 130' INT TERM
started=$(date +%s)

# count PASSED FAILED SKIPPED
count()
{
	passed=$((passed + $1))
	failed=$((failed + $2))
	skipped=$((skipped + $3))
}

# say NAME TEXT: one line of progress
say()
{
	printf '%4d s  %-28s %s\n' "$(($(date +%s) - started))" "$1" "$2"
}

skip()
{
	count 0 0 1
	say "$1" "skipped: $2"
}

log_of()
{
	echo "$logs/$(echo "$1" | tr ' ,:' '---').log"
}

failure()
{
	say "$1" "FAILED, see $(log_of "$1")"
	tail -n 15 "$(log_of "$1")" | sed 's/^/        | /'
}

# step NAME COMMAND...: one test, passed if the command succeeds
step()
{
	name=$1
	shift
	if "$@" >"$(log_of "$name")" 2>&1 </dev/null; then
		count 1 0 0
		say "$name" ok
		return 0
	fi
	count 0 1 0
	failure "$name"
	return 1
}

configure_and_make()
(
	mkdir "$1" && cd "$1" && shift && "$work/src/configure" -q "$@" && make -j "$jobs"
)

# make_check NAME BUILD: each case of each test program and script counts
make_check()
{
	make -C "$2" -k -j "$jobs" check >"$(log_of "$1")" 2>&1 </dev/null
	status=$?
	results=$(find "$2" -name '*.trs' -exec grep -h '^:test-result:' {} +)
	p=$(echo "$results" | grep -cE '^:test-result: (PASS|XFAIL)')
	f=$(echo "$results" | grep -cE '^:test-result: (FAIL|XPASS|ERROR)')
	s=$(echo "$results" | grep -cE '^:test-result: SKIP')
	[ $status -eq 0 ] || [ "$f" -gt 0 ] || f=1
	count "$p" "$f" "$s"
	if [ "$f" -gt 0 ]; then
		failure "$1"
		find "$2" -path '*/tests/*.log' -exec grep -hE '^(FAIL|XPASS|ERROR): ' {} + |
			sed 's/^/        ! /' | head -n 20
	fi
	say "$1" "$p passed, $f failed, $s skipped"
}

# pytest_of NAME XML COMMAND...: each case of pytest counts, as its report says
pytest_of()
{
	name=$1
	xml=$2
	shift 2
	rm -f "$xml"
	"$@" >"$(log_of "$name")" 2>&1 </dev/null
	status=$?
	attribute()
	{
		n=$(sed -n "s/.*<testsuite [^>]*$1=\"\([0-9]*\)\".*/\1/p" "$xml" 2>/dev/null | head -n 1)
		echo "${n:-0}"
	}
	f=$(($(attribute errors) + $(attribute failures)))
	s=$(attribute skipped)
	p=$(($(attribute tests) - f - s))
	[ $status -eq 0 ] || [ "$f" -gt 0 ] || f=1
	count "$p" "$f" "$s"
	[ "$f" -eq 0 ] || failure "$name"
	say "$name" "$p passed, $f failed, $s skipped"
}

# integration NAME BUILD [OPTION]: real processes, by pytest; most of the time they wait, so many
# run at once
integration()
{
	if ! /usr/bin/python3 -c 'import pytest, xdist' 2>/dev/null; then
		skip "$1" "python3-pytest and python3-pytest-xdist are not installed"
		return
	fi
	pytest_of "$1" "$2/integration.xml" make -C "$2" check-integration \
		PYTEST_FLAGS="-q -n $((4 * jobs)) --tb=short -rfEs --junitxml=$2/integration.xml ${3-}"
}

close()
{
	say "logs" "$logs"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
	exit
}

step "dependencies" sh tests/deps.sh build || close
sh tests/deps.sh test package >"$logs/dependencies-of-tests.log" 2>&1 </dev/null ||
	skip "dependencies of some tests" "$(tail -n 1 "$logs/dependencies-of-tests.log")"
mkdir "$work/src" || exit 1
tar -cf - --exclude=./.git --exclude='./build' --exclude='./build-[!a]*' --exclude=./autom4te.cache \
	--exclude=./config.status --exclude=./config.h --exclude=./Makefile --exclude=./stamp-h1 \
	--exclude='*.o' --exclude='*.a' --exclude=__pycache__ . | tar -xf - -C "$work/src" || exit 1
cd "$work/src" || exit 1
step "autoreconf" autoreconf -fi || close

if step "gcc: build" configure_and_make "$work/build-gcc" CC=gcc --enable-werror; then
	make_check "gcc: make check" "$work/build-gcc"
	integration "gcc: integration" "$work/build-gcc"
fi
[ -z "$quick" ] || close

if step "sanitizers: build" configure_and_make "$work/build-san" CC=gcc --enable-werror --enable-sanitizers; then
	make_check "sanitizers: make check" "$work/build-san"
	integration "sanitizers: integration" "$work/build-san" "-m 'not slow'"
fi

if ! command -v clang >/dev/null; then
	skip "clang" "it is not installed"
elif step "clang: build" configure_and_make "$work/build-clang" CC=clang --enable-werror; then
	make_check "clang: make check" "$work/build-clang"
fi

[ ! -d "$work/build-gcc" ] ||
	step "make distcheck" make -C "$work/build-gcc" -j "$jobs" distcheck

interop="interop with Leshan"
if [ ! -d "$work/build-gcc" ]; then
	skip "$interop" "there is no build"
elif ! { command -v mvn && command -v javac; } >/dev/null &&
	! sh tests/deps.sh interop >"$(log_of "$interop")" 2>&1 </dev/null; then
	skip "$interop" "$(tail -n 1 "$(log_of "$interop")")"
else
	pytest_of "$interop" "$work/build-gcc/tests/interop-results.xml" \
		make -C "$work/build-gcc" check-interop
fi

# The packages, installed on booted Debian 12 and 13: containers, so only for root.
system="packages on booted systems"
if [ ! -d "$work/build-gcc" ]; then
	skip "$system" "there is no build"
elif [ "$(id -u)" -ne 0 ]; then
	skip "$system" "only root can boot containers"
else
	pytest_of "$system" "$work/build-gcc/system.xml" make -C "$work/build-gcc" check-system \
		SYSTEM_FLAGS="-q -n 4 --tb=short -rfEs --junitxml=$work/build-gcc/system.xml"
	grep -E '^[a-z]+: .*(goal|took|hold-off)' "$(log_of "$system")" | sed 's/^/        /'
fi

# The same on the other supported release, in a tree of its own.
if grep -q '^VERSION_CODENAME=trixie' /etc/os-release; then
	skip "Debian 13 tree" "this machine is one"
else
	tree_log=$(log_of "Debian 13 tree")
	rm -rf "$work"/build-*
	sh "$top/tests/debian-tree.sh" trixie "$work/src" sh tests/check.sh --quick >"$tree_log" 2>&1 </dev/null
	status=$?
	numbers=$(tail -n 1 "$tree_log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
	if [ $status -eq 77 ]; then
		skip "Debian 13 tree" "$(tail -n 1 "$tree_log")"
	elif [ -n "$numbers" ]; then
		# shellcheck disable=SC2086 # three numbers
		count $numbers
		[ $status -eq 0 ] || failure "Debian 13 tree"
		say "Debian 13 tree" "$(tail -n 1 "$tree_log")"
	else
		count 0 1 0
		failure "Debian 13 tree"
	fi
fi
close
