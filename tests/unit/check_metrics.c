#include "daemon/metrics.h"

#include <stdio.h>

#include "machine.h"

static struct buf out;

static const char *written(void)
{
	buf_truncate(&out, 0);
	ck_assert_int_eq(metrics_write(&machine->metrics, machine, &out), 0);
	ck_assert_int_eq(buf_append_byte(&out, '\0'), 0);
	return (const char *)out.data;
}

#define ASSERT_HAS(line) ck_assert_msg(strstr(written(), "\n" line "\n"), "%s", written())

START_TEST(metrics_have_one_group_of_lines_for_each_name)
{
	machine_start(WITH_BS ONE_SERVER);
	fake_up(URI_A);
	world_run(1);
	machine->metrics.failures[REASON_REG_TIMEOUT] = 3;
	ASSERT_HAS("lwm2m_phase{phase=\"registered\"} 1");
	ASSERT_HAS("lwm2m_phase{phase=\"holdoff\"} 0");
	ASSERT_HAS("lwm2m_server_registered{ssid=\"1\"} 1");
	ASSERT_HAS("lwm2m_failures_total{reason=\"reg.timeout\"} 3");

	const char *text = written();
	char name[80] = "";

	ck_assert_int_eq(strncmp(text, "# HELP lwm2m_up ", 16), 0);
	/* each sample stands below its own TYPE */
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		if (strncmp(line, "# TYPE ", 7) == 0)
			snprintf(name, sizeof name, "%.*s", (int)strcspn(line + 7, " "), line + 7);
		else if (*line != '#')
			ck_assert_msg(strncmp(line, name, strlen(name)) == 0, "%.60s", line);
	}
	buf_done(&out);
}
END_TEST

static void count(uint8_t method, int64_t observe, size_t n_segments, uint8_t code, uint64_t usec)
{
	const struct request r = {.method = method,
		.observe = observe,
		.n_segments = n_segments,
		.accept = FORMAT_NONE,
		.content_format = FORMAT_NONE};

	metrics_count_request(&machine->metrics, 1, &r, code, usec);
}

START_TEST(metrics_count_requests_by_operation_and_answer)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(1);
	count(MSG_GET, -1, 3, MSG_CODE(2, 5), 50);
	count(MSG_GET, -1, 3, MSG_CODE(2, 5), 700);
	count(MSG_GET, 0, 3, MSG_CODE(2, 5), 10);
	count(MSG_POST, -1, 3, MSG_CODE(4, 5), 2000000);
	count(MSG_POST, -1, 1, MSG_CODE(2, 1), 10);
	ASSERT_HAS("lwm2m_requests_total{ssid=\"1\",op=\"read\",code=\"2.05\"} 2");
	ASSERT_HAS("lwm2m_requests_total{ssid=\"1\",op=\"observe\",code=\"2.05\"} 1");
	ASSERT_HAS("lwm2m_requests_total{ssid=\"1\",op=\"execute\",code=\"4.05\"} 1");
	ASSERT_HAS("lwm2m_requests_total{ssid=\"1\",op=\"create\",code=\"2.01\"} 1");
	ASSERT_HAS("lwm2m_request_seconds_bucket{le=\"0.0001\"} 3");
	ASSERT_HAS("lwm2m_request_seconds_bucket{le=\"0.001\"} 4");
	ASSERT_HAS("lwm2m_request_seconds_bucket{le=\"1\"} 4");
	ASSERT_HAS("lwm2m_request_seconds_bucket{le=\"+Inf\"} 5");
	ASSERT_HAS("lwm2m_request_seconds_count 5");
	ASSERT_HAS("lwm2m_request_seconds_sum 2.000770");
	buf_done(&out);
}
END_TEST

START_TEST(metrics_do_not_grow_beyond_their_room)
{
	static struct metrics m;
	const struct request r = {.method = MSG_GET, .observe = -1, .accept = FORMAT_NONE};
	struct step step = {.stage = STAGE_REGISTER, .result = STEP_OK};

	for (uint16_t ssid = 1; ssid < 1000; ssid++) {
		step.server = ssid;
		metrics_count_step(&m, &step);
		metrics_count_request(&m, ssid, &r, MSG_CODE(2, 5), 1);
	}
	ck_assert_uint_eq(m.n_servers, METRICS_SERVERS);
	ck_assert_uint_eq(m.n_requests, METRICS_REQUESTS);
	ck_assert_uint_eq(m.requests[METRICS_REQUESTS - 1].ssid, 0);
	ck_assert_uint_eq(m.requests[METRICS_REQUESTS - 1].n, 999 - METRICS_REQUESTS + 1);
	metrics_count_request(NULL, 1, &r, 1, 1);
	metrics_count_step(NULL, &step);
}
END_TEST

START_TEST(metrics_count_steps_by_server_and_reason)
{
	machine_start(WITH_BS ONE_SERVER);
	fake_up(URI_A);
	world_run(1);
	metrics_count_step(&machine->metrics, &(const struct step){.stage = STAGE_REGISTER,
						      .result = STEP_FAILED,
						      .server = 1,
						      .reason = REASON_DTLS_PSK_WRONG_KEY});
	metrics_count_step(&machine->metrics, &(const struct step){.stage = STAGE_REGISTER,
						      .result = STEP_OK,
						      .server = 1,
						      .when = 1800000007 * USEC_PER_SEC});
	metrics_count_step(&machine->metrics,
		&(const struct step){.stage = STAGE_SERVER_BOOTSTRAP, .result = STEP_OK});
	ASSERT_HAS("lwm2m_registrations_total{ssid=\"1\",result=\"failed\"} 1");
	ASSERT_HAS("lwm2m_dtls_handshake_failures_total{ssid=\"1\"} 1");
	ASSERT_HAS("lwm2m_server_last_success_timestamp_seconds{ssid=\"1\"} 1800000007");
	ASSERT_HAS("lwm2m_failures_total{reason=\"dtls.psk-wrong-key\"} 1");
	ASSERT_HAS("lwm2m_bootstraps_total{kind=\"server\",result=\"ok\"} 1");
	metrics_count_notification(&machine->metrics, 1, true);
	ASSERT_HAS("lwm2m_notifications_total{ssid=\"1\",type=\"con\"} 1");
	ASSERT_HAS("lwm2m_observations{ssid=\"1\"} 0");
	ck_assert_ptr_nonnull(strstr(written(), "\nprocess_resident_memory_bytes "));
	buf_done(&out);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("metrics");
	TCase *t = machine_case(s, "metrics");

	tcase_add_test(t, metrics_have_one_group_of_lines_for_each_name);
	tcase_add_test(t, metrics_count_requests_by_operation_and_answer);
	tcase_add_test(t, metrics_do_not_grow_beyond_their_room);
	tcase_add_test(t, metrics_count_steps_by_server_and_reason);
	return s;
}
