/* The system bus is played here: what it permits, and what it was asked to do. */
#include "daemon/host.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon/system_bus.h"
#include "runner.h"
#include "world.h"

struct system_bus {
	unsigned n_probes, n_reboots, n_times, n_zones;
	bool can_reboot, can_time, can_zone;
	int64_t time;
	char zone[64];
};

static struct system_bus bus;
static struct model *m;
static struct host *host;
static struct device_actions actions;
static struct conf conf;

int system_bus_new(const struct loop *loop, const struct clock *clock, struct system_bus **ret)
{
	(void)loop;
	(void)clock;
	*ret = &bus;
	return 0;
}

struct system_bus *system_bus_free(struct system_bus *b)
{
	(void)b;
	return NULL;
}

void system_bus_probe(struct system_bus *b)
{
	b->n_probes++;
}

bool system_bus_can_reboot(const struct system_bus *b)
{
	return b->can_reboot;
}

bool system_bus_can_set_time(const struct system_bus *b)
{
	return b->can_time;
}

bool system_bus_can_set_timezone(const struct system_bus *b)
{
	return b->can_zone;
}

int system_bus_reboot(struct system_bus *b)
{
	b->n_reboots++;
	return 0;
}

int system_bus_set_time(struct system_bus *b, int64_t unix_seconds)
{
	b->n_times++;
	b->time = unix_seconds;
	return 0;
}

int system_bus_set_timezone(struct system_bus *b, const char *zone)
{
	b->n_zones++;
	snprintf(b->zone, sizeof b->zone, "%s", zone);
	return 0;
}

static void on_change(void *data, struct path p, enum model_change what)
{
	(void)data;
	host_changed(host, p, what);
}

static void setup(void)
{
	const struct host_env env = {.loop = &world_loop, .clock = &clock_system};
	struct host_env with_model = env;

	world_begin(1000 * USEC_PER_SEC);
	bus = (struct system_bus){0};
	conf = (struct conf){.device = {.allow_reboot = true}};
	ck_assert_int_eq(model_new(&m), 0);
	with_model.model = m;
	ck_assert_int_eq(host_new(&with_model, &host), 0);
	host_set_conf(host, &conf);
	actions = (struct device_actions){0};
	host_fill_actions(host, &actions);
	ck_assert_int_eq(model_add_object(m, &object_device, &actions), 0);
	ck_assert_int_eq(model_create(m, PATH2(3, 0), ORIGIN_NONE), 0);
	model_on_change(m, on_change, NULL);
}

static void teardown(void)
{
	host = host_free(host);
	m = model_free(m);
	world_end();
}

static int execute(uint16_t rid)
{
	return model_execute(m, 101, PATH3(3, 0, rid), span_of_text(""));
}

/* As dm does it: all or nothing. */
static int write_value(uint16_t rid, const struct value *v)
{
	struct path p = PATH3(3, 0, rid);
	int r = model_begin(m);

	if (r == 0)
		r = model_set(m, p, v);
	if (r == 0)
		r = model_check(m, p, v);
	if (r < 0)
		model_rollback(m);
	else
		model_commit(m);
	return r;
}

START_TEST(host_reboots_after_the_answer)
{
	bus.can_reboot = true;
	ck_assert_int_eq(execute(4), 0);
	ck_assert_uint_eq(bus.n_reboots, 0);
	world_run(2);
	ck_assert_uint_eq(bus.n_reboots, 1);
}
END_TEST

START_TEST(host_does_not_reboot_without_logind_or_permission)
{
	unsigned probes = bus.n_probes;

	ck_assert_int_eq(execute(4), -EOPNOTSUPP);
	/* asked again: the next try may have it */
	ck_assert_uint_eq(bus.n_probes, probes + 1);
	conf.device.allow_reboot = false;
	bus.can_reboot = true;
	ck_assert_int_eq(execute(4), -EOPNOTSUPP);
	world_run(2);
	ck_assert_uint_eq(bus.n_reboots, 0);
}
END_TEST

START_TEST(host_resets_only_where_the_configuration_has_a_program_for_it)
{
	char *command[] = {(char *)"/bin/true", NULL};

	ck_assert_int_eq(execute(5), -EOPNOTSUPP);
	conf.device.allow_factory_reset = true;
	ck_assert_int_eq(execute(5), -EOPNOTSUPP);
	conf.device.allow_factory_reset = false;
	conf.device.factory_reset_command = command;
	ck_assert_int_eq(execute(5), -EOPNOTSUPP);
}
END_TEST

START_TEST(host_clock_is_set_once_it_is_written)
{
	const struct value v = {.type = VALUE_TIME, .i = 1900000000};
	const struct value before = {.type = VALUE_TIME, .i = 0};

	ck_assert_int_eq(write_value(13, &v), -EOPNOTSUPP);
	bus.can_time = true;
	ck_assert_int_eq(write_value(13, &before), -EDOM);
	ck_assert_int_eq(write_value(13, &v), 0);
	ck_assert_uint_eq(bus.n_times, 1);
	ck_assert_int_eq(bus.time, 1900000000);
	/* a Read brings the time up to date and sets no clock */
	model_refresh(m, PATH2(3, 0));
	ck_assert_uint_eq(bus.n_times, 1);
}
END_TEST

static const struct {
	const char *zone;
	int r;
} zones[] = {
	{"Etc/UTC", 0},
	{"", -EDOM},
	{"Nowhere/Land", -EDOM},
	{"/etc/passwd", -EDOM},
	{"../../../etc/passwd", -EDOM},
	{"Etc/UTC\n", -EDOM},
};

START_TEST(host_time_zone_must_be_one_that_is_there)
{
	const struct value v = VALUE_TEXT(zones[_i].zone);
	int expected = zones[_i].r;

	ck_assert_int_eq(write_value(15, &v), -EOPNOTSUPP);
	bus.can_zone = true;
	if (access("/usr/share/zoneinfo/Etc/UTC", R_OK) < 0)
		expected = -EDOM;
	ck_assert_int_eq(write_value(15, &v), expected);
	ck_assert_uint_eq(bus.n_zones, expected == 0);
	if (expected == 0)
		ck_assert_str_eq(bus.zone, zones[_i].zone);
}
END_TEST

START_TEST(host_utc_offset_follows_from_the_zone)
{
	bus.can_time = bus.can_zone = true;
	ck_assert_int_eq(write_value(14, &VALUE_TEXT("+02:00")), -EOPNOTSUPP);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("host");
	TCase *t = tcase_create("host");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, host_reboots_after_the_answer);
	tcase_add_test(t, host_does_not_reboot_without_logind_or_permission);
	tcase_add_test(t, host_resets_only_where_the_configuration_has_a_program_for_it);
	tcase_add_test(t, host_clock_is_set_once_it_is_written);
	tcase_add_loop_test(
		t, host_time_zone_must_be_one_that_is_there, 0, sizeof zones / sizeof *zones);
	tcase_add_test(t, host_utc_offset_follows_from_the_zone);
	suite_add_tcase(s, t);
	return s;
}
