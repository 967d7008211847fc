/* logind and timedated are played by a child at the other end of a socket, without a bus daemon. */
#include "daemon/system_bus.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "runner.h"
#include "testloop.h"

static struct system_bus *bus;
static char directory[64], path[96];
static pid_t child;
static int said; /* what the child was asked, one octet each */

/* --- the other end ---------------------------------------------------------------------------- */

static const char *can_reboot = "yes";
static int is_ntp;
static int say;

static void tell(char c)
{
	if (write(say, &c, 1) != 1)
		abort();
}

static int on_hello(sd_bus_message *m, void *data, sd_bus_error *error)
{
	(void)data;
	(void)error;
	return sd_bus_reply_method_return(m, "s", ":1.1");
}

static int on_can_reboot(sd_bus_message *m, void *data, sd_bus_error *error)
{
	(void)data;
	(void)error;
	tell('c');
	return sd_bus_reply_method_return(m, "s", can_reboot);
}

static int on_reboot(sd_bus_message *m, void *data, sd_bus_error *error)
{
	(void)data;
	(void)error;
	tell('r');
	return sd_bus_reply_method_return(m, "");
}

static int on_set_time(sd_bus_message *m, void *data, sd_bus_error *error)
{
	int64_t usec = 0;
	int relative = 1, interactive = 1;

	(void)data;
	(void)error;
	sd_bus_message_read(m, "xbb", &usec, &relative, &interactive);
	tell(usec == INT64_C(1900000000000000) && !relative && !interactive ? 't' : 'x');
	return sd_bus_reply_method_return(m, "");
}

static int on_set_timezone(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *zone = "";
	int interactive = 1;

	(void)data;
	sd_bus_message_read(m, "sb", &zone, &interactive);
	tell(strcmp(zone, "Etc/UTC") == 0 && !interactive ? 'z' : 'x');
	return sd_bus_error_set(error, "org.example.No", "it is fixed");
}

static int get_ntp(sd_bus *b, const char *object, const char *interface, const char *property,
	sd_bus_message *reply, void *data, sd_bus_error *error)
{
	(void)b, (void)object, (void)interface, (void)property, (void)data, (void)error;
	tell('n');
	return sd_bus_message_append(reply, "b", is_ntp);
}

static const sd_bus_vtable driver[] = {SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Hello", "", "s", on_hello, SD_BUS_VTABLE_UNPRIVILEGED), SD_BUS_VTABLE_END};
static const sd_bus_vtable logind[] = {SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("CanReboot", "", "s", on_can_reboot, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Reboot", "b", "", on_reboot, SD_BUS_VTABLE_UNPRIVILEGED), SD_BUS_VTABLE_END};
static const sd_bus_vtable timedated[] = {SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("SetTime", "xbb", "", on_set_time, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("SetTimezone", "sb", "", on_set_timezone, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("NTP", "b", get_ntp, 0, 0), SD_BUS_VTABLE_END};

static _Noreturn void serve(int listener)
{
	sd_id128_t id = {{1}};
	sd_bus *b = NULL;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int r = fd < 0 ? -1 : sd_bus_new(&b);

	if (r >= 0)
		r = sd_bus_set_fd(b, fd, fd);
	if (r >= 0)
		r = sd_bus_set_server(b, 1, id);
	if (r >= 0)
		r = sd_bus_add_object_vtable(
			b, NULL, "/org/freedesktop/DBus", "org.freedesktop.DBus", driver, NULL);
	if (r >= 0)
		r = sd_bus_add_object_vtable(b, NULL, "/org/freedesktop/login1",
			"org.freedesktop.login1.Manager", logind, NULL);
	if (r >= 0)
		r = sd_bus_add_object_vtable(b, NULL, "/org/freedesktop/timedate1",
			"org.freedesktop.timedate1", timedated, NULL);
	if (r >= 0)
		r = sd_bus_start(b);
	while (r >= 0) {
		r = sd_bus_process(b, NULL);
		if (r == 0)
			r = sd_bus_wait(b, UINT64_MAX);
	}
	_exit(0);
}

/* --- this end --------------------------------------------------------------------------------- */

static void start_server(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), out[2];
	char variable[128];

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(listener, 4), 0);
	ck_assert_int_eq(pipe(out), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		close(out[0]);
		say = out[1];
		serve(listener);
	}
	close(out[1]);
	close(listener);
	said = out[0];
	snprintf(variable, sizeof variable, "unix:path=%s", path);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", variable, 1);
}

static void setup(void)
{
	snprintf(directory, sizeof directory, "/tmp/check-bus-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/bus", directory);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus", 1);
	child = 0;
	said = -1;
	ck_assert_int_eq(system_bus_new(&test_loop, &test_loop_clock, &bus), 0);
}

static void teardown(void)
{
	bus = system_bus_free(bus);
	test_loop_for(0);
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		close(said);
	}
	unlink(path);
	rmdir(directory);
}

static unsigned n_seen;
static char seen[8];

static void on_said(void *data, uint32_t events)
{
	(void)data;
	(void)events;
	if (n_seen < sizeof seen && read(said, &seen[n_seen], 1) == 1)
		n_seen++;
}

/* Turns the loop until the child has told so many calls, and a little longer for their replies. */
static void wait_for(const char *calls)
{
	struct loop_source *source;

	n_seen = 0;
	ck_assert_int_eq(test_loop.watch(NULL, said, 1, on_said, NULL, &source), 0);
	ck_assert(test_loop_until(&n_seen, (unsigned)strlen(calls), 10000));
	test_loop.free_source(source);
	test_loop_for(50);
	ck_assert_int_eq(memcmp(seen, calls, strlen(calls)), 0);
}

START_TEST(bus_permits_nothing_where_there_is_none)
{
	system_bus_probe(bus);
	test_loop_for(20);
	ck_assert(!system_bus_can_reboot(bus) && !system_bus_can_set_time(bus) &&
		  !system_bus_can_set_timezone(bus));
	ck_assert_int_lt(system_bus_reboot(bus), 0);
}
END_TEST

START_TEST(bus_tells_what_is_permitted)
{
	start_server();
	system_bus_probe(bus);
	ck_assert(!system_bus_can_reboot(bus));
	wait_for("cn");
	ck_assert(system_bus_can_reboot(bus) && system_bus_can_set_time(bus) &&
		  system_bus_can_set_timezone(bus));
}
END_TEST

START_TEST(bus_without_permission_or_with_ntp_says_no)
{
	can_reboot = "challenge";
	is_ntp = 1;
	start_server();
	system_bus_probe(bus);
	wait_for("cn");
	ck_assert(!system_bus_can_reboot(bus) && !system_bus_can_set_time(bus));
	ck_assert(system_bus_can_set_timezone(bus));
}
END_TEST

START_TEST(bus_carries_out_what_it_is_asked)
{
	start_server();
	ck_assert_int_eq(system_bus_set_time(bus, 1900000000), 0);
	wait_for("t");
	ck_assert_int_eq(system_bus_set_timezone(bus, "Etc/UTC"), 0);
	wait_for("z");
	ck_assert_int_eq(system_bus_reboot(bus), 0);
	wait_for("r");
	ck_assert_int_lt(system_bus_set_time(bus, INT64_MAX), 0);
}
END_TEST

START_TEST(bus_that_goes_away_is_no_trouble)
{
	start_server();
	system_bus_probe(bus);
	wait_for("cn");
	kill(child, SIGKILL);
	test_loop_for(50);
	system_bus_probe(bus);
	test_loop_for(20);
	ck_assert(!system_bus_can_reboot(bus));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("system_bus");
	TCase *t = tcase_create("system_bus");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, bus_permits_nothing_where_there_is_none);
	tcase_add_test(t, bus_tells_what_is_permitted);
	tcase_add_test(t, bus_without_permission_or_with_ntp_says_no);
	tcase_add_test(t, bus_carries_out_what_it_is_asked);
	tcase_add_test(t, bus_that_goes_away_is_no_trouble);
	suite_add_tcase(s, t);
	return s;
}
