#!/bin/sh
# Every reason that can be given is given in a test that causes it for real: a daemon, a server or
# a card, no fake of ours. Exceptions: tests/reasons-exceptions.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 1
exceptions=tests/reasons-exceptions

sed -n 's/^REASON(\([A-Z_]*\), "\([a-z.-]*\)".*/\2 \1/p' src/base/reason.def >"$tap_tmp/reasons"
unused=
untested=
while read -r id symbol; do
	grep -rq "REASON_$symbol\>" --include='*.c' src || unused="$unused$id
"
	grep -qrF "\"$id\"" --include='*.py' tests/integration tests/system tests/interop 2>/dev/null ||
		untested="$untested$id
"
done <"$tap_tmp/reasons"
tap_empty "each reason of reason.def is given somewhere" "$unused"
printf '%s' "$untested" | sort >"$tap_tmp/untested"
sed -n 's/^\([a-z]*\.[a-z-]*\)[ 	].*/\1/p' "$exceptions" | sort >"$tap_tmp/excepted"
tap_empty "each reason is caused for real by a test" \
	"$(comm -23 "$tap_tmp/untested" "$tap_tmp/excepted")"
comm -13 "$tap_tmp/untested" "$tap_tmp/excepted" | sed "s|.*|# & can leave $exceptions|"
tap_empty "each exception says why" \
	"$(grep -Ev '^(#|$)|^[a-z]+\.[a-z-]+[ 	]+[^ 	].{15,}' "$exceptions")"
tap_done
