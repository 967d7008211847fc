/*
 * doctor: what can be checked now, in order, from the configuration to the registration. Names,
 * routes and ports are tried by this program; keys stay with the daemon, whose own registration
 * is the test of them. A server that has a session is left alone: many drop the former one.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/reason.h"
#include "ctl/ask.h"
#include "ctl/native.h"
#include "ctl/probe.h"
#include "ctl/spawn.h"
#include "ctl/verbs.h"

enum { TEXT_MAX = 300, REGISTER_SEC = 150, OUTPUT_MAX = 256 * 1024 };

struct doctor {
	const struct cmdline *c;
	uint16_t wanted; /* Short Server ID, 0: all */
	bool is_found;
	unsigned n_failed;
};

/* --- findings ---------------------------------------------------------------------------------
 */

struct finding {
	const char *check, *result; /* ok, warn, fail, skip */
	int64_t ssid;		    /* -1: none, 0: the Bootstrap-Server */
	const char *reason, *hint;  /* "": none */
	const char *text;
};

static void print_json(const struct finding *f)
{
	_cleanup_(buf_done) struct buf out = {0};
	struct json_writer w = json_writer_to(&out);
	const char *const members[][2] = {{"check", f->check}, {"result", f->result},
		{"text", f->text}, {"reason", f->reason}, {"hint", f->hint}};

	json_open_object(&w);
	json_write_key(&w, "schema");
	json_write_int(&w, 1);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		if (!*members[i][1])
			continue;
		json_write_key(&w, members[i][0]);
		json_write_text(&w, span_of_text(members[i][1]));
	}
	if (f->ssid >= 0) {
		json_write_key(&w, "ssid");
		json_write_int(&w, f->ssid);
	}
	json_close_object(&w);
	if (w.w.err == 0)
		printf("%.*s\n", (int)out.len, (const char *)out.data);
}

static void print_text(const struct finding *f)
{
	static const char *const words[][2] = {
		{"ok", "OK"}, {"warn", "WARN"}, {"fail", "FAIL"}, {"skip", "SKIP"}};
	const char *word = f->result;
	char check[40];

	for (size_t i = 0; i < 4; i++)
		if (strcmp(f->result, words[i][0]) == 0)
			word = words[i][1];
	snprintf(check, sizeof check, "%s", f->check);
	if (f->ssid > 0)
		snprintf(check, sizeof check, "%s %" PRId64, f->check, f->ssid);
	if (f->ssid == 0)
		snprintf(check, sizeof check, "%s bootstrap", f->check);
	printf("%-4s  %-18s %s", word, check, f->text);
	if (*f->reason)
		printf(" [%s]", f->reason);
	fputc('\n', stdout);
	if (*f->hint && (strcmp(f->result, "fail") == 0 || strcmp(f->result, "warn") == 0))
		printf("%-4s  %-18s try: %s\n", "", "", f->hint);
}

static void tell(struct doctor *d, const struct finding *f)
{
	d->n_failed += strcmp(f->result, "fail") == 0;
	if (cmdline_has(d->c, OPTION_JSON))
		print_json(f);
	else if (!cmdline_has(d->c, OPTION_QUIET) || strcmp(f->result, "fail") == 0)
		print_text(f);
	fflush(stdout);
}

__attribute__((format(printf, 6, 7))) static void found(struct doctor *d, const char *check,
	int64_t ssid, const char *result, enum reason reason, const char *format, ...)
{
	char text[TEXT_MAX];
	struct finding f = {.check = check,
		.result = result,
		.ssid = ssid,
		.reason = reason == REASON_NONE ? "" : reason_id(reason),
		.hint = reason == REASON_NONE ? "" : reason_hint(reason),
		.text = text};
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	tell(d, &f);
}

/* --- what the daemon checks -------------------------------------------------------------------
 */

static int ask_daemon(struct doctor *d)
{
	_cleanup_(client_free_p) struct client *client = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	bool goes_on = true;
	const struct json *p;
	int code = ask_start(d->c, "Diagnose", NULL, true, 30, &client);

	while (code == EXIT_OK && goes_on) {
		code = ask_hear(client, &message, &p);
		if (code)
			break;

		const struct json *reason = json_member(p, "reason");
		struct finding f = {.check = ask_text(p, "check"),
			.result = ask_text(p, "result"),
			.ssid = -1,
			.reason = ask_text(reason, "id"),
			.hint = ask_text(reason, "hint"),
			.text = ask_text(p, "text")};

		tell(d, &f);
		goes_on = json_boolean(json_member(message, "continues"));
	}
	return code;
}

/* --- one server -------------------------------------------------------------------------------
 */

static enum reason resolve_reason(int error)
{
	if (error == -ETIMEDOUT)
		return REASON_DNS_TIMEOUT;
	return error == -EAFNOSUPPORT ? REASON_DNS_NO_FAMILY : REASON_DNS_NOT_FOUND;
}

static bool check_name(
	struct doctor *d, int64_t ssid, const struct uri *uri, struct probe_address *ret)
{
	uint64_t begin = clock_now(&clock_system);
	const char *why = "";
	int r = probe_resolve(uri, ret, &why);
	uint64_t took = (clock_now(&clock_system) - begin) / USEC_PER_MSEC;
	int len = (int)uri->host.len;
	const char *host = (const char *)uri->host.data;

	if (r == 0)
		found(d, "name", ssid, "ok", REASON_NONE, "%.*s is %s (%" PRIu64 " ms)", len, host,
			ret->text, took);
	else
		found(d, "name", ssid, "fail", resolve_reason(r), "%.*s: %s (%" PRIu64 " ms)", len,
			host, why, took);
	return r == 0;
}

static bool check_route(struct doctor *d, int64_t ssid, const struct probe_address *a)
{
	char own[PROBE_ADDRESS_MAX];
	int r = probe_route(a, own);

	if (r == 0)
		found(d, "route", ssid, "ok", REASON_NONE, "from %s", own);
	else
		found(d, "route", ssid, "fail", REASON_NET_UNREACHABLE, "to %s: %s", a->text,
			strerror(-r));
	return r == 0;
}

static bool check_reach(
	struct doctor *d, int64_t ssid, const struct uri *uri, const struct probe_address *a)
{
	int r = probe_reach(a, uri->scheme);
	enum reason silent = uri->scheme == URI_COAPS ? REASON_DTLS_TIMEOUT : REASON_REG_TIMEOUT;

	if (r == 0)
		found(d, "reach", ssid, "ok", REASON_NONE, "port %u answers %s", uri->port,
			uri_scheme_name(uri->scheme));
	else if (r == -ETIMEDOUT)
		found(d, "reach", ssid, "fail", silent, "port %u does not answer in %d s",
			uri->port, PROBE_SEC);
	else if (r == -ECONNREFUSED)
		found(d, "reach", ssid, "fail", REASON_NET_REFUSED, "nothing listens on port %u",
			uri->port);
	else if (r == -EPROTO)
		found(d, "reach", ssid, "warn", REASON_NONE, "port %u answers, but not %s",
			uri->port, uri_scheme_name(uri->scheme));
	else
		found(d, "reach", ssid, "fail", REASON_NET_UNREACHABLE, "port %u: %s", uri->port,
			strerror(-r));
	return r == 0;
}

/* false: it is no use to go on. */
static bool check_path(struct doctor *d, int64_t ssid, const char *text, bool has_session)
{
	struct probe_address address;
	struct uri uri;
	const char *why;

	if (uri_parse(span_of_text(text), &uri, &why) < 0) {
		found(d, "name", ssid, "fail", REASON_CONFIG_INVALID, "%s: %s", text, why);
		return false;
	}
	if (!check_name(d, ssid, &uri, &address) || !check_route(d, ssid, &address))
		return false;
	if (!has_session)
		return check_reach(d, ssid, &uri, &address);
	found(d, "reach", ssid, "skip", REASON_NONE, "a session stands: it is the proof");
	return true;
}

static void tell_last_error(struct doctor *d, int64_t ssid, const char *check,
	const struct json *server, const char *what)
{
	const struct json *error = json_member(server, "last_error");
	char text[TEXT_MAX];
	struct finding f = {.check = check,
		.result = error ? "fail" : "skip",
		.ssid = ssid,
		.reason = ask_text(error, "id"),
		.hint = ask_text(error, "hint"),
		.text = text};

	if (error)
		snprintf(text, sizeof text, "%s%s", what, ask_text(error, "detail"));
	else
		snprintf(text, sizeof text, "%snot tried yet", what);
	tell(d, &f);
}

/* The outcome of the registration that was asked for. */
static int hear_outcome(struct doctor *d, struct client *client, int64_t ssid)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code;

	while ((code = ask_hear(client, &message, &p)) == EXIT_OK) {
		const struct json *step = json_member(p, "step"),
				  *reason = json_member(step, "reason");
		const char *result = ask_text(step, "result");
		bool is_ok = strcmp(result, "ok") == 0;
		struct finding f = {.check = "register",
			.result = is_ok ? "ok" : "fail",
			.ssid = ssid,
			.reason = is_ok ? "" : ask_text(reason, "id"),
			.hint = is_ok ? "" : ask_text(reason, "hint"),
			.text = ask_text(step, "detail")};

		if (ask_int(step, "ssid", -1) != ssid ||
			strcmp(ask_text(step, "stage"), "register") != 0 ||
			(!is_ok && strcmp(result, "failed") != 0))
			continue;
		tell(d, &f);
		return EXIT_OK;
	}
	return code;
}

/* The handshake and the registration as the daemon does them: its own. */
static int check_register(struct doctor *d, const struct json *server)
{
	_cleanup_(client_free_p) struct client *follow = NULL, *call = NULL;
	_cleanup_(json_free_p) struct json *message = NULL, *answer = NULL;
	int64_t ssid = ask_int(server, "ssid", 0);
	char parameters[40];
	const struct json *p;
	int code =
		ask_start(d->c, "Monitor", "{\"kinds\":[\"step\"]}", true, REGISTER_SEC, &follow);

	snprintf(parameters, sizeof parameters, "{\"ssid\":%" PRId64 "}", ssid);
	if (code == EXIT_OK)
		code = ask_hear(follow, &message, &p);
	if (code == EXIT_OK)
		code = ask_start(d->c, "Register", parameters, false, 30, &call);
	if (code)
		return code;
	if (client_next(call, &answer) <= 0)
		return EXIT_FAILED;
	if (!json_member(answer, "error"))
		return hear_outcome(d, follow, ssid);
	/* a bootstrap runs, or the like: what is known already */
	tell_last_error(d, ssid, "register", server, "");
	return EXIT_OK;
}

static int check_server(struct doctor *d, const struct json *server)
{
	int64_t ssid = ask_int(server, "ssid", 0);
	const char *state = ask_text(server, "state");
	bool is_up = strcmp(state, "registered") == 0 || strcmp(state, "updating") == 0;

	if (d->wanted > 0 && ssid != d->wanted)
		return EXIT_OK;
	d->is_found = true;

	bool is_reached = check_path(d, ssid, ask_text(server, "uri"), is_up);

	if (is_up) {
		found(d, "register", ssid, "ok", REASON_NONE, "registered, ends in %" PRId64 " s",
			ask_int(server, "expires_in", 0));
		return EXIT_OK;
	}
	if (ssid == 0) {
		if (json_member(server, "last_error"))
			tell_last_error(d, ssid, "bootstrap", server, "last time: ");
		return EXIT_OK;
	}
	if (!is_reached) {
		found(d, "register", ssid, "skip", REASON_NONE, "it cannot be reached");
		return EXIT_OK;
	}
	return check_register(d, server);
}

static int check_servers(struct doctor *d)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code = ask_call(d->c, "ListServers", NULL, &message, &p);
	const struct json *servers = code ? NULL : json_member(p, "servers");

	for (size_t i = 0; code == EXIT_OK && i < json_count(servers); i++)
		code = check_server(d, json_item(servers, i));
	if (code == EXIT_OK && json_count(servers) == 0)
		found(d, "servers", -1, "fail", REASON_CONFIG_NO_SERVER, "there is no account");
	return code;
}

/* --- without the daemon -----------------------------------------------------------------------
 */

static void check_conf(struct doctor *d)
{
	static const char *const words[] = {"lwm2md", "--check-config", NULL};
	_cleanup_(buf_done) struct buf said = {.max = OUTPUT_MAX};
	int r = spawn_program(words, span_of(NULL, 0), &said);
	size_t len = 0;

	while (len < said.len && said.data[len] != '\n')
		len++;
	if (r == 0)
		found(d, "config", -1, "ok", REASON_NONE, "the configuration has no errors");
	else if (r < 0)
		found(d, "config", -1, "skip", REASON_NONE, "lwm2md cannot be run: %s",
			strerror(-r));
	else
		found(d, "config", -1, "fail", REASON_CONFIG_INVALID, "%.*s", (int)len,
			(const char *)said.data);
}

/* The accounts of the configuration: lines of --print-config. */
static void check_configured(struct doctor *d)
{
	static const char *const words[] = {"lwm2md", "--print-config", NULL};
	static const char key[] = "uri = \"";
	_cleanup_(buf_done) struct buf said = {.max = OUTPUT_MAX};

	if (spawn_program(words, span_of(NULL, 0), &said) != 0 || buf_append_byte(&said, 0) < 0)
		return;
	for (const char *at = (const char *)said.data; (at = strstr(at, key));) {
		char uri[URI_MAX + 1];

		at += sizeof key - 1;
		snprintf(uri, sizeof uri, "%.*s", (int)strcspn(at, "\"\n"), at);
		check_path(d, -1, uri, false);
	}
}

int verb_doctor(const struct cmdline *c, char *words[], int n)
{
	struct doctor d = {.c = c};
	_cleanup_(client_free_p) struct client *probe = NULL;
	int code = n > 0 ? cmdline_parse_ssid(words[0], &d.wanted) : EXIT_OK;

	if (code)
		return code;

	int r = client_open(c->socket, usec_after(clock_now(&clock_system), 5), &probe);

	if (r == -ENOENT || r == -ECONNREFUSED) {
		found(&d, "daemon", -1, "fail", REASON_NONE,
			"lwm2md is not running; try: systemctl start lwm2md");
		check_conf(&d);
		check_configured(&d);
		return EXIT_FAILED;
	}
	code = ask_daemon(&d);
	if (code == EXIT_OK)
		code = check_servers(&d);
	if (code == EXIT_OK && d.wanted > 0 && !d.is_found) {
		complain("there is no server %u", d.wanted);
		return EXIT_NOT_THERE;
	}
	return code ? code : d.n_failed > 0 ? EXIT_FAILED : EXIT_OK;
}
