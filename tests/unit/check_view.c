#include "daemon/view.h"

#include <errno.h>
#include <stdio.h>

#include "daemon/console.h"
#include "machine.h"

static struct console console;

static struct manage_state state(void)
{
	struct manage_state s = {0};

	console.d = machine;
	view_state(&console, &s);
	return s;
}

/* What was emitted, one after the other. */
static char text[16384];

static void forget(void)
{
	console.d = machine;
	text[0] = '\0';
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, sizeof text - len, format, args);
	va_end(args);
}

static void note_server(void *to, const struct manage_server *s)
{
	(void)to;
	note("%u %s %s %s %s %d %s\n", s->ssid, s->uri, s->security, s->state,
		s->next_action ? s->next_action : "-", (int)s->next_action_in,
		reason_id(s->last_error));
}

static void note_advice(void *to, const struct manage_advice *a)
{
	(void)to;
	note("%s: %s: %s\n", reason_id(a->reason), a->why, a->hint);
}

static void note_warning(void *to, const struct manage_warning *w)
{
	(void)to;
	note("%s ", reason_id(w->reason));
}

static void note_instance(void *to, const struct manage_instance *i)
{
	char path[PATH_TEXT_MAX];

	(void)to;
	path_format(i->path, path);
	note("%s %s\n", path, i->owner);
}

static void note_value(void *to, const struct manage_value *v)
{
	char path[PATH_TEXT_MAX];

	(void)to;
	path_format(v->path, path);
	note("%s%s ", path, v->is_hidden ? "=hidden" : "");
}

static const char *servers(void)
{
	forget();
	view_servers(&console, note_server, NULL);
	return text;
}

static const char *advice(void)
{
	forget();
	view_advice(&console, note_advice, NULL);
	return text;
}

static const char *values(struct path p)
{
	forget();
	ck_assert_int_eq(view_values(&console, p, note_value, NULL), 0);
	return text;
}

START_TEST(view_hold_off_shows_the_seconds_left_and_what_comes_next)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE + 10.5);

	struct manage_state s = state();

	ck_assert_str_eq(s.phase, "holdoff");
	ck_assert_int_eq(s.holdoff_left, 20);
	ck_assert_int_eq(s.next_in, 20);
	ck_assert_str_eq(s.next, "client-initiated bootstrap with coap://bs.example");
	ck_assert_str_eq(s.source, "factory");
	ck_assert_uint_eq(s.servers_registered, 0);
	ck_assert_uint_eq(s.servers_total, 1);
	ck_assert(!s.needs_person);
	ck_assert_str_eq(servers(), "0 coap://bs.example nosec idle bootstrap 20 \n"
				    "1 coap://a.example nosec failed - -1 reg.timeout\n");
	ck_assert_int_eq(strncmp(advice(), "reg.timeout: server 1: ", 23), 0);
	ck_assert_ptr_null(strstr(text, "retry.exhausted"));
}
END_TEST

START_TEST(view_registered_has_no_advice)
{
	machine_start(WITH_BS TWO_SERVERS);
	fake_up(URI_A);
	fake_up(URI_B);
	world_run(1);
	ck_assert_str_eq(state().phase, "registered");
	ck_assert_str_eq(advice(), "");
	ck_assert_ptr_nonnull(strstr(servers(), "1 coap://a.example nosec registered update "));
}
END_TEST

START_TEST(view_degraded_advises_on_the_server_that_failed_only)
{
	machine_start(WITH_BS TWO_SERVERS);
	fake_up(URI_A);
	fake_answer(URI_B, FAKE_REGISTER, 0x83);
	world_run(1);
	ck_assert_str_eq(state().phase, "degraded");
	ck_assert(!state().needs_person);
	ck_assert_int_eq(strncmp(advice(), "reg.forbidden: server 2: ", 25), 0);
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
}
END_TEST

START_TEST(view_refusal_needs_a_person_until_it_is_over)
{
	machine_start(WITH_BS ONE_SERVER);
	fake_answer(URI_A, FAKE_REGISTER, 0x83);
	world_run(1);
	ck_assert(state().needs_person);
	fake_up(URI_A);
	world_run(200);
	ck_assert(!state().needs_person);
	ck_assert_str_eq(advice(), "");
}
END_TEST

START_TEST(view_without_any_way_is_idle_and_needs_a_person)
{
	machine_start(CONF_BASE);
	world_run(1);
	ck_assert_str_eq(state().phase, "idle");
	ck_assert(state().needs_person);
	ck_assert_int_eq(state().next_in, -1);
	ck_assert_int_eq(strncmp(advice(), "config.no-server: ", 18), 0);
}
END_TEST

START_TEST(view_since_is_kept_while_the_phase_is_the_same)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(SILENCE + 1);

	uint64_t since = state().since;

	world_run(10);
	ck_assert_uint_eq(state().since, since);
	ck_assert_int_eq(state().holdoff_left, 19);
}
END_TEST

START_TEST(view_refused_reload_is_a_warning)
{
	machine_start(WITH_BS ONE_SERVER);
	fake_up(URI_A);
	world_run(1);
	machine_reload("nonsense = 1;");
	world_run(1);
	forget();
	view_warnings(&console, note_warning, NULL);
	ck_assert_str_eq(text, "config.stale ");
	ck_assert_int_eq(strncmp(advice(), "config.stale: ", 14), 0);
}
END_TEST

START_TEST(view_values_never_show_keys_and_identities)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(1);
	ck_assert_ptr_nonnull(strstr(values(PATH1(0)), "/0/0/5=hidden "));
	ck_assert_ptr_nonnull(strstr(text, "/0/0/3=hidden "));
	ck_assert_ptr_nonnull(strstr(text, "/0/0/0 "));
	ck_assert_str_eq(values(PATH3(0, 0, 5)), "/0/0/5=hidden ");
	ck_assert_str_eq(values(PATH3(1, 0, 0)), "/1/0/0 ");
	ck_assert_str_eq(values(PATH4(3, 0, 11, 0)), "/3/0/11/0 ");
	ck_assert_ptr_nonnull(strstr(values(PATH0()), "/3/0/11/0 "));
	ck_assert_int_eq(view_values(&console, PATH1(99), note_value, NULL), -ENOENT);
	ck_assert_int_eq(view_values(&console, PATH3(3, 0, 99), note_value, NULL), -ENOENT);
}
END_TEST

START_TEST(view_instances_name_their_owner)
{
	machine_start(WITH_BS ONE_SERVER);
	world_run(1);
	forget();
	ck_assert_int_eq(view_instances(&console, PATH0(), note_instance, NULL), 0);
	ck_assert_str_eq(text, "/0/0 configuration\n/0/1 configuration\n"
			       "/1/0 configuration\n/3/0 daemon\n");
	forget();
	ck_assert_int_eq(view_instances(&console, PATH1(3), note_instance, NULL), 0);
	ck_assert_str_eq(text, "/3/0 daemon\n");
	ck_assert_int_eq(view_instances(&console, PATH1(4), note_instance, NULL), -ENOENT);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("view");
	TCase *t = machine_case(s, "view");

	tcase_add_test(t, view_hold_off_shows_the_seconds_left_and_what_comes_next);
	tcase_add_test(t, view_registered_has_no_advice);
	tcase_add_test(t, view_degraded_advises_on_the_server_that_failed_only);
	tcase_add_test(t, view_refusal_needs_a_person_until_it_is_over);
	tcase_add_test(t, view_without_any_way_is_idle_and_needs_a_person);
	tcase_add_test(t, view_since_is_kept_while_the_phase_is_the_same);
	tcase_add_test(t, view_refused_reload_is_a_warning);
	tcase_add_test(t, view_values_never_show_keys_and_identities);
	tcase_add_test(t, view_instances_name_their_owner);
	return s;
}
