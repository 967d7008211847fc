#include "conf/options.h"

#include <string.h>

#define SEC 1e6
#define DAY (86400 * SEC)
#define U32_MAX 4294967295.0
#define U32_SEC_MAX (U32_MAX * SEC)

#define CONF(field) offsetof(struct conf, field)
#define BOOTSTRAP(field) offsetof(struct conf, bootstrap.field)
#define RESOURCE(field) offsetof(struct conf_resource, field)
#define SERVER(field) offsetof(struct conf_account, field)
#define HAS(offset) .has = offset
#define NO_EFFECT .flags = OPTION_NO_EFFECT

/* clang-format off */

/* What the bootstrap account and the server accounts have in common: object 0. */
#define ACCOUNT_OPTIONS(section, AT) \
	{section, "uri", OPTION_URI, .help = "URI of the server: coap, coaps, coap+tcp or coaps+tcp (0/x/0)", \
		.store = STORE_TEXT, .at = AT(uri)}, \
	{section, "security", OPTION_WORD, .words = "psk|rpk|certificate|nosec", .value = "psk", \
		.help = "how both sides prove who they are (0/x/2)", \
		.store = STORE_WORD, .at = AT(security)}, \
	{section, "psk_identity", OPTION_IDENTITY, .max = 255, \
		.help = "identity of the pre-shared key: text, or hex: for binary (0/x/3)", \
		.store = STORE_SECRET, .at = AT(identity)}, \
	{section, "psk_key", OPTION_PSK, .max = 512, \
		.help = "the pre-shared key: credential:, file:, hex: or base64: (0/x/5)", \
		.store = STORE_SECRET, .at = AT(secret_key)}, \
	{section, "certificate", OPTION_PUBLIC, .help = "our certificate, with those that lead to its issuer (0/x/3)", \
		.store = STORE_SECRET, .at = AT(certificate)}, \
	{section, "private_key", OPTION_PRIVATE_KEY, \
		.help = "the private key of certificate, or our raw key (0/x/5)", \
		.store = STORE_SECRET, .at = AT(private_key)}, \
	{section, "public_key", OPTION_PUBLIC, \
		.help = "our raw public key, only to check private_key (0/x/3)", \
		.store = STORE_SECRET, .at = AT(public_key)}, \
	{section, "trust", OPTION_PUBLIC, \
		.help = "certificate that the server's is checked against (0/x/4)", \
		.store = STORE_SECRET, .at = AT(trust)}, \
	{section, "server_public_key", OPTION_PUBLIC, \
		.help = "the server's raw public key (0/x/4)", \
		.store = STORE_SECRET, .at = AT(server_key)}, \
	{section, "certificate_usage", OPTION_WORD, .words = "ca|server|pinned-ca|pinned-server", \
		.help = "what trust stands for (0/x/15); absent: that certificate or one it issued", \
		.store = STORE_WORD, .at = AT(certificate_usage), .has = AT(has_certificate_usage)}, \
	{section, "sni", OPTION_HOST, \
		.help = "Server Name Indication (0/x/14); default: the host of the URI", \
		.store = STORE_TEXT, .at = AT(sni)}, \
	{section, "ciphersuites", OPTION_NUMBERS, .max = 65535, \
		.help = "cipher suites to offer, by their IANA numbers (0/x/16)", \
		.store = STORE_NUMBERS, .at = AT(ciphersuites)}

#define RETRY_OPTIONS(section, AT, DEFAULT, HAS_AT) \
	{section, "initial_delay", OPTION_TIME, .max = U32_SEC_MAX, DEFAULT("0s") \
		.help = "wait before the first registration (1/x/14)", \
		.store = STORE_U32, .at = AT(initial_delay), HAS_AT(has_initial_delay)}, \
	{section, "count", OPTION_NUMBER, .min = 1, .max = 65535, DEFAULT("5") \
		.help = "attempts in a sequence (1/x/17)", \
		.store = STORE_U32, .at = AT(count), HAS_AT(has_count)}, \
	{section, "timer", OPTION_TIME, .min = SEC, .max = U32_SEC_MAX, DEFAULT("60s") \
		.help = "wait after the first failure, doubled after each further one (1/x/18)", \
		.store = STORE_U32, .at = AT(timer), HAS_AT(has_timer)}, \
	{section, "sequence_count", OPTION_NUMBER, .min = 1, .max = 65535, DEFAULT("1") \
		.help = "sequences before the registration counts as failed (1/x/20)", \
		.store = STORE_U32, .at = AT(sequence_count), HAS_AT(has_sequence_count)}, \
	{section, "sequence_delay", OPTION_TIME, .max = U32_SEC_MAX, DEFAULT("1d") \
		.help = "pause between sequences (1/x/19); 4294967295s: no further sequence", \
		.store = STORE_U32, .at = AT(sequence_delay), HAS_AT(has_sequence_delay)}

#define WITH_DEFAULT(text) .value = text,
#define NO_DEFAULT(text)
/* the general values wait in the bootstrap account, which retries nothing itself, until each server
 * that says nothing of its own takes a copy */
#define GENERAL_RETRY(field) offsetof(struct conf, bootstrap.retry.field)
#define GENERAL_HAS(field) .has = 0
#define SERVER_RETRY(field) offsetof(struct conf_account, retry.field)
#define SERVER_HAS(field) HAS(offsetof(struct conf_account, retry.field))

const struct section sections[] = {
	{"", SECTION_GROUP, "the file as a whole", 0},
	{"device", SECTION_GROUP, "what this device is (object 3)", 0},
	{"smartcard", SECTION_GROUP, "step 1 of the bootstrap sequence", 0},
	{"smartcard.secure_channel", SECTION_GROUP, "SCP03 between daemon and card", 0},
	{"bootstrap", SECTION_GROUP, "the LwM2M Bootstrap-Server account, a single one", 0},
	{"bootstrap.server_initiated", SECTION_GROUP, "bootstrap that the server starts", 0},
	{"servers", SECTION_NAMED, "step 2: accounts set by the manufacturer", 0},
	{"servers.NAME", SECTION_GROUP, "one LwM2M server; the name is free", 0},
	{"servers.NAME.retry", SECTION_GROUP, "this server's own retry", 0},
	{"retry", SECTION_GROUP, "registration retry and pacing", 0},
	{"network", SECTION_GROUP, "the way to the servers", 0},
	{"coap", SECTION_GROUP, "message layer, RFC 7252 section 4.8", 0},
	{"notifications", SECTION_GROUP, "information reporting", 0},
	{"security", SECTION_GROUP, "what is acceptable", 0},
	{"objects", SECTION_GROUP, "object definitions and who owns objects", 0},
	{"objects.apps", SECTION_NAMED, "applications that may own instances", OPTION_NO_EFFECT},
	{"objects.apps.NAME", SECTION_GROUP, "one application; the name is free", 0},
	{"resources", SECTION_LIST, "resources without a program", 0},
	{"firmware", SECTION_GROUP, "firmware update (object 5)", OPTION_NO_EFFECT},
	{"state", SECTION_GROUP, "what outlives a restart", 0},
	{"control", SECTION_GROUP, "the local sockets", 0},
	{"log", SECTION_GROUP, "logging", 0},
	{"log.levels", SECTION_GROUP, "levels by area", OPTION_NO_EFFECT},
	{0},
};

const struct option options[] = {
	/* before the names that may say %{serial} */
	{"device", "serial", OPTION_TEXT, .help = "3/0/2; default: from the system",
		.store = STORE_TEXT, .at = CONF(device.serial)},
	{"device", "endpoint", OPTION_NAME, .max = 255,
		.help = "Endpoint Client Name, with %{serial} %{machine-id} %{mac:eth0} %{hostname} %{file:/path}; "
			"default: urn:uuid: and an id made from the machine id",
		.store = STORE_TEXT, .at = CONF(endpoint)},
	{"device", "manufacturer", OPTION_TEXT, .help = "3/0/0; default: from the system",
		.store = STORE_TEXT, .at = CONF(device.manufacturer)},
	{"device", "model", OPTION_TEXT, .help = "3/0/1; default: from the system",
		.store = STORE_TEXT, .at = CONF(device.model)},
	{"device", "type", OPTION_TEXT, .help = "3/0/17", .store = STORE_TEXT, .at = CONF(device.type)},
	{"device", "hardware_version", OPTION_TEXT, .help = "3/0/18; default: from the system",
		.store = STORE_TEXT, .at = CONF(device.hardware_version)},
	{"device", "software_version", OPTION_TEXT, .help = "3/0/19; default: from the system",
		.store = STORE_TEXT, .at = CONF(device.software_version)},
	{"device", "firmware_version", OPTION_TEXT, .help = "3/0/3; default: from the system",
		.store = STORE_TEXT, .at = CONF(device.firmware_version)},
	{"device", "allow_reboot", OPTION_BOOL, .value = "true",
		.help = "a server may execute 3/0/4, through systemd-logind",
		.store = STORE_BOOL, .at = CONF(device.allow_reboot)},
	{"device", "allow_factory_reset", OPTION_BOOL, .value = "false",
		.help = "a server may execute 3/0/5, which runs factory_reset_command",
		.store = STORE_BOOL, .at = CONF(device.allow_factory_reset)},
	{"device", "factory_reset_command", OPTION_COMMAND, .help = "program and arguments for 3/0/5",
		.store = STORE_TEXTS, .at = CONF(device.factory_reset_command)},
	{"device", "storage", OPTION_PATH, .value = "/var/lib/lwm2md",
		.help = "directory whose file system 3/0/10 and 3/0/21 describe",
		.store = STORE_TEXT, .at = CONF(device.storage)},

	{"smartcard", "enabled", OPTION_WORD, .words = "auto|yes|no", .value = "auto",
		.help = "auto: if a card is in; yes: its absence is a warning; no",
		.store = STORE_WORD, .at = CONF(smartcard.enabled)},
	{"smartcard", "reader", OPTION_TEXT, .value = "*", .help = "shell pattern on the reader's name",
		.store = STORE_TEXT, .at = CONF(smartcard.reader)},
	{"smartcard", "command", OPTION_COMMAND, .max = 255,
		.help = "a program that carries commands to the card, and its arguments, instead of PC/SC",
		.store = STORE_TEXTS, .at = CONF(smartcard.command)},
	{"smartcard", "pin", OPTION_PIN, .help = "PIN of the card: a scheme as for keys",
		.store = STORE_SECRET, .at = CONF(smartcard.pin)},
	{"smartcard", "timeout", OPTION_TIME, .min = SEC, .max = DAY, .value = "10s",
		.help = "for the whole step, readers that come late included",
		.store = STORE_U64, .at = CONF(smartcard.timeout)},
	{"smartcard", "late_card", OPTION_WORD, .words = "apply|ignore", .value = "apply",
		.help = "a card that is readable only later",
		.store = STORE_WORD, .at = CONF(smartcard.late_card)},
	{"smartcard", "check_deadline", OPTION_TIME, .max = DAY, .value = "5s",
		.help = "how long a Register or Update waits for the card to be read again",
		.store = STORE_U64, .at = CONF(smartcard.check_deadline)},
	{"smartcard", "check_interval", OPTION_TIME, .max = U32_SEC_MAX, .value = "0",
		.help = "0: the card is read again before each Register and Update",
		.store = STORE_U64, .at = CONF(smartcard.check_interval)},
	{"smartcard", "reader_grace", OPTION_TIME, .max = DAY, .value = "1min",
		.help = "a reader that is gone for longer takes its card with it",
		.store = STORE_U64, .at = CONF(smartcard.reader_grace)},
	{"smartcard", "basic_channel", OPTION_BOOL, .value = "false",
		.help = "read without a logical channel if the card has none",
		.store = STORE_BOOL, .at = CONF(smartcard.basic_channel)},
	{"smartcard", "on_removal", OPTION_WORD, .words = "restart|keep", .value = "restart",
		.help = "restart: a removed card takes its accounts with it",
		.store = STORE_WORD, .at = CONF(smartcard.on_removal)},
	{"smartcard.secure_channel", "mode", OPTION_WORD, .words = "required|optional", .help = "SCP03",
		.store = STORE_WORD, .at = CONF(smartcard.channel_mode),
		.has = CONF(smartcard.has_channel_mode)},
	{"smartcard.secure_channel", "key_version", OPTION_NUMBER, .max = 255, .value = "0",
		.help = "version of the key set on the card",
		.store = STORE_U16, .at = CONF(smartcard.key_version)},
	{"smartcard.secure_channel", "key_enc", OPTION_PSK, .max = 32, .help = "key for encryption",
		.store = STORE_SECRET, .at = CONF(smartcard.key_enc)},
	{"smartcard.secure_channel", "key_mac", OPTION_PSK, .max = 32, .help = "key for the MAC",
		.store = STORE_SECRET, .at = CONF(smartcard.key_mac)},
	{"smartcard.secure_channel", "key_dek", OPTION_PSK, .max = 32,
		.help = "key for data; reading does without", NO_EFFECT},

	ACCOUNT_OPTIONS("bootstrap", BOOTSTRAP),
	{"bootstrap", "client_hold_off_time", OPTION_TIME, .max = U32_SEC_MAX, .value = "0s",
		.help = "wait for a server-initiated bootstrap before asking for one (0/x/11)",
		.store = STORE_U32, .at = BOOTSTRAP(client_hold_off_time)},
	{"bootstrap", "account_timeout", OPTION_TIME, .max = U32_SEC_MAX, .value = "0s",
		.help = "0: the account is kept for good (0/x/12)",
		.store = STORE_U32, .at = BOOTSTRAP(account_timeout)},
	{"bootstrap", "session_timeout", OPTION_TIME, .min = SEC, .max = DAY, .value = "247s",
		.help = "a session without an operation for this long is rolled back",
		.store = STORE_U64, .at = CONF(server_initiated.session_timeout)},
	{"bootstrap.server_initiated", "trigger", OPTION_BOOL, .value = "true",
		.help = "a server may execute 1/x/9, Bootstrap-Request Trigger",
		.store = STORE_BOOL, .at = CONF(server_initiated.trigger)},
	{"bootstrap.server_initiated", "listen", OPTION_WORD, .words = "hold-off|always|never", .value = "hold-off",
		.help = "when the port is open", .store = STORE_WORD, .at = CONF(server_initiated.listen)},
	{"bootstrap.server_initiated", "address", OPTION_ADDRESSES,
		.help = "addresses with port, such as [::]:5684 or 192.0.2.1:5684; default: every address, "
			"port 5684 (5683 without security)",
		.store = STORE_TEXTS, .at = CONF(server_initiated.addresses)},

	{"servers.NAME", "enabled", OPTION_BOOL, .value = "true", .help = "false takes the entry out"},
	{"servers.NAME", "short_id", OPTION_NUMBER, .min = 1, .max = 65534, .help = "Short Server ID (1/x/0)",
		.store = STORE_U16, .at = SERVER(short_id)},
	ACCOUNT_OPTIONS("servers.NAME", SERVER),
	{"servers.NAME", "lifetime", OPTION_TIME, .max = U32_SEC_MAX, .value = "1d",
		.help = "of the registration (1/x/1); 0: without end",
		.store = STORE_U32, .at = SERVER(lifetime)},
	{"servers.NAME", "binding", OPTION_BINDING,
		.help = "transports (1/x/7); default: the one of the URI",
		.store = STORE_TEXT, .at = SERVER(binding)},
	{"servers.NAME", "queue_mode", OPTION_BOOL, .value = "false",
		.help = "the server queues requests while this client sleeps",
		.store = STORE_BOOL, .at = SERVER(queue_mode)},
	{"servers.NAME", "min_period", OPTION_TIME, .max = U32_SEC_MAX, .help = "Default Minimum Period (1/x/2)",
		.store = STORE_U32, .at = SERVER(min_period), HAS(SERVER(has_min_period))},
	{"servers.NAME", "max_period", OPTION_TIME, .max = U32_SEC_MAX, .help = "Default Maximum Period (1/x/3)",
		.store = STORE_U32, .at = SERVER(max_period), HAS(SERVER(has_max_period))},
	{"servers.NAME", "mute_send", OPTION_BOOL, .help = "false allows Send (1/x/23)",
		.store = STORE_TRISTATE, .at = SERVER(mute_send)},
	{"servers.NAME", "store_notifications", OPTION_BOOL, .value = "true",
		.help = "keep notifications while the server cannot be reached (1/x/6)",
		.store = STORE_BOOL, .at = SERVER(store_notifications)},
	{"servers.NAME", "disable_timeout", OPTION_TIME, .max = U32_SEC_MAX,
		.help = "how long Disable lasts (1/x/5); absent: one day",
		.store = STORE_U32, .at = SERVER(disable_timeout), HAS(SERVER(has_disable_timeout))},
	{"servers.NAME", "registration_priority_order", OPTION_NUMBER, .max = U32_MAX,
		.help = "servers register in this order, one after the other (1/x/13); absent: independently",
		.store = STORE_U32, .at = SERVER(priority), HAS(SERVER(has_priority))},
	{"servers.NAME", "registration_failure_block", OPTION_BOOL,
		.help = "a failure here stops the rest of the order (1/x/15)",
		.store = STORE_TRISTATE, .at = SERVER(failure_block)},
	{"servers.NAME", "bootstrap_on_registration_failure", OPTION_BOOL,
		.help = "a failure here starts a bootstrap (1/x/16)",
		.store = STORE_TRISTATE, .at = SERVER(bootstrap_on_failure)},
	RETRY_OPTIONS("servers.NAME.retry", SERVER_RETRY, NO_DEFAULT, SERVER_HAS),

	RETRY_OPTIONS("retry", GENERAL_RETRY, WITH_DEFAULT, GENERAL_HAS),
	{"retry", "jitter", OPTION_TIME, .max = DAY, .value = "10s",
		.help = "up to this, at random, before the first try in the first 5 minutes after power-on",
		.store = STORE_U64, .at = CONF(retry.jitter)},

	{"network", "wait_online", OPTION_BOOL, .value = "true",
		.help = "try nothing while no account's server has a route",
		.store = STORE_BOOL, .at = CONF(network.wait_online)},
	{"network", "interface", OPTION_TEXT, .max = 15, .value = "",
		.help = "use this network interface only; empty: the route decides",
		.store = STORE_TEXT, .at = CONF(network.interface)},
	{"network", "family", OPTION_WORD, .words = "any|inet|inet6", .value = "any", .help = "of addresses",
		.store = STORE_WORD, .at = CONF(network.family)},
	{"network", "nat_keepalive", OPTION_TIME, .max = U32_SEC_MAX, .value = "0s",
		.help = "shorter Update period behind a NAT; 0: off",
		.store = STORE_U32, .at = CONF(network.nat_keepalive)},

	{"coap", "ack_timeout", OPTION_TIME, .min = SEC, .max = 600 * SEC, .value = "2s", .help = "ACK_TIMEOUT",
		.store = STORE_U64, .at = CONF(coap.ack_timeout)},
	{"coap", "ack_random_factor", OPTION_REAL, .min = 1, .max = 10, .value = "1.5", .help = "ACK_RANDOM_FACTOR",
		.store = STORE_REAL, .at = CONF(coap.ack_random_factor)},
	{"coap", "max_retransmit", OPTION_NUMBER, .max = 20, .value = "4", .help = "MAX_RETRANSMIT",
		.store = STORE_U32, .at = CONF(coap.max_retransmit)},
	{"coap", "max_body", OPTION_NUMBER, .min = 1024, .max = 16777216, .value = "262144",
		.help = "largest request or answer that is put together of blocks, in octets",
		.store = STORE_U32, .at = CONF(coap.max_body)},

	{"notifications", "max_observations", OPTION_NUMBER, .min = 1, .max = 16384, .value = "10240",
		.help = "observations of all servers together",
		.store = STORE_U32, .at = CONF(notifications.max_observations)},
	{"notifications", "max_stored", OPTION_NUMBER, .min = 0, .max = 65536, .value = "4096",
		.help = "notifications that wait for servers that cannot be reached (1/x/6)",
		.store = STORE_U32, .at = CONF(notifications.max_stored)},

	{"security", "allow_nosec", OPTION_WORD, .words = "no|bootstrap|yes", .value = "no",
		.help = "where coap:// with security = \"nosec\" is accepted",
		.store = STORE_WORD, .at = CONF(security.allow_nosec)},
	{"security", "min_psk_length", OPTION_NUMBER, .min = 1, .max = 64, .value = "16",
		.help = "shortest pre-shared key, in octets",
		.store = STORE_U32, .at = CONF(security.min_psk_length)},
	{"security", "pkcs11_pin", OPTION_PIN,
		.help = "PIN of the token with private keys (pkcs11:): a scheme as for keys",
		.store = STORE_SECRET, .at = CONF(security.pkcs11_pin)},
	{"security", "trust_store", OPTION_PATH, .value = "/etc/ssl/certs/ca-certificates.crt",
		.help = "certificates for certificate_usage ca and server",
		.store = STORE_TEXT, .at = CONF(security.trust_store)},
	{"security", "clock_check", OPTION_BOOL, .value = "true",
		.help = "refuse certificates while the clock was never set; false: only dates that are over count then",
		.store = STORE_BOOL, .at = CONF(security.clock_check)},

	{"objects", "definitions", OPTION_PATHS, .help = "directories of object definitions; later ones win",
		.store = STORE_TEXTS, .at = CONF(definitions)},
	{"objects", "disable", OPTION_OBJECT_PATHS, .help = "objects that are not offered",
		.store = STORE_TEXTS, .at = CONF(objects_disabled)},
	{"objects", "create", OPTION_OBJECT_PATHS,
		.help = "objects whose instances servers may create and delete",
		.store = STORE_TEXTS, .at = CONF(objects_created)},
	{"objects", "max_octets", OPTION_NUMBER, .min = 65536, .max = 1073741824, .value = "16777216",
		.help = "what servers may make the daemon keep in memory, in octets of values",
		.store = STORE_U32, .at = CONF(objects_max_octets)},
	{"objects.apps.NAME", "enabled", OPTION_BOOL, .value = "true", .help = "false takes the entry out"},
	{"objects.apps.NAME", "group", OPTION_GROUP_NAME, .help = "members of this group"},
	{"objects.apps.NAME", "user", OPTION_USER_NAME, .help = "this user"},
	{"objects.apps.NAME", "paths", OPTION_OBJECT_PATHS, .help = "objects or instances it may own"},

	{"resources", "path", OPTION_OBJECT_PATH, .help = "/object/instance/resource"},
	{"resources", "value", OPTION_VALUE, .help = "a constant"},
	{"resources", "file", OPTION_PATH, .help = "the text of this file",
		.store = STORE_TEXT, .at = RESOURCE(file)},
	{"resources", "command", OPTION_COMMAND, .help = "the standard output of this program",
		.store = STORE_TEXTS, .at = RESOURCE(command)},
	{"resources", "set", OPTION_BOOL, .value = "false", .help = "somebody sets it",
		.store = STORE_BOOL, .at = RESOURCE(is_set)},
	{"resources", "default", OPTION_VALUE, .help = "value until it is set"},
	{"resources", "scale", OPTION_REAL, .min = -1e18, .max = 1e18, .value = "1", .help = "number = text * scale + offset",
		.store = STORE_REAL, .at = RESOURCE(scale), HAS(RESOURCE(is_scaled))},
	{"resources", "offset", OPTION_REAL, .min = -1e18, .max = 1e18, .value = "0", .help = "number = text * scale + offset",
		.store = STORE_REAL, .at = RESOURCE(offset), HAS(RESOURCE(is_scaled))},
	{"resources", "match", OPTION_TEXT, .help = "extended regular expression; its first group is the text",
		.store = STORE_TEXT, .at = RESOURCE(match)},
	{"resources", "poll", OPTION_TIME, .min = SEC, .max = U32_SEC_MAX, .value = "60s", .help = "time between two looks",
		.store = STORE_U64, .at = RESOURCE(poll)},
	{"resources", "timeout", OPTION_TIME, .min = SEC, .max = DAY, .value = "5s", .help = "for a command",
		.store = STORE_U64, .at = RESOURCE(timeout)},
	{"resources", "max_age", OPTION_TIME, .max = U32_SEC_MAX, .help = "older values are not given out",
		.store = STORE_U64, .at = RESOURCE(max_age), HAS(RESOURCE(has_max_age))},
	{"resources", "store", OPTION_BOOL, .value = "false", .help = "keep it over restarts",
		.store = STORE_BOOL, .at = RESOURCE(store)},
	{"resources", "writable", OPTION_BOOL, .value = "false", .help = "a server may write it",
		.store = STORE_BOOL, .at = RESOURCE(is_writable)},
	{"resources", "on_write", OPTION_COMMAND, .help = "gets what a server writes",
		.store = STORE_TEXTS, .at = RESOURCE(on_write)},
	{"resources", "on_execute", OPTION_COMMAND, .help = "runs when a server executes it",
		.store = STORE_TEXTS, .at = RESOURCE(on_execute)},

	{"firmware", "backend", OPTION_WORD, .words = "rauc|swupdate|command|none", .value = "none", .help = "who installs"},
	{"firmware", "command", OPTION_COMMAND, .help = "program of backend command"},
	{"firmware", "download_dir", OPTION_PATH, .value = "/var/lib/lwm2md/firmware", .help = "where images go"},
	{"firmware", "max_size", OPTION_SIZE, .max = 1e15, .value = "512M", .help = "largest image"},
	{"firmware", "protocols", OPTION_TEXTS, .help = "to fetch with: coap, coaps, http, https"},
	{"firmware", "resume", OPTION_BOOL, .value = "true", .help = "go on with an interrupted download"},
	{"firmware", "confirm", OPTION_WORD, .words = "healthy", .value = "healthy", .help = "when an update is a success"},
	{"firmware", "confirm_timeout", OPTION_TIME, .min = SEC, .max = DAY, .value = "10min", .help = "for it"},
	{"firmware", "reboot", OPTION_WORD, .words = "backend|daemon|never", .value = "backend", .help = "who reboots"},

	{"state", "directory", OPTION_PATH, .value = "/var/lib/lwm2md",
		.help = "accounts, registrations and values; $STATE_DIRECTORY and --state-dir win",
		.store = STORE_TEXT, .at = CONF(state_directory)},
	{"state", "store_values", OPTION_BOOL, .value = "true", .help = "values with store = true, over restarts",
		.store = STORE_BOOL, .at = CONF(store_values)},

	{"control", "directory", OPTION_PATH, .value = "/run/lwm2md",
		.help = "the sockets; $RUNTIME_DIRECTORY and --runtime-dir win",
		.store = STORE_TEXT, .at = CONF(control_directory)},
	{"control", "admin_group", OPTION_GROUP_NAME, .value = "lwm2m-admin", .help = "who may steer",
		.store = STORE_TEXT, .at = CONF(control_admin_group)},
	{"control", "app_group", OPTION_GROUP_NAME, .value = "lwm2m-app", .help = "who may own objects", NO_EFFECT},

	{"log", "level", OPTION_WORD, .words = "error|warning|notice|info|debug", .value = "info",
		.help = "how much is logged; --log-level wins", .store = STORE_WORD, .at = CONF(log_level)},
	{"log.levels", "core", OPTION_WORD, .words = "error|warning|notice|info|debug", .help = "sequence and registration"},
	{"log.levels", "coap", OPTION_WORD, .words = "error|warning|notice|info|debug", .help = "messages"},
	{"log.levels", "dtls", OPTION_WORD, .words = "error|warning|notice|info|debug", .help = "sessions"},
	{"log.levels", "card", OPTION_WORD, .words = "error|warning|notice|info|debug", .help = "the smart card"},
	{"log.levels", "app", OPTION_WORD, .words = "error|warning|notice|info|debug", .help = "applications"},
	{"log.levels", "fw", OPTION_WORD, .words = "error|warning|notice|info|debug", .help = "firmware"},
	{"log.levels", "config", OPTION_WORD, .words = "error|warning|notice|info|debug", .help = "the configuration"},
	{0},
};
/* clang-format on */

const struct option *option_find(const char *section, const char *name)
{
	for (const struct option *o = options; o->name; o++)
		if (strcmp(o->section, section) == 0 && strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

const struct section *section_find(const char *section, const char *name)
{
	size_t len = strlen(section);

	for (const struct section *s = sections; s->name; s++) {
		const char *rest = s->name;

		if (len > 0) {
			if (strncmp(rest, section, len) != 0 || rest[len] != '.')
				continue;
			rest += len + 1;
		}
		if (*rest && strcmp(rest, name) == 0)
			return s;
	}
	return NULL;
}

const char *option_type_name(enum option_type type)
{
	static const char *const names[] = {
		[OPTION_TEXT] = "text",
		[OPTION_NAME] = "text",
		[OPTION_WORD] = "word",
		[OPTION_BOOL] = "boolean",
		[OPTION_NUMBER] = "integer",
		[OPTION_REAL] = "number",
		[OPTION_TIME] = "time",
		[OPTION_SIZE] = "size",
		[OPTION_URI] = "URI",
		[OPTION_HOST] = "host name",
		[OPTION_PATH] = "path",
		[OPTION_BINDING] = "text",
		[OPTION_IDENTITY] = "text",
		[OPTION_PSK] = "secret",
		[OPTION_PRIVATE_KEY] = "secret",
		[OPTION_PUBLIC] = "file",
		[OPTION_PIN] = "secret",
		[OPTION_GROUP_NAME] = "group",
		[OPTION_USER_NAME] = "user",
		[OPTION_COMMAND] = "command",
		[OPTION_TEXTS] = "array of text",
		[OPTION_ADDRESSES] = "array of text",
		[OPTION_PATHS] = "array of paths",
		[OPTION_NUMBERS] = "array of integers",
		[OPTION_OBJECT_PATH] = "object path",
		[OPTION_OBJECT_PATHS] = "array of object paths",
		[OPTION_VALUE] = "value",
	};

	return names[type];
}

bool option_is_foreign(const char *name)
{
	return strncmp(name, "x_", 2) == 0;
}
