#include "daemon/catalog.h"

#include <errno.h>

#include "alloc.h"
#include "objects/device.h"
#include "runner.h"

static struct model *model;
static struct catalog *catalog;
static struct object_hooks hooks;
static struct ddf_resource items[2];
static struct ddf_object first, second, device;
static struct ddf_object *list[3];
static struct conf conf;

static void setup(void)
{
	items[0] = (struct ddf_resource){.id = 1,
		.name = (char *)"Value",
		.units = (char *)"",
		.type = VALUE_INTEGER,
		.ops = DDF_R | DDF_W,
		.is_mandatory = true,
		.has_range = true,
		.min = 0,
		.max = 9};
	items[1] = (struct ddf_resource){
		.id = 4, .name = (char *)"Run", .units = (char *)"", .ops = DDF_E};
	first = (struct ddf_object){.id = 33000,
		.name = (char *)"First",
		.major = 1,
		.minor = 1,
		.is_multiple = true,
		.resource = items,
		.n_resources = 2};
	second = (struct ddf_object){.id = 20,
		.name = (char *)"Second",
		.major = 1,
		.resource = items,
		.n_resources = 1};
	device = (struct ddf_object){.id = 3, .name = (char *)"Another device", .major = 9};
	list[0] = &device;
	list[1] = &second;
	list[2] = &first;
	conf = (struct conf){.objects = list, .n_objects = 3};
	ck_assert_int_eq(model_new(&model), 0);
	ck_assert_int_eq(model_add_object(model, &object_device, NULL), 0);
	ck_assert_int_eq(catalog_new(model, &hooks, &hooks, &catalog), 0);
}

static void teardown(void)
{
	model = model_free(model);
	catalog = catalog_free(catalog);
}

START_TEST(catalog_puts_definitions_into_the_model)
{
	ck_assert_int_eq(catalog_set(catalog, &conf), 0);

	const struct object_def *def = model_object(model, 33000);

	ck_assert_str_eq(def->name, "First");
	ck_assert(def->major == 1 && def->minor == 1 && def->is_multiple && !def->is_server_made);
	ck_assert_ptr_eq(def->hooks, &hooks);
	ck_assert_uint_eq(def->n_resources, 2);
	ck_assert(def->resources[0].type == VALUE_INTEGER && def->resources[0].is_mandatory);
	ck_assert_uint_eq(def->resources[0].ops, OP_R | OP_W);
	ck_assert(def->resources[0].has_range && def->resources[0].max == 9);
	ck_assert_uint_eq(def->resources[1].ops, OP_E);
	ck_assert(catalog_has(catalog, 20) && catalog_has(catalog, 33000));
}
END_TEST

START_TEST(catalog_leaves_the_daemons_own_objects_alone)
{
	ck_assert_int_eq(catalog_set(catalog, &conf), 0);
	ck_assert_ptr_eq(model_object(model, 3), &object_device);
	ck_assert(!catalog_has(catalog, 3));
}
END_TEST

START_TEST(catalog_keeps_instances_of_what_is_unchanged_and_drops_the_others)
{
	ck_assert_int_eq(catalog_set(catalog, &conf), 0);
	ck_assert_int_eq(model_create(model, PATH2(20, 0), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_create(model, PATH2(33000, 0), ORIGIN_NONE), 0);
	first.minor = 2;
	ck_assert_int_eq(catalog_set(catalog, &conf), 0);
	ck_assert(model_exists(model, PATH2(20, 0)));
	ck_assert(!model_exists(model, PATH2(33000, 0)));
	ck_assert_uint_eq(model_object(model, 33000)->minor, 2);
	conf.n_objects = 2;
	ck_assert_int_eq(catalog_set(catalog, &conf), 0);
	ck_assert_ptr_null(model_object(model, 33000));
	ck_assert(model_exists(model, PATH2(20, 0)));
}
END_TEST

START_TEST(catalog_lets_servers_make_instances_where_the_configuration_says_so)
{
	char *created[] = {(char *)"/33000", NULL};

	conf.objects_created = created;
	ck_assert_int_eq(catalog_set(catalog, &conf), 0);
	ck_assert(model_object(model, 33000)->is_server_made);
	ck_assert(!model_object(model, 20)->is_server_made);
}
END_TEST

START_TEST(catalog_survives_failing_allocations)
{
	bool has_failed = true;

	for (unsigned n = 1; has_failed; n++) {
		alloc_fail_at(n);

		int r = catalog_set(catalog, &conf);

		has_failed = alloc_failed();
		alloc_fail_off();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
		if (has_failed) {
			struct conf none = {0};

			ck_assert_int_eq(catalog_set(catalog, &none), 0);
		}
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("catalog");
	TCase *t = tcase_create("catalog");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, catalog_puts_definitions_into_the_model);
	tcase_add_test(t, catalog_leaves_the_daemons_own_objects_alone);
	tcase_add_test(t, catalog_keeps_instances_of_what_is_unchanged_and_drops_the_others);
	tcase_add_test(t, catalog_lets_servers_make_instances_where_the_configuration_says_so);
	tcase_add_test(t, catalog_survives_failing_allocations);
	suite_add_tcase(s, t);
	return s;
}
