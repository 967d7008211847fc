# TAP for the check-*.sh scripts; sourced. Works from any directory: $top_srcdir and $top_builddir
# come from make check, and default to the tree the script lies in.
set -u
LC_ALL=C.UTF-8
export LC_ALL
: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
tap_count=0
tap_failures=0
tap_tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tap_tmp"' EXIT

# tap_empty NAME LIST: passes if nothing was found; the list is what is wrong.
tap_empty()
{
	tap_count=$((tap_count + 1))
	if [ -z "$2" ]; then
		echo "ok $tap_count - $1"
	else
		tap_failures=$((tap_failures + 1))
		echo "not ok $tap_count - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

# tap_skip NAME REASON
tap_skip()
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

tap_done()
{
	echo "1..$tap_count"
	[ "$tap_failures" -eq 0 ]
	exit
}

# The program under test, if this build has one.
tap_program()
{
	for p in "$top_builddir/lwm2md" "$top_builddir/src/daemon/lwm2md"; do
		if [ -x "$p" ]; then
			echo "$p"
			return 0
		fi
	done
	return 1
}

# sources DIR...: our C files below these directories, one a line, relative to the source tree.
sources()
{
	(cd "$top_srcdir" && for d; do
		if [ -d "$d" ]; then find "$d" -name '*.[ch]'; fi
	done) | sort
}
