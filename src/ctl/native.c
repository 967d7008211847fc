#include "ctl/native.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "ctl/ask.h"

enum { SCHEMA = 1 };

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
				write_native(w, member, ask_text(v, "type"));
			else
				json_write_value(w, member);
		}
		json_close_object(w);
	}
	json_close_array(w);
}

int native_print(const struct json *reply, const struct json *more)
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
