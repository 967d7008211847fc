#!/bin/sh
# Runs a command as root in a fresh tree of another Debian release.
#   tests/debian-tree.sh SUITE[:ARCH] SOURCE COMMAND...
# SOURCE is copied to /src of the tree, where the command runs. The tree has all that
# tests/deps.sh names; with ARCH it has a cross compiler for that architecture, its libraries and
# qemu-user instead. It is made once and kept below ${XDG_CACHE_HOME:-/var/cache}/lwm2md.
# Ends with 77 and a reason on standard error if this machine cannot do that.
set -eu

suite=${1%:*}
arch=
case $1 in *:*) arch=${1#*:} ;; esac
source=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)

cannot()
{
	echo "$1" >&2
	exit 77
}

[ "$(id -u)" -eq 0 ] || cannot "only root can do this"
command -v mmdebstrap >/dev/null || cannot "mmdebstrap is not installed"
unshare --mount --pid --fork true 2>/dev/null || cannot "namespaces are not permitted here"

# What tests/deps.sh names, the libraries for the other architecture.
packages_of_cross()
{
	sh "$here/deps.sh" --list build | sed "s/^\(.*-dev\|check\)\$/\1:$arch/" | grep -vx gcc
	printf '%s\n' "crossbuild-essential-$arch" qemu-user debhelper lintian fakeroot procps \
		iproute2 openssl
	[ "$suite" != bookworm ] || echo systemd
}

packages_of_tests()
{
	sh "$here/deps.sh" --list build test package |
		grep -vx -e clang -e clang-format -e mmdebstrap -e systemd-container
	# keys in tokens
	[ "$suite" = bookworm ] || printf '%s\n' pkcs11-provider softhsm2
}

packages=$(if [ -n "$arch" ]; then packages_of_cross; else packages_of_tests; fi | paste -sd,)
# where the unit directory is told, once a package of its own
[ "$suite" = bookworm ] || packages=$packages,systemd-dev
cache=${XDG_CACHE_HOME:-/var/cache}/lwm2md
tar=$cache/$suite${arch:+-$arch}-$(printf '%s' "$packages" | cksum | cut -d ' ' -f 1).tar
# of two architectures: the main suite alone, in which they are in step
if [ ! -f "$tar" ]; then
	mkdir -p "$cache"
	mmdebstrap --quiet --variant=buildd --include="$packages" \
		${arch:+"--architectures=$(dpkg --print-architecture),$arch"} \
		--aptopt='Acquire::Languages "none"' "$suite" "${tar%.tar}.part.tar" \
		${arch:+"deb http://deb.debian.org/debian $suite main"} >&2 ||
		cannot "a tree of $suite could not be made (is there a mirror?)"
	mv "${tar%.tar}.part.tar" "$tar"
fi

tree=$(mktemp -d "${TMPDIR:-/tmp}/lwm2md-tree.XXXXXX")
trap 'rm -rf --one-file-system "$tree"' EXIT
trap 'exit 130' INT TERM HUP
tar -xpf "$tar" --numeric-owner -C "$tree"
mkdir "$tree/src"
cp -a "$source/." "$tree/src/"
printf '127.0.0.1 localhost\n::1 localhost\n' >"$tree/etc/hosts"
od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$tree/etc/machine-id"

# The tree is bound on itself so that network namespaces work in it, and has a /proc of its own.
# shellcheck disable=SC2016 # expanded inside
unshare --mount --pid --fork --kill-child sh -c '
	set -e
	tree=$1
	shift
	mount --make-rprivate /
	mount --bind "$tree" "$tree"
	mount -t proc proc "$tree/proc"
	mount -t sysfs sysfs "$tree/sys"
	mount -t tmpfs tmpfs "$tree/run"
	mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp"
	mount --rbind /dev "$tree/dev"
	exec chroot "$tree" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		LC_ALL=C.UTF-8 TMPDIR=/tmp ${CI+"CI=$CI"} sh -c "cd /src && exec \"\$@\"" sh "$@"
' sh "$tree" "$@" </dev/null
