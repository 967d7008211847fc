#!/bin/sh
# Each check of this directory can fail: a fault is planted in a copy of the tree, and the check
# has to find it.
. "$(dirname "$0")/tap.sh"
copy=$tap_tmp/copy
mkdir "$copy"
(cd "$top_srcdir" && tar -cf - --exclude='*.o' --exclude='./build*' --exclude=./.git \
	.clang-format src tests conf man systemd doc configure.ac Makefile.am NEWS.md README.md HACKING.md \
	CONTRIBUTING.md SECURITY.md dev) | tar -xf - -C "$copy"
chmod -R u+w "$copy"

# finds CHECK FAULT WORD FILE TEXT: the check names WORD when TEXT is appended to FILE
finds()
{
	target=$copy/$4
	existed=
	if [ -f "$target" ]; then
		existed=1
		cp -p "$target" "$tap_tmp/saved"
	fi
	mkdir -p "$(dirname "$target")"
	printf '%s\n' "$5" >>"$target"
	said=$(top_srcdir=$copy sh "$copy/tests/check-$1.sh" 2>&1)
	status=$?
	if [ $status -eq 0 ]; then
		wrong="it passed"
	elif ! echo "$said" | grep -q "^# .*$3"; then
		wrong="it failed, but not because of $3"
	else
		wrong=
	fi
	tap_empty "check-$1 finds $2" "$wrong"
	if [ -n "$existed" ]; then cp -p "$tap_tmp/saved" "$target"; else rm -f "$target"; fi
}

finds layers "a layer that includes a higher one" path.c src/codec/path.c '#include "model/model.h"'
finds layers "libcoap outside transport" dispatch.c src/dm/dispatch.c '#include <coap3/coap.h>'
finds headers "a header that does not compile alone" no_such src/base/planted.h "#pragma once
/*
 * x
 */
struct a { struct no_such b; };"
finds headers "a header without #pragma once" 'x \*/' src/base/planted.h '/* x */
int x;'
finds pairs "a codec without its tests" 'planted.c fuzz' src/codec/planted.c 'int planted;'
finds pairs "an exception that is no longer needed" 'buf.c unit' tests/pairs-exceptions \
	'src/base/buf.c unit the module has a test in the meantime'
finds pairs "a golden vector of unknown source" planted.txt tests/golden/tlv/planted.hex 00
finds size "a file that is too long" planted.h src/base/planted.h "$(yes 'int x;' | head -n 1001)"
if command -v pmccabe >/dev/null; then
	finds size "a function that is too long" planted src/base/planted.c "int planted(int x)
{
$(yes '	x++;' | head -n 101)
	return x;
}"
	finds size "a function that is too complex" planted src/base/planted.c "int planted(int x)
{
$(yes '	if (x) x++;' | head -n 21)
	return x;
}"
fi
if clang-format --version 2>/dev/null | grep -q "version 14\."; then
	finds format "another format" planted.c src/base/planted.c "int  x;"
fi
finds banned "atoi" atoi src/base/planted.c 'int f(void) { return atoi("1"); }'
finds banned "sprintf" sprintf src/base/planted.c 'void f(void) { sprintf(b, "x"); }'
finds banned "strtod elsewhere" strtod src/dm/planted.c 'double f(void) { return strtod("1", 0); }'
finds banned "a comment of the line form" planted.c src/base/planted.c 'int x; // y'
finds banned "a test that sleeps" usleep tests/unit/planted.c 'void f(void) { usleep(1); }'
finds banned "a Python test that sleeps" planted.py tests/planted.py 'import time; time.sleep(1)'
finds banned "a mark for later" planted.c src/base/planted.c "/* TO""DO */"
version=$(sed -n 's/^AC_INIT(\[lwm2md\], \[\([^]]*\)\].*/\1/p' "$copy/configure.ac")
finds version "a second place of the version" README.md README.md "version $version"
finds man "a reference to a page that is not there" planted man/lwm2md.8 '.Xr lwm2md-planted 9'
if command -v mandoc >/dev/null; then
	finds man "mdoc that is not clean" lwm2md.8 man/lwm2md.8 .Sh
fi
finds docs "a reason without a hint" net.planted src/base/reason.def \
	'REASON(PLANTED, "net.planted", "text", "")'
finds reasons "a reason that nobody gives and no test causes" net.planted src/base/reason.def \
	'REASON(NET_PLANTED, "net.planted", "a text", "a hint")'
finds docs "a test that does not exist" planted doc/compliance.md '`tests/unit/check_file.c`, `planted`'
finds docs "a state that does not exist" PLANTED man/lwm2md-bootstrap.7 '.It Sy PLANTED
x'
tap_done
