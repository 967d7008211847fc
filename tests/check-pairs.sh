#!/bin/sh
# Every module has its tests: a codec a unit test, a fuzz target and golden vectors, any other
# module a unit test; and every test that is there runs. Exceptions: tests/pairs-exceptions.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 1
exceptions=tests/pairs-exceptions

# Missing parts as "source kind", one a line.
missing()
{
	for source in $(sources src | grep '\.c$'); do
		name=$(basename "$source" .c)
		[ -f "tests/unit/check_$name.c" ] || echo "$source unit"
		case $source in src/codec/*) ;; *) continue ;; esac
		[ -f "tests/fuzz/fuzz_$name.c" ] || echo "$source fuzz"
		[ -n "$(find "tests/golden/$name" -name '*.hex' 2>/dev/null)" ] || echo "$source golden"
	done
}

missing | sort >"$tap_tmp/missing"
sed -n 's/^\(src[^ 	]*\)[ 	][ 	]*\([a-z]*\)[ 	].*/\1 \2/p' "$exceptions" | sort >"$tap_tmp/excepted"
tap_empty "each module has its unit test, each codec its fuzz target and golden vectors" \
	"$(comm -23 "$tap_tmp/missing" "$tap_tmp/excepted")"
tap_empty "no exception of $exceptions has become needless" \
	"$(comm -13 "$tap_tmp/missing" "$tap_tmp/excepted")"
tap_empty "each exception gives a reason" \
	"$(grep -Ev '^(#|$)|^src/[a-z]+/[a-z0-9_]+\.c[ 	]+(unit|fuzz|golden)[ 	]+[^ 	].{15,}' "$exceptions")"
limit=$(sed -n 's/^# limit: //p' "$exceptions")
count=$(wc -l <"$tap_tmp/excepted")
[ "$count" -le "${limit:-0}" ] && wrong= || wrong="$count exceptions, the limit is ${limit:-0}"
tap_empty "exceptions stay within their limit, which may only shrink" "$wrong"

# automake writes a rule for the log of each test
name="each unit test and fuzz target is run by make check"
if grep -q '^tests/unit/check_.*\.log:' "$top_builddir/Makefile" 2>/dev/null; then
	wrong=
	for test in tests/unit/check_*.c tests/fuzz/fuzz_*.c; do
		[ -e "$test" ] || continue
		grep -q "^${test%.c}\.log:" "$top_builddir/Makefile" || wrong="$wrong$test is in no TESTS
"
	done
	tap_empty "$name" "$wrong"
else
	tap_skip "$name" "this tree is not configured, or without check"
fi

wrong=
for hex in $(find tests/golden -name '*.hex' 2>/dev/null | sort); do
	[ -s "${hex%.hex}.txt" ] || wrong="$wrong$hex has no ${hex%.hex}.txt
"
done
tap_empty "each golden vector names its source" "$wrong"

wrong=
for target in tests/fuzz/fuzz_*.c; do
	[ -e "$target" ] || continue
	corpus=tests/fuzz/corpus/$(basename "$target" .c | sed 's/^fuzz_//')
	[ -n "$(find "$corpus" -type f 2>/dev/null)" ] || wrong="$wrong$corpus is empty
"
done
tap_empty "each fuzz target has a corpus" "$wrong"
tap_done
