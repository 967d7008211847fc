#include "conf/keys.h"

#include "base/suggest.h"
#include "conf/options.h"

enum { PATH_LEN = 256 };

static void check_group(struct conf_report *report, const struct node *group, const char *section,
	const char *path);

/* The section a key of this name is at home in; NULL: none. */
static const char *home_of(const char *name)
{
	for (const struct option *o = options; o->name; o++)
		if (strcmp(o->name, name) == 0)
			return o->section;
	return NULL;
}

static void unknown_key(
	struct conf_report *report, const struct node *n, const char *section, const char *path)
{
	struct suggest suggest = {.word = n->name};
	size_t len = strlen(section);
	const char *home = home_of(n->name);
	char hint[PATH_LEN];

	for (const struct option *o = options; o->name; o++)
		if (strcmp(o->section, section) == 0)
			suggest_offer(&suggest, o->name);
	for (const struct section *s = sections; s->name; s++)
		if (len == 0 ? *s->name && !strchr(s->name, '.')
			     : strncmp(s->name, section, len) == 0 && s->name[len] == '.' &&
					!strchr(s->name + len + 1, '.'))
			suggest_offer(&suggest, s->name + (len ? len + 1 : 0));

	if (suggest.best)
		snprintf(hint, sizeof hint, "did you mean \"%s\"?", suggest.best);
	else if (home)
		snprintf(hint, sizeof hint, "\"%.100s\" belongs in \"%s\"", n->name, home);
	else
		snprintf(
			hint, sizeof hint, "lwm2md.conf(5) lists the keys; own ones start with x_");
	report_add(report, SEVERITY_ERROR, n->at, "unknown-key", hint, "unknown key \"%s\"%s%s%s",
		n->name, *path ? " in \"" : " at the top level", path, *path ? "\"" : "");
}

static void check_named(
	struct conf_report *report, const struct node *n, const char *section, const char *path)
{
	char entry_section[PATH_LEN], entry_path[PATH_LEN];

	snprintf(entry_section, sizeof entry_section, "%.200s.NAME", section);
	for (size_t i = 0; i < n->n_children; i++) {
		const struct node *entry = n->child[i];

		if (option_is_foreign(entry->name))
			continue;
		snprintf(entry_path, sizeof entry_path, "%.120s.%.120s", path, entry->name);
		if (entry->type == NODE_GROUP)
			check_group(report, entry, entry_section, entry_path);
		else
			report_add(report, SEVERITY_ERROR, entry->at, "wrong-type", NULL,
				"%s: a group { } is expected, this is %s", entry_path,
				node_type_name(entry->type));
	}
}

static void check_list(struct conf_report *report, const struct node *n, const char *section)
{
	for (size_t i = 0; i < n->n_children; i++) {
		const struct node *entry = n->child[i];

		if (entry->type == NODE_GROUP)
			check_group(report, entry, section, section);
		else
			report_add(report, SEVERITY_ERROR, entry->at, "wrong-type", NULL,
				"%s: each entry is a group { }, this is %s", section,
				node_type_name(entry->type));
	}
}

static void wrong_section_type(
	struct conf_report *report, const struct node *n, const struct section *s, const char *path)
{
	if (strcmp(s->name, "bootstrap") == 0 && n->type == NODE_LIST)
		report_add(report, SEVERITY_ERROR, n->at, "two-bootstrap-servers",
			"the standard has one Bootstrap-Server account: write bootstrap = { ... };",
			"bootstrap is a list, and there is only one bootstrap server");
	else
		report_add(report, SEVERITY_ERROR, n->at, "wrong-type",
			s->type == SECTION_NAMED
				? "each entry has a name of your choice: { main = { "
				  "... }; }"
				: NULL,
			"%s: %s is expected, this is %s", path,
			node_type_name(s->type == SECTION_LIST ? NODE_LIST : NODE_GROUP),
			node_type_name(n->type));
}

static void check_section(
	struct conf_report *report, const struct node *n, const struct section *s, const char *path)
{
	if (n->type != (s->type == SECTION_LIST ? NODE_LIST : NODE_GROUP)) {
		wrong_section_type(report, n, s, path);
		return;
	}
	if (s->flags & OPTION_NO_EFFECT && n->n_children > 0)
		report_add(report, SEVERITY_WARNING, n->at, "no-effect", NULL,
			"%s: accepted and checked, has no effect in this version", path);
	switch (s->type) {
	case SECTION_GROUP:
		check_group(report, n, s->name, path);
		break;
	case SECTION_NAMED:
		check_named(report, n, s->name, path);
		break;
	case SECTION_LIST:
		check_list(report, n, s->name);
		break;
	}
}

static void check_group(
	struct conf_report *report, const struct node *group, const char *section, const char *path)
{
	for (size_t i = 0; i < group->n_children; i++) {
		const struct node *n = group->child[i];
		const struct section *s = section_find(section, n->name);
		char below[PATH_LEN];

		snprintf(below, sizeof below, "%.120s%s%.120s", path, *path ? "." : "", n->name);
		if (option_is_foreign(n->name) || option_find(section, n->name))
			continue;
		if (s)
			check_section(report, n, s, below);
		else
			unknown_key(report, n, section, path);
	}
}

void keys_check(struct conf_report *report, const struct node *tree)
{
	check_group(report, tree, "", "");
}
