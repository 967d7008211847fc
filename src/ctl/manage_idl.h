#pragma once
/*
 * The definition of org.lwm2md.Manage, as GetInterfaceDescription answers it and lwm2md-varlink(7)
 * explains it. Layer: ctl.
 */

/* clang-format off */
#define MANAGE_DESCRIPTION \
"# Status and control of the LwM2M client daemon lwm2md. Who can open the socket may call\n" \
	"# each method; those marked [admin] only root, the daemon's own user and the members of\n" \
	"# control.admin_group. Points in time are seconds since 1970, spans of time seconds.\n" \
	"interface org.lwm2md.Manage\n" \
	"\n" \
	"type State (\n" \
	"  # starting, smartcard, factory, registering, registered, degraded, holdoff,\n" \
	"  # bootstrapping, retrying, offline, idle, stopping\n" \
	"  phase: string,\n" \
	"  # One sentence for people\n" \
	"  summary: string,\n" \
	"  since: int,\n" \
	"  endpoint: string,\n" \
	"  version: string,\n" \
	"  # Where the accounts in use came from: smartcard, factory, bootstrap, none\n" \
	"  source: string,\n" \
	"  # Until ClientHoldOffTime is over, only while it runs\n" \
	"  holdoff_left: ?int,\n" \
	"  # What comes when the present wait is over, and when\n" \
	"  next: ?string,\n" \
	"  next_in: ?int,\n" \
	"  servers_registered: int,\n" \
	"  servers_total: int,\n" \
	"  config_generation: int,\n" \
	"  # Nothing works and it will not heal by itself\n" \
	"  needs_person: bool,\n" \
	"  warnings: []Warning\n" \
	")\n" \
	"\n" \
	"type Warning (code: string, text: string, since: int)\n" \
	"\n" \
	"type Server (\n" \
	"  # Absent for the Bootstrap-Server\n" \
	"  ssid: ?int,\n" \
	"  bootstrap: bool,\n" \
	"  uri: string,\n" \
	"  security: (psk, rpk, certificate, nosec),\n" \
	"  # Fingerprint (SHA-256, 8 octets) of the pre-shared key, or of our certificate or public key\n" \
	"  key: ?string,\n" \
	"  state: (idle, bootstrapping, registering, registered, updating,\n" \
	"    retrying, disabled, failed),\n" \
	"  lifetime: ?int,\n" \
	"  expires_in: ?int,\n" \
	"  next_action: ?string,\n" \
	"  next_action_in: ?int,\n" \
	"  last_error: ?Reason,\n" \
	"  observations: ?int,\n" \
	"  # Address and port\n" \
	"  peer: ?string,\n" \
	"  # LwM2M version of the registration\n" \
	"  lwm2m: ?string\n" \
	")\n" \
	"\n" \
	"type Reason (\n" \
	"  # One of lwm2md-reasons(7)\n" \
	"  id: string,\n" \
	"  text: string,\n" \
	"  hint: ?string,\n" \
	"  when: int,\n" \
	"  detail: ?string\n" \
	")\n" \
	"\n" \
	"type Step (\n" \
	"  seq: int,\n" \
	"  when: int,\n" \
	"  # smartcard, factory, register, wait, server-bootstrap, client-bootstrap\n" \
	"  stage: string,\n" \
	"  ssid: ?int,\n" \
	"  result: (running, ok, skipped, failed, pending),\n" \
	"  detail: string,\n" \
	"  reason: ?Reason,\n" \
	"  # How often the same came before\n" \
	"  repeats: int,\n" \
	"  # A failure that was followed by success\n" \
	"  over: bool\n" \
	")\n" \
	"\n" \
	"type Advice (why: string, try: string, reason: string)\n" \
	"\n" \
	"type Value (\n" \
	"  path: string,\n" \
	"  type: (string, int, uint, float, bool, opaque, time, objlnk, corelnk, none),\n" \
	"  # LwM2M text form; opaque is Base64; null when it is hidden\n" \
	"  value: ?string,\n" \
	"  name: ?string\n" \
	")\n" \
	"\n" \
	"type Instance (path: string, owner: string, version: ?string, name: ?string)\n" \
	"\n" \
	"# notified: the last notification; stored: how many wait for the server\n" \
	"type Observation (ssid: int, paths: []string, attributes: string, notified: ?int,\n" \
	"  stored: int)\n" \
	"\n" \
	"# value: LwM2M text form\n" \
	"type Setting (path: string, value: string)\n" \
	"\n" \
	"method GetStatus() -> (state: State)\n" \
	"method ListServers() -> (servers: []Server)\n" \
	"method ListObjects(path: ?string) -> (instances: []Instance)\n" \
	"method ListObservations(ssid: ?int) -> (observations: []Observation)\n" \
	"method Read(path: string) -> (values: []Value)\n" \
	"# The way to the present state, step by step; with more: goes on with each new step\n" \
	"method Explain() -> (state: State, steps: []Step, advice: []Advice)\n" \
	"# Follows what happens (needs more). kinds: state, server, step, value; all if absent.\n" \
	"# The first reply comes at once: the present state.\n" \
	"method Monitor(kinds: ?[]string, paths: ?[]string) -> (\n" \
	"  when: int,\n" \
	"  kind: string,\n" \
	"  state: ?State,\n" \
	"  server: ?Server,\n" \
	"  step: ?Step,\n" \
	"  value: ?Value,\n" \
	"  # How many events before this one did not fit, since they were not read\n" \
	"  lost: ?int\n" \
	")\n" \
	"# [admin] Asks for a bootstrap now, without hold-off\n" \
	"method Bootstrap(reason: ?string) -> ()\n" \
	"# [admin] Begins; Monitor tells how it ends. Without ssid: every server that is not\n" \
	"# registered\n" \
	"method Register(ssid: ?int) -> ()\n" \
	"# [admin]\n" \
	"method Update(ssid: ?int) -> ()\n" \
	"# [admin] De-registers, and registers again after so many seconds (else 1/x/5)\n" \
	"method Deregister(ssid: ?int, for: ?int) -> ()\n" \
	"# [admin] what: accounts (those of a bootstrap server or a card), all (kept\n" \
	"# registrations, too)\n" \
	"method Reset(what: string) -> ()\n" \
	"# [admin] Sets resources that are bound with set = true, one after the other\n" \
	"method Write(values: []Setting) -> (changed: int)\n" \
	"# [admin] As a server would\n" \
	"method Execute(path: string, argument: ?string) -> ()\n" \
	"# [admin] LwM2M Send of these paths, to one server or to all that are registered. accepted:\n" \
	"# how many will get them\n" \
	"method Send(paths: []string, ssid: ?int) -> (accepted: int)\n" \
	"# [admin] Reads the smart card as step 1 does, and changes nothing. result: read, or why\n" \
	"# not; text: what is on it, keys as fingerprints\n" \
	"method InspectCard(reader: ?string) -> (\n" \
	"  reader: string,\n" \
	"  atr: string,\n" \
	"  application: string,\n" \
	"  result: string,\n" \
	"  text: string,\n" \
	"  reason: ?Reason\n" \
	")\n" \
	"# [admin] What the daemon can check by itself, one reply each (needs more)\n" \
	"method Diagnose() -> (\n" \
	"  check: string,\n" \
	"  result: (ok, warn, fail, skip),\n" \
	"  text: string,\n" \
	"  reason: ?Reason\n" \
	")\n" \
	"# [admin] All or nothing\n" \
	"method Reload() -> (generation: int)\n" \
	"# Prometheus text format\n" \
	"method GetMetrics() -> (content_type: string, text: string)\n" \
	"\n" \
	"error NoSuchPath (path: string)\n" \
	"error NotAllowed (path: string, why: string)\n" \
	"error BadValue (path: string, why: string)\n" \
	"error NoSuchServer (ssid: int)\n" \
	"error Busy (why: string)\n" \
	"error Unavailable (why: string)\n" \
	"error ConfigInvalid (problems: []string)\n" \
	"error Limit (what: string, limit: int)\n"
/* clang-format on */
