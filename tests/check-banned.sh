#!/bin/sh
# Calls and marks that do not belong into the tree.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 1

sources src tests | xargs awk -f tests/strip.awk >"$tap_tmp/code"

# banned NAME PATTERN [FILES]: no such word in the code, in these files (default: all).
banned()
{
	tap_empty "$1" "$(grep -E "^${3-[^:]*}:[0-9]+:" "$tap_tmp/code" |
		grep -E ":[0-9]+:(.*[^A-Za-z0-9_])?($2)" | head -n 20)"
}

banned "numbers are parsed by base/parse.h (no strtol, atoi and their like)" \
	'(strto(l|ll|ul|ull|imax|umax|f|ld)|ato(i|l|ll|f)|[fsv]*scanf)[ 	]*\('
banned "strtod is called in base/parse.c alone" 'strtod[ 	]*\(' \
	'(src/base/([^p]|p[^a]|parse\.h)[^:]*|src/[^b][^:]*|src/bo[^:]*|tests/[^:]*)'
banned "nothing writes without a limit (no sprintf, strcpy, strcat, gets)" \
	'(v?sprintf|st[rp]cpy|strcat|gets|strncpy|strncat)[ 	]*\('
banned "the stack has a known size (no alloca)" '(alloca|strdupa|strndupa)[ 	]*\('
banned "no fgets, strtok or other calls that hide state" \
	'(fgets|strtok|gmtime|localtime|asctime|ctime|strerror_l|setlocale|tmpnam|mktemp|rand|srand)[ 	]*\('
banned "nothing is handed to a shell" '(system|popen)[ 	]*\(' 'src/[^:]*'
banned "nothing waits by sleeping" '(sleep|usleep|nanosleep|clock_nanosleep)[ 	]*\('
banned "comments have the block form" '//'

python=$(find tests -name '*.py' 2>/dev/null)
# shellcheck disable=SC2086 # a list of files
tap_empty "no Python test sleeps" "$([ -z "$python" ] || grep -nE '(^|[^a-z_])sleep\(' $python)"
tap_empty "no shell test sleeps" \
	"$(find tests -name '*.sh' ! -name check-banned.sh -exec grep -HnE '^([^#]*[;&| 	])?sleep [0-9]' {} +)"

marks="TO""DO|FIX""ME|XX""X"
tap_empty "no marks for later ($marks)" \
	"$(grep -rnE "(^|[^A-Za-z0-9_])($marks)([^A-Za-z0-9_]|$)" src tests conf man systemd doc ./*.md \
		configure.ac Makefile.am 2>/dev/null | grep -v '^tests/fuzz/corpus/' | head -n 20)"
tap_done
