#include "ctl/render.h"

#include <inttypes.h>
#include <stdarg.h>
#include <time.h>

enum {
	COLUMNS = 80,
	STEP_LINES = 9,
	SERVERS_SHOWN = 10,
	ADVICE_SHOWN = 2,
	LINE_MAX_OCTETS = 512,
	PARAGRAPH_LINES = 3
};

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

void render_duration(int64_t seconds, char ret[RENDER_DURATION_MAX])
{
	static const struct {
		int64_t limit, unit;
		const char *name;
	} units[] = {
		{120, 1, "s"}, {7200, 60, "min"}, {172800, 3600, "h"}, {INT64_MAX, 86400, "d"}};
	size_t i = 0;

	while (seconds >= units[i].limit)
		i++;
	snprintf(
		ret, RENDER_DURATION_MAX, "%" PRId64 " %s", seconds / units[i].unit, units[i].name);
}

/* Characters, as far as a terminal is concerned: continuation octets have no width. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* A line of at most 80 columns; what does not fit is cut, which "..." shows. */
__attribute__((format(printf, 2, 3))) static void line(FILE *out, const char *format, ...)
{
	char text[LINE_MAX_OCTETS];
	size_t len = 0, width = 0;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (width_of(text) > COLUMNS) {
		while (width < COLUMNS - 3)
			width += ((unsigned char)text[++len] & 0xc0) != 0x80;
		memcpy(text + len, "...", 4);
	}
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		text[--len] = '\0';
	fprintf(out, "%s\n", text);
}

/* A paragraph behind a label, broken at spaces; three lines of it. */
static void paragraph(FILE *out, const char *label, const char *text)
{
	size_t indent = strlen(label);

	for (int i = 0; i < PARAGRAPH_LINES && *text; i++) {
		size_t room = COLUMNS - indent, len = strlen(text);

		if (len > room) {
			len = room;
			while (len > room / 2 && text[len] != ' ')
				len--;
			if (text[len] != ' ')
				len = room;
		}
		if (i == PARAGRAPH_LINES - 1 && len < strlen(text))
			fprintf(out, "%-*s%.*s...\n", (int)indent, label, (int)len - 3, text);
		else
			fprintf(out, "%-*s%.*s\n", (int)indent, label, (int)len, text);
		text += len;
		text += strspn(text, " ");
		label = "";
	}
}

static void clock_text(int64_t when, char ret[16])
{
	time_t t = (time_t)when;
	struct tm tm = {0};

	localtime_r(&t, &tm);
	strftime(ret, 16, "%H:%M:%S", &tm);
}

/* --- status ------------------------------------------------------------------------------------
 */

static const char *phase_text(const char *phase)
{
	static const char *const texts[][2] = {
		{"starting", "starting"},
		{"smartcard", "reading the smart card"},
		{"factory", "reading the configured accounts"},
		{"registering", "registering"},
		{"registered", "registered"},
		{"degraded", "registered with some servers only"},
		{"holdoff", "waiting for a server-initiated bootstrap"},
		{"bootstrapping", "a bootstrap is running"},
		{"retrying", "waiting before the next try"},
		{"offline", "no server has a route"},
		{"idle", "there is no way to a server"},
		{"stopping", "stopping"},
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(phase, texts[i][0]) == 0)
			return texts[i][1];
	return phase;
}

/* "Registered with 1 of 2 servers", "Not registered: …" */
static void headline(const struct json *state, char *ret, size_t len)
{
	int64_t up = int_of(state, "servers_registered", 0);

	if (up > 0)
		snprintf(ret, len, "registered with %" PRId64 " of %" PRId64 " server%s", up,
			int_of(state, "servers_total", 0),
			int_of(state, "servers_total", 0) == 1 ? "" : "s");
	else
		snprintf(ret, len, "not registered: %s", phase_text(text_of(state, "phase")));
}

static void print_next(FILE *out, const char *label, const struct json *state)
{
	char left[RENDER_DURATION_MAX];

	if (!json_member(state, "next"))
		return;
	if (!json_member(state, "next_in")) {
		line(out, "%s%s", label, text_of(state, "next"));
		return;
	}
	render_duration(int_of(state, "next_in", 0), left);
	line(out, "%s%s in %s", label, text_of(state, "next"), left);
}

static void next_of(const struct json *server, char *ret, size_t len)
{
	char left[RENDER_DURATION_MAX];

	*ret = '\0';
	if (!json_member(server, "next_action"))
		return;
	render_duration(int_of(server, "next_action_in", 0), left);
	snprintf(ret, len, "%s in %s", text_of(server, "next_action"), left);
}

static void server_name(const struct json *server, char *ret, size_t len)
{
	if (json_boolean(json_member(server, "bootstrap")))
		snprintf(ret, len, "boot");
	else
		snprintf(ret, len, "%" PRId64, int_of(server, "ssid", 0));
}

static void server_line(FILE *out, const struct json *server)
{
	char name[24], next[80];

	server_name(server, name, sizeof name);
	next_of(server, next, sizeof next);
	line(out, "  %-7s %-28.28s %-8.8s %-13s %s", name, text_of(server, "uri"),
		text_of(server, "security"), text_of(server, "state"), next);
}

static void server_table(FILE *out, const struct json *servers, size_t max)
{
	size_t n = json_count(servers);

	if (n == 0)
		return;
	line(out, "  %-7s %-28s %-8s %-13s %s", "SERVER", "URI", "SECURITY", "STATE", "NEXT");
	for (size_t i = 0; i < n && i < max; i++)
		server_line(out, json_item(servers, i));
	if (n > max)
		line(out, "  and %zu more: lwm2mctl servers", n - max);
}

static const char *source_text(const char *source)
{
	if (strcmp(source, "factory") == 0)
		return "from the configuration";
	if (strcmp(source, "bootstrap") == 0)
		return "from the bootstrap server";
	if (strcmp(source, "smartcard") == 0)
		return "from the smart card";
	return "none";
}

void render_status(FILE *out, const struct json *state, const struct json *servers, int64_t now)
{
	const struct json *warnings = json_member(state, "warnings");
	char head[160], age[RENDER_DURATION_MAX];
	int64_t since = int_of(state, "since", now);

	headline(state, head, sizeof head);
	render_duration(now > since ? now - since : 0, age);
	line(out, "%s, for %s", head, age);
	line(out, "  endpoint  %s", text_of(state, "endpoint"));
	line(out, "  version   lwm2md %s", text_of(state, "version"));
	line(out, "  accounts  %s", source_text(text_of(state, "source")));
	print_next(out, "  next      ", state);
	for (size_t i = 0; i < json_count(warnings) && i < 4; i++)
		line(out, "  warning   %s: %s", text_of(json_item(warnings, i), "code"),
			text_of(json_item(warnings, i), "text"));
	if (json_count(servers) > 0)
		fprintf(out, "\n");
	server_table(out, servers, SERVERS_SHOWN);
	if (strcmp(text_of(state, "phase"), "registered") != 0)
		fprintf(out, "\n  lwm2mctl why  tells how it came to this\n");
}

/* --- why ---------------------------------------------------------------------------------------
 */

/* "step 4: waiting …": the stage says it already. */
static const char *without_step(const char *detail)
{
	const char *colon = strncmp(detail, "step ", 5) == 0 ? strstr(detail, ": ") : NULL;

	return colon ? colon + 2 : detail;
}

static void step_line(FILE *out, const struct json *step)
{
	const char *reason = text_of(json_member(step, "reason"), "id");
	char when[16], stage[40], detail[LINE_MAX_OCTETS];
	int64_t ssid = int_of(step, "ssid", 0), repeats = int_of(step, "repeats", 0);
	size_t room = COLUMNS - 39 - (*reason ? strlen(reason) + 1 : 0);

	clock_text(int_of(step, "when", 0), when);
	if (ssid > 0)
		snprintf(stage, sizeof stage, "%s %" PRId64, text_of(step, "stage"), ssid);
	else
		snprintf(stage, sizeof stage, "%s", text_of(step, "stage"));
	snprintf(detail, sizeof detail, "%s", without_step(text_of(step, "detail")));
	if (repeats > 0)
		snprintf(detail, sizeof detail, "(%" PRId64 " times) %.300s", repeats + 1,
			without_step(text_of(step, "detail")));
	/* cut between characters */
	if (width_of(detail) > room) {
		size_t len = 0, width = 0;

		while (width < room - 3)
			width += ((unsigned char)detail[++len] & 0xc0) != 0x80;
		memcpy(detail + len, "...", 4);
	}
	line(out, "  %s  %-16.16s %-8.8s %s%*s%s", when, stage, text_of(step, "result"), detail,
		*reason ? (int)(room - width_of(detail)) + 1 : 0, "", reason);
}

void render_why(FILE *out, const struct json *reply)
{
	const struct json *state = json_member(reply, "state"),
			  *steps = json_member(reply, "steps");
	const struct json *advice = json_member(reply, "advice");
	size_t n = json_count(steps);
	char head[160];

	headline(state, head, sizeof head);
	head[0] = head[0] == 'r' ? 'R' : 'N';
	line(out, "%s", head);
	print_next(out, "  next: ", state);
	fprintf(out, "\n");
	for (size_t i = n > STEP_LINES ? n - STEP_LINES : 0; i < n; i++)
		step_line(out, json_item(steps, i));
	for (size_t i = 0; i < json_count(advice) && i < ADVICE_SHOWN; i++) {
		fprintf(out, "\n");
		paragraph(out, "  Why: ", text_of(json_item(advice, i), "why"));
		paragraph(out, "  Try: ", text_of(json_item(advice, i), "try"));
	}
}

/* --- servers, objects, values -------------------------------------------------------------------
 */

static void print_fact(FILE *out, const char *name, const char *value)
{
	if (*value)
		fprintf(out, "  %-12s %s\n", name, value);
}

static void server_in_full(FILE *out, const struct json *s)
{
	const struct json *error = json_member(s, "last_error");
	char text[RENDER_DURATION_MAX], next[80];

	server_name(s, text, sizeof text);
	fprintf(out, "server %s\n", text);
	print_fact(out, "uri", text_of(s, "uri"));
	print_fact(out, "address", text_of(s, "peer"));
	print_fact(out, "security", text_of(s, "security"));
	print_fact(out, "key", text_of(s, "key"));
	print_fact(out, "state", text_of(s, "state"));
	print_fact(out, "LwM2M", text_of(s, "lwm2m"));
	if (json_member(s, "lifetime")) {
		render_duration(int_of(s, "lifetime", 0), text);
		print_fact(out, "lifetime", text);
	}
	if (json_member(s, "expires_in")) {
		render_duration(int_of(s, "expires_in", 0), text);
		print_fact(out, "expires in", text);
	}
	next_of(s, next, sizeof next);
	print_fact(out, "next", next);
	if (error) {
		print_fact(out, "last error", text_of(error, "id"));
		print_fact(out, "", text_of(error, "detail"));
		print_fact(out, "", text_of(error, "text"));
		print_fact(out, "try", text_of(error, "hint"));
	}
}

void render_servers(FILE *out, const struct json *servers, bool is_full)
{
	if (!is_full) {
		server_table(out, servers, SIZE_MAX);
		return;
	}
	for (size_t i = 0; i < json_count(servers); i++)
		server_in_full(out, json_item(servers, i));
}

void render_objects(FILE *out, const struct json *instances)
{
	for (size_t i = 0; i < json_count(instances); i++) {
		const struct json *j = json_item(instances, i);

		line(out, "%-12s %-32s %-6s %s", text_of(j, "path"), text_of(j, "name"),
			text_of(j, "version"), text_of(j, "owner"));
	}
}

void render_values(FILE *out, const struct json *values)
{
	for (size_t i = 0; i < json_count(values); i++) {
		const struct json *j = json_item(values, i);
		const char *value = json_member(j, "value") ? text_of(j, "value") : "(hidden)";

		fprintf(out, "%-14s %-32s %s\n", text_of(j, "path"), text_of(j, "name"), value);
	}
}

void render_observations(FILE *out, const struct json *list, int64_t now)
{
	if (json_count(list) == 0) {
		fputs("no server observes anything\n", out);
		return;
	}
	fprintf(out, "%-7s %-20s %-28s %s\n", "SERVER", "PATH", "ATTRIBUTES", "NOTIFIED");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *o = json_item(list, i), *paths = json_member(o, "paths");
		int64_t at = int_of(o, "notified", -1), stored = int_of(o, "stored", 0);
		char when[RENDER_DURATION_MAX + 8] = "not yet", span[RENDER_DURATION_MAX];

		if (at >= 0) {
			render_duration(now > at ? now - at : 0, span);
			snprintf(when, sizeof when, "%s ago", span);
		}
		for (size_t k = 0; k < json_count(paths); k++) {
			const char *path = (const char *)json_text(json_item(paths, k)).data;

			/* a composite one: its further paths stand below */
			if (k > 0) {
				fprintf(out, "%-7s %s\n", "", path);
				continue;
			}
			fprintf(out, "%-7" PRId64 " %-20s %-28s %s", int_of(o, "ssid", 0), path,
				text_of(o, "attributes"), when);
			if (stored > 0)
				fprintf(out, ", %" PRId64 " wait", stored);
			fputc('\n', out);
		}
	}
}

void render_event(FILE *out, const struct json *event)
{
	const struct json *step = json_member(event, "step"), *state = json_member(event, "state");
	const struct json *value = json_member(event, "value"), *s = json_member(event, "server");
	char when[16], text[160];

	if (json_member(event, "lost"))
		fprintf(out, "(%" PRId64 " events were lost)\n", int_of(event, "lost", 0));
	clock_text(int_of(event, "when", 0), when);
	if (step) {
		step_line(out, step);
	} else if (state) {
		headline(state, text, sizeof text);
		line(out, "  %s  %-16s %s", when, "state", text);
	} else if (s) {
		server_name(s, text, sizeof text);
		line(out, "  %s  %-16s %s: %s", when, "server", text, text_of(s, "state"));
	} else if (value) {
		line(out, "  %s  %-16s %s = %s", when, "value", text_of(value, "path"),
			json_member(value, "value") ? text_of(value, "value") : "(hidden)");
	}
	fflush(out);
}
