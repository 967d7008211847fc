#include "objects/security.h"

#include "registry.h"
#include "runner.h"

START_TEST(security_is_hidden_from_servers_as_a_whole)
{
	ck_assert(object_security.is_hidden);
	for (size_t i = 0; i < object_security.n_resources; i++)
		ck_assert_uint_eq(object_security.resources[i].ops, 0);
}
END_TEST

START_TEST(security_takes_a_hold_off_of_32_bits)
{
	struct path p = PATH3(OBJECT_SECURITY, 0, SECURITY_CLIENT_HOLD_OFF_TIME);
	struct model *m;

	ck_assert_int_eq(model_new(&m), 0);
	ck_assert_int_eq(model_add_object(m, &object_security, NULL), 0);
	ck_assert_int_eq(model_create(m, PATH2(OBJECT_SECURITY, 0), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_set(m, p, &VALUE_INT(UINT32_MAX)), 0);
	ck_assert_int_eq(model_get_int(m, p, 0), UINT32_MAX);
	model_free(m);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("security");
	TCase *t = tcase_create("security");

	tcase_add_test(t, security_is_hidden_from_servers_as_a_whole);
	tcase_add_test(t, security_takes_a_hold_off_of_32_bits);
	suite_add_tcase(s, t);
	suite_add_tcase(s, registry_case(&object_security));
	return s;
}
