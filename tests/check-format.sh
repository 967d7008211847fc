#!/bin/sh
# The C code is formatted as .clang-format says. Its judge is clang-format 14; others differ.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 1

name="the code is formatted as clang-format 14 would"
if ! clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
	tap_skip "$name" "clang-format 14 is not installed"
	tap_done
fi
for file in $(sources src tests); do
	clang-format --style=file "$file" | cmp -s - "$file" || echo "$file: run ./dev format"
done >"$tap_tmp/wrong"
tap_empty "$name" "$(cat "$tap_tmp/wrong")"
tap_done
