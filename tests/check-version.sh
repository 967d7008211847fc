#!/bin/sh
# The version is written in configure.ac; NEWS.md (and the package, if there is one) agree.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 1

version=$(sed -n 's/^AC_INIT(\[lwm2md\], \[\([^]]*\)\].*/\1/p' configure.ac)
case $version in
[0-9]*.[0-9]*.[0-9]*) wrong= ;;
*) wrong="AC_INIT has the version \"$version\"" ;;
esac
tap_empty "configure.ac has a version of three numbers" "$wrong"

news=$(sed -n 's/^## \([0-9][^ ]*\).*/\1/p' NEWS.md | head -n 1)
[ "$news" = "$version" ] && wrong= || wrong="NEWS.md: \"$news\", configure.ac: \"$version\""
tap_empty "the top entry of NEWS.md is this version" "$wrong"

pattern=$(printf '%s' "$version" | sed 's/\./\\./g')
tap_empty "no other file repeats the version" \
	"$(grep -rnE "(^|[^0-9.])$pattern([^0-9.]|$)" src tests conf man systemd doc Makefile.am dev \
		README.md HACKING.md CONTRIBUTING.md SECURITY.md 2>/dev/null | head -n 20)"

if [ -f debian/changelog ]; then
	package=$(sed -n '1s/^lwm2md (\([^-)]*\).*/\1/p' debian/changelog)
	[ "$package" = "$version" ] && wrong= || wrong="debian/changelog: \"$package\""
	tap_empty "the top entry of debian/changelog is this version" "$wrong"
else
	tap_skip "the top entry of debian/changelog is this version" "there is no package yet"
fi

if program=$(tap_program); then
	printed=$("$program" --version | head -n 1)
	[ "$printed" = "lwm2md $version" ] && wrong= || wrong="it prints \"$printed\""
	tap_empty "lwm2md --version prints this version" "$wrong"
else
	tap_skip "lwm2md --version prints this version" "lwm2md is not built"
fi
tap_done
