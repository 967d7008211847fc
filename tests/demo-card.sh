# The story of "sh tests/demo.sh --card", which reads this file: a card with an account is in the
# reader at power-on, is read again before an Update, gets other content, and is taken out.

# --- the stage: a PC/SC service of our own, a virtual reader, a virtual card ---

mkfifo "$tmp/reader-commands" "$tmp/reader-says"
exec 6<>"$tmp/reader-commands" 7<>"$tmp/reader-says"
top_builddir=$build /usr/bin/python3 tests/card/stage.py <"$tmp/reader-commands" \
	>"$tmp/reader-says" 3>&- 4>&- 5>&- 6>&- 7>&- &
reader_pid=$!

reader() # COMMAND [WORD...]: its answer in $answer
{
	echo "$*" >&6
	IFS= read -r answer <&7
}

IFS= read -r socket <&7
export PCSCLITE_CSOCK_NAME="$socket" LWM2MD_CARD_HELPER="$build/lwm2md-card"

first_key=$(new_key) second_key=$(new_key)
echo "demo-first $first_key" >"$tmp/first.psk"
echo "demo-second $second_key" >"$tmp/second.psk"
echo "listen factory coap://127.0.0.1:0" >&3
seen listening factory
factory=$(field address)
echo "listen first coaps://127.0.0.1:0 $tmp/first.psk" >&3
seen listening first
first=$(field address)
echo "listen second coaps://127.0.0.1:0 $tmp/second.psk" >&3
seen listening second
second=$(field address)

mkdir "$tmp/state" "$tmp/run" "$tmp/conf.d"
cat >"$tmp/lwm2md.conf" <<EOF
device = { endpoint = "urn:dev:os:32473-demo"; manufacturer = "Example Networks"; };
smartcard = { enabled = "yes"; };
servers = { factory = { short_id = 101; uri = "coap://$factory"; security = "nosec"; }; };
retry = { count = 2; timer = "1s"; jitter = "0"; };
coap = { ack_timeout = "1s"; };
security = { allow_nosec = "yes"; };
EOF

# --- the story ---

echo
reader insert 102 "coaps://$first" demo-first "$first_key"
until "$build/lwm2md-card" list | grep -q "card, ATR"; do :; done # the service looks every 400 ms
"$build/lwm2md-card" list | while IFS= read -r line; do say "lwm2md-card list" "$line"; done
"$build/lwm2md-card" show >"$tmp/shown" || fail "the card cannot be read"
while IFS= read -r line; do say "lwm2md-card show" "$line"; done <"$tmp/shown"
if grep -qiF "$first_key" "$tmp/shown"; then fail "it showed the key"; fi
reader commands
say "power on" "lwm2md starts as urn:dev:os:32473-demo, a server 101 in its configuration"
power_on

told card-read
reader commands
say "step 1, smart card" "$text"
say "step 1, smart card" "$answer commands on a logical channel of its own"
seen register first
say "step 3, register" "at coaps://$first, $(field code), location rd/$(field location)"
told registered
say "registered" "$text"
echo "first read /3/0/0" >&3
seen answer first
[ "$(field code)" = 2.05 ] || fail "$line"
say "managed" "Read /3/0/0: $(field code)"

# what was read a moment ago need not be read again
timeout 1.2 tail -f /dev/null || :
echo "first execute /1/0/8" >&3
seen update first
reader commands
[ "$answer" -gt 0 ] || fail "an Update, and the card was not read again"
say "before an Update" "the card is read again ($answer commands): unchanged"

reader write 103 "coaps://$second" demo-second "$second_key"
say "the operator writes the card" "another server, coaps://$second"
timeout 1.2 tail -f /dev/null || :
echo "first execute /1/0/8" >&3
told card-read
say "before the next Update" "$text"
seen register second
say "registered" "at coaps://$second, $(field code)"
told registered

reader remove
say "the card is taken out" ""
told card-skipped
say "step 1, smart card" "$text"
told registered
say "step 2, factory configuration" "$text"

power_off
ended
if grep -rqF -e "$first_key" -e "$second_key" "$tmp/run"; then
	fail "a key lies in the runtime directory"
fi
echo
echo "A card configured the client, changed it, and took its accounts along."
