#include "conf/conf.h"

#include <errno.h>

#include "base/cleanup.h"
#include "conf/credential.h"
#include "conf/load.h"
#include "keys/hash.h"

struct printing {
	struct check *check;
	FILE *out;
	unsigned depth;
};

static void print_section(
	struct printing *p, const char *section, const char *name, const struct node *group);

static void print_indent(const struct printing *p)
{
	fprintf(p->out, "%*s", (int)p->depth * 2, "");
}

static void print_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	fputc('"', out);
}

static void print_node(FILE *out, const struct node *n)
{
	switch (n->type) {
	case NODE_TEXT:
		print_text(out, n->text);
		break;
	case NODE_NUMBER:
	case NODE_REFUSED:
		fprintf(out, "%lld%s", (long long)n->number,
			n->number > INT32_MAX || n->number < INT32_MIN ? "L" : "");
		break;
	case NODE_REAL:
		fprintf(out, "%#.10g", n->real);
		break;
	case NODE_BOOL:
		fputs(n->boolean ? "true" : "false", out);
		break;
	case NODE_GROUP:
	case NODE_LIST:
	case NODE_ARRAY:
		fputs("[ ", out);
		for (size_t i = 0; i < n->n_children; i++) {
			fputs(i ? ", " : "", out);
			print_node(out, n->child[i]);
		}
		fputs(" ]", out);
		break;
	}
}

static bool is_secret(const struct option *o)
{
	return o->type == OPTION_PSK || o->type == OPTION_PRIVATE_KEY || o->type == OPTION_PIN;
}

static void print_fingerprint(struct printing *p, const struct option *o, const struct node *n)
{
	struct check *c = p->check;
	struct credential_env env = {.root = c->root,
		.directory = getenv("CREDENTIALS_DIRECTORY"),
		.conf_path = n->at.file->path,
		.is_absence_forgiven = true};
	_cleanup_(secret_done) struct secret key = {0};
	char fingerprint[FINGERPRINT_TEXT_MAX] = "";
	enum credential_form form;
	struct fault fault;

	if (o->type != OPTION_PIN && n->type == NODE_TEXT &&
		credential_open(&env, o->type, n->text, &key, &form, &fault) == 0)
		fingerprint_format(secret_span(&key), fingerprint);
	print_text(p->out, *fingerprint ? fingerprint : "(secret)");
}

/* What is in force where that is another text than what is written; else NULL. */
static const char *effective_text(
	const struct printing *p, const struct option *o, const char *written)
{
	const char *text;

	if (o->store != STORE_TEXT || strncmp(o->section, "servers.", 8) == 0)
		return NULL;
	text = *(char *const *)((const char *)p->check->conf + o->at);
	return text && (!written || strcmp(text, written) != 0) ? text : NULL;
}

static bool is_bare(const struct option *o)
{
	return o->type == OPTION_BOOL || o->type == OPTION_NUMBER || o->type == OPTION_REAL;
}

static void print_option(struct printing *p, const struct option *o, const struct node *n)
{
	const char *written = n ? (n->type == NODE_TEXT ? n->text : NULL) : o->value;
	const char *effective = effective_text(p, o, written);

	if (!n && ((!o->value && !effective) || o->flags & OPTION_NO_EFFECT))
		return;
	print_indent(p);
	fprintf(p->out, "%s = ", o->name);
	if (n && is_secret(o))
		print_fingerprint(p, o, n);
	else if (effective)
		print_text(p->out, effective);
	else if (n)
		print_node(p->out, n);
	else if (is_bare(o))
		fputs(o->value, p->out);
	else
		print_text(p->out, o->value);

	if (n)
		fprintf(p->out, "; # %s:%u\n", n->at.file->path, n->at.line);
	else
		fprintf(p->out, "; # %s\n",
			!effective ? "default"
			: written  ? "from the command line or the service manager"
				   : "made from the machine id");
}

static void print_named(struct printing *p, const char *section, const struct node *group)
{
	char entry_section[64];

	snprintf(entry_section, sizeof entry_section, "%s.NAME", section);
	for (size_t i = 0; i < group->n_children; i++)
		if (group->child[i]->type == NODE_GROUP &&
			!option_is_foreign(group->child[i]->name))
			print_section(p, entry_section, group->child[i]->name, group->child[i]);
}

static void print_list(struct printing *p, const char *section, const struct node *list)
{
	for (size_t i = 0; i < list->n_children; i++) {
		print_indent(p);
		fputs("{\n", p->out);
		p->depth++;
		for (const struct option *o = options; o->name; o++) {
			const struct node *n = strcmp(o->section, section) == 0
						       ? node_child(list->child[i], o->name)
						       : NULL;

			if (n)
				print_option(p, o, n);
		}
		p->depth--;
		print_indent(p);
		fputs(i + 1 < list->n_children ? "},\n" : "}\n", p->out);
	}
}

static void print_below(struct printing *p, const char *section, const struct node *group)
{
	size_t len = strlen(section);

	for (const struct section *s = sections; s->name; s++) {
		const char *name = s->name + (len ? len + 1 : 0);
		const struct node *n;

		if (len ? strncmp(s->name, section, len) != 0 || s->name[len] != '.' : !*s->name)
			continue;
		if (strchr(name, '.') || strcmp(name, "NAME") == 0)
			continue;
		n = group ? node_child(group, name) : NULL;
		/* defaults of what is not built yet are in force nowhere */
		if (n || (s->type == SECTION_GROUP && !(s->flags & OPTION_NO_EFFECT)))
			print_section(p, s->name, name, n);
	}
}

/* name = { what is in it }; for a list ( ). */
static void print_section(
	struct printing *p, const char *section, const char *name, const struct node *group)
{
	const struct section *s;

	for (s = sections; s->name && strcmp(s->name, section) != 0; s++)
		;
	print_indent(p);
	fprintf(p->out, "%s = %s\n", name, s->type == SECTION_LIST ? "(" : "{");
	p->depth++;
	if (s->type == SECTION_NAMED && group)
		print_named(p, section, group);
	else if (s->type == SECTION_LIST && group)
		print_list(p, section, group);
	else {
		for (const struct option *o = options; o->name; o++)
			if (strcmp(o->section, section) == 0)
				print_option(p, o, group ? node_child(group, o->name) : NULL);
		print_below(p, section, group);
	}
	p->depth--;
	print_indent(p);
	fputs(s->type == SECTION_LIST ? ");\n" : "};\n", p->out);
}

int conf_print(const struct conf_paths *paths, struct conf_report *report, FILE *out)
{
	_cleanup_(load_done) struct check c;
	struct printing p = {.check = &c, .out = out};
	struct conf_paths check = *paths;

	check.is_check = true;

	int r = load_run(&c, &check, report);

	if (r < 0)
		return r;
	if (conf_report_errors(report) > 0)
		return -EINVAL;
	print_below(&p, "", c.tree);
	return 0;
}

int conf_check_main(const struct conf_paths *paths, bool strict, bool json, FILE *out)
{
	_cleanup_(conf_report_free_p) struct conf_report *report = NULL;
	_cleanup_(conf_free_p) struct conf *conf = NULL;
	struct conf_paths check = *paths;

	check.is_check = true;

	int r = conf_report_new(&report);

	if (r == 0)
		r = conf_load(&check, report, &conf);
	if (report && json)
		conf_report_print_json(report, out);
	else if (report)
		conf_report_print(report, out);
	return r < 0 || (strict && conf_report_warnings(report) > 0);
}

void conf_list_options(FILE *out)
{
	for (const struct option *o = options; o->name; o++)
		fprintf(out, "%s.%s\t%s\t%s\n", o->section, o->name, option_type_name(o->type),
			o->value ? o->value : "");
}
