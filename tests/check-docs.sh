#!/bin/sh
# What the program knows and what its documents say is the same: options, command line, sequence,
# reasons.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 1
program=$(tap_program) || program=

# tap_same NAME LEFT-FILE LEFT-NAME RIGHT-FILE RIGHT-NAME: passes if both have the same lines.
tap_same()
{
	if [ ! -s "$2" ] || [ ! -s "$4" ]; then
		tap_empty "$1" "nothing found in $3 or $5"
		return
	fi
	tap_empty "$1" "$(diff "$2" "$4" | sed -n "s|^<|only in $3:|p; s|^>|only in $5:|p")"
}

# doc/compliance.md names tests: `tests/dir/test_x.py::name`, or `tests/unit/check_x.c`, `name`
tap_empty "each test that doc/compliance.md names is there" "$(
	grep -oE '`tests/[A-Za-z0-9_./-]+(::[a-z0-9_]+)?`(, `[a-z0-9_]+`)?' doc/compliance.md |
		tr -d '`' | sed 's/::/ /; s/, / /' | while read -r file name; do
		if [ ! -e "$file" ]; then
			echo "$file"
		elif [ -n "$name" ] && ! grep -qE "^(def $name\(|START_TEST\($name\))" "$file"; then
			echo "$file $name"
		fi
	done
)"

# lwm2md-bootstrap(7): literal rows "STATE EVENT STATE EFFECT", further effects in lines of their own
page=man/lwm2md-bootstrap.7
rows=$top_builddir/tests/unit/print_sequence
if [ -x "$rows" ]; then
	"$rows" >"$tap_tmp/rows"
	awk '
		/^\.Sh THE TABLE/ { inside = 1 }
		inside && /^[A-Z_]+ +[A-Z_]+ +[A-Z_]+ +[A-Z_-]+$/ {
			if (row) print row
			row = $1 "\t" $2 "\t" $3 "\t" $4
		}
		inside && /^ +[A-Z_]+$/ { row = row " " $1 }
		END { print row }' $page >"$tap_tmp/page"
	tap_same "the sequence table is the one of $page, in the same order" \
		"$tap_tmp/rows" sequence.c "$tap_tmp/page" $page
	cut -f 1,3 "$tap_tmp/rows" | tr '\t' '\n' | sort -u >"$tap_tmp/names"
	cut -f 2 "$tap_tmp/rows" | sort -u >>"$tap_tmp/names"
	cut -f 4 "$tap_tmp/rows" | tr ' ' '\n' | grep -v '^-$' | sort -u >>"$tap_tmp/names"
	sort -u "$tap_tmp/names" -o "$tap_tmp/names"
	sed -n 's/^\.It Sy \([A-Z_]*\)$/\1/p' $page | sort -u >"$tap_tmp/explained"
	tap_same "each state, event and effect is explained in $page" \
		"$tap_tmp/names" sequence.c "$tap_tmp/explained" $page
else
	tap_skip "the sequence table is the one of $page" "tests/unit/print_sequence is not built"
fi

# reasons: id, text and hint; lwm2md-reasons(7) has ".It Li ID"
sed -n 's/^REASON(\([A-Z_]*\), "\([a-z.-]*\)", "\(.*\)", "\(.*\)")$/\2	\3	\4/p' \
	src/base/reason.def >"$tap_tmp/reasons"
tap_empty "each line of reason.def has an id, a text and a hint" \
	"$(grep '^REASON(' src/base/reason.def | grep -vE '^REASON\([A-Z_]+, "[a-z]+\.[a-z-]+", "[^ ].+", "[^ ].+"\)$')"
if [ -f man/lwm2md-reasons.7 ]; then
	cut -f 1 "$tap_tmp/reasons" | sort >"$tap_tmp/ids"
	sed -n 's/^\.It Li \([a-z.-]*\)$/\1/p' man/lwm2md-reasons.7 | sort >"$tap_tmp/page"
	tap_same "lwm2md-reasons.7 lists each reason" \
		"$tap_tmp/ids" reason.def "$tap_tmp/page" lwm2md-reasons.7
else
	tap_skip "lwm2md-reasons.7 lists each reason" "there is no such page yet"
fi

# the guide names reasons that exist
ids='(bs|card|clock|config|dns|dtls|holdoff|net|reg|retry|secret|security|state|tcp)\.[a-z-]+'
grep -oE "\`$ids\`" doc/troubleshooting.md | tr -d '`' | grep -vE '\.conf$' | sort -u >"$tap_tmp/page"
cut -f 1 "$tap_tmp/reasons" | sort >"$tap_tmp/ids"
tap_empty "doc/troubleshooting.md names reasons that exist" "$(comm -13 "$tap_tmp/ids" "$tap_tmp/page")"

# lwm2mctl(1): ".It Ic VERB"; each exit status is one of the program's
ctl=$top_builddir/lwm2mctl
if [ -x "$ctl" ]; then
	"$ctl" --list-verbs | sort >"$tap_tmp/words"
	sed -n 's/^\.It Ic \([a-z]*\).*/\1/p' man/lwm2mctl.1 | sort >"$tap_tmp/page"
	tap_same "each verb of lwm2mctl is in lwm2mctl.1" \
		"$tap_tmp/words" lwm2mctl.c "$tap_tmp/page" lwm2mctl.1
	sed -n 's/^complete_verbs="\(.*\)"$/\1/p' conf/lwm2mctl.bash | tr ' ' '\n' | sort >"$tap_tmp/page"
	tap_same "each verb of lwm2mctl can be completed" \
		"$tap_tmp/words" lwm2mctl.c "$tap_tmp/page" lwm2mctl.bash
else
	tap_skip "each verb of lwm2mctl is in lwm2mctl.1" "lwm2mctl is not built"
fi
sed -n 's/^	EXIT_[A-Z_]* = \([0-9]*\),$/\1/p' src/ctl/cmdline.h | sort >"$tap_tmp/words"
sed -n '/^\.Sh EXIT STATUS/,/^\.El/s/^\.It \([0-9]*\)$/\1/p' man/lwm2mctl.1 | sort >"$tap_tmp/page"
tap_same "each exit status of lwm2mctl is in lwm2mctl.1" \
	"$tap_tmp/words" lwm2mctl.c "$tap_tmp/page" lwm2mctl.1

# lwm2md-varlink(7) shows the interface as it is
sed -n 's/^	"\(.*\)\\n".*/\1/p' src/ctl/manage_idl.h >"$tap_tmp/words"
sed -n '/^interface org\.lwm2md/,/^error Limit/p' "$tap_tmp/words" >"$tap_tmp/interface"
sed -n '/^interface org\.lwm2md/,/^error Limit/p' man/lwm2md-varlink.7 >"$tap_tmp/page"
tap_same "lwm2md-varlink.7 shows the interface as it is" \
	"$tap_tmp/interface" manage_idl.h "$tap_tmp/page" lwm2md-varlink.7

# options: "name TAB type TAB default" lines; in the page ".It Va NAME" and ".Em TYPE" below it
page=man/lwm2md.conf.5
if [ -z "$program" ]; then
	tap_skip "each option is in $page and in the full example" "lwm2md is not built"
	tap_skip "each word of the command line is in lwm2md.8" "lwm2md is not built"
	tap_done
fi
"$program" --list-options >"$tap_tmp/list"
cut -f 1,2 "$tap_tmp/list" | sort >"$tap_tmp/options"
awk '/^\.It Va / { name = $3 } /^\.Em / && name { sub(/^\.Em /, ""); sub(/ [,.]$/, ""); print name "\t" $0; name = "" }' \
	$page | sort >"$tap_tmp/page"
tap_same "each option has its name and type in $page" \
	"$tap_tmp/options" the-options-table "$tap_tmp/page" $page

awk -F '\t' '$3 != "" && $3 != "-" { print $1 "\t" $3 }' "$tap_tmp/list" | sort >"$tap_tmp/options"
awk '/^\.It Va / { name = $3 }
	/^default$/ { wait = 1; next }
	wait && name { sub(/^\.(Li|Ql) /, ""); sub(/ [,.]$/, ""); gsub(/^"|"$/, ""); print name "\t" $0; name = "" }
	{ wait = 0 }' $page | sort >"$tap_tmp/page"
tap_same "each default value is the one in $page" \
	"$tap_tmp/options" the-options-table "$tap_tmp/page" $page

# The full example writes or shows as a comment every option; names of servers and apps are free.
full=conf/examples/full.conf
awk '
	function keys(prefix, text,  n, parts, i) {
		n = split(text, parts, ";")
		for (i = 1; i <= n; i++) {
			sub(/^[ \t{]+/, "", parts[i])
			if (parts[i] !~ /^[a-z0-9_]+[ \t]*=/) continue
			sub(/[ \t]*=.*/, "", parts[i])
			print prefix parts[i]
		}
	}
	{
		line = $0
		sub(/^[ \t]*(#[ \t]*)?/, "", line)
		prefix = ""
		for (d = 1; d <= depth; d++)
			prefix = prefix (group[d - 1] ~ /^(servers|apps)$/ ? "NAME" : group[d]) "."
	}
	line ~ /^[})];?/ { if (depth > 0) depth--; next }
	line ~ /^[a-z0-9_]+[ \t]*=[ \t]*[{(]$/ { sub(/[ \t]*=.*/, "", line); group[++depth] = line; next }
	line ~ /^{/ { keys(prefix, line); next }
	line ~ /^[a-z0-9_]+[ \t]*=/ { sub(/[ \t]*=.*/, "", line); print prefix line }
	' $full 2>/dev/null | sort -u >"$tap_tmp/example"
cut -f 1 "$tap_tmp/list" | sort -u >"$tap_tmp/options"
tap_same "each option is in $full" "$tap_tmp/options" the-options-table "$tap_tmp/example" $full

# Both files that are shipped are right; keys are credentials, made up here.
mkdir "$tap_tmp/keys" "$tap_tmp/none"
for name in $(sed -n 's/.*"credential:\([^"]*\)".*/\1/p' $full conf/lwm2md.conf); do
	head -c 32 /dev/urandom >"$tap_tmp/keys/$name"
done
chmod 0600 "$tap_tmp"/keys/*
# a machine without a machine id has no default name
echo 'device = { endpoint = "a-device"; };' >"$tap_tmp/none/50-name.conf"
for file in conf/lwm2md.conf $full; do
	said=$(CREDENTIALS_DIRECTORY=$tap_tmp/keys "$program" --config $file --conf-dir "$tap_tmp/none" \
		--check-config 2>&1) && said=
	tap_empty "$file has no error" "$said"
done

# lwm2md(8): ".It Fl Fl WORD"
"$program" --help | grep -oE -- '--[a-z][a-z-]*' | sort -u >"$tap_tmp/words"
sed -n 's/^\.It Fl Fl \([a-z-]*\).*/--\1/p' man/lwm2md.8 | sort -u >"$tap_tmp/page"
tap_same "each word of lwm2md --help is in lwm2md.8" "$tap_tmp/words" --help "$tap_tmp/page" lwm2md.8
tap_done
