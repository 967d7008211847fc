#include "card/helper/watch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <winscard.h>

#include "fake_winscard.h"
#include "runner.h"

static int in = -1, out = -1;

static void begin(void)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	in = ends[0];
	out = ends[1];
	signal(SIGPIPE, SIG_IGN);
	fake_winscard_start();
}

START_TEST(watch_tells_each_change_and_that_the_service_went)
{
	char said[8];

	/* two changes, then the service goes, then nobody listens any more */
	fake.waits[0] = fake.waits[1] = SCARD_S_SUCCESS;
	fake.waits[2] = SCARD_F_COMM_ERROR;
	fake.establish = SCARD_S_SUCCESS;

	pid_t pid = fork();

	if (pid == 0) {
		close(in);
		_exit(watch_run(out));
	}
	close(out);
	fcntl(in, F_SETFL, 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(read(in, said, 1), 1);
		ck_assert_int_eq(said[0], WATCH_CHANGE);
	}
	close(in);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

START_TEST(watch_ends_when_nobody_listens)
{
	close(in);
	ck_assert_int_eq(watch_run(out), EXIT_SUCCESS);
	ck_assert_uint_eq(fake.n_contexts, 0);
	/* also without a service */
	fake.establish = SCARD_E_NO_SERVICE;
	ck_assert_int_eq(watch_run(out), EXIT_SUCCESS);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("watch");
	TCase *t = tcase_create("watch");

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_test(t, watch_tells_each_change_and_that_the_service_went);
	tcase_add_test(t, watch_ends_when_nobody_listens);
	suite_add_tcase(s, t);
	return s;
}
