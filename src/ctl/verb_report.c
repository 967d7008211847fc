/*
 * report: what a bug report needs, on standard output: versions, configuration, state, journal.
 * Keys are not in any of it; identities and what looks like a key are left out once more.
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "ctl/ask.h"
#include "ctl/place.h"
#include "ctl/redact.h"
#include "ctl/render.h"
#include "ctl/spawn.h"
#include "ctl/verbs.h"

enum { OUTPUT_MAX = 4 << 20 };

struct report {
	const struct cmdline *c;
	struct redact redact;
	struct buf conf; /* what --print-config says; redact borrows from it */
};

static void print_redacted(const struct report *r, struct span text)
{
	_cleanup_(buf_done) struct buf out = {.max = 2 * OUTPUT_MAX};
	struct writer w = writer_to(&out);

	redact_write(&r->redact, text, &w);
	if (w.err < 0)
		puts("(too long)");
	else if (out.len > 0)
		fwrite(out.data, 1, out.len, stdout);
	if (text.len > 0 && text.data[text.len - 1] != '\n')
		putchar('\n');
}

static void head(const char *title)
{
	printf("\n== %s\n", title);
}

static void print_program(const struct report *r, const char *title, const char *const words[])
{
	_cleanup_(buf_done) struct buf said = {.max = OUTPUT_MAX};
	int code = spawn_program(words, span_of(NULL, 0), &said);

	head(title);
	print_redacted(r, buf_span(&said));
	if (code != 0)
		printf("(%s: %s %d)\n", words[0], code < 0 ? "error" : "exit status",
			code < 0 ? -code : code);
}

static void print_system(void)
{
	_cleanup_(buf_done) struct buf release = {0};
	struct utsname u;

	head("system");
	printf("lwm2mctl %s\n", PACKAGE_VERSION);
	if (uname(&u) == 0)
		printf("%s %s %s\n", u.sysname, u.release, u.machine);
	if (place_read("", "/etc/os-release", &release) == 0 && release.len > 0)
		fwrite(release.data, 1, release.len, stdout);
}

/* What a render function prints, redacted. */
static void print_rendered(const struct report *r, const struct json *a, const struct json *b,
	void (*print)(FILE *out, const struct json *a, const struct json *b))
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return;
	print(out, a, b);
	fclose(out);
	print_redacted(r, span_of(text, len));
	free(text);
}

static void status(FILE *out, const struct json *state, const struct json *servers)
{
	render_status(out, json_member(state, "state"), json_member(servers, "servers"),
		(int64_t)(clock_realtime(&clock_system) / USEC_PER_SEC));
	render_servers(out, json_member(servers, "servers"), true);
}

static void why(FILE *out, const struct json *reply, const struct json *none)
{
	(void)none;
	render_why(out, reply);
}

static void metrics(FILE *out, const struct json *reply, const struct json *none)
{
	(void)none;
	fputs(ask_text(reply, "text"), out);
}

static int print_daemon(const struct report *r)
{
	_cleanup_(json_free_p) struct json *a = NULL, *b = NULL, *e = NULL, *f = NULL;
	const struct json *state, *servers, *explained, *figures;
	int code = ask_call(r->c, "GetStatus", NULL, &a, &state);

	if (code == EXIT_OK)
		code = ask_call(r->c, "ListServers", NULL, &b, &servers);
	if (code == EXIT_OK)
		code = ask_call(r->c, "Explain", NULL, &e, &explained);
	if (code == EXIT_OK)
		code = ask_call(r->c, "GetMetrics", NULL, &f, &figures);
	if (code)
		return code;
	head("status");
	print_rendered(r, state, servers, status);
	head("why");
	print_rendered(r, explained, NULL, why);
	head("metrics");
	print_rendered(r, figures, NULL, metrics);
	return EXIT_OK;
}

int verb_report(const struct cmdline *c, char *words[], int n)
{
	static const char *const version[] = {"lwm2md", "--version", NULL};
	static const char *const print[] = {"lwm2md", "--print-config", NULL};
	static const char *const check[] = {"lwm2md", "--check-config", NULL};
	static const char *const unit[] = {
		"systemctl", "status", "--no-pager", "--full", "--lines=0", "lwm2md.service", NULL};
	static const char *const log[] = {"journalctl", "--unit=lwm2md", "--lines=500",
		"--output=short-iso", "--no-pager", NULL};
	struct report r = {.c = c, .conf = {.max = OUTPUT_MAX}};
	int code;

	(void)words, (void)n;
	if (spawn_program(print, span_of(NULL, 0), &r.conf) == 0)
		redact_take_identities(&r.redact, buf_span(&r.conf));
	print_system();
	print_program(&r, "daemon", version);
	print_program(&r, "unit", unit);
	print_program(&r, "configuration check", check);
	head("configuration");
	print_redacted(&r, buf_span(&r.conf));
	fflush(stdout);
	code = print_daemon(&r);
	print_program(&r, "journal", log);
	buf_done(&r.conf);
	return code;
}
