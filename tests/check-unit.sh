#!/bin/sh
# The service: what systemd-analyze says about it, and the directives that the design depends on.
. "$(dirname "$0")/tap.sh"
unit=$top_builddir/systemd/lwm2md.service

# has DIRECTIVE MEANING
has()
{
	wrong=
	grep -qxF "$1" "$unit" || wrong="there is no line $1"
	tap_empty "$2 ($1)" "$wrong"
}

has Type=notify "the manager is told when the daemon is ready"
has RestartPreventExitStatus=78 "a wrong configuration is not tried again"
has RestartKillSignal=SIGUSR1 "a restart keeps the registrations"
has Group=lwm2m "the sockets belong to the group of those who may look"
has StateDirectoryMode=0700 "nobody else reads the state"
has LimitCORE=0 "keys do not get into a core dump"
tap_empty "every placeholder is filled in" "$(grep -n '@[A-Z_a-z]*@' "$unit")"

if ! command -v systemd-analyze >/dev/null; then
	tap_skip "systemd-analyze has nothing to say" "systemd-analyze is not installed"
	tap_done
fi
version=$(systemd-analyze --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')

# In a root of its own, so that what is verified is the unit and not what this machine lacks.
root=$tap_tmp/root
mkdir -p "$root/bin" "$root/etc/systemd/system" "$root/usr/lib/systemd/system" "$root/run"
for target in multi-user basic sysinit shutdown network nss-lookup time-sync; do
	printf '[Unit]\nDescription=%s\n' $target >"$root/usr/lib/systemd/system/$target.target"
done
for socket in systemd-journald pcscd; do
	printf '[Unit]\nDescription=%s\n[Socket]\nListenStream=/run/%s\n' $socket $socket \
		>"$root/usr/lib/systemd/system/$socket.socket"
	printf '[Service]\nExecStart=/bin/kill\n' >"$root/usr/lib/systemd/system/$socket.service"
done
cp "$unit" "$root/etc/systemd/system/"
program=$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$unit")
for path in "$program" /bin/kill; do
	mkdir -p "$root$(dirname "$path")"
	printf '#!/bin/sh\n' >"$root$path"
	chmod 0755 "$root$path"
done
tap_empty "systemd-analyze verify has nothing to say" \
	"$(systemd-analyze verify --root="$root" --man=no --recursive-errors=one lwm2md.service 2>&1 |
		grep lwm2md)"

# Exposure times ten: measured 15 without PrivateUsers= (252), 12 with identity (257 and later).
limit=15
grep -q '^PrivateUsers=identity' "$unit" && limit=12
if report=$(systemd-analyze security --no-pager --offline=yes --threshold=$limit "$unit" 2>&1); then
	wrong=
else
	wrong=$(echo "$report" | tail -n 1)
fi
tap_empty "the exposure of the service stays below $limit (systemd $version)" "$wrong"
tap_done
