#!/bin/sh
# Functions have at most 100 lines and a complexity of 20, files 1000 lines.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 1

tap_empty "no file has more than 1000 lines" \
	"$(sources src tests | xargs wc -l | awk '$2 != "total" && $1 > 1000')"

if command -v pmccabe >/dev/null; then
	# columns: modified complexity, traditional, statements, first line, lines, place: name
	sources src tests | grep '\.c$' | xargs pmccabe >"$tap_tmp/functions" 2>"$tap_tmp/errors"
	tap_empty "pmccabe understands every source file" \
		"$(cat "$tap_tmp/errors"; [ -s "$tap_tmp/functions" ] || echo 'it found no function')"
	tap_empty "no function has more than 100 lines" "$(awk '$5 > 100' "$tap_tmp/functions")"
	tap_empty "no function is more complex than 20" "$(awk '$1 > 20' "$tap_tmp/functions")"
	echo "# functions above 45 lines: $(awk '$5 > 45' "$tap_tmp/functions" | wc -l) of $(wc -l <"$tap_tmp/functions")"
else
	tap_skip "no function is longer than 100 lines or more complex than 20" "pmccabe is not installed"
fi
tap_done
