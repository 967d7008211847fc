#!/bin/sh
# The manual pages are clean mdoc and are installed.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 1

pages=$(ls man/*.[1-9] 2>/dev/null)
if [ -z "$pages" ]; then
	tap_skip "manual pages are clean" "there are none"
	tap_done
fi
if command -v mandoc >/dev/null; then
	for page in $pages; do
		# pages of ours that are not installed yet are no fault of the text
		tap_empty "$page is clean mdoc" \
			"$(mandoc -T lint -W style "$page" 2>&1 | grep -v -e 'referenced manual not found' -e 'mandoc.db')"
	done
else
	tap_skip "manual pages are clean" "mandoc is not installed"
fi
wrong=
for page in $pages; do
	grep -qE "(%D%|man)/$(basename "$page")( |$)" man/local.mk || wrong="$wrong$page
"
done
tap_empty "each page is installed" "$wrong"
wrong=
for ref in $(sed -n 's/^\.Xr \(lwm2md[^ ]*\) \([0-9]\).*/\1.\2/p' $pages | sort -u); do
	[ -f "man/$ref" ] || wrong="$wrong$ref
"
done
tap_empty "each page of ours that is referred to is there" "$wrong"
tap_done
