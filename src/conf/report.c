#include "conf/report.h"

#include <errno.h>
#include <stdarg.h>
#include <strings.h>

#include "base/cleanup.h"

struct problem {
	enum severity severity;
	const char *code; /* static */
	char *path;
	unsigned order; /* of the file */
	unsigned line;
	size_t number; /* in the order of finding */
	char *message;
	char *hint;
	char *source; /* the line, without what may be a key */
};

struct conf_report {
	struct problem *problem;
	size_t n, n_allocated;
	unsigned n_by_severity[SEVERITY_NOTE + 1];
	int err;
};

struct conf_file *conf_file_free(struct conf_file *f)
{
	if (!f)
		return NULL;
	if (f->text)
		explicit_bzero(f->text, f->len);
	free(f->text);
	free(f->path);
	free(f);
	return NULL;
}

int conf_report_new(struct conf_report **ret)
{
	*ret = calloc(1, sizeof **ret);
	return *ret ? 0 : -ENOMEM;
}

static void problem_done(struct problem *p)
{
	free(p->path);
	free(p->message);
	free(p->hint);
	free(p->source);
}

struct conf_report *conf_report_free(struct conf_report *r)
{
	if (!r)
		return NULL;
	for (size_t i = 0; i < r->n; i++)
		problem_done(&r->problem[i]);
	free(r->problem);
	free(r);
	return NULL;
}

void conf_report_free_p(struct conf_report **r)
{
	*r = conf_report_free(*r);
}

unsigned conf_report_errors(const struct conf_report *r)
{
	return r->n_by_severity[SEVERITY_ERROR];
}

unsigned conf_report_warnings(const struct conf_report *r)
{
	return r->n_by_severity[SEVERITY_WARNING];
}

int report_err(const struct conf_report *r)
{
	return r->err;
}

/* A line that may hold a key, or the rest of one: its strings are not shown. */
static bool is_line_private(const char *line)
{
	static const char *const words[] = {
		"key", "kye", "psk", "pin", "secret", "passw", "hex:", "base64:"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasestr(line, words[i]))
			return true;
	/* a string that goes on from the line above */
	return line[strspn(line, " \t")] == '"' || !strchr(line, '=');
}

static void hide_strings(char *line)
{
	char *to = line;
	bool is_inside = false;

	for (const char *from = line; *from; from++) {
		if (is_inside && *from == '\\' && from[1]) {
			from++;
			continue;
		}
		if (*from == '"')
			is_inside = !is_inside;
		else if (is_inside)
			continue;
		*to++ = *from;
	}
	*to = '\0';
}

static char *line_of(struct place at)
{
	const char *text = at.file->text;

	for (unsigned line = 1; text && line < at.line; line++) {
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	if (!text || !at.line)
		return NULL;

	char *line = strndup(text, strcspn(text, "\r\n"));

	if (line && is_line_private(line))
		hide_strings(line);
	return line;
}

static int problem_grow(struct conf_report *r)
{
	if (r->n < r->n_allocated)
		return 0;

	size_t n = r->n_allocated ? r->n_allocated * 2 : 16;
	struct problem *more = reallocarray(r->problem, n, sizeof *more);

	if (!more)
		return -ENOMEM;
	r->problem = more;
	r->n_allocated = n;
	return 0;
}

/* Takes message, which is NULL if there was no memory for it. */
static void report_take(struct conf_report *r, struct problem p, const char *path, const char *hint)
{
	p.path = path ? strdup(path) : NULL;
	p.hint = hint ? strdup(hint) : NULL;
	p.number = r->n;
	if ((path && !p.path) || (hint && !p.hint) || !p.message || problem_grow(r) < 0) {
		r->err = -ENOMEM;
		problem_done(&p);
		return;
	}
	r->problem[r->n++] = p;
	r->n_by_severity[p.severity]++;
}

void report_add(struct conf_report *r, enum severity severity, struct place at, const char *code,
	const char *hint, const char *format, ...)
{
	struct problem p = {.severity = severity, .code = code, .order = UINT32_MAX};
	va_list args;

	va_start(args, format);
	if (vasprintf(&p.message, format, args) < 0)
		p.message = NULL;
	va_end(args);

	if (at.file) {
		p.order = at.file->order;
		p.line = at.line;
		p.source = line_of(at);
	}
	report_take(r, p, at.file ? at.file->path : NULL, hint);
}

static int problem_compare(const void *a, const void *b)
{
	const struct problem *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

void report_sort(struct conf_report *r)
{
	if (r->n)
		qsort(r->problem, r->n, sizeof *r->problem, problem_compare);
}

static const char *severity_name(enum severity severity)
{
	static const char *const names[] = {"error", "warning", "note"};

	return names[severity];
}

/* "file:line:error: message [code]"; a note has no code. */
static void problem_print_head(const struct problem *p, FILE *out)
{
	if (p->path)
		fprintf(out, "%s:", p->path);
	if (p->line)
		fprintf(out, "%u:", p->line);
	fprintf(out, "%s%s: %s", p->line || !p->path ? "" : " ", severity_name(p->severity),
		p->message);
	if (p->severity != SEVERITY_NOTE)
		fprintf(out, " [%s]", p->code);
}

void report_print_count(const struct conf_report *r, FILE *out)
{
	unsigned errors = conf_report_errors(r), warnings = conf_report_warnings(r);

	fprintf(out, "%u error%s, %u warning%s\n", errors, errors == 1 ? "" : "s", warnings,
		warnings == 1 ? "" : "s");
}

void conf_report_print(const struct conf_report *r, FILE *out)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct problem *p = &r->problem[i];

		problem_print_head(p, out);
		fputc('\n', out);
		if (p->source && p->severity != SEVERITY_NOTE)
			fprintf(out, "%4u | %s\n", p->line, p->source);
		if (p->hint)
			fprintf(out, "     hint: %s\n", p->hint);
	}
	report_print_count(r, out);
}

static void json_print_text(const char *name, const char *text, FILE *out)
{
	fprintf(out, ",\"%s\":\"", name);
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if ((unsigned char)*c < 0x20)
			fprintf(out, "\\u%04x", (unsigned)*c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
}

void conf_report_print_json(const struct conf_report *r, FILE *out)
{
	fprintf(out, "{\"errors\":%u,\"warnings\":%u,\"problems\":[", conf_report_errors(r),
		conf_report_warnings(r));
	for (size_t i = 0; i < r->n; i++) {
		const struct problem *p = &r->problem[i];

		fprintf(out, "%s{\"severity\":\"%s\"", i ? "," : "", severity_name(p->severity));
		json_print_text("code", p->code, out);
		if (p->path)
			json_print_text("file", p->path, out);
		if (p->line)
			fprintf(out, ",\"line\":%u", p->line);
		json_print_text("message", p->message, out);
		if (p->hint)
			json_print_text("hint", p->hint, out);
		fputc('}', out);
	}
	fputs("]}\n", out);
}

void conf_report_walk(const struct conf_report *r,
	void (*on_problem)(void *data, bool is_error, const char *code, const char *line),
	void *data)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct problem *p = &r->problem[i];
		char line[64] = "";
		_cleanup_(free_p) char *text = NULL;

		if (p->severity == SEVERITY_NOTE)
			continue;
		if (p->line)
			snprintf(line, sizeof line, ":%u", p->line);
		if (asprintf(&text, "%s%s%s%s%s%s", p->path ? p->path : "", line,
			    p->path ? ": " : "", p->message, p->hint ? "; " : "",
			    p->hint ? p->hint : "") < 0)
			text = NULL;
		on_problem(data, p->severity == SEVERITY_ERROR, p->code, text ? text : p->message);
	}
}
