#!/bin/sh
# Includes follow src/LAYERS, and each library has its one home.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 1

# layer, what it includes of ours, where
for dir in src/*/; do
	layer=$(basename "$dir")
	if ! grep -q "^$layer:" src/LAYERS; then
		tap_empty "src/$layer is a layer of src/LAYERS" "src/$layer is not listed"
		continue
	fi
	allowed=$(sed -n "s/^$layer://p" src/LAYERS)
	wrong=$(grep -Hn '^[ 	]*#[ 	]*include[ 	]*"' "$dir"*.[ch] 2>/dev/null |
		awk -v layer="$layer" -v allowed="$allowed" '
		BEGIN { n = split(allowed, a, " "); for (i = 1; i <= n; i++) ok[a[i]] = 1; ok[layer] = 1 }
		{
			split($0, q, "\"")
			if (q[2] !~ /\// || q[2] ~ /\.\./) { print $0 "  (write \"layer/file.h\")"; next }
			split(q[2], p, "/")
			if (!("*" in ok) && !(p[1] in ok)) print
		}')
	tap_empty "$layer includes only:${allowed:- nothing}" "$wrong"
done

# header, the layers that may include it, in how many files (0: any number); ctl has netdb.h in the
# tool alone, which may wait
while read -r header layers files; do
	users=$(grep -lE "^[ 	]*#[ 	]*include[ 	]*[<\"]$header" src/*/*.[ch] 2>/dev/null)
	wrong=
	n=0
	for file in $users; do
		layer=$(basename "$(dirname "$file")")
		case ",$layers," in
		*",$layer,"*) n=$((n + 1)) ;;
		*) wrong="$wrong$file
" ;;
		esac
	done
	if [ "$files" -gt 0 ] && [ "$n" -gt "$files" ]; then
		wrong="$wrong$users"
	fi
	limit=
	[ "$files" -gt 0 ] && limit=" in $files file"
	tap_empty "<$header> is included only in $layers$limit" "$wrong"
done <<-'RULES'
	coap3/ transport 0
	openssl/ transport,keys 0
	systemd/ daemon 0
	libconfig\.h conf 0
	cbor\.h codec 1
	json-c/ codec 1
	expat\.h codec 1
	libmnl/ daemon 1
	winscard\.h card 0
	sys/socket\.h transport,daemon,ctl 0
	sys/epoll\.h transport,daemon,ctl 0
	sys/timerfd\.h daemon 0
	netdb\.h transport,daemon,ctl 0
	pthread\.h transport,daemon 0
RULES
tap_done
