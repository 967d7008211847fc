/*
 * provision: one account with a pre-shared key, as a drop-in and a key that only the daemon can
 * read. The key comes from standard input and goes nowhere else.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/encoding.h"
#include "base/parse.h"
#include "codec/json.h"
#include "codec/uri.h"
#include "ctl/key_text.h"
#include "ctl/place.h"
#include "ctl/spawn.h"
#include "ctl/verbs.h"
#include "keys/hash.h"

enum { NAME_MAX_LEN = 255, OUTPUT_MAX = 64 * 1024 };

struct provision {
	const struct cmdline *c;
	const char *root;
	const char *uri, *identity, *endpoint;
	uint16_t ssid; /* 0: the Bootstrap-Server */
	struct secret key;
	char sha256[2 * HASH_LEN + 1], fingerprint[FINGERPRINT_TEXT_MAX];
	bool is_credential, has_group;
	gid_t group;
	char conf_path[64]; /* of the drop-in */
	char key_name[64];  /* of the credential, or the file's name */
	char key_path[160]; /* of what holds it */
	struct buf former;  /* drop-in that was there */
	bool has_former;
	char derived[NAME_MAX_LEN + 1]; /* the endpoint in effect */
};

/* --- what was given ---------------------------------------------------------------------------
 */

/* It comes between quotes in the configuration. */
static int check_text(const char *what, const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > NAME_MAX_LEN) {
		complain("%s has 1 to %d octets", what, NAME_MAX_LEN);
		return EXIT_INVALID;
	}
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f || *p == '"' || *p == '\\') {
			complain("%s has a character that cannot be configured", what);
			return EXIT_INVALID;
		}
	return EXIT_OK;
}

static int check_uri(const char *text)
{
	struct uri uri;
	const char *why;
	int code = check_text("the URI", text);

	if (code)
		return code;
	if (uri_parse(span_of_text(text), &uri, &why) < 0) {
		complain("\"%s\" is no URI of a server: %s", text, why);
		return EXIT_INVALID;
	}
	if (!uri_is_secure(&uri)) {
		complain("a pre-shared key needs coaps:// or coaps+tcp://, not %s://",
			uri_scheme_name(uri.scheme));
		return EXIT_INVALID;
	}
	return EXIT_OK;
}

static int take_account(struct provision *p)
{
	const char *const *options = p->c->options;
	const char *bootstrap = options[OPTION_BOOTSTRAP], *server = options[OPTION_SERVER];
	int code = EXIT_OK;

	if (!bootstrap == !server || !options[OPTION_PSK_IDENTITY] ||
		!options[OPTION_PSK_KEY_STDIN] || (server && !options[OPTION_SHORT_ID])) {
		complain(
			"usage: lwm2mctl provision --bootstrap URI | --server URI --short-id SSID");
		complain("       --psk-identity TEXT|auto --psk-key-stdin [--endpoint NAME] "
			 "[--root DIR] < KEY");
		return EXIT_USAGE;
	}
	if (server)
		code = cmdline_parse_ssid(options[OPTION_SHORT_ID], &p->ssid);
	p->uri = bootstrap ? bootstrap : server;
	p->endpoint = options[OPTION_ENDPOINT];
	p->root = options[OPTION_ROOT] ? options[OPTION_ROOT] : "";
	if (code == EXIT_OK)
		code = check_uri(p->uri);
	if (code == EXIT_OK && p->endpoint)
		code = check_text("the endpoint name", p->endpoint);
	if (code == EXIT_OK)
		code = check_text("the identity", options[OPTION_PSK_IDENTITY]);
	return code;
}

/* The name that the configuration makes, as the daemon says it. */
static void find_endpoint(struct provision *p)
{
	_cleanup_(buf_done) struct buf text = {.max = OUTPUT_MAX};
	const char *words[] = {
		"lwm2md", "--print-config", p->root[0] ? "--root" : NULL, p->root, NULL};
	static const char key[] = "\n  endpoint = \"";

	if (spawn_program(words, span_of(NULL, 0), &text) != 0 || buf_append_byte(&text, 0) < 0)
		return;

	const char *at = strstr((const char *)text.data, key);

	if (at)
		at += sizeof key - 1;

	size_t len = at ? strcspn(at, "\"\n") : 0;

	if (len > 0 && len < sizeof p->derived)
		memcpy(p->derived, at, len);
}

static int take_identity(struct provision *p)
{
	p->identity = p->c->options[OPTION_PSK_IDENTITY];
	if (!p->endpoint)
		find_endpoint(p);
	if (strcmp(p->identity, "auto") != 0)
		return EXIT_OK;
	p->identity = p->endpoint ? p->endpoint : p->derived;
	if (*p->identity)
		return check_text("the endpoint name", p->identity);
	complain(
		"--psk-identity auto is the endpoint name, and none is configured: say --endpoint");
	return EXIT_INVALID;
}

static int take_key(struct provision *p)
{
	char text[KEY_TEXT_INPUT_MAX + 1];
	uint8_t hash[HASH_LEN];
	const char *why = NULL;
	size_t len = 0;
	ssize_t n;
	int r;

	if (isatty(STDIN_FILENO)) {
		complain("the key comes from a file or a pipe, so that nobody sees it: < key.hex");
		return EXIT_USAGE;
	}
	while (len < sizeof text && (n = read(STDIN_FILENO, text + len, sizeof text - len)) > 0)
		len += (size_t)n;
	if (len == sizeof text) {
		why = "it is too long";
		r = -EINVAL;
	} else {
		r = key_text_parse(span_of(text, len), &p->key, &why);
	}
	explicit_bzero(text, sizeof text);
	if (r == 0)
		r = hash_sha256(secret_span(&p->key), hash);
	if (r == 0)
		r = fingerprint_format(secret_span(&p->key), p->fingerprint);
	for (size_t i = 0; r == 0 && i < sizeof hash; i++)
		snprintf(p->sha256 + 2 * i, 3, "%02x", hash[i]);
	if (r == 0)
		return EXIT_OK;
	complain("the key is refused: %s", why ? why : strerror(-r));
	return r == -EINVAL ? EXIT_INVALID : EXIT_FAILED;
}

/* --- the key ----------------------------------------------------------------------------------
 */

static void key_text(const struct provision *p, struct buf *ret)
{
	struct writer w = writer_to(ret);
	uint8_t *room;

	/* its memory does not move, so that wipe() finds all of it */
	w.err = buf_reserve(ret, ret->max, &room);
	hex_encode(secret_span(&p->key), &w);
	wr_u8(&w, '\n');
}

static void wipe(struct buf *b)
{
	if (b->cap > 0)
		explicit_bzero(b->data, b->cap);
	buf_done(b);
}

/*
 * Encrypted for this machine, where the service imports credentials by itself (systemd 254). Not
 * for an image: its machine is another one.
 */
static int store_credential(struct provision *p)
{
	struct buf text = {.max = 2 * KEY_TEXT_MAX + 2}, said = {.max = OUTPUT_MAX};
	char name[80];
	const char *words[] = {"systemd-creds", "encrypt", name, "-", p->key_path, NULL};
	int r;

	if (!HAVE_IMPORT_CREDENTIAL || p->root[0])
		return -EOPNOTSUPP;
	snprintf(name, sizeof name, "--name=%s", p->key_name);
	snprintf(p->key_path, sizeof p->key_path, "/etc/credstore.encrypted/%s", p->key_name);
	r = place_directory("", "/etc/credstore.encrypted", 0700, (gid_t)-1);
	key_text(p, &text);
	if (r == 0)
		r = spawn_program(words, buf_span(&text), &said);
	wipe(&text);
	buf_done(&said);
	if (r == 0)
		return 0;
	if (access(p->key_path, F_OK) == 0)
		place_remove("", p->key_path);
	return r > 0 ? -EIO : r;
}

static int store_file(struct provision *p)
{
	struct buf text = {.max = 2 * KEY_TEXT_MAX + 2};
	gid_t group = p->has_group ? p->group : (gid_t)-1;
	int r = place_directory(p->root, "/etc/lwm2md/keys", 0750, group);

	snprintf(p->key_path, sizeof p->key_path, "/etc/lwm2md/keys/%s", p->key_name);
	key_text(p, &text);
	if (r == 0)
		r = place_file(
			p->root, p->key_path, buf_span(&text), p->has_group ? 0640 : 0600, group);
	wipe(&text);
	return r;
}

/* A name of its own for each key: until the drop-in is there, the former one stays in use. */
static int store_key(struct provision *p)
{
	const char *print = p->fingerprint + strlen("sha256:");
	int r;

	if (p->ssid > 0)
		snprintf(p->key_name, sizeof p->key_name, "lwm2md.server-%u.%s", p->ssid, print);
	else
		snprintf(p->key_name, sizeof p->key_name, "lwm2md.bootstrap.%s", print);
	p->has_group = place_find_group(p->root, "lwm2md", &p->group) == 0;
	p->is_credential = store_credential(p) == 0;
	r = p->is_credential ? 0 : store_file(p);
	return r;
}

/* --- the drop-in ------------------------------------------------------------------------------
 */

static void write_conf(const struct provision *p, struct writer *w)
{
	wr_text(w, "# Written by lwm2mctl provision; the next one replaces it.\n");
	if (p->endpoint)
		wr_printf(w, "device = {\n  endpoint = \"%s\";\n};\n", p->endpoint);
	if (p->ssid > 0)
		wr_printf(w, "servers = { factory-%u = {\n  short_id = %u;\n", p->ssid, p->ssid);
	else
		wr_text(w, "bootstrap = {\n");
	wr_printf(w, "  uri = \"%s\";\n  security = \"psk\";\n  psk_identity = \"%s\";\n", p->uri,
		p->identity);
	wr_printf(w, "  psk_key = \"%s%s\";\n", p->is_credential ? "credential:" : "file:",
		p->is_credential ? p->key_name : p->key_path);
	wr_text(w, p->ssid > 0 ? "}; };\n" : "};\n");
}

/* What the former drop-in says its key is. false: it is not one that was written here. */
static bool former_key(const struct provision *p, char *ret, size_t len)
{
	static const char *const forms[][2] = {
		{"psk_key = \"credential:", "/etc/credstore.encrypted/"},
		{"psk_key = \"file:", ""}};

	for (size_t i = 0; i < 2; i++) {
		const char *at =
			p->has_former ? strstr((const char *)p->former.data, forms[i][0]) : NULL;

		if (!at)
			continue;
		at += strlen(forms[i][0]);
		snprintf(ret, len, "%s%.*s", forms[i][1], (int)strcspn(at, "\"\n"), at);
		return strcmp(ret, p->key_path) != 0 &&
		       (strncmp(ret, "/etc/credstore.encrypted/lwm2md.", 32) == 0 ||
			       strncmp(ret, "/etc/lwm2md/keys/lwm2md.", 24) == 0) &&
		       !strstr(ret, "..");
	}
	return false;
}

static int check_conf(const struct provision *p)
{
	const char *words[] = {
		"lwm2md", "--check-config", p->root[0] ? "--root" : NULL, p->root, NULL};
	_cleanup_(buf_done) struct buf said = {.max = OUTPUT_MAX};
	int r = spawn_program(words, span_of(NULL, 0), &said);

	if (r == 0)
		return EXIT_OK;
	if (said.len > 0)
		fwrite(said.data, 1, said.len, stderr);
	complain(r < 0 ? "lwm2md cannot check the configuration; nothing is changed"
		       : "lwm2md refuses this configuration; nothing is changed");
	return r < 0 ? EXIT_FAILED : EXIT_INVALID;
}

static void undo(struct provision *p)
{
	char former[200] = "";
	gid_t group = p->has_group ? p->group : (gid_t)-1;

	if (p->has_former)
		place_file(p->root, p->conf_path, span_of(p->former.data, p->former.len - 1), 0640,
			group);
	else
		place_remove(p->root, p->conf_path);
	if (!p->has_former || former_key(p, former, sizeof former))
		place_remove(p->root, p->key_path);
}

static int store_conf(struct provision *p)
{
	_cleanup_(buf_done) struct buf text = {0};
	struct writer w = writer_to(&text);
	gid_t group = p->has_group ? p->group : (gid_t)-1;
	int r = place_directory(p->root, "/etc/lwm2md/conf.d", 0755, (gid_t)-1);

	write_conf(p, &w);
	if (r == 0)
		r = w.err;
	return r ? r : place_file(p->root, p->conf_path, buf_span(&text), 0640, group);
}

static int read_former(struct provision *p)
{
	int r;

	if (p->ssid > 0)
		snprintf(p->conf_path, sizeof p->conf_path, "/etc/lwm2md/conf.d/91-factory-%u.conf",
			p->ssid);
	else
		snprintf(p->conf_path, sizeof p->conf_path, "/etc/lwm2md/conf.d/90-factory.conf");
	r = place_read(p->root, p->conf_path, &p->former);
	if (r == 0)
		r = buf_append_byte(&p->former, 0);
	p->has_former = r == 0;
	if (r == -ENOENT)
		return EXIT_OK;
	if (r == 0 && cmdline_has(p->c, OPTION_YES))
		return EXIT_OK;
	if (r == 0)
		complain("%s%s is there already; --yes replaces it", p->root, p->conf_path);
	else
		complain("%s%s: %s", p->root, p->conf_path, strerror(-r));
	return r == -EACCES ? EXIT_DENIED : EXIT_FAILED;
}

/* --- the receipt ------------------------------------------------------------------------------
 */

static int print_receipt(const struct provision *p)
{
	_cleanup_(buf_done) struct buf text = {0};
	struct json_writer w = json_writer_to(&text);
	const char *endpoint = p->endpoint ? p->endpoint : p->derived;
	const char *const members[][2] = {{"endpoint", *endpoint ? endpoint : NULL},
		{p->ssid > 0 ? "server" : "bootstrap", p->uri}, {"psk_identity", p->identity},
		{"psk_key_sha256", p->sha256}, {"fingerprint", p->fingerprint},
		{"stored", p->is_credential ? "credential" : "file"}, {"key", p->key_path},
		{"config", p->conf_path}};

	json_open_object(&w);
	json_write_key(&w, "schema");
	json_write_int(&w, 1);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		if (!members[i][1])
			continue;
		json_write_key(&w, members[i][0]);
		json_write_text(&w, span_of_text(members[i][1]));
	}
	if (p->ssid > 0) {
		json_write_key(&w, "short_id");
		json_write_int(&w, p->ssid);
	}
	json_close_object(&w);
	if (w.w.err < 0)
		return EXIT_FAILED;
	printf("%.*s\n", (int)text.len, (const char *)text.data);
	return EXIT_OK;
}

static int apply(struct provision *p)
{
	char former[200];
	int r = store_key(p);

	if (r == 0) {
		r = store_conf(p);
		if (r < 0)
			undo(p);
	}
	if (r < 0) {
		complain("nothing is changed: %s: %s",
			r == -EACCES ? "run it as root" : "cannot store", strerror(-r));
		return r == -EACCES || r == -EPERM ? EXIT_DENIED : EXIT_FAILED;
	}

	int code = check_conf(p);

	if (code) {
		undo(p);
		return code;
	}
	if (former_key(p, former, sizeof former))
		place_remove(p->root, former);
	return print_receipt(p);
}

int verb_provision(const struct cmdline *c, char *words[], int n)
{
	struct provision p = {.c = c};
	int code = take_account(&p);

	(void)words, (void)n;
	if (code == EXIT_OK)
		code = take_key(&p);
	if (code == EXIT_OK)
		code = take_identity(&p);
	if (code == EXIT_OK)
		code = read_former(&p);
	if (code == EXIT_OK)
		code = apply(&p);
	secret_done(&p.key);
	buf_done(&p.former);
	return code;
}
