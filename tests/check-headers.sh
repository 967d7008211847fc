#!/bin/sh
# Every header compiles alone and begins with #pragma once and a comment; a source file includes
# its own header first.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 1

for header in $(sources src tests | grep '\.h$'); do
	if [ "$(head -n 1 "$header")" != "#pragma once" ] || [ "$(sed -n 2p "$header")" != "/*" ]; then
		tap_empty "$header begins with #pragma once and its purpose" "$(head -n 2 "$header")"
		continue
	fi
	printf '#include "%s"\n' "$top_srcdir/$header" >"$tap_tmp/alone.c"
	# shellcheck disable=SC2086 # compiler and flags are lists of words
	errors=$(${CC:-cc} -std=gnu11 -fsyntax-only -Wall -Wextra -Werror -D_GNU_SOURCE \
		-I"$top_builddir" -include config.h -Isrc ${HEADER_FLAGS-} "$tap_tmp/alone.c" 2>&1) &&
		errors=
	tap_empty "$header compiles alone" "$errors"
done

wrong=
for source in $(sources src | grep '\.c$'); do
	own=${source#src/}
	own=${own%.c}.h
	[ -f "src/$own" ] || continue
	first=$(grep -m 1 '^#include' "$source")
	[ "$first" = "#include \"$own\"" ] || wrong="$wrong$source: $first
"
done
tap_empty "each source file includes its own header first" "$wrong"
tap_done
