#include "ctl/render.h"

#include <stdlib.h>

#include "runner.h"

static char *text;
static size_t size;

static struct json *parse(const char *json)
{
	struct json *j;

	ck_assert_int_eq(json_parse(span_of_text(json), &j), 0);
	return j;
}

/* No line is wider than 80 columns; how many there are. */
static unsigned lines(void)
{
	unsigned n = 0;

	for (const char *at = text; *at; n++) {
		size_t len = strcspn(at, "\n"), width = 0;

		for (size_t i = 0; i < len; i++)
			width += ((unsigned char)at[i] & 0xc0) != 0x80;
		ck_assert_msg(width <= 80, "%.*s", (int)len, at);
		ck_assert_int_eq(at[len], '\n');
		at += len + 1;
	}
	return n;
}

#define STATE(phase, up, more)                                                                     \
	"\"state\":{\"phase\":\"" phase "\",\"since\":100,\"endpoint\":\"dev\",\"version\":\"1\"," \
	"\"source\":\"factory\",\"servers_registered\":" up ",\"servers_total\":2" more "}"
#define LONG "coaps://a-server-with-a-very-long-name.of-a-department.example.net:5684/and/a/path"

static void status(const char *state, const char *servers)
{
	struct json *s = parse(state), *list = parse(servers);
	FILE *f = open_memstream(&text, &size);

	render_status(f, json_member(s, "state"), list, 100 + 7200);
	fclose(f);
	json_free(s);
	json_free(list);
}

START_TEST(status_names_servers_state_and_what_comes_next)
{
	status("{" STATE("degraded", "1",
		       ",\"warnings\":[{\"code\":\"config.stale\",\"text\":\"t\"}]") "}",
		"[{\"ssid\":101,\"bootstrap\":false,\"uri\":\"" LONG "\",\"security\":\"psk\","
		"\"state\":\"registered\",\"next_action\":\"update\",\"next_action_in\":41000}]");
	lines();
	ck_assert_ptr_nonnull(strstr(text, "registered with 1 of 2 servers, for 2 h\n"));
	ck_assert_ptr_nonnull(strstr(text, "  warning   config.stale: t\n"));
	ck_assert_ptr_nonnull(strstr(text, " psk      registered    update in 11 h\n"));
	ck_assert_ptr_nonnull(strstr(text, "lwm2mctl why"));
	free(text);
}
END_TEST

START_TEST(status_of_many_servers_fits_the_screen)
{
	char list[8192] = "[";

	for (int i = 1; i <= 64; i++) {
		size_t len = strlen(list);

		snprintf(list + len, sizeof list - len,
			"%s{\"ssid\":%d,\"bootstrap\":false,\"uri\":\"coap://a\",\"security\":"
			"\"nosec\",\"state\":\"retrying\"}",
			i > 1 ? "," : "", i);
	}
	list[strlen(list)] = ']';
	status("{" STATE("registering", "0", ",\"next\":\"" LONG "\",\"next_in\":4294967295") "}",
		list);
	ck_assert_uint_le(lines(), 24);
	ck_assert_ptr_nonnull(strstr(text, "and 54 more"));
	free(text);
}
END_TEST

#define STEP(detail, more)                                                                         \
	"{\"seq\":1,\"when\":0,\"stage\":\"register\",\"ssid\":65534,\"result\":\"failed\","       \
	"\"detail\":\"" detail "\",\"repeats\":0" more "}"
#define REASON ",\"reason\":{\"id\":\"dtls.psk-unknown-identity\"}"
#define ADVICE "{\"why\":\"" LONG LONG " and " LONG LONG "\",\"try\":\"compare the identity\"}"

static void why(const char *reply)
{
	struct json *j = parse(reply);
	FILE *f = open_memstream(&text, &size);

	render_why(f, j);
	fclose(f);
	json_free(j);
}

START_TEST(why_of_a_long_story_fits_the_screen)
{
	char reply[16384] = "{" STATE("holdoff", "0",
		",\"next\":\"bootstrap\",\"next_in\":18") ",\"advice\":[" ADVICE "," ADVICE
							  "," ADVICE "],\"steps\":[";

	for (int i = 0; i < 30; i++) {
		size_t len = strlen(reply);

		snprintf(reply + len, sizeof reply - len, "%s%s", i ? "," : "",
			STEP("step 3: \xc3\xa4\xc3\xa4\xc3\xa4" LONG, REASON));
	}
	memcpy(reply + strlen(reply), "]}", 3);
	why(reply);
	ck_assert_uint_le(lines(), 24);
	ck_assert_int_eq(
		strncmp(text, "Not registered: waiting for a server-initiated bootstrap\n", 57), 0);
	ck_assert_ptr_nonnull(strstr(text, "  next: bootstrap in 18 s\n"));
	ck_assert_ptr_nonnull(strstr(text, "... dtls.psk-unknown-identity\n"));
	free(text);
}
END_TEST

START_TEST(why_shows_steps_their_reasons_and_what_to_try)
{
	why("{" STATE("retrying", "0", "") ",\"advice\":[{\"why\":\"w\",\"try\":\"t\"}],\"steps\":"
					   "[" STEP("step 1, smart card: none",
						   ",\"reason\":{\"id\":\"card.absent\"}") "]}");
	ck_assert_ptr_nonnull(strstr(text, "  register 65534   failed   none "));
	ck_assert_ptr_nonnull(strstr(text, " card.absent\n\n  Why: w\n  Try: t\n"));
	free(text);
}
END_TEST

START_TEST(durations_are_short)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {{0, "0 s"}, {119, "119 s"}, {120, "2 min"}, {7200, "2 h"}, {172800, "2 d"},
		{4294967295, "49710 d"}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char got[RENDER_DURATION_MAX];

		render_duration(cases[i].seconds, got);
		ck_assert_str_eq(got, cases[i].text);
	}
}
END_TEST

START_TEST(hidden_values_are_said_to_be_hidden)
{
	struct json *j = parse("[{\"path\":\"/0/0/5\",\"type\":\"opaque\",\"name\":\"Secret Key\"},"
			       "{\"path\":\"/3/0/0\",\"type\":\"string\",\"value\":\"x\"}]");
	FILE *f = open_memstream(&text, &size);

	render_values(f, j);
	fclose(f);
	json_free(j);
	ck_assert_ptr_nonnull(strstr(text, "Secret Key                       (hidden)\n"));
	ck_assert_ptr_nonnull(strstr(text, " x\n"));
	free(text);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("render");
	TCase *t = tcase_create("render");

	tcase_add_test(t, status_names_servers_state_and_what_comes_next);
	tcase_add_test(t, status_of_many_servers_fits_the_screen);
	tcase_add_test(t, why_of_a_long_story_fits_the_screen);
	tcase_add_test(t, why_shows_steps_their_reasons_and_what_to_try);
	tcase_add_test(t, durations_are_short);
	tcase_add_test(t, hidden_values_are_said_to_be_hidden);
	suite_add_tcase(s, t);
	return s;
}
