#!/bin/sh
# Makes the Debian packages of this source tree.
#   tests/packages.sh [--twice] SUITE DIR
# SUITE is bookworm or trixie, or with an architecture as trixie:armhf, then cross-built; if this machine is another release, they are made in a tree of that
# one (tests/debian-tree.sh, root). DIR gets the .deb, .dsc, .changes and lintian's words. Fails on
# an error or warning of lintian; with --twice also if a second build, elsewhere and with another
# umask and time zone, gives other bytes. The tests of the source do not run (make check does).
# Ends with 77 and a reason if it cannot be done here.
set -eu

twice=
[ "${1-}" != --twice ] || { twice=--twice; shift; }
suite=${1:?SUITE}
arch=
case $suite in *:*) arch=${suite#*:} ;; esac
out=${2:?DIR}
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/lwm2md-packages.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
umask 022

copy_source()
{
	mkdir "$work/src"
	tar -C "$top" -cf - --exclude=./.git --exclude='./build' --exclude='./build-[!a]*' \
		--exclude=./autom4te.cache --exclude=./config.status --exclude=./config.h \
		--exclude=./Makefile --exclude=./stamp-h1 --exclude='*.o' --exclude='*.a' \
		--exclude=__pycache__ . | tar -xf - --no-same-owner -C "$work/src"
}

# build NAME: the binary packages from the source package, in a directory of that name
build()
{
	mkdir "$work/$1"
	cp "$work"/pack/*.dsc "$work"/pack/*.tar.* "$work/$1/"
	cd "$work/$1"
	dpkg-source --no-check -x ./*.dsc tree
	cd tree
	DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" dpkg-buildpackage -us -uc \
		${arch:+-b "-a$arch" -Pcross,nocheck}
}

# The tarball is what "make dist" makes, debian/ comes beside it.
pack_source()
{
	version=$(sed -n '1s/.*(\(.*\)-.*).*/\1/p' "$top/debian/changelog")
	mkdir "$work/dist" "$work/pack"
	# a configure of another release wants the automake of that one
	(cd "$work/src" && autoreconf -fi)
	cd "$work/dist"
	"$work/src/configure" -q ${arch:+"--host=$(dpkg-architecture -a"$arch" -qDEB_HOST_GNU_TYPE)"}
	make -s distdir distdir="lwm2md-$version"
	# "make dist" gives each file the time of now
	tar --sort=name --owner=0 --group=0 --numeric-owner -cJf \
		"$work/pack/lwm2md_$version.orig.tar.xz" "lwm2md-$version"
	cp -a "$top/debian" "lwm2md-$version/"
	cd "$work/pack"
	dpkg-source -b "$work/dist/lwm2md-$version"
}

make_here()
{
	for tool in dh lintian dpkg-buildpackage; do
		command -v $tool >/dev/null || { echo "$tool is not installed" >&2; exit 77; }
	done
	copy_source
	pack_source
	build one
	cd "$work/one"
	lintian --version >"$work/lintian.log"
	user=
	[ "$(id -u)" -ne 0 ] || user=--allow-root
	lintian $user --fail-on error,warning --display-info ./*.changes >>"$work/lintian.log" ||
		{ cat "$work/lintian.log"; exit 1; }
	cat "$work/lintian.log"
	if [ -n "$twice" ]; then
		(umask 077 && TZ=Pacific/Chatham && export TZ && build another-and-longer-place)
		for deb in *.deb; do
			cmp "$deb" "$work/another-and-longer-place/$deb"
		done
		echo "two builds gave the same bytes"
	fi
	mkdir -p "$result"
	rm -rf "$work/one/tree"
	cp "$work"/one/* "$work/lintian.log" "$result/"
}

mkdir -p "$out"
result=$(cd "$out" && pwd)
if grep -q "^VERSION_CODENAME=$suite\$" /etc/os-release || [ -n "${LWM2MD_IN_TREE-}" ]; then
	make_here
	exit
fi
# Out of the other release's tree comes a tar on standard output.
copy_source
# shellcheck disable=SC2016 # expanded inside
sh "$top/tests/debian-tree.sh" "$suite" "$work/src" sh -c '
	export LWM2MD_IN_TREE=1
	sh tests/packages.sh $2 "$1" /packages >&2 && tar -C /packages -cf - .' sh "$suite" "$twice" \
	>"$work/result.tar"
tar -xf "$work/result.tar" -C "$result"
