#include "server/reaction.h"

#include "codec/message.h"
#include "runner.h"

static void expect(
	enum reg_operation operation, uint8_t code, enum reg_event event, enum reason reason)
{
	struct reaction got = reaction_to(operation, code);

	ck_assert_str_eq(reg_event_name(got.event), reg_event_name(event));
	ck_assert_str_eq(reason_id(got.reason), reason_id(reason));
}

START_TEST(register_2_01_is_a_registration)
{
	expect(REG_OP_REGISTER, MSG_CREATED, REG_EV_ACCEPTED, REASON_NONE);
}
END_TEST

START_TEST(register_4_00_and_4_03_are_rejections)
{
	expect(REG_OP_REGISTER, MSG_BAD_REQUEST, REG_EV_REJECTED, REASON_REG_BAD_REQUEST);
	expect(REG_OP_REGISTER, MSG_FORBIDDEN, REG_EV_REJECTED, REASON_REG_FORBIDDEN);
}
END_TEST

START_TEST(register_4_09_asks_for_the_full_list)
{
	expect(REG_OP_REGISTER, MSG_CONFLICT, REG_EV_CONFLICT, REASON_REG_CONFLICT);
}
END_TEST

START_TEST(register_4_12_asks_for_another_version)
{
	expect(REG_OP_REGISTER, MSG_PRECONDITION, REG_EV_VERSION, REASON_REG_PRECONDITION);
}
END_TEST

START_TEST(register_other_4_xx_are_rejections)
{
	expect(REG_OP_REGISTER, MSG_NOT_FOUND, REG_EV_REJECTED, REASON_REG_NOT_FOUND);
	expect(REG_OP_REGISTER, MSG_UNAUTHORIZED, REG_EV_REJECTED, REASON_REG_REFUSED);
	expect(REG_OP_REGISTER, MSG_CODE(4, 31), REG_EV_REJECTED, REASON_REG_REFUSED);
}
END_TEST

START_TEST(register_5_xx_is_temporary)
{
	for (unsigned detail = 0; detail < 32; detail++)
		expect(REG_OP_REGISTER, (uint8_t)MSG_CODE(5, detail), REG_EV_FAILED,
			REASON_REG_SERVER_ERROR);
}
END_TEST

START_TEST(register_success_without_location_is_no_registration)
{
	expect(REG_OP_REGISTER, MSG_CHANGED, REG_EV_REJECTED, REASON_REG_REFUSED);
	expect(REG_OP_REGISTER, MSG_CONTENT, REG_EV_REJECTED, REASON_REG_REFUSED);
}
END_TEST

START_TEST(update_2_04_keeps_the_registration)
{
	expect(REG_OP_UPDATE, MSG_CHANGED, REG_EV_ACCEPTED, REASON_NONE);
}
END_TEST

START_TEST(update_4_xx_means_register_anew)
{
	for (unsigned detail = 0; detail < 32; detail++)
		expect(REG_OP_UPDATE, (uint8_t)MSG_CODE(4, detail), REG_EV_FORGOTTEN,
			REASON_REG_LOST);
}
END_TEST

START_TEST(update_5_xx_is_a_failure)
{
	expect(REG_OP_UPDATE, MSG_UNAVAILABLE, REG_EV_FAILED, REASON_REG_SERVER_ERROR);
}
END_TEST

START_TEST(deregister_is_done_with_any_answer)
{
	for (unsigned code = 0; code < 256; code++)
		expect(REG_OP_DEREGISTER, (uint8_t)code, REG_EV_ACCEPTED, REASON_NONE);
}
END_TEST

START_TEST(every_code_has_a_reaction)
{
	for (unsigned code = 0; code < 256; code++) {
		ck_assert_int_lt(
			(int)reaction_to(REG_OP_REGISTER, (uint8_t)code).event, REG_EV_DELAYED);
		ck_assert_int_lt(
			(int)reaction_to(REG_OP_UPDATE, (uint8_t)code).event, REG_EV_DELAYED);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("reaction");
	TCase *t = tcase_create("reaction");

	tcase_add_test(t, register_2_01_is_a_registration);
	tcase_add_test(t, register_4_00_and_4_03_are_rejections);
	tcase_add_test(t, register_4_09_asks_for_the_full_list);
	tcase_add_test(t, register_4_12_asks_for_another_version);
	tcase_add_test(t, register_other_4_xx_are_rejections);
	tcase_add_test(t, register_5_xx_is_temporary);
	tcase_add_test(t, register_success_without_location_is_no_registration);
	tcase_add_test(t, update_2_04_keeps_the_registration);
	tcase_add_test(t, update_4_xx_means_register_anew);
	tcase_add_test(t, update_5_xx_is_a_failure);
	tcase_add_test(t, deregister_is_done_with_any_answer);
	tcase_add_test(t, every_code_has_a_reaction);
	suite_add_tcase(s, t);
	return s;
}
