#!/bin/sh
# From power-on to managed, played on loopback: no card, a factory server that does not answer, the
# hold-off, client-initiated bootstrap over DTLS with a pre-shared key, registration, a Read, and
# the end. Exit status 0 only if all of it happened.
#
#   sh tests/demo.sh [--card]    installs what is missing, builds in ./build-demo, plays
#
# --card: the other way, tests/demo-card.sh: a virtual smart card in a reader of a real PC/SC service
# configures the client.
set -eu
LC_ALL=C.UTF-8
export LC_ALL
cd "$(dirname "$0")/.."
top=$PWD
build=${LWM2MD_DEMO_BUILD:-$top/build-demo}

card=
if [ "${1-}" = --card ]; then
	card=--card
	shift
fi
if [ "${1-}" != --play ]; then
	sh tests/deps.sh build ${card:+card}
	mkdir -p "$build"
	echo "building in ./build-demo (its output: build-demo/demo.log)"
	if ! {
		{ [ -x configure ] || autoreconf -fi; } && cd "$build" &&
			{ [ -f Makefile ] || ../configure -q; } &&
			make -s -j"$(nproc)" lwm2md tests/lwm2m-testserver ${card:+lwm2md-card}
	} >"$build/demo.log" 2>&1; then
		tail -n 20 "$build/demo.log"
		echo "the build failed"
		exit 1
	fi
	cd "$top"
	exec timeout --foreground 60 sh tests/demo.sh $card --play
fi

umask 077
tmp=$(mktemp -d)
server_pid= countdown_pid= reader_pid=

clean_up()
{
	status=$?
	trap - EXIT HUP INT PIPE TERM
	[ -z "$countdown_pid" ] || kill "$countdown_pid" 2>/dev/null || :
	[ ! -s "$tmp/pid" ] || kill "$(cat "$tmp/pid")" 2>/dev/null || :
	[ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null || :
	[ -z "$reader_pid" ] || kill "$reader_pid" 2>/dev/null || :
	wait
	rm -rf "$tmp"
	[ "$status" -eq 0 ] || echo "FAILED: the story did not come to its end" >&2
	exit "$status"
}
trap clean_up EXIT
trap 'exit 124' HUP INT PIPE TERM

say() # STEP TEXT
{
	printf '%-34s %s\n' "$1" "$2"
}

fail()
{
	echo "FAILED: $1" >&2
	exit 1
}

# --- the two sides: a pipe for what each says, a file of all of it for the end ---

mkfifo "$tmp/commands" "$tmp/seen" "$tmp/log"
exec 3<>"$tmp/commands" 4<>"$tmp/seen" 5<>"$tmp/log"
"$build/tests/lwm2m-testserver" <"$tmp/commands" >"$tmp/seen" 3>&- 4>&- 5>&- &
server_pid=$!

seen() # EVENT SERVER: the next such line of the test server, in $line
{
	while IFS= read -r line <&4; do
		case $line in
		*'"event":"error"'*) fail "$line" ;;
		*"\"event\":\"$1\",\"server\":\"$2\""*) return ;;
		esac
	done
}

told() # EVENT: the next such line of the daemon; its message and reason in $text
{
	while IFS= read -r line <&5; do
		case $line in
		"ended "*) fail "lwm2md $line, waiting for $1" ;;
		*" error "*) echo "$line" ;;
		esac
		text=${line#?*" "}
		text=${text#*" "}
		case $text in
		"$1 "*)
			text=${text#*": "}
			text=${text#"step "[1-4]": "}
			text=${text#"step "[1-4]", "*": "}
			return
			;;
		esac
	done
}

field() # NAME: of the JSON in $line
{
	printf '%s\n' "$line" | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

uptime_ms() # CLOCK_BOOTTIME
{
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}0"
}

new_key()
{
	od -An -tx1 -N16 /dev/urandom | tr -d ' \n'
}

power_on() # ENVIRONMENT...: of lwm2md
{
	(
		code=0
		env "$@" "$build/lwm2md" --config "$tmp/lwm2md.conf" --conf-dir "$tmp/conf.d" \
			--state-dir "$tmp/state" --runtime-dir "$tmp/run" --log-target stderr \
			--log-level info &
		echo $! >"$tmp/pid"
		wait $! || code=$?
		rm "$tmp/pid"
		echo "ended with status $code" >&2
	) 2>"$tmp/log" 3>&- 4>&- 5>&- &
	told started
}

power_off()
{
	kill "$(cat "$tmp/pid")"
}

ended() # all is well only if this is how it ended
{
	while IFS= read -r line <&5; do
		case $line in "ended with status "*) break ;; esac
	done
	[ "$line" = "ended with status 0" ] || fail "lwm2md $line"
	say "power off" "lwm2md $line"
}

if [ -n "$card" ]; then
	. tests/demo-card.sh
	exit
fi

# --- the stage ---

bs_key=$(new_key) dm_key=$(new_key)
printf '%s' "$bs_key" >"$tmp/bs.key"
echo "demo-bootstrap $bs_key" >"$tmp/bs.psk"
echo "demo-device $dm_key" >"$tmp/dm.psk"

echo "listen factory coap://127.0.0.1:0" >&3
seen listening factory
factory=$(field address)
echo "listen bs coaps://127.0.0.1:0 $tmp/bs.psk" >&3
seen listening bs
bs=$(field address)
echo "listen dm coaps://127.0.0.1:0 $tmp/dm.psk" >&3
seen listening dm
dm=$(field address)
echo "factory silent on" >&3

cat >"$tmp/script" <<EOF
DELETE /
PUT /0/10/0 text coaps://$dm
PUT /0/10/1 text 0
PUT /0/10/2 text 0
PUT /0/10/3 opaque $(printf demo-device | od -An -tx1 | tr -d ' \n')
PUT /0/10/5 opaque $dm_key
PUT /0/10/10 text 102
PUT /1/10/0 text 102
PUT /1/10/1 text 300
PUT /1/10/6 text 1
PUT /1/10/7 text U
FINISH
EOF
echo "bs bootstrap $tmp/script" >&3

hold_off=5
mkdir "$tmp/state" "$tmp/run" "$tmp/conf.d"
cat >"$tmp/lwm2md.conf" <<EOF
device = { endpoint = "urn:dev:os:32473-demo"; manufacturer = "Example Networks"; };
bootstrap = {
  uri = "coaps://$bs"; security = "psk";
  psk_identity = "demo-bootstrap"; psk_key = "file:$tmp/bs.key";
  client_hold_off_time = "${hold_off}s";
  server_initiated = { address = [ "127.0.0.1:0" ]; };
};
servers = { factory = { short_id = 101; uri = "coap://$factory"; security = "nosec"; }; };
retry = { count = 2; timer = "1s"; jitter = "0"; };
coap = { ack_timeout = "1s"; max_retransmit = 1; };
security = { allow_nosec = "yes"; };
EOF

# --- the story ---

echo
say "power on" "lwm2md starts as urn:dev:os:32473-demo"
power_on
told card-skipped
say "step 1, smart card" "$text"
told factory-accounts
say "step 2, factory configuration" "$text"
seen ignored factory
say "step 3, register" "Register to coap://$factory is on its way, and nobody answers"
told register-failed
say "step 3, register" "$text"
told all-servers-failed
say "step 3, register" "$text"

told holdoff-started
begin=$(uptime_ms)
say "step 4, hold-off" "$text"
# counts for the eye: what follows does not wait for it
{
	n=$hold_off
	while [ "$n" -gt 0 ]; do
		say "step 4, hold-off" "$n s until the bootstrap server is asked"
		n=$((n - 1))
		timeout 1 tail -f /dev/null || :
	done
} 3>&- 4>&- 5>&- &
countdown_pid=$!
seen client-hello bs
waited=$(($(field t) / 1000 - begin))
wait "$countdown_pid" || :
countdown_pid=
say "step 4, hold-off" "over: the first ClientHello came after $waited ms"
# the start of the wait is known to the reader of the log only, some milliseconds late
[ "$waited" -ge $((hold_off * 1000 - 200)) ] || fail "before the hold-off was over"
[ "$waited" -le $((hold_off * 1000 + 500)) ] || fail "too late"

seen session bs
say "step 4, client-initiated" "DTLS session with the bootstrap server, pre-shared key"
seen bootstrap-request bs
say "step 4, client-initiated" "Bootstrap-Request answered $(field code)"
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	seen answer bs
	case $(field code) in
	2.*) say "step 4, client-initiated" "$(field request): $(field code)" ;;
	*) fail "$line" ;;
	esac
done
told bootstrap-finished
say "step 4, client-initiated" "$text"

seen register dm
say "registered" "at coaps://$dm, $(field code), location rd/$(field location)"
told registered
say "registered" "$text"
echo "dm read /3/0/0" >&3
seen answer dm
[ "$(field code)" = 2.05 ] || fail "$line"
expected=$(printf 'Example Networks' | od -An -tx1 | tr -d ' \n')
[ "$(field payload)" = "$expected" ] || fail "not the manufacturer: $line"
say "managed" "Read /3/0/0, Manufacturer: Example Networks"
echo "dm write /1/10/1 text 600" >&3
seen answer dm
[ "$(field code)" = 2.04 ] || fail "$line"
seen update dm
case $line in *'"lt=600"'*) ;; *) fail "no lt=600 in $line" ;; esac
say "managed" "Write /1/10/1, Lifetime: 600 s; the Update brings lt=600"

power_off
seen deregister dm
say "power off" "de-registered, $(field code)"
ended
if grep -rqF -e "$bs_key" -e "$dm_key" "$tmp/run"; then
	fail "a key lies in the runtime directory"
fi
echo
echo "All four steps were seen."
