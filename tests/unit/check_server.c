#include "objects/server.h"

#include <errno.h>

#include "registry.h"
#include "runner.h"

#define TEXT(t)                                                                                    \
	{                                                                                          \
		.type = VALUE_STRING, .bytes = {(const uint8_t *)(t), sizeof(t) - 1 }              \
	}
#define INT(v)                                                                                     \
	{                                                                                          \
		.type = VALUE_INTEGER, .i = (v)                                                    \
	}
#define UINT(v)                                                                                    \
	{                                                                                          \
		.type = VALUE_UNSIGNED, .u = (v)                                                   \
	}

static struct model *m;
static char asked; /* which action, and for whom */
static uint16_t asked_for;

static int disable(void *data, uint16_t ssid)
{
	asked = 'd';
	asked_for = ssid;
	return *(int *)data;
}

static int update(void *data, uint16_t ssid)
{
	asked = 'u';
	asked_for = ssid;
	return *(int *)data;
}

static int bootstrap(void *data, uint16_t ssid)
{
	asked = 'b';
	asked_for = ssid;
	return *(int *)data;
}

static int result;
static struct server_actions actions = {
	.data = &result, .disable = disable, .update = update, .bootstrap = bootstrap};

static void setup(void)
{
	ck_assert_int_eq(model_new(&m), 0);
	ck_assert_int_eq(model_add_object(m, &object_server, &actions), 0);
	ck_assert_int_eq(model_create(m, PATH2(OBJECT_SERVER, 7), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_set(m, PATH3(OBJECT_SERVER, 7, 0), &VALUE_INT(456)), 0);
}

static void teardown(void)
{
	m = model_free(m);
}

static const struct {
	uint16_t rid;
	struct value v;
	int expected;
} values[] = {
	{SERVER_LIFETIME, INT(0), 0}, /* infinite */
	{SERVER_LIFETIME, INT(UINT32_MAX), 0},
	{SERVER_LIFETIME, INT(-1), -EDOM},
	{SERVER_LIFETIME, INT(INT64_C(1) << 32), -EDOM},
	{SERVER_DEFAULT_MIN_PERIOD, INT(-1), -EDOM},
	{SERVER_DEFAULT_MAX_PERIOD, INT(-1), -EDOM},
	{SERVER_DISABLE_TIMEOUT, INT(-1), -EDOM},
	{SERVER_DISABLE_TIMEOUT, INT(0), 0},
	{SERVER_INITIAL_DELAY, UINT(UINT32_MAX), 0},
	{SERVER_INITIAL_DELAY, UINT(UINT64_MAX), -EDOM},
	{SERVER_RETRY_COUNT, UINT(0), -EDOM},
	{SERVER_RETRY_COUNT, UINT(1), 0},
	{SERVER_RETRY_TIMER, UINT(0), 0},
	{SERVER_SEQUENCE_DELAY, UINT(UINT32_MAX), 0},
	{SERVER_SEQUENCE_COUNT, UINT(0), -EDOM},
	{SERVER_BINDING, TEXT("U"), 0},
	{SERVER_BINDING, TEXT("UT"), 0},
	{SERVER_BINDING, TEXT("HMNSTU"), 0},
	{SERVER_BINDING, TEXT("UQ"), 0},
	{SERVER_BINDING, TEXT("UQS"), 0},
	{SERVER_BINDING, TEXT("SQ"), 0},
	{SERVER_BINDING, TEXT(""), -EDOM},
	{SERVER_BINDING, TEXT("Q"), -EDOM},
	{SERVER_BINDING, TEXT("TQ"), -EDOM},
	{SERVER_BINDING, TEXT("USQ"), -EDOM},
	{SERVER_BINDING, TEXT("UU"), -EDOM},
	{SERVER_BINDING, TEXT("u"), -EDOM},
	{SERVER_PREFERRED_TRANSPORT, TEXT("U"), 0},
	{SERVER_PREFERRED_TRANSPORT, TEXT("UT"), -EDOM},
	{SERVER_PREFERRED_TRANSPORT, TEXT(""), -EDOM},
	{SERVER_PREFERRED_TRANSPORT, TEXT("Q"), -EDOM},
	{SERVER_MUTE_SEND, {.type = VALUE_BOOLEAN}, 0},
};

START_TEST(server_checks_what_the_registry_says_in_words)
{
	struct path p = PATH3(OBJECT_SERVER, 7, values[_i].rid);

	ck_assert_int_eq(model_check(m, p, &values[_i].v), values[_i].expected);
}
END_TEST

START_TEST(server_execute_is_for_the_server_of_the_instance)
{
	static const struct {
		uint16_t rid;
		char action;
	} executables[] = {{SERVER_DISABLE, 'd'}, {SERVER_UPDATE_TRIGGER, 'u'},
		{SERVER_BOOTSTRAP_TRIGGER, 'b'}};

	for (size_t i = 0; i < 3; i++) {
		struct path p = PATH3(OBJECT_SERVER, 7, executables[i].rid);

		asked = 0;
		result = 0;
		ck_assert_int_eq(model_execute(m, 123, p, (struct span){0}), 0);
		ck_assert_int_eq(asked, executables[i].action);
		ck_assert_uint_eq(asked_for, 456);
		result = -EOPNOTSUPP;
		ck_assert_int_eq(model_execute(m, 123, p, (struct span){0}), -EOPNOTSUPP);
	}
	ck_assert_int_eq(
		model_execute(m, 123, PATH3(OBJECT_SERVER, 7, 1), (struct span){0}), -EOPNOTSUPP);
}
END_TEST

START_TEST(server_without_actions_executes_nothing)
{
	teardown();
	ck_assert_int_eq(model_new(&m), 0);
	ck_assert_int_eq(model_add_object(m, &object_server, NULL), 0);
	ck_assert_int_eq(
		model_execute(m, 123, PATH3(OBJECT_SERVER, 7, 8), (struct span){0}), -EOPNOTSUPP);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("server");
	TCase *t = tcase_create("server");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, server_checks_what_the_registry_says_in_words, 0,
		sizeof values / sizeof *values);
	tcase_add_test(t, server_execute_is_for_the_server_of_the_instance);
	tcase_add_test(t, server_without_actions_executes_nothing);
	suite_add_tcase(s, t);
	suite_add_tcase(s, registry_case(&object_server));
	return s;
}
