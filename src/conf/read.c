#include "conf/read.h"

#include <errno.h>
#include <libconfig.h>

#include "base/cleanup.h"
#include "conf/source.h"

enum { DEPTH_MAX = 16 };

struct reading {
	const struct source *source;
	struct conf_report *report;
	bool is_too_deep;
};

static bool is_integer(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_INT ||
	       config_setting_type(s) == CONFIG_TYPE_INT64;
}

static enum node_type type_of(const struct reading *r, const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_GROUP:
		return NODE_GROUP;
	case CONFIG_TYPE_LIST:
		return NODE_LIST;
	case CONFIG_TYPE_ARRAY:
		return NODE_ARRAY;
	case CONFIG_TYPE_FLOAT:
		return NODE_REAL;
	case CONFIG_TYPE_BOOL:
		return NODE_BOOL;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return source_is_refused(r->source, config_setting_source_line(s)) ? NODE_REFUSED
										   : NODE_NUMBER;
	default:
		return NODE_TEXT;
	}
}

/* libconfig's own copy of a string may be a key: wiped as soon as ours is made. */
static int take_text(struct node *n, config_setting_t *s)
{
	char *text = (char *)config_setting_get_string(s);

	n->text = strdup(text ? text : "");
	if (text)
		explicit_bzero(text, strlen(text));
	return n->text ? 0 : -ENOMEM;
}

static int convert(struct reading *r, config_setting_t *s, unsigned depth, struct node **ret)
{
	struct place at = source_place(r->source, config_setting_source_line(s));
	_cleanup_(node_free_p) struct node *n = NULL;
	int err = node_new(type_of(r, s), config_setting_name(s), at, &n);

	if (err < 0)
		return err;
	if (is_integer(s))
		n->number = config_setting_get_int64(s);
	else if (n->type == NODE_REAL)
		n->real = config_setting_get_float(s);
	else if (n->type == NODE_BOOL)
		n->boolean = config_setting_get_bool(s);
	else if (n->type == NODE_TEXT)
		err = take_text(n, s);
	else if (depth >= DEPTH_MAX)
		r->is_too_deep = true;
	else
		for (int i = 0; err == 0 && i < config_setting_length(s); i++) {
			struct node *child;

			err = convert(
				r, config_setting_get_elem(s, (unsigned)i), depth + 1, &child);
			if (err == 0)
				err = node_add_take(n, child);
		}
	if (err < 0)
		return err;
	*ret = TAKE_PTR(n);
	return 0;
}

/* What people write most often instead of true and false. */
static bool is_other_boolean(struct place at)
{
	static const char *const words[] = {"yes", "no", "on", "off"};
	const char *text = at.file ? at.file->text : NULL;

	for (unsigned line = 1; text && line < at.line; line++) {
		text = strchr(text, '\n');
		if (text)
			text++;
	}

	size_t len = text ? strcspn(text, "\n") : 0;
	const char *value = len ? memchr(text, '=', len) : NULL;

	if (!value)
		return false;
	value += 1 + strspn(value + 1, " \t");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i]);

		if (strncasecmp(value, words[i], n) == 0 && strchr(" \t;,\n#", value[n]))
			return true;
	}
	return false;
}

static void report_syntax(const struct reading *r, const config_t *config)
{
	unsigned line = config_error_line(config) > 0 ? (unsigned)config_error_line(config) : 0;
	struct place at = source_place(r->source, line);
	const char *text = config_error_text(config);

	/* a number that does not fit is a syntax error for newer versions; it was told */
	if (source_is_refused(r->source, line))
		return;
	report_add(r->report, SEVERITY_ERROR, at, "syntax",
		is_other_boolean(at)
			? "the booleans are true and false"
			: "the mistake can be above this line, such as a missing ; or }",
		"%s", text ? text : "syntax error");
}

int read_source(const struct source *source, struct conf_report *report, struct node **ret)
{
	struct reading r = {.source = source, .report = report};
	config_t config;
	int err = 0;

	config_init(&config);
	if (config_read_string(&config, (const char *)source->text.data) == CONFIG_TRUE) {
		err = convert(&r, config_root_setting(&config), 0, ret);
		if (r.is_too_deep) {
			*ret = node_free(*ret);
			report_add(report, SEVERITY_ERROR, (struct place){.file = source->file},
				"syntax", NULL, "groups and lists are nested more than 16 deep");
		}
	} else {
		report_syntax(&r, &config);
	}
	config_destroy(&config);
	return err;
}
