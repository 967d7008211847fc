#include "bound.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "codec/text.h"
#include "conf_fixture.h"
#include "daemon/catalog.h"
#include "runner.h"

struct bound bound;

#define ITEM(id, ops, type, range, multiple)                                                       \
	"<Item ID=\"" id "\"><Name>n" id "</Name><Operations>" ops "</Operations>"                 \
	"<MultipleInstances>" multiple "</MultipleInstances><Type>" type                           \
	"</Type><RangeEnumeration>" range "</RangeEnumeration></Item>"

static const char definition[] =
	"<LWM2M><Object><Name>Bound</Name><ObjectID>33000</ObjectID>"
	"<MultipleInstances>Multiple</MultipleInstances><Resources>" ITEM(
		"1", "R", "Float", "", "Single") ITEM("2", "R", "String", "", "Single") ITEM("3",
		"RW", "Integer", "0..100", "Single") ITEM("4", "RW", "Boolean", "", "Single")
		ITEM("5", "E", "", "", "Single") ITEM("6", "RW", "String", "", "Multiple")
			ITEM("7", "RW", "Opaque", "", "Single") "</Resources></Object></LWM2M>";

static void on_change(void *data, struct path p, enum model_change what)
{
	(void)data;
	resources_changed(bound.resources, p, what);
}

static struct conf *load(const char *entries, const char *more)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "smartcard = { enabled = \"yes\"; };\nresources = (\n%s\n);\n%s\n", entries,
		more);
	fclose(out);

	struct fixture_result result = fixture_load_text(text);

	ck_assert_msg(result.r == 0, "%s", result.text);

	struct conf *conf = result.conf;

	result.conf = NULL;
	fixture_result_done(&result);
	free(text);
	return conf;
}

void bound_setup(void)
{
	world_begin(1000 * USEC_PER_SEC);
	fixture_setup();
	fixture_populate();
	fixture_write("/etc/lwm2md/objects/33000.xml", definition, 0644);
	ck_assert_int_eq(timeline_new(&clock_system, &bound.timeline), 0);
}

void bound_teardown(void)
{
	timeline_free(bound.timeline);
	fixture_teardown();
	world_end();
}

static void make_keeper(void)
{
	const struct keeper_env env = {.model = bound.model,
		.loop = &world_loop,
		.clock = &clock_system,
		.timeline = bound.timeline};
	char directory[160];
	int pid;

	snprintf(directory, sizeof directory, "%s/state", fixture_root());
	ck_assert_int_eq(keeper_new(&env, directory, &bound.keeper, &pid), 0);
}

void bound_start(const char *entries, const char *more)
{
	ck_assert_int_eq(model_new(&bound.model), 0);
	make_keeper();
	ck_assert_int_eq(programs_new(&world_loop, &clock_system, &bound.programs), 0);

	const struct resources_env env = {.model = bound.model,
		.loop = &world_loop,
		.clock = &clock_system,
		.keeper = bound.keeper,
		.programs = bound.programs};

	ck_assert_int_eq(resources_new(&env, &bound.resources), 0);
	model_on_change(bound.model, on_change, NULL);
	bound.conf = load(entries, more);
	ck_assert_int_eq(resources_set_conf(bound.resources, bound.conf), 0);
	resources_serve(bound.resources, 101);
}

void bound_stop(void)
{
	resources_flush(bound.resources);

	struct catalog *catalog = resources_take_catalog(bound.resources);

	bound.resources = resources_free(bound.resources);
	bound.programs = programs_free(bound.programs);
	bound.keeper = keeper_free(bound.keeper);
	model_on_change(bound.model, NULL, NULL);
	bound.model = model_free(bound.model);
	catalog_free(catalog);
	bound.conf = (conf_free_p(&bound.conf), NULL);
}

int bound_try_reload(const char *entries, const char *more)
{
	struct conf *old = bound.conf;
	int r;

	bound.conf = load(entries, more);
	r = resources_set_conf(bound.resources, bound.conf);
	conf_free_p(&old);
	return r;
}

void bound_reload(const char *entries, const char *more)
{
	ck_assert_int_eq(bound_try_reload(entries, more), 0);
}

const char *bound_file(const char *name, const char *text)
{
	static char path[160];
	char inside[96];

	snprintf(inside, sizeof inside, "/data/%s", name);
	fixture_write(inside, text, 0644);
	snprintf(path, sizeof path, "%s%s", fixture_root(), inside);
	return path;
}

const char *bound_read(struct path p)
{
	static char text[256];
	struct buf out = {0};
	struct writer w = writer_to(&out);
	struct value v;

	model_refresh(bound.model, p);
	text[0] = '\0';
	if (model_get(bound.model, p, &v) == 0) {
		text_from_value(&v, &w);
		ck_assert_int_eq(w.err, 0);
		snprintf(text, sizeof text, "%.*s", (int)out.len, (const char *)out.data);
	}
	buf_done(&out);
	return text;
}

int bound_write(struct path p, const struct value *v)
{
	int r = model_begin(bound.model);

	ck_assert_int_eq(r, 0);
	r = model_set(bound.model, p, v);
	if (r == 0)
		r = model_check(bound.model, path_parent(p, 3), v);
	if (r < 0)
		model_rollback(bound.model);
	else
		model_commit(bound.model);
	return r;
}
