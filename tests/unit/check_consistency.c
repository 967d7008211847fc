#include "bootstrap/consistency.h"

#include <errno.h>
#include <stdio.h>

#include "alloc.h"
#include "bs.h"
#include "keys/key.h"
#include "pki.h"

static struct bs b;
static struct buf problems;

static void setup(void)
{
	bs_setup(&b);
}

static void teardown(void)
{
	buf_done(&problems);
	bs_teardown(&b);
}

/* The problems are exactly these lines; "" for none. */
static void expect(unsigned flags, const char *text)
{
	int n_lines = *text ? 1 : 0;

	for (const char *c = text; *c; c++)
		n_lines += *c == '\n';
	buf_done(&problems);

	int n = consistency_check(b.m, &b.support, flags, &problems);

	ck_assert_msg(span_is_text(buf_span(&problems), text), "expected:\n%s\nfound:\n%.*s", text,
		(int)problems.len, problems.data ? (const char *)problems.data : "");
	ck_assert_int_eq(n, n_lines);
}

static void set_int(uint16_t object, uint16_t instance, uint16_t resource, int64_t v)
{
	bs_set(&b, PATH3(object, instance, resource), VALUE_INT(v));
}

static void drop(const char *path)
{
	struct path p;

	ck_assert_int_eq(path_parse(span_of_text(path), &p), 0);
	ck_assert_int_eq(model_delete(b.m, p), 0);
}

static void add_second_server(void)
{
	bs_set(&b, PATH3(0, 2, SECURITY_URI), VALUE_TEXT("coaps://two.example"));
	bs_set(&b, PATH3(0, 2, SECURITY_BOOTSTRAP_SERVER), VALUE_BOOL(false));
	set_int(0, 2, SECURITY_MODE, MODE_PSK);
	bs_set(&b, PATH3(0, 2, SECURITY_PUBLIC_KEY_OR_IDENTITY), VALUE_BYTES(span_of_text("i")));
	bs_set(&b, PATH3(0, 2, SECURITY_SECRET_KEY), VALUE_BYTES(span_of_text("k")));
	set_int(0, 2, SECURITY_SHORT_SERVER_ID, 102);
	set_int(1, 2, SERVER_SHORT_SERVER_ID, 102);
	set_int(1, 2, SERVER_LIFETIME, 60);
	bs_set(&b, PATH3(1, 2, SERVER_NOTIFICATION_STORING), VALUE_BOOL(true));
	bs_set(&b, PATH3(1, 2, SERVER_BINDING), VALUE_TEXT("U"));
}

START_TEST(a_complete_configuration_has_no_problem)
{
	expect(0, "");
	add_second_server();
	expect(0, "");
}
END_TEST

/* item 1 */
START_TEST(uri_role_and_mode_must_be_there)
{
	drop("/0/1/0");
	expect(0, "/0/1/0 (LwM2M Server URI) is missing");
	drop("/0/1/2");
	expect(0, "/0/1/0 (LwM2M Server URI) is missing\n/0/1/2 (Security Mode) is missing");
	drop("/0/0/1");
	ck_assert_int_gt(consistency_check(b.m, &b.support, 0, &problems), 2);
}
END_TEST

START_TEST(the_uri_must_be_one)
{
	bs_set(&b, PATH3(0, 1, 0), VALUE_TEXT("http://one.example"));
	ck_assert_int_eq(consistency_check(b.m, &b.support, 0, &problems), 1);
	ck_assert_int_eq(strncmp((char *)problems.data, "/0/1/0 (LwM2M Server URI): ", 27), 0);
	bs_set(&b, PATH3(0, 1, 0), VALUE_TEXT("coaps+tcp://one.example"));
	ck_assert_int_eq(consistency_check(b.m, &b.support, 0, &problems), 0);
}
END_TEST

START_TEST(scheme_and_security_mode_belong_together)
{
	bs_set(&b, PATH3(0, 1, 0), VALUE_TEXT("coap://one.example"));
	expect(0, "/0/1/2 (Security Mode 0) does not fit the scheme coap");
	bs_set(&b, PATH3(0, 1, 0), VALUE_TEXT("coaps://one.example"));
	set_int(0, 1, SECURITY_MODE, MODE_NOSEC);
	b.support.allow_nosec_server = true;
	expect(0, "/0/1/2 (Security Mode 3) does not fit the scheme coaps");
}
END_TEST

START_TEST(no_security_must_be_allowed_for_the_kind_of_account)
{
	bs_set(&b, PATH3(0, 1, 0), VALUE_TEXT("coap://one.example"));
	set_int(0, 1, SECURITY_MODE, MODE_NOSEC);
	expect(0, "/0/1/2: no security is not allowed by security.allow_nosec");
	b.support.allow_nosec_bootstrap = true;
	expect(0, "/0/1/2: no security is not allowed by security.allow_nosec");
	b.support.allow_nosec_server = true;
	expect(0, "");
	bs_set(&b, PATH3(0, 0, 0), VALUE_TEXT("coap://bs.example"));
	set_int(0, 0, SECURITY_MODE, MODE_NOSEC);
	expect(0, "");
	b.support.allow_nosec_bootstrap = false;
	expect(0, "/0/0/2: no security is not allowed by security.allow_nosec");
}
END_TEST

START_TEST(a_mode_that_cannot_be_used_here_is_named)
{
	char text[128];

	bs_set(&b, PATH3(0, 1, SECURITY_SERVER_PUBLIC_KEY), VALUE_BYTES(span_of_text("spki")));
	ck_assert(!consistency_lacks_mode(b.m, &b.support));
	set_int(0, 1, SECURITY_MODE, MODE_EST);
	expect(0, "/0/1/2: Security Mode 4 is not supported here");
	ck_assert(consistency_lacks_mode(b.m, &b.support));
	set_int(0, 1, SECURITY_MODE, MODE_RPK);
	if (key_has_raw_public_keys())
		return;
	snprintf(text, sizeof text, "/0/1/2: raw public keys need OpenSSL 3.2, this is %s",
		key_library_version());
	expect(0, text);
}
END_TEST

static bool every_mode(int64_t mode)
{
	(void)mode;
	return true;
}

START_TEST(each_mode_needs_its_credentials)
{
	b.support.mode = every_mode;
	drop("/0/1/3");
	drop("/0/1/5");
	expect(0, "/0/1/3 (PSK identity) is missing or empty\n"
		  "/0/1/5 (pre-shared key) is missing or empty");
	set_int(0, 1, SECURITY_MODE, MODE_RPK);
	expect(0, "/0/1/3 (client public key) is missing or empty\n"
		  "/0/1/4 (server public key) is missing or empty\n"
		  "/0/1/5 (private key) is missing or empty");
	set_int(0, 1, SECURITY_MODE, MODE_CERTIFICATE);
	bs_set(&b, PATH3(0, 1, SECURITY_SERVER_PUBLIC_KEY), VALUE_BYTES(span_of(NULL, 0)));
	expect(0, "/0/1/3 (client certificate) is missing or empty\n"
		  "/0/1/4 (server certificate) is missing or empty\n"
		  "/0/1/5 (private key) is missing or empty");
	set_int(0, 1, SECURITY_MODE, MODE_EST);
	expect(0, "/0/1/4 (server certificate) is missing or empty");
}
END_TEST

static void set_material(struct span own, struct span server, struct span secret)
{
	bs_set(&b, PATH3(0, 1, SECURITY_PUBLIC_KEY_OR_IDENTITY), VALUE_BYTES(own));
	bs_set(&b, PATH3(0, 1, SECURITY_SERVER_PUBLIC_KEY), VALUE_BYTES(server));
	bs_set(&b, PATH3(0, 1, SECURITY_SECRET_KEY), VALUE_BYTES(secret));
}

START_TEST(keys_and_certificates_must_parse_and_belong_together)
{
	struct pki own, server;
	struct span text = span_of_text("text");

	b.support.mode = every_mode;
	pki_make(&(struct pki_wish){0}, &own);
	pki_make(&(struct pki_wish){0}, &server);

	struct span certificate = buf_span(&own.certificate), spki = buf_span(&own.spki),
		    secret = buf_span(&own.sec1), theirs = buf_span(&server.certificate);

	set_int(0, 1, SECURITY_MODE, MODE_CERTIFICATE);
	set_material(certificate, theirs, secret);
	expect(0, "");
	set_material(text, theirs, secret);
	expect(0, "/0/1/3: not the DER of a certificate");
	set_material(certificate, text, secret);
	expect(0, "/0/1/4: not the DER of a certificate");
	set_material(certificate, theirs, text);
	expect(0, "/0/1/5: not the DER of one private key");
	set_material(certificate, theirs, buf_span(&server.pkcs8));
	expect(0, "/0/1/5: the private key belongs to another certificate");
	/* a certificate is no raw public key (TS transport 5.2.8) */
	set_int(0, 1, SECURITY_MODE, MODE_RPK);
	set_material(certificate, theirs, secret);
	expect(0, "/0/1/3: not the DER of one SubjectPublicKeyInfo");
	set_material(spki, theirs, secret);
	expect(0, "/0/1/4: not the DER of one SubjectPublicKeyInfo");
	set_material(spki, buf_span(&server.spki), secret);
	expect(0, "");
	pki_free(&own);
	pki_free(&server);
}
END_TEST

/* 0/x/16 */
START_TEST(one_of_the_wished_suites_must_be_usable)
{
	struct path p = PATH3(0, 1, SECURITY_CIPHERSUITE);

	bs_set(&b, path_child(p, 0), VALUE_UINT(0xc0ae));
	expect(0, "/0/1/16: none of these cipher suites can be used here");
	bs_set(&b, path_child(p, 1), VALUE_UINT(0xc0a8));
	expect(0, "");
}
END_TEST

START_TEST(an_identity_with_a_nul_octet_cannot_be_used)
{
	bs_set(&b, PATH3(0, 1, 3), VALUE_BYTES(span_of("a\0b", 3)));
	expect(0, "/0/1/3: a PSK identity with a NUL octet cannot be used");
}
END_TEST

/* item 2 */
START_TEST(there_is_one_bootstrap_account_at_most)
{
	bs_set(&b, PATH3(0, 1, SECURITY_BOOTSTRAP_SERVER), VALUE_BOOL(true));
	drop("/1/0");
	expect(CONSISTENCY_SERVERS_OPTIONAL, "/0: 2 Bootstrap-Server accounts, one is allowed");
}
END_TEST

START_TEST(there_is_a_server_account_unless_that_is_optional)
{
	drop("/0/1");
	drop("/1/0");
	expect(0, "/0: there is no Server Account");
	expect(CONSISTENCY_SERVERS_OPTIONAL, "");
}
END_TEST

START_TEST(a_bootstrap_account_is_not_needed)
{
	drop("/0/0");
	expect(0, "");
}
END_TEST

START_TEST(the_short_server_id_of_the_bootstrap_account_means_nothing)
{
	set_int(0, 0, SECURITY_SHORT_SERVER_ID, 101);
	expect(0, "");
}
END_TEST

/* item 3 */
START_TEST(accounts_and_server_instances_come_in_pairs)
{
	drop("/1/0");
	expect(0, "/0/1: no /1 instance with Short Server ID 101");
	set_int(1, 4, SERVER_SHORT_SERVER_ID, 104);
	set_int(1, 4, SERVER_LIFETIME, 60);
	bs_set(&b, PATH3(1, 4, SERVER_NOTIFICATION_STORING), VALUE_BOOL(true));
	bs_set(&b, PATH3(1, 4, SERVER_BINDING), VALUE_TEXT("U"));
	expect(0, "/0/1: no /1 instance with Short Server ID 101\n"
		  "/1/4: no /0 instance with Short Server ID 104");
}
END_TEST

START_TEST(a_server_account_has_a_short_server_id_of_its_own)
{
	add_second_server();
	drop("/0/2/10");
	expect(0, "/0/2/10 (Short Server ID) is missing, 0 or 65535\n"
		  "/1/2: no /0 instance with Short Server ID 102");
	set_int(0, 2, SECURITY_SHORT_SERVER_ID, 101);
	drop("/1/2");
	expect(0, "/0/1/10 and /0/2/10: Short Server ID 101 twice");
}
END_TEST

/* item 4 */
START_TEST(a_server_instance_is_complete)
{
	drop("/1/0/1");
	drop("/1/0/6");
	drop("/1/0/7");
	expect(0, "/1/0/1 (Lifetime) is missing\n/1/0/6 (Notification Storing) is missing\n"
		  "/1/0/7 (Binding) is missing");
}
END_TEST

START_TEST(a_short_server_id_stands_in_one_server_instance)
{
	add_second_server();
	set_int(1, 2, SERVER_SHORT_SERVER_ID, 101);
	expect(0, "/0/2: no /1 instance with Short Server ID 102\n"
		  "/1/0/0 and /1/2/0: Short Server ID 101 twice");
}
END_TEST

START_TEST(values_of_a_server_instance_are_possible)
{
	set_int(1, 0, SERVER_LIFETIME, -1);
	expect(0, "/1/0/1 (Lifetime) has a value that is not allowed");
	set_int(1, 0, SERVER_LIFETIME, 0);
	set_int(1, 0, SERVER_DEFAULT_MIN_PERIOD, -1);
	expect(0, "/1/0/2 (Default Minimum Period) has a value that is not allowed");
	set_int(1, 0, SERVER_DEFAULT_MIN_PERIOD, 0);
	bs_set(&b, PATH3(1, 0, SERVER_BINDING), VALUE_TEXT("UX"));
	expect(0, "/1/0/7 (Binding) has a value that is not allowed");
	bs_set(&b, PATH3(1, 0, SERVER_BINDING), VALUE_TEXT("UQ"));
	bs_set(&b, PATH3(1, 0, SERVER_RETRY_COUNT), VALUE_UINT(0));
	bs_set(&b, PATH3(1, 0, SERVER_SEQUENCE_COUNT), VALUE_UINT(0));
	expect(0, "/1/0/17 (Communication Retry Count) has a value that is not allowed\n"
		  "/1/0/20 (Communication Sequence Retry Count) has a value that is not allowed");
}
END_TEST

/* item 5 */
static void guard(uint16_t i, uint16_t object, uint16_t instance)
{
	set_int(2, i, ACCESS_OBJECT_ID, object);
	set_int(2, i, ACCESS_INSTANCE_ID, instance);
	set_int(2, i, ACCESS_OWNER, 101);
}

START_TEST(with_several_servers_access_control_covers_all_or_is_not_used)
{
	add_second_server();
	guard(0, 3, 0);
	expect(0, "/1/0: no /2 instance says which server may access it\n"
		  "/1/2: no /2 instance says which server may access it");
	guard(1, 1, 0);
	guard(2, 1, 2);
	expect(0, "");
}
END_TEST

START_TEST(with_one_server_access_control_may_be_partial)
{
	guard(0, 3, 0);
	expect(0, "");
	drop("/2/0/3");
	expect(0, "/2/0/3 (Access Control Owner) is missing");
}
END_TEST

/* item 6 */
START_TEST(a_link_to_oscore_leads_to_a_complete_instance_of_its_own)
{
	struct value link = {.type = VALUE_OBJLNK, .link = {OBJECT_OSCORE, 1}};

	bs_set(&b, PATH3(0, 1, SECURITY_OSCORE), link);
	expect(0, "/0/1/17: there is no /21/1");
	bs_set(&b, PATH3(21, 1, 0), VALUE_TEXT("secret"));
	bs_set(&b, PATH3(21, 1, 1), VALUE_TEXT("client"));
	expect(0, "/21/1/2 (OSCORE Recipient ID) is missing");
	bs_set(&b, PATH3(21, 1, 2), VALUE_TEXT("server"));
	expect(0, "");
	bs_set(&b, PATH3(0, 0, SECURITY_OSCORE), link);
	expect(0, "/0/0/17 and /0/1/17 link the same instance");
	link.link = (struct objlnk){ID_NONE, ID_NONE};
	bs_set(&b, PATH3(0, 0, SECURITY_OSCORE), link);
	expect(0, "");
}
END_TEST

/* item 7 */
START_TEST(there_is_a_device_instance)
{
	drop("/3/0");
	expect(0, "/3/0 (Device) is missing");
}
END_TEST

START_TEST(without_memory_there_is_no_answer)
{
	drop("/3/0");
	alloc_fail_at(1);

	int n = consistency_check(b.m, &b.support, 0, &problems);

	alloc_fail_off();
	ck_assert_int_eq(n, -ENOMEM);
}
END_TEST

START_TEST(more_problems_than_can_be_told_are_problems_all_the_same)
{
	problems.max = 16;
	drop("/3/0");
	ck_assert_int_eq(consistency_check(b.m, &b.support, 0, &problems), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("consistency");
	TCase *t = tcase_create("consistency");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_complete_configuration_has_no_problem);
	tcase_add_test(t, uri_role_and_mode_must_be_there);
	tcase_add_test(t, the_uri_must_be_one);
	tcase_add_test(t, scheme_and_security_mode_belong_together);
	tcase_add_test(t, no_security_must_be_allowed_for_the_kind_of_account);
	tcase_add_test(t, a_mode_that_cannot_be_used_here_is_named);
	tcase_add_test(t, each_mode_needs_its_credentials);
	tcase_add_test(t, keys_and_certificates_must_parse_and_belong_together);
	tcase_add_test(t, one_of_the_wished_suites_must_be_usable);
	tcase_add_test(t, an_identity_with_a_nul_octet_cannot_be_used);
	tcase_add_test(t, there_is_one_bootstrap_account_at_most);
	tcase_add_test(t, there_is_a_server_account_unless_that_is_optional);
	tcase_add_test(t, a_bootstrap_account_is_not_needed);
	tcase_add_test(t, the_short_server_id_of_the_bootstrap_account_means_nothing);
	tcase_add_test(t, accounts_and_server_instances_come_in_pairs);
	tcase_add_test(t, a_server_account_has_a_short_server_id_of_its_own);
	tcase_add_test(t, a_server_instance_is_complete);
	tcase_add_test(t, a_short_server_id_stands_in_one_server_instance);
	tcase_add_test(t, values_of_a_server_instance_are_possible);
	tcase_add_test(t, with_several_servers_access_control_covers_all_or_is_not_used);
	tcase_add_test(t, with_one_server_access_control_may_be_partial);
	tcase_add_test(t, a_link_to_oscore_leads_to_a_complete_instance_of_its_own);
	tcase_add_test(t, there_is_a_device_instance);
	tcase_add_test(t, without_memory_there_is_no_answer);
	tcase_add_test(t, more_problems_than_can_be_told_are_problems_all_the_same);
	suite_add_tcase(s, t);
	return s;
}
