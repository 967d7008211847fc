#include "daemon/card_apply.h"

#include <errno.h>

#include "fake_card.h"
#include "machine.h"
#include "model/account.h"
#include "objects/access_control.h"
#include "objects/security.h"
#include "objects/server.h"

static struct model *m;
static char problem[160];

static bool any_mode(int64_t mode)
{
	return mode == MODE_PSK || mode == MODE_NOSEC;
}

static const struct consistency_support support = {
	.mode = any_mode, .allow_nosec_server = true, .allow_nosec_bootstrap = true};

static void setup(void)
{
	fixture_setup();
	ck_assert_int_eq(model_new(&m), 0);
	ck_assert_int_eq(model_add_object(m, &object_security, NULL), 0);
	ck_assert_int_eq(model_add_object(m, &object_server, NULL), 0);
	ck_assert_int_eq(model_add_object(m, &object_access_control, NULL), 0);
	/* what was there before */
	ck_assert_int_eq(model_create(m, PATH2(0, 3), ORIGIN_FACTORY), 0);
	ck_assert_int_eq(model_create(m, PATH2(1, 3), ORIGIN_BOOTSTRAP), 0);
}

static void teardown(void)
{
	m = model_free(m);
	fixture_teardown();
}

static int apply(struct span content)
{
	problem[0] = 0;
	return card_apply(m, content, &support, problem, sizeof problem);
}

START_TEST(apply_puts_the_accounts_of_the_card_in_place_of_all_others)
{
	struct account a;

	ck_assert_int_eq(apply(test_golden("card/two_objects")), 0);
	ck_assert_uint_eq(account_count_servers(m), 1);
	ck_assert(account_of_server(m, 1, &a));
	ck_assert_int_eq(a.origin, ORIGIN_CARD);
	ck_assert(span_is_text(a.uri, "coaps://eu.iot.avsystem.cloud:5684"));
	ck_assert(span_is_text(a.secret_key, "3x@mpl3P5K53cr3tK3y"));
	ck_assert_int_eq(model_origin(m, PATH2(1, 1)), ORIGIN_CARD);
	ck_assert(!model_exists(m, PATH2(0, 3)));
	ck_assert(!model_exists(m, PATH2(1, 3)));
}
END_TEST

START_TEST(apply_takes_a_bootstrap_account_alone)
{
	struct account a;

	ck_assert_int_eq(apply(test_golden("card/padded")), 0);
	ck_assert(account_bootstrap(m, &a));
	ck_assert_int_eq(a.origin, ORIGIN_CARD);
}
END_TEST

START_TEST(apply_leaves_unknown_objects_out)
{
	struct span right = test_golden("card/two_objects");
	struct buf content = {0};

	ck_assert_int_eq(buf_append(&content, test_hex("0003 0080")), 0);
	ck_assert_int_eq(buf_append(&content, span_of(right.data + 4, right.len - 4)), 0);
	ck_assert_int_eq(buf_append(&content, test_hex("1267 00 0001 AA")), 0);
	ck_assert_int_eq(apply(buf_span(&content)), 0);
	ck_assert_uint_eq(account_count_servers(m), 1);
	buf_done(&content);
}
END_TEST

START_TEST(apply_refuses_what_cannot_work_and_says_where)
{
	static const struct {
		const char *hex, *says;
	} bad[] = {
		{"", "octet 0: expected a header"},
		{"0000 0001 00", "octet 4: expected no more objects"},
		{"0000 0000", "there is no account in it"},
		{"0001 0007 0000 00 0002 08 01", "object 0, octet 9"}, /* TLV cut */
		{"0001 000A 0001 00 0005 C1 01 00 C1 02", "object 1"}, /* no instance */
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ck_assert_int_eq(apply(test_hex(bad[i].hex)), -EBADMSG);
		ck_assert_msg(strstr(problem, bad[i].says), "%s", problem);
	}
}
END_TEST

START_TEST(apply_asks_the_same_questions_as_at_bootstrap_finish)
{
	struct span content = fake_card_account(7, "coaps://x.example");

	/* no security over coaps */
	ck_assert_int_eq(apply(content), -EBADMSG);
	ck_assert(strstr(problem, "/0/1/2"));
	/* a server account without object 1 */
	ck_assert_int_eq(apply(span_of(test_golden("card/two_objects").data, 0)), -EBADMSG);
	ck_assert_int_eq(apply(fake_card_account(7, "coap://x.example")), 0);
}
END_TEST

START_TEST(drop_deletes_what_came_from_the_card_and_nothing_else)
{
	ck_assert_int_eq(apply(test_golden("card/two_objects")), 0);
	ck_assert_int_eq(model_create(m, PATH2(0, 5), ORIGIN_BOOTSTRAP), 0);
	ck_assert_uint_eq(card_apply_drop(m), 1);
	ck_assert(!model_exists(m, PATH2(0, 1)));
	ck_assert(!model_exists(m, PATH2(1, 1)));
	ck_assert(model_exists(m, PATH2(0, 5)));
	ck_assert_uint_eq(card_apply_drop(m), 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("card_apply");
	TCase *t = tcase_create("card_apply");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, apply_puts_the_accounts_of_the_card_in_place_of_all_others);
	tcase_add_test(t, apply_takes_a_bootstrap_account_alone);
	tcase_add_test(t, apply_leaves_unknown_objects_out);
	tcase_add_test(t, apply_refuses_what_cannot_work_and_says_where);
	tcase_add_test(t, apply_asks_the_same_questions_as_at_bootstrap_finish);
	tcase_add_test(t, drop_deletes_what_came_from_the_card_and_nothing_else);
	suite_add_tcase(s, t);
	return s;
}
