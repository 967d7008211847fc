#!/bin/sh
# Installs what is missing on Debian 12 or 13 to build lwm2md and to run its tests.
#   tests/deps.sh [build|card|test|package|interop|all]...
#                                what tests/demo.sh needs, tests/demo.sh --card, the other tests,
#                                tests/packages.sh with make check-system, make check-interop;
#                                default: build test
#   tests/deps.sh --list [...]                  only prints the packages
# As root by itself, otherwise through sudo if that needs no password; else it prints the one
# apt-get line and ends with 1.
set -eu

build='gcc make autoconf automake pkgconf libcoap3-dev libssl-dev libsystemd-dev libconfig-dev
	libcbor-dev libjson-c-dev libexpat1-dev libmnl-dev libpcsclite-dev check'
card='pcscd vsmartcard-vpcd python3'
# of Debian 13 alone: tests/debian-tree.sh adds pkcs11-provider and softhsm2
test='clang clang-format pmccabe mandoc systemd python3 python3-pytest python3-pytest-xdist
	procps iproute2 strace xz-utils openssl libcoap3-bin mmdebstrap pcscd vsmartcard-vpcd'
package='build-essential debhelper lintian fakeroot systemd-container'
interop='default-jdk-headless maven'

list=
want=
[ $# -gt 0 ] || set -- build test
for word; do
	case $word in
	--list) list=1 ;;
	build) want="$want $build" ;;
	card) want="$want $card" ;;
	test) want="$want $test" ;;
	package) want="$want $package" ;;
	interop) want="$want $interop" ;;
	all) want="$want $build $card $test $package $interop" ;;
	*)
		sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
		exit 2
		;;
	esac
done
if [ -n "$list" ]; then
	# shellcheck disable=SC2086 # one package a line
	printf '%s\n' $want
	exit 0
fi

is_there()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for package in $want; do
	is_there "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "tests/deps.sh: this is no Debian; needed are:$missing" >&2
	exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	as_root='sudo -n'
else
	echo "tests/deps.sh: packages are missing; as root run:" >&2
	echo "apt-get update && apt-get install -y --no-install-recommends$missing" >&2
	exit 1
fi

install()
{
	# shellcheck disable=SC2086 # lists of words
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 $missing </dev/null
}

echo "tests/deps.sh: installing$missing"
# the lists may be absent or too old for the mirror: then they are fetched and it is tried again
install || { $as_root apt-get update -q && install; }
for package in $missing; do
	is_there "$package" || { echo "tests/deps.sh: $package could not be installed" >&2; exit 1; }
done
