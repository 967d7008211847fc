#include "objects/access_control.h"

#include <errno.h>

#include "registry.h"
#include "runner.h"

START_TEST(access_control_entries_have_five_bits)
{
	struct path acl = PATH3(OBJECT_ACCESS_CONTROL, 0, ACCESS_ACL);
	struct model *m;

	ck_assert_int_eq(model_new(&m), 0);
	ck_assert_int_eq(model_add_object(m, &object_access_control, NULL), 0);
	ck_assert_int_eq(model_create(m, PATH2(OBJECT_ACCESS_CONTROL, 0), ORIGIN_NONE), 0);
	ck_assert_int_eq(model_set(m, path_child(acl, 123), &VALUE_INT(31)), 0);
	ck_assert_int_eq(model_set(m, path_child(acl, 123), &VALUE_INT(32)), -ERANGE);
	model_free(m);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("access_control");
	TCase *t = tcase_create("access_control");

	tcase_add_test(t, access_control_entries_have_five_bits);
	suite_add_tcase(s, t);
	suite_add_tcase(s, registry_case(&object_access_control));
	return s;
}
