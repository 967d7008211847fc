#include "conf/setting.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/encoding.h"
#include "base/parse.h"
#include "base/suggest.h"
#include "conf/command.h"
#include "conf/credential.h"
#include "conf/expand.h"
#include "conf/form.h"
#include "keys/hash.h"

/* A setting on its way: what it is for and where it is written. */
struct setting {
	struct check *check;
	const struct option *option;
	const struct node *node; /* NULL: the default */
	void *base;
};

static struct place place_of(const struct setting *s)
{
	return s->node ? s->node->at : (struct place){0};
}

__attribute__((format(printf, 4, 5))) static int fail(
	const struct setting *s, const char *code, const char *hint, const char *format, ...)
{
	_cleanup_(free_p) char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	report_add(s->check->report, SEVERITY_ERROR, place_of(s), code, hint, "%s: %s",
		s->option->name, text ? text : code);
	return -EINVAL;
}

static int fail_type(const struct setting *s, const char *expected, const char *hint)
{
	return fail(s, "wrong-type", hint, "%s is expected, this is %s", expected,
		node_type_name(s->node->type));
}

static void *place_in(const struct setting *s, size_t offset)
{
	return (char *)s->base + offset;
}

static void note_presence(const struct setting *s)
{
	if (s->node && s->option->has)
		*(bool *)place_in(s, s->option->has) = true;
}

static int store_text(const struct setting *s, const char *text)
{
	if (s->option->store != STORE_TEXT)
		return 0;

	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*(char **)place_in(s, s->option->at));
	*(char **)place_in(s, s->option->at) = copy;
	return 0;
}

static void store_number(const struct setting *s, uint64_t v)
{
	void *to = place_in(s, s->option->at);

	switch (s->option->store) {
	case STORE_U16:
		*(uint16_t *)to = (uint16_t)v;
		break;
	case STORE_U32:
		*(uint32_t *)to = (uint32_t)v;
		break;
	case STORE_U64:
		*(uint64_t *)to = v;
		break;
	case STORE_WORD:
		*(int *)to = (int)v;
		break;
	case STORE_BOOL:
		*(bool *)to = v;
		break;
	case STORE_TRISTATE:
		*(enum conf_tristate *)to = v ? SET_TRUE : SET_FALSE;
		break;
	case STORE_NOWHERE:
	case STORE_TEXT:
	case STORE_REAL:
	case STORE_TEXTS:
	case STORE_SECRET:
	case STORE_NUMBERS:
		break;
	}
	note_presence(s);
}

static bool is_in_range(const struct option *o, double v)
{
	return v >= o->min && v <= o->max;
}

static int take_bool(const struct setting *s)
{
	if (s->node && s->node->type != NODE_BOOL)
		return fail_type(s, "true or false",
			s->node->type == NODE_TEXT ? "write it without quotes" : NULL);
	store_number(s, s->node ? s->node->boolean : strcmp(s->option->value, "true") == 0);
	return 0;
}

static int take_number(const struct setting *s)
{
	int64_t v;

	if (!s->node) {
		int r = parse_i64(span_of_text(s->option->value), &v);

		if (r < 0)
			return r;
	} else if (s->node->type == NODE_NUMBER) {
		v = s->node->number;
	} else {
		return fail_type(s, "an integer",
			s->node->type == NODE_TEXT ? "write it without quotes" : NULL);
	}
	if (!is_in_range(s->option, (double)v))
		return fail(s,
			strcmp(s->option->name, "short_id") == 0 ? "short-id-range"
								 : "number-range",
			NULL, "%lld is not within %.0f to %.0f", (long long)v, s->option->min,
			s->option->max);
	store_number(s, (uint64_t)v);
	return 0;
}

static int take_real(const struct setting *s)
{
	double v;

	if (!s->node) {
		int r = parse_double(span_of_text(s->option->value), &v);

		if (r < 0)
			return r;
	} else if (s->node->type == NODE_REAL) {
		v = s->node->real;
	} else if (s->node->type == NODE_NUMBER) {
		v = (double)s->node->number;
	} else {
		return fail_type(s, "a number", NULL);
	}
	/* written so that a NaN is refused */
	if (!is_in_range(s->option, v))
		return fail(s, "number-range", NULL, "%g is not within %g to %g", v, s->option->min,
			s->option->max);
	if (s->option->store == STORE_REAL)
		*(double *)place_in(s, s->option->at) = v;
	note_presence(s);
	return 0;
}

static const char time_hint[] =
	"a number with its unit: \"500ms\", \"30s\", \"5min\", \"12h\", \"1d\"";

static int take_time(const struct setting *s)
{
	const char *text = s->node ? s->node->text : s->option->value;
	uint64_t usec = 0;
	int r;

	if (s->node && s->node->type == NODE_NUMBER)
		r = s->node->number < 0 || __builtin_mul_overflow((uint64_t)s->node->number,
						   (uint64_t)1000000, &usec)
			    ? -ERANGE
			    : 0;
	else if (s->node && s->node->type != NODE_TEXT)
		return fail_type(s, "a time", time_hint);
	else
		r = parse_time(span_of_text(text), &usec);

	if (r == -EINVAL)
		return fail(s, "bad-time", time_hint, "\"%.40s\" is no time", text);
	if (r < 0 || !is_in_range(s->option, (double)usec))
		return fail(s, "number-range", NULL, "the time is not within %.0fs to %.0fs",
			s->option->min / 1e6, s->option->max / 1e6);
	if (s->option->store == STORE_U32 && usec % 1000000)
		return fail(s, "bad-time", NULL, "this time is in whole seconds");
	store_number(s, s->option->store == STORE_U32 ? usec / 1000000 : usec);
	return 0;
}

static int take_size(const struct setting *s)
{
	const char *text = s->node ? s->node->text : s->option->value;
	uint64_t v = 0;
	int r = 0;

	if (s->node && s->node->type == NODE_NUMBER)
		v = (uint64_t)s->node->number;
	else if (s->node && s->node->type != NODE_TEXT)
		return fail_type(s, "a size", "such as \"64K\" or \"512M\"");
	else
		r = parse_size(span_of_text(text), &v);
	if (r == -EINVAL)
		return fail(s, "bad-value", "such as \"64K\" or \"512M\"", "\"%.40s\" is no size",
			text);
	if (r < 0 || !is_in_range(s->option, (double)v))
		return fail(s, "number-range", NULL, "the size is not within %.0f to %.0f octets",
			s->option->min, s->option->max);
	store_number(s, v);
	return 0;
}

/* Which of "a|b|c" text is, -1 if none. near: the one that was probably meant. */
static int word_index(const char *words, const char *text, char near[32])
{
	struct suggest suggest = {.word = text};
	char copy[160];
	char *rest = copy, *word;
	int found = -1;

	snprintf(copy, sizeof copy, "%s", words);
	for (int i = 0; (word = strsep(&rest, "|")); i++) {
		if (strcmp(word, text) == 0)
			found = i;
		suggest_offer(&suggest, word);
	}
	snprintf(near, 32, "%s", suggest.best ? suggest.best : "");
	return found;
}

static int take_word(const struct setting *s)
{
	const char *text = s->node ? s->node->text : s->option->value;
	char hint[240], near[32];

	snprintf(hint, sizeof hint, "one of %s, in quotes", s->option->words);
	if (s->node && s->node->type != NODE_TEXT)
		return fail_type(s, "a string", hint);

	int i = word_index(s->option->words, text, near);

	if (i < 0) {
		if (*near)
			snprintf(hint, sizeof hint, "did you mean \"%s\"?", near);
		return fail(
			s, "bad-value", hint, "\"%.40s\" is not one of %s", text, s->option->words);
	}
	store_number(s, (uint64_t)i);
	return 0;
}

static int fail_fault(const struct setting *s, const struct fault *fault)
{
	return fail(s, fault->code, *fault->hint ? fault->hint : NULL, "%s", fault->message);
}

static int check_form(const struct setting *s, const char *text)
{
	struct fault fault;
	int r = form_check(s->option, s->check->root, text, &fault);

	return r == -EINVAL ? fail_fault(s, &fault) : r;
}

static int take_text(const struct setting *s)
{
	if (!s->node)
		return store_text(s, s->option->value);
	if (s->node->type != NODE_TEXT)
		return fail_type(s, "a string", "write it in quotes");

	int r = check_form(s, s->node->text);

	return r < 0 ? r : store_text(s, s->node->text);
}

/* Fills in the words; 0 with *ret NULL where an image cannot know them yet. */
static int expand(const struct setting *s, const char *code, char **ret)
{
	struct expand_env env = {.root = s->check->root, .serial = s->check->conf->device.serial};
	char why[EXPAND_WHY_MAX] = "";
	int r = expand_words(&env, s->node->text, ret, why);

	if (r == -ENODATA && *env.root) {
		report_add(s->check->report, SEVERITY_NOTE, s->node->at, "device-only", NULL,
			"%s: %s: filled in on the device", s->option->name, why);
		return 0;
	}
	if (r == -EINVAL || r == -ENODATA)
		return fail(s, code, NULL, "%s", why);
	return r;
}

static int take_name(const struct setting *s)
{
	_cleanup_(free_p) char *text = NULL;

	if (s->node->type != NODE_TEXT)
		return fail_type(s, "a string", "write it in quotes");

	int r = expand(s, "no-endpoint", &text);

	if (r < 0 || !text)
		return r;
	if (!*text)
		return fail(s, "no-endpoint",
			"without this key the endpoint is made from the machine id",
			"the name is empty");
	r = check_form(s, text);
	return r < 0 ? r : store_text(s, text);
}

static int store_secret(const struct setting *s, struct span bytes)
{
	if (s->option->store != STORE_SECRET)
		return 0;
	return secret_set(place_in(s, s->option->at), bytes);
}

static int take_identity(const struct setting *s)
{
	_cleanup_(buf_done) struct buf bytes = {0};
	_cleanup_(free_p) char *text = NULL;
	int r;

	if (s->node->type != NODE_TEXT)
		return fail_type(s, "a string", "write it in quotes");
	if (strncmp(s->node->text, "hex:", 4) == 0) {
		r = hex_decode(span_of_text(s->node->text + 4), &bytes);
		if (r == -EBADMSG || r == -ENOSPC)
			return fail(s, "bad-value", NULL, "this is no hex");
	} else {
		r = expand(s, "bad-value", &text);
		if (r == 0 && !text)
			return 0;
		if (r == 0)
			r = check_form(s, text);
		if (r == 0)
			r = buf_append_text(&bytes, text);
	}
	if (r < 0)
		return r;
	if (bytes.len == 0 || bytes.len > (size_t)s->option->max)
		return fail(
			s, "bad-value", NULL, "an identity has 1 to %.0f octets", s->option->max);
	if (memchr(bytes.data, '\0', bytes.len))
		return fail(
			s, "psk-identity-nul", NULL, "no identity with a zero octet can be sent");
	return store_secret(s, buf_span(&bytes));
}

/* What was found in it, without showing it. */
static int note_secret(const struct setting *s, const struct secret *key, enum credential_form form)
{
	char fingerprint[FINGERPRINT_TEXT_MAX];
	int r = fingerprint_format(secret_span(key), fingerprint);

	if (r < 0)
		return r;
	if (s->option->type == OPTION_PIN)
		report_add(s->check->report, SEVERITY_NOTE, s->node->at, "secret", NULL,
			"%s: %zu characters", s->option->name, key->len);
	else
		report_add(s->check->report, SEVERITY_NOTE, s->node->at, "secret", NULL,
			"%s: %s, %zu octets, %s", s->option->name, credential_form_name(form),
			key->len, fingerprint);
	return 0;
}

static int take_secret(const struct setting *s)
{
	struct check *c = s->check;
	_cleanup_(secret_done) struct secret key = {0};
	enum credential_form form;
	struct fault fault;

	if (s->node->type != NODE_TEXT)
		return fail_type(s, "a string", "write it in quotes");

	struct credential_env env = {.root = c->root,
		.directory = getenv("CREDENTIALS_DIRECTORY"),
		.conf_path = s->node->at.file->path,
		.is_conf_exposed = s->node->at.file->is_exposed,
		.is_absence_forgiven = c->paths->is_check};
	int r = credential_open(&env, s->option->type, s->node->text, &key, &form, &fault);

	if (r == -ENODATA)
		report_add(c->report, SEVERITY_WARNING, s->node->at, fault.code, fault.hint,
			"%s: %s", s->option->name, fault.message);
	if (r == -EINVAL)
		return fail_fault(s, &fault);
	if (r < 0)
		return r == -ENODATA ? 0 : r;
	if (s->option->max > 0 && (double)key.len > s->option->max)
		return fail(s, "secret-invalid", NULL, "the key has %zu octets, %.0f are the most",
			key.len, s->option->max);
	r = note_secret(s, &key, form);
	return r < 0 ? r : store_secret(s, secret_span(&key));
}

static void store_one_of(const struct setting *s, size_t i, uint32_t number)
{
	struct conf_numbers *to = place_in(s, s->option->at);

	to->at[i] = number;
	to->n = i + 1;
}

static int take_numbers(const struct setting *s)
{
	if (s->node->type != NODE_ARRAY)
		return fail_type(s, "an array of integers", "such as [ 1, 2 ]");
	if (s->node->n_children > CONF_NUMBERS_MAX)
		return fail(s, "number-range", NULL, "more than %d integers", CONF_NUMBERS_MAX);
	for (size_t i = 0; i < s->node->n_children; i++) {
		struct setting element = *s;

		element.node = s->node->child[i];

		int r = element.node->type == NODE_REFUSED ? 0 : take_number(&element);

		if (r < 0)
			return r;
		if (s->option->store == STORE_NUMBERS && element.node->type == NODE_NUMBER)
			store_one_of(s, i, (uint32_t)element.node->number);
	}
	return 0;
}

static int check_command(const struct setting *s)
{
	const size_t n_words = s->node->n_children;
	struct fault fault;
	int r;

	if (n_words == 0)
		return fail(s, "bad-value", NULL, "the program is missing");
	if (n_words > COMMAND_WORDS_MAX)
		return fail(s, "bad-value", NULL, "a program and at most %d arguments",
			COMMAND_WORDS_MAX - 1);
	r = command_check(s->check->root, s->node->child[0]->text, &fault);
	return r == -EINVAL ? fail_fault(s, &fault) : r;
}

/* Arrays of strings: texts, paths, object paths, and a command with its arguments. */
static int take_texts(const struct setting *s)
{
	const struct node *n = s->node;

	if (n->type != NODE_ARRAY)
		return fail_type(s, "an array of strings", "such as [ \"one\", \"two\" ]");
	for (size_t i = 0; i < n->n_children; i++) {
		if (n->child[i]->type != NODE_TEXT)
			return fail(s, "wrong-type", NULL, "an array of strings is expected");

		int r = check_form(s, n->child[i]->text);

		if (r < 0)
			return r;
	}

	int r = s->option->type == OPTION_COMMAND ? check_command(s) : 0;

	if (r != 0 || s->option->store != STORE_TEXTS)
		return r;

	char **list = calloc(n->n_children + 1, sizeof *list);

	if (!list)
		return -ENOMEM;
	*(char ***)place_in(s, s->option->at) = list;
	for (size_t i = 0; i < n->n_children; i++) {
		list[i] = strdup(n->child[i]->text);
		if (!list[i])
			return -ENOMEM;
	}
	return 0;
}

static int take_value(const struct setting *s)
{
	switch (s->node->type) {
	case NODE_TEXT:
	case NODE_NUMBER:
	case NODE_REAL:
	case NODE_BOOL:
	case NODE_REFUSED:
		return 0;
	case NODE_GROUP:
	case NODE_LIST:
	case NODE_ARRAY:
		break;
	}
	return fail_type(s, "a single value", NULL);
}

static int take(const struct setting *s)
{
	switch (s->option->type) {
	case OPTION_BOOL:
		return take_bool(s);
	case OPTION_NUMBER:
		return take_number(s);
	case OPTION_REAL:
		return take_real(s);
	case OPTION_TIME:
		return take_time(s);
	case OPTION_SIZE:
		return take_size(s);
	case OPTION_WORD:
		return take_word(s);
	case OPTION_NAME:
		return take_name(s);
	case OPTION_IDENTITY:
		return take_identity(s);
	case OPTION_PSK:
	case OPTION_PRIVATE_KEY:
	case OPTION_PUBLIC:
	case OPTION_PIN:
		return take_secret(s);
	case OPTION_NUMBERS:
		return take_numbers(s);
	case OPTION_TEXTS:
	case OPTION_ADDRESSES:
	case OPTION_PATHS:
	case OPTION_OBJECT_PATHS:
	case OPTION_COMMAND:
		return take_texts(s);
	case OPTION_VALUE:
		return take_value(s);
	case OPTION_TEXT:
	case OPTION_URI:
	case OPTION_HOST:
	case OPTION_PATH:
	case OPTION_BINDING:
	case OPTION_GROUP_NAME:
	case OPTION_USER_NAME:
	case OPTION_OBJECT_PATH:
		return take_text(s);
	}
	return 0;
}

int setting_take(struct check *c, const struct option *o, const struct node *n, void *base)
{
	struct setting s = {.check = c, .option = o, .node = n, .base = base};

	if (!n && (!o->value || o->store == STORE_NOWHERE))
		return 0;
	if (n && n->type == NODE_REFUSED)
		return 0;
	if (n && o->flags & OPTION_NO_EFFECT)
		report_add(c->report, SEVERITY_WARNING, n->at, "no-effect", NULL,
			"%s: accepted and checked, has no effect in this version", o->name);

	int r = take(&s);

	/* a mistake is in the report, the rest is looked at all the same */
	return r == -EINVAL ? 0 : r;
}

int setting_take_section(struct check *c, const char *section, const struct node *group, void *base)
{
	for (const struct option *o = options; o->name; o++) {
		if (strcmp(o->section, section) != 0)
			continue;

		const struct node *n = group ? node_child(group, o->name) : NULL;
		int r = setting_take(c, o, n, base);

		if (r < 0)
			return r;
	}
	return 0;
}
