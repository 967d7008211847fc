/*
 * lwm2mctl: shows what the daemon does and why, and steers it. One verb, one call of the status
 * socket; people get text, --json the reply as it came.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/parse.h"
#include "base/suggest.h"
#include "codec/path.h"
#include "ctl/client.h"
#include "ctl/render.h"

enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_WORKING = 3,
	EXIT_DEGRADED = 4,
	EXIT_PERSON = 5,
	EXIT_NO_DAEMON = 6,
	EXIT_DENIED = 7,
	EXIT_NOT_THERE = 8,
	EXIT_INVALID = 9,
	EXIT_TIMEOUT = 10,
};

enum { OPT_SOCKET = 256, OPT_TIMEOUT, OPT_FOR, OPT_KIND, OPT_ACCOUNTS, OPT_ALL, OPT_LIST };

enum { SCHEMA = 1, TIMEOUT_SEC = 30, STEER_TIMEOUT_SEC = 300, SERVERS_MAX = 64, WORDS_MAX = 64 };

static const char *arg_socket = "/run/lwm2md/status.sock";
static uint64_t arg_timeout; /* usec, 0: the verb's own */
static const char *arg_for, *arg_kind, *arg_what;
static bool arg_json, arg_quiet, arg_follow, arg_yes;

struct verb {
	const char *name;
	const char *arguments; /* for --help */
	const char *help;
	int min, max; /* words */
	int (*run)(const struct verb *verb, char *words[], int n);
	const char *method;
};

/* --- talking ------------------------------------------------------------------------------------
 */

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...)
{
	va_list args;

	fputs("lwm2mctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static int no_daemon(int error)
{
	if (error == -EACCES) {
		complain("you may not open %s: only root and members of its group may", arg_socket);
		return EXIT_DENIED;
	}
	complain("lwm2md is not running (%s: %s)", arg_socket, strerror(-error));
	complain("try: systemctl start lwm2md; lwm2mctl log; or --socket PATH");
	return EXIT_NO_DAEMON;
}

static int broken(int r)
{
	if (r == -ETIMEDOUT) {
		complain("time ran out");
		return EXIT_TIMEOUT;
	}
	if (r == 0) {
		complain("lwm2md closed the connection: it ended, or has too many of them");
		return EXIT_NO_DAEMON;
	}
	complain("no answer that can be understood: %s", strerror(-r));
	return EXIT_FAILED;
}

static const char *text_of(const struct json *j, const char *name)
{
	struct span s = json_text(json_member(j, name));

	return s.data ? (const char *)s.data : "";
}

static int64_t int_of(const struct json *j, const char *name, int64_t otherwise)
{
	int64_t v = otherwise;

	json_int(json_member(j, name), &v);
	return v;
}

static int explain_error(const char *name, const struct json *p)
{
	static const struct {
		const char *name, *format, *parameter;
		int code;
	} errors[] = {
		{"PermissionDenied", "not permitted: root and members of control.admin_group may%s",
			"", EXIT_DENIED},
		{"NoSuchPath", "there is no %s", "path", EXIT_NOT_THERE},
		{"InvalidParameter", "that is no valid %s", "parameter", EXIT_INVALID},
		{"Busy", "not now: %s", "why", EXIT_FAILED},
		{"Unavailable", "not possible: %s", "why", EXIT_FAILED},
	};
	const struct json *problems = json_member(p, "problems");
	const char *last = strrchr(name, '.');

	last = last ? last + 1 : name;
	for (size_t i = 0; i < json_count(problems); i++)
		fprintf(stderr, "%s\n", (const char *)json_text(json_item(problems, i)).data);
	if (strcmp(last, "ConfigInvalid") == 0) {
		complain("the configuration is refused, the former one stays in use "
			 "[config.stale]");
		return EXIT_FAILED;
	}
	if (strcmp(last, "NoSuchServer") == 0) {
		complain("there is no server %" PRId64, int_of(p, "ssid", 0));
		return EXIT_NOT_THERE;
	}
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		if (strcmp(last, errors[i].name) != 0)
			continue;
		fputs("lwm2mctl: ", stderr);
		for (const char *f = errors[i].format; *f; f++) {
			if (strncmp(f, "%s", 2) == 0)
				fputs(text_of(p, errors[i].parameter), stderr), f++;
			else
				fputc(*f, stderr);
		}
		fputc('\n', stderr);
		return errors[i].code;
	}
	complain("lwm2md answers %s", name);
	return EXIT_FAILED;
}

static uint64_t deadline_of(uint64_t otherwise_sec)
{
	uint64_t now = clock_now(&clock_system);

	if (arg_timeout > 0)
		return now + arg_timeout;
	return otherwise_sec > 0 ? usec_after(now, otherwise_sec) : USEC_NEVER;
}

static int start(const char *method, const char *parameters, bool more, uint64_t timeout_sec,
	struct client **ret)
{
	int r = client_open(arg_socket, deadline_of(timeout_sec), ret);

	if (r < 0)
		return no_daemon(r);
	r = client_call(*ret, method, parameters, more);
	return r < 0 ? broken(r) : EXIT_OK;
}

/* The parameters of the next reply in *ret, which belong to *message. */
static int hear(struct client *c, struct json **message, const struct json **ret)
{
	int r;

	*message = json_free(*message);
	r = client_next(c, message);
	if (r <= 0)
		return broken(r);
	*ret = json_member(*message, "parameters");
	if (json_member(*message, "error"))
		return explain_error(text_of(*message, "error"), *ret);
	return EXIT_OK;
}

static int call(
	const char *method, const char *parameters, struct json **message, const struct json **ret)
{
	_cleanup_(client_free_p) struct client *c = NULL;
	int code = start(method, parameters, false, TIMEOUT_SEC, &c);

	return code ? code : hear(c, message, ret);
}

/* --- JSON ----------------------------------------------------------------------------------------
 */

/* Numbers and booleans as such; the daemon sends texts, since 64 bit do not survive everywhere. */
static void write_native(struct json_writer *w, const struct json *value, const char *type)
{
	_cleanup_(json_free_p) struct json *number = NULL;
	struct span text = json_text(value);
	bool is_number = strcmp(type, "int") == 0 || strcmp(type, "uint") == 0 ||
			 strcmp(type, "time") == 0 || strcmp(type, "float") == 0;

	if (strcmp(type, "bool") == 0)
		json_write_bool(w, span_is_text(text, "1"));
	else if (is_number && json_parse(text, &number) == 0)
		json_write_value(w, number);
	else
		json_write_value(w, value);
}

static void write_values(struct json_writer *w, const struct json *values)
{
	json_open_array(w);
	for (size_t i = 0; i < json_count(values); i++) {
		const struct json *v = json_item(values, i), *member;
		const void *cursor = NULL;
		const char *name;

		json_open_object(w);
		while (json_next_member(v, &cursor, &name, &member)) {
			json_write_key(w, name);
			if (strcmp(name, "value") == 0)
				write_native(w, member, text_of(v, "type"));
			else
				json_write_value(w, member);
		}
		json_close_object(w);
	}
	json_close_array(w);
}

/* One line: the reply with its schema; more: its members are put in behind. */
static int print_json(const struct json *reply, const struct json *more)
{
	_cleanup_(buf_done) struct buf out = {.max = 16 << 20};
	struct json_writer w = json_writer_to(&out);
	const struct json *both[] = {reply, more};

	json_open_object(&w);
	json_write_key(&w, "schema");
	json_write_int(&w, SCHEMA);
	for (size_t i = 0; i < 2; i++) {
		const void *cursor = NULL;
		const struct json *member;
		const char *name;

		while (json_next_member(both[i], &cursor, &name, &member)) {
			json_write_key(&w, name);
			if (strcmp(name, "values") == 0)
				write_values(&w, member);
			else
				json_write_value(&w, member);
		}
	}
	json_close_object(&w);
	if (w.w.err < 0)
		return EXIT_FAILED;
	printf("%.*s\n", (int)out.len, (const char *)out.data);
	fflush(stdout);
	return EXIT_OK;
}

/* --- verbs that look
 * ------------------------------------------------------------------------------ */

static int status_code(const struct json *state)
{
	const char *phase = text_of(state, "phase");

	if (json_boolean(json_member(state, "needs_person")))
		return EXIT_PERSON;
	if (strcmp(phase, "registered") == 0)
		return EXIT_OK;
	return strcmp(phase, "degraded") == 0 ? EXIT_DEGRADED : EXIT_WORKING;
}

static int run_status(const struct verb *verb, char *words[], int n)
{
	_cleanup_(json_free_p) struct json *status = NULL, *list = NULL;
	const struct json *p, *servers;
	int code = call("GetStatus", NULL, &status, &p);

	(void)verb, (void)words, (void)n;
	if (code == EXIT_OK)
		code = call("ListServers", NULL, &list, &servers);
	if (code)
		return code;
	if (arg_json)
		print_json(p, servers);
	else if (!arg_quiet)
		render_status(stdout, json_member(p, "state"), json_member(servers, "servers"),
			(int64_t)(clock_realtime(&clock_system) / USEC_PER_SEC));
	return status_code(json_member(p, "state"));
}

static int run_why(const struct verb *verb, char *words[], int n)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code = call("Explain", NULL, &message, &p);

	(void)verb, (void)words, (void)n;
	if (code)
		return code;
	if (arg_json)
		return print_json(p, NULL);
	render_why(stdout, p);
	return EXIT_OK;
}

static int parse_ssid(const char *word, uint16_t *ret)
{
	if (parse_u16(span_of_text(word), ret) == 0 && *ret >= 1 && *ret <= 65534)
		return EXIT_OK;
	complain("\"%s\" is no Short Server ID (1 to 65534)", word);
	return EXIT_USAGE;
}

static int print_server(const struct json *servers, uint16_t ssid)
{
	_cleanup_(buf_done) struct buf text = {0};
	_cleanup_(json_free_p) struct json *one = NULL;
	struct json_writer w = json_writer_to(&text);
	bool is_found = false;

	json_open_object(&w);
	json_write_key(&w, "servers");
	json_open_array(&w);
	for (size_t i = 0; i < json_count(servers); i++) {
		if (int_of(json_item(servers, i), "ssid", 0) != ssid)
			continue;
		json_write_value(&w, json_item(servers, i));
		is_found = true;
	}
	json_close_array(&w);
	json_close_object(&w);
	if (!is_found) {
		complain("there is no server %u", ssid);
		return EXIT_NOT_THERE;
	}
	if (w.w.err < 0 || json_parse(buf_span(&text), &one) < 0)
		return EXIT_FAILED;
	if (arg_json)
		return print_json(one, NULL);
	render_servers(stdout, json_member(one, "servers"), true);
	return EXIT_OK;
}

static int run_servers(const struct verb *verb, char *words[], int n)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	uint16_t ssid = 0;
	int code = n > 0 ? parse_ssid(words[0], &ssid) : EXIT_OK;

	(void)verb;
	if (code == EXIT_OK)
		code = call("ListServers", NULL, &message, &p);
	if (code)
		return code;
	if (n > 0)
		return print_server(json_member(p, "servers"), ssid);
	if (arg_json)
		return print_json(p, NULL);
	render_servers(stdout, json_member(p, "servers"), false);
	return EXIT_OK;
}

/* {"path": …}; 0 or an exit status. */
static int path_parameter(const char *word, char *ret, size_t len)
{
	char text[PATH_TEXT_MAX];
	struct path p;

	if (path_parse(span_of_text(word), &p) < 0) {
		complain("\"%s\" is no path; one looks like /3/0/0", word);
		return EXIT_USAGE;
	}
	path_format(p, text);
	snprintf(ret, len, "{\"path\":\"%s\"}", text);
	return EXIT_OK;
}

static int run_objects(const struct verb *verb, char *words[], int n)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	char parameters[PATH_TEXT_MAX + 16] = "{}";
	const struct json *p;
	int code = n > 0 ? path_parameter(words[0], parameters, sizeof parameters) : EXIT_OK;

	(void)verb;
	if (code == EXIT_OK)
		code = call("ListObjects", parameters, &message, &p);
	if (code)
		return code;
	if (arg_json)
		return print_json(p, NULL);
	render_objects(stdout, json_member(p, "instances"));
	return EXIT_OK;
}

static int run_get(const struct verb *verb, char *words[], int n)
{
	int code = EXIT_OK;

	(void)verb;
	for (int i = 0; i < n; i++) {
		_cleanup_(json_free_p) struct json *message = NULL;
		char parameters[PATH_TEXT_MAX + 16];
		const struct json *p;
		int r = path_parameter(words[i], parameters, sizeof parameters);

		if (r == EXIT_OK)
			r = call("Read", parameters, &message, &p);
		if (r == EXIT_OK && arg_json)
			print_json(p, NULL);
		else if (r == EXIT_OK)
			render_values(stdout, json_member(p, "values"));
		code = code ? code : r;
	}
	return code;
}

static int run_metrics(const struct verb *verb, char *words[], int n)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code = call("GetMetrics", NULL, &message, &p);

	(void)verb, (void)words, (void)n;
	if (code)
		return code;
	if (arg_json)
		return print_json(p, NULL);
	fputs(text_of(p, "text"), stdout);
	return EXIT_OK;
}

/* --- verbs that follow
 * ---------------------------------------------------------------------------- */

static int run_monitor(const struct verb *verb, char *words[], int n)
{
	_cleanup_(client_free_p) struct client *c = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	char parameters[80] = "{}";
	const struct json *p;
	int code;

	(void)verb, (void)words, (void)n;
	if (arg_kind) {
		if (strspn(arg_kind, "abcdefghijklmnopqrstuvwxyz") != strlen(arg_kind) ||
			strlen(arg_kind) > 20) {
			complain("--kind is one of state, server, step, value");
			return EXIT_USAGE;
		}
		snprintf(parameters, sizeof parameters, "{\"kinds\":[\"%s\"]}", arg_kind);
	}
	code = start("Monitor", parameters, true, 0, &c);
	while (code == EXIT_OK && (code = hear(c, &message, &p)) == EXIT_OK) {
		if (arg_json)
			print_json(p, NULL);
		else
			render_event(stdout, p);
	}
	return code;
}

static bool is_reached(const char *what, const struct json *state)
{
	if (strcmp(what, "bootstrapped") == 0)
		return strcmp(text_of(state, "source"), "bootstrap") == 0;
	if (strcmp(what, "registered") == 0)
		return strcmp(text_of(state, "phase"), "registered") == 0;
	return strcmp(what + strlen("phase="), text_of(state, "phase")) == 0;
}

static int run_wait(const struct verb *verb, char *words[], int n)
{
	_cleanup_(client_free_p) struct client *c = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code;

	(void)verb, (void)n;
	if (strcmp(words[0], "registered") != 0 && strcmp(words[0], "bootstrapped") != 0 &&
		strncmp(words[0], "phase=", 6) != 0) {
		complain("wait for registered, bootstrapped or phase=NAME");
		return EXIT_USAGE;
	}
	code = start("Monitor", "{\"kinds\":[\"state\"]}", true, 0, &c);
	while (code == EXIT_OK) {
		code = hear(c, &message, &p);
		if (code == EXIT_OK && is_reached(words[0], json_member(p, "state")))
			return EXIT_OK;
	}
	return code;
}

/* --- verbs that steer
 * ----------------------------------------------------------------------------- */

/* The servers whose outcome is to be seen. */
struct awaited {
	int64_t ssid[SERVERS_MAX];
	size_t n;
};

static bool is_up(const struct json *server)
{
	const char *state = text_of(server, "state");

	return strcmp(state, "registered") == 0 || strcmp(state, "updating") == 0;
}

/* Register concerns those that are not registered, the others those that are. */
static int find_awaited(const struct verb *verb, uint16_t ssid, struct awaited *ret)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	bool wants_up = strcmp(verb->name, "register") != 0;
	const struct json *p;
	int code = call("ListServers", NULL, &message, &p);

	if (code)
		return code;

	const struct json *servers = json_member(p, "servers");

	for (size_t i = 0; i < json_count(servers) && ret->n < SERVERS_MAX; i++) {
		const struct json *s = json_item(servers, i);
		int64_t id = int_of(s, "ssid", 0);

		if (id > 0 && (ssid == 0 || id == ssid) && is_up(s) == wants_up)
			ret->ssid[ret->n++] = id;
	}
	return EXIT_OK;
}

/* Whether the step ends one of them; its exit status in *ret_code. */
static bool take_outcome(struct awaited *a, const struct json *step, int *ret_code)
{
	const char *result = text_of(step, "result");
	bool is_ok = strcmp(result, "ok") == 0;

	if (!is_ok && strcmp(result, "failed") != 0)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (a->ssid[i] != int_of(step, "ssid", 0) ||
			strcmp(text_of(step, "stage"), "register") != 0)
			continue;
		a->ssid[i] = a->ssid[--a->n];
		if (!is_ok)
			*ret_code = EXIT_FAILED;
		return true;
	}
	return false;
}

static void print_outcome(const struct json *event)
{
	const struct json *step = json_member(event, "step");
	const char *reason = text_of(json_member(step, "reason"), "id");

	if (arg_json)
		print_json(event, NULL);
	else if (strcmp(text_of(step, "result"), "ok") != 0)
		complain("%s [%s]", text_of(step, "detail"), reason);
	else if (!arg_quiet)
		printf("%s\n", text_of(step, "detail"));
}

static int do_call(const char *method, const char *parameters)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;

	return call(method, parameters, &message, &p);
}

/* The stream is there before the operation begins: its first reply says so. */
static int follow_steps(struct client **ret)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code = start("Monitor", "{\"kinds\":[\"step\"]}", true, STEER_TIMEOUT_SEC, ret);

	return code ? code : hear(*ret, &message, &p);
}

static int steer_parameters(char *words[], int n, uint16_t *ssid, char *ret, size_t len)
{
	uint64_t usec = 0;
	int code = n > 0 ? parse_ssid(words[0], ssid) : EXIT_OK;

	if (code)
		return code;
	if (arg_for && (parse_time(span_of_text(arg_for), &usec) < 0 || usec < USEC_PER_SEC ||
			       usec / USEC_PER_SEC > UINT32_MAX)) {
		complain("\"%s\" is no time such as 10min", arg_for);
		return EXIT_USAGE;
	}
	snprintf(ret, len, "{");
	if (n > 0)
		snprintf(ret, len, "{\"ssid\":%u", *ssid);
	if (arg_for)
		snprintf(ret + strlen(ret), len - strlen(ret), "%s\"for\":%" PRIu64,
			n > 0 ? "," : "", usec / USEC_PER_SEC);
	snprintf(ret + strlen(ret), len - strlen(ret), "}");
	return EXIT_OK;
}

static int run_server(const struct verb *verb, char *words[], int n)
{
	_cleanup_(client_free_p) struct client *c = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	struct awaited awaited = {0};
	char parameters[80];
	const struct json *p;
	uint16_t ssid = 0;
	int outcome = EXIT_OK;
	int code = steer_parameters(words, n, &ssid, parameters, sizeof parameters);

	if (code == EXIT_OK)
		code = follow_steps(&c);
	if (code == EXIT_OK)
		code = find_awaited(verb, ssid, &awaited);
	if (code == EXIT_OK)
		code = do_call(verb->method, parameters);
	if (code == EXIT_OK && awaited.n == 0 && !arg_quiet)
		printf("nothing to do: already registered\n");
	while (code == EXIT_OK && awaited.n > 0) {
		code = hear(c, &message, &p);
		if (code == EXIT_OK && take_outcome(&awaited, json_member(p, "step"), &outcome))
			print_outcome(p);
	}
	return code ? code : outcome;
}

static int run_bootstrap(const struct verb *verb, char *words[], int n)
{
	_cleanup_(client_free_p) struct client *c = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code = follow_steps(&c);

	(void)words, (void)n;
	if (code == EXIT_OK)
		code = do_call(verb->method, NULL);
	while (code == EXIT_OK && (code = hear(c, &message, &p)) == EXIT_OK) {
		const struct json *step = json_member(p, "step");
		const char *result = text_of(step, "result");

		if (strcmp(text_of(step, "stage"), "client-bootstrap") != 0 ||
			(strcmp(result, "ok") != 0 && strcmp(result, "failed") != 0))
			continue;
		print_outcome(p);
		return strcmp(result, "ok") == 0 ? EXIT_OK : EXIT_FAILED;
	}
	return code;
}

static int run_reset(const struct verb *verb, char *words[], int n)
{
	(void)words, (void)n;
	if (!arg_what) {
		complain("say --accounts (those of a bootstrap server or a card) or --all");
		return EXIT_USAGE;
	}
	if (!arg_yes) {
		complain("this forgets accounts; say --yes as well");
		return EXIT_USAGE;
	}
	return do_call(verb->method,
		strcmp(arg_what, "all") == 0 ? "{\"what\":\"all\"}" : "{\"what\":\"accounts\"}");
}

static int run_reload(const struct verb *verb, char *words[], int n)
{
	(void)words, (void)n;
	return do_call(verb->method, NULL);
}

/* --- other programs
 * -------------------------------------------------------------------------------- */

static int run_other(char *const command[])
{
	execvp(command[0], command);
	complain("%s cannot be run: %s", command[0], strerror(errno));
	return EXIT_FAILED;
}

static int run_check(const struct verb *verb, char *words[], int n)
{
	char *command[WORDS_MAX + 3] = {(char[]){"lwm2md"}, (char[]){"--check-config"}};

	(void)verb;
	for (int i = 0; i < n; i++)
		command[i + 2] = words[i];
	if (arg_json)
		command[n + 2] = (char[]){"--json"};
	return run_other(command);
}

static int run_log(const struct verb *verb, char *words[], int n)
{
	char *command[] = {(char[]){"journalctl"}, (char[]){"--unit=lwm2md"}, (char[]){"--catalog"},
		(char[]){"--lines=100"}, NULL, NULL, NULL};
	int at = 4;

	(void)verb, (void)words, (void)n;
	if (arg_json)
		command[at++] = (char[]){"--output=json"};
	if (arg_follow)
		command[at] = (char[]){"--follow"};
	return run_other(command);
}

/* --- the command line
 * ------------------------------------------------------------------------------ */

/* clang-format off */
static const struct verb verbs[] = {
	{"status",     "",               "what the daemon does, in one screen (the default)", 0, 0, run_status, NULL},
	{"why",        "",               "how it came to this, and what to try", 0, 0, run_why, NULL},
	{"servers",    "[SSID]",         "accounts and registrations", 0, 1, run_servers, NULL},
	{"objects",    "[PATH]",         "object instances and their owners", 0, 1, run_objects, NULL},
	{"get",        "PATH...",        "values; keys are never shown", 1, WORDS_MAX, run_get, NULL},
	{"monitor",    "[--kind KIND]",  "follow what happens", 0, 0, run_monitor, NULL},
	{"wait",       "WHAT",           "until registered, bootstrapped or phase=NAME", 1, 1, run_wait, NULL},
	{"register",   "[SSID]",         "register now", 0, 1, run_server, "Register"},
	{"update",     "[SSID]",         "update the registration now", 0, 1, run_server, "Update"},
	{"deregister", "[SSID] [--for TIME]", "de-register for a time", 0, 1, run_server, "Deregister"},
	{"bootstrap",  "",               "ask the bootstrap server now", 0, 0, run_bootstrap, "Bootstrap"},
	{"reset",      "--accounts|--all --yes", "back to what is configured", 0, 0, run_reset, "Reset"},
	{"reload",     "",               "read the configuration again", 0, 0, run_reload, "Reload"},
	{"check",      "[FILE]",         "check the configuration", 0, 1, run_check, NULL},
	{"metrics",    "",               "figures in Prometheus text format", 0, 0, run_metrics, NULL},
	{"log",        "[-f]",           "the daemon's messages in the journal", 0, 0, run_log, NULL},
};
/* clang-format on */

enum { VERBS = sizeof verbs / sizeof *verbs };

static void print_help(void)
{
	fputs("lwm2mctl [OPTION]... [VERB [ARGUMENT]...]\n"
	      "Shows what the LwM2M client daemon does and why, and steers it.\n\n",
		stdout);
	for (size_t i = 0; i < VERBS; i++) {
		char text[60];

		snprintf(text, sizeof text, "%s %s", verbs[i].name, verbs[i].arguments);
		printf("  %-30s %s\n", text, verbs[i].help);
	}
	fputs("\n  --json           JSON instead of text\n"
	      "  --socket PATH    instead of /run/lwm2md/status.sock\n"
	      "  --timeout TIME   give up then\n"
	      "  -q, --quiet      print only errors\n"
	      "  --version        print the version\n"
	      "  -h, --help       print this\n\n"
	      "See lwm2mctl(1), lwm2md-reasons(7).\n",
		stdout);
}

static int unknown_verb(const char *word)
{
	struct suggest suggest = {.word = word};

	for (size_t i = 0; i < VERBS; i++)
		suggest_offer(&suggest, verbs[i].name);
	if (suggest.best)
		complain("there is no verb \"%s\"; did you mean \"%s\"?", word, suggest.best);
	else
		complain("there is no verb \"%s\"; try --help", word);
	return EXIT_USAGE;
}

static const struct option options[] = {
	{"json", no_argument, NULL, 'j'},
	{"socket", required_argument, NULL, OPT_SOCKET},
	{"timeout", required_argument, NULL, OPT_TIMEOUT},
	{"for", required_argument, NULL, OPT_FOR},
	{"kind", required_argument, NULL, OPT_KIND},
	{"accounts", no_argument, NULL, OPT_ACCOUNTS},
	{"all", no_argument, NULL, OPT_ALL},
	{"yes", no_argument, NULL, 'y'},
	{"follow", no_argument, NULL, 'f'},
	{"quiet", no_argument, NULL, 'q'},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{"list-verbs", no_argument, NULL, OPT_LIST},
	{0},
};

/* -1: go on; else the exit status. */
static int parse_option(int option)
{
	switch (option) {
	case 'j':
		arg_json = true;
		return -1;
	case OPT_SOCKET:
		arg_socket = optarg;
		return -1;
	case OPT_TIMEOUT:
		if (parse_time(span_of_text(optarg), &arg_timeout) == 0 && arg_timeout > 0)
			return -1;
		complain("\"%s\" is no time such as 2min", optarg);
		return EXIT_USAGE;
	case OPT_FOR:
		arg_for = optarg;
		return -1;
	case OPT_KIND:
		arg_kind = optarg;
		return -1;
	case OPT_ACCOUNTS:
		arg_what = "accounts";
		return -1;
	case OPT_ALL:
		arg_what = "all";
		return -1;
	case 'y':
		arg_yes = true;
		return -1;
	case 'f':
		arg_follow = true;
		return -1;
	case 'q':
		arg_quiet = true;
		return -1;
	case OPT_LIST:
		for (size_t i = 0; i < VERBS; i++)
			puts(verbs[i].name);
		return EXIT_OK;
	case 'V':
		puts("lwm2mctl " PACKAGE_VERSION);
		return EXIT_OK;
	case 'h':
		print_help();
		return EXIT_OK;
	default:
		complain("unknown or incomplete option; try --help");
		return EXIT_USAGE;
	}
}

int main(int argc, char *argv[])
{
	const struct verb *verb = &verbs[0];
	int option, n;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "jyfqVh", options, NULL)) >= 0) {
		int code = parse_option(option);

		if (code >= 0)
			return code;
	}
	if (optind < argc) {
		size_t i = 0;

		while (i < VERBS && strcmp(verbs[i].name, argv[optind]) != 0)
			i++;
		if (i == VERBS)
			return unknown_verb(argv[optind]);
		verb = &verbs[i];
		optind++;
	}
	n = argc - optind;
	if (n < verb->min || n > verb->max) {
		complain("usage: lwm2mctl %s %s", verb->name, verb->arguments);
		return EXIT_USAGE;
	}
	return verb->run(verb, argv + optind, n);
}
