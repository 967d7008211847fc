#pragma once
/*
 * The configuration: files read, merged, checked against the options table, secrets opened.
 * A conf is complete and without errors or there is none (all or nothing). Owned by the caller,
 * conf_free() wipes the keys. Layer: conf. (lwm2md.conf(5))
 */
#include <stdio.h>

#include "base/buf.h"
#include "base/secret.h"
#include "codec/ddf.h"
#include "codec/ids.h"
#include "codec/path.h"

enum conf_listen { LISTEN_HOLD_OFF, LISTEN_ALWAYS, LISTEN_NEVER };
enum conf_nosec { NOSEC_NO, NOSEC_BOOTSTRAP, NOSEC_YES };
enum conf_family { FAMILY_ANY, FAMILY_INET, FAMILY_INET6 };
enum conf_card { CARD_AUTO, CARD_YES, CARD_NO };
enum conf_late_card { LATE_APPLY, LATE_IGNORE };
enum conf_removal { REMOVAL_RESTART, REMOVAL_KEEP };
enum conf_channel { CHANNEL_REQUIRED, CHANNEL_OPTIONAL };
enum conf_usage { TRUST_CA, TRUST_SERVER, TRUST_PINNED_CA, TRUST_PINNED_SERVER };
enum conf_tristate { UNSET, SET_FALSE, SET_TRUE };

enum { CONF_NUMBERS_MAX = 16 };

struct conf_numbers {
	uint32_t at[CONF_NUMBERS_MAX];
	size_t n;
};

/* retry { } of the whole configuration or of one server; times in seconds. */
struct conf_retry {
	uint32_t count, timer, sequence_count, sequence_delay, initial_delay;
	/* which of them are written in the server's own group (they become 1/x/14, 17 to 20) */
	bool has_count, has_timer, has_sequence_count, has_sequence_delay, has_initial_delay;
};

struct conf_account {
	char *name; /* of the group; "bootstrap" for the bootstrap account */
	char *file; /* where it is written (the first file) */
	unsigned line;
	bool is_bootstrap;
	uint16_t short_id; /* 0 for the bootstrap account */
	char *uri;
	enum security_mode security;
	/* as they are written: PEM or DER */
	struct secret certificate, private_key, public_key, trust, server_key;
	/* as object 0 has them: made of the above, or of the identity and key that are written */
	struct secret identity;		 /* 0/x/3 */
	struct secret server_public_key; /* 0/x/4 */
	struct secret secret_key;	 /* 0/x/5 */
	char *sni;			 /* NULL: absent */
	bool has_certificate_usage;
	enum conf_usage certificate_usage; /* 0/x/15 */
	struct conf_numbers ciphersuites;  /* 0/x/16 */
	/* bootstrap account only; seconds */
	uint32_t client_hold_off_time;
	uint32_t account_timeout;
	/* servers only; seconds */
	uint32_t lifetime;
	char *binding;
	bool queue_mode;
	bool has_min_period, has_max_period;
	uint32_t min_period, max_period;
	bool store_notifications;
	enum conf_tristate mute_send;
	bool has_disable_timeout;
	uint32_t disable_timeout;
	bool has_priority;
	uint32_t priority;
	enum conf_tristate failure_block, bootstrap_on_failure;
	/* merged: the server's own over the general one; of the bootstrap account: the general */
	struct conf_retry retry;
	uint8_t hash[32]; /* SHA-256 over all fields that make objects 0 and 1 */
};

enum conf_source {
	SOURCE_NONE, /* only written or executed by servers */
	SOURCE_VALUE,
	SOURCE_FILE,
	SOURCE_COMMAND,
	SOURCE_SET,
};

/* One entry of resources. Programs: path and arguments, NULL terminated. */
struct conf_resource {
	struct path path;
	enum value_type type; /* of the definition */
	enum conf_source source;
	bool has_value; /* value or default is written */
	struct value value;
	struct buf room; /* its bytes */
	char *file, *match;
	double scale, offset;
	bool is_scaled;
	char **command, **on_write, **on_execute;
	uint64_t poll, timeout; /* usec */
	bool has_max_age;
	uint64_t max_age; /* usec */
	bool is_set, store, is_writable;
};

struct conf {
	char *endpoint;
	struct {
		char *manufacturer, *model, *serial, *type;
		char *hardware_version, *software_version, *firmware_version;
		bool allow_reboot, allow_factory_reset;
		char **factory_reset_command; /* NULL: none */
		char *storage;
	} device;
	struct {
		enum conf_card enabled;
		char *reader;	   /* shell pattern */
		char **command;	   /* a program instead of PC/SC, NULL terminated; empty: none */
		struct secret pin; /* empty: none */
		uint64_t timeout;  /* usec */
		enum conf_late_card late_card;
		uint64_t check_deadline, check_interval; /* usec */
		uint64_t reader_grace;			 /* usec */
		bool basic_channel;
		enum conf_removal on_removal;
		bool has_channel_mode;
		enum conf_channel channel_mode;
		uint16_t key_version;
		struct secret key_enc, key_mac; /* empty: none */
	} smartcard;
	bool has_bootstrap;
	struct conf_account bootstrap;
	struct {
		bool trigger;
		enum conf_listen listen;
		char **addresses; /* "[::]:5684", NULL terminated; empty list: the default */
		uint64_t session_timeout; /* usec */
	} server_initiated;
	struct conf_account *servers; /* by ascending short_id, enabled ones only */
	size_t n_servers;
	struct {
		uint64_t jitter; /* usec */
	} retry;
	struct {
		bool wait_online;
		char *interface; /* "" : the route decides */
		enum conf_family family;
		uint32_t nat_keepalive; /* seconds, 0: off */
	} network;
	struct {
		uint64_t ack_timeout; /* usec, at least 1 s */
		double ack_random_factor;
		uint32_t max_retransmit;
		uint32_t max_body; /* octets */
	} coap;
	struct {
		uint32_t max_observations, max_stored;
	} notifications;
	struct {
		enum conf_nosec allow_nosec;
		uint32_t min_psk_length;
		struct secret pkcs11_pin; /* empty: none */
		char *trust_store;
		bool clock_check;
	} security;
	char **definitions;	     /* directories, later ones win; NULL: the defaults */
	char **objects_disabled;     /* paths of depth 1 or 2 as they are written; NULL: none */
	char **objects_created;	     /* whose instances servers may create and delete; likewise */
	uint32_t objects_max_octets; /* that servers may make the model hold */
	struct ddf_object **objects; /* by ascending id: what resources and the above need */
	size_t n_objects;
	struct conf_resource *resources; /* by ascending path */
	size_t n_resources;
	char *state_directory;
	bool store_values;
	char *control_directory;
	char *control_admin_group;
	int log_level;		   /* enum log_level */
	uint8_t accounts_hash[32]; /* SHA-256 over the hashes of all accounts */
};

/*
 * The places of configuration files; NULL: the default. The last drop-in directory is read after
 * the file, those before it before the file, as /usr/lib and /etc are by default.
 */
struct conf_paths {
	const char *file;	      /* /etc/lwm2md/lwm2md.conf */
	const char *const *conf_dirs; /* drop-in directories in order, NULL terminated;
					 /usr/lib/lwm2md/conf.d, /etc/lwm2md/conf.d */
	const char *root;	      /* in front of every path; NULL: none (--root) */
	const char *state_dir;	      /* wins over state.directory and $STATE_DIRECTORY */
	const char *runtime_dir;      /* wins over control.directory and $RUNTIME_DIRECTORY */
	bool is_file_required;	      /* --config was given: its absence is an error */
	bool is_check; /* nothing is started: credentials of the service may be absent */
};

/* All that was found wrong, in order of files and lines. */
struct conf_report;

int conf_report_new(struct conf_report **ret);
struct conf_report *conf_report_free(struct conf_report *r);
void conf_report_free_p(struct conf_report **r);
unsigned conf_report_errors(const struct conf_report *r);
unsigned conf_report_warnings(const struct conf_report *r);
/* "file:line:error: … [code]", the line, the hint, and the closing count (lwm2md.conf(5)). */
void conf_report_print(const struct conf_report *r, FILE *out);
/* One JSON object. */
void conf_report_print_json(const struct conf_report *r, FILE *out);
/* Each problem as one line of text, for the log; on_line gets severity "error" or "warning". */
void conf_report_walk(const struct conf_report *r,
	void (*on_problem)(void *data, bool is_error, const char *code, const char *line),
	void *data);

/*
 * Reads and checks everything the daemon would read; resolves no names, contacts nobody.
 * 0 and *ret without errors (warnings may be in the report); -EINVAL with errors in the report;
 * other errno without a usable report (-ENOMEM).
 */
int conf_load(const struct conf_paths *paths, struct conf_report *report, struct conf **ret);
struct conf *conf_free(struct conf *c);
void conf_free_p(struct conf **c);

/* --check-config: prints what conf_load() finds, as text or JSON. Exit status: 0 or 1. strict:
 * warnings count as errors. */
int conf_check_main(const struct conf_paths *paths, bool strict, bool json, FILE *out);

/* The merged result with "file:line" of each value, secrets as fingerprints (--print-config). */
int conf_print(const struct conf_paths *paths, struct conf_report *report, FILE *out);
/* The options table as "section.name<TAB>type<TAB>default" lines, for check-docs (hidden option
 * --list-options). */
void conf_list_options(FILE *out);
