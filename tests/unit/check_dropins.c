#include "conf/dropins.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "conf_fixture.h"
#include "runner.h"

/* The list with a blank between the paths; the main file in brackets. */
static char *list(const struct conf_paths *paths)
{
	_cleanup_(dropins_done) struct dropins d = {0};
	_cleanup_(conf_report_free_p) struct conf_report *report = NULL;
	_cleanup_(file_set_done) struct file_set files = {0};
	char *ret;
	size_t size;
	FILE *out = open_memstream(&ret, &size);

	ck_assert_int_eq(conf_report_new(&report), 0);
	ck_assert_int_eq(dropins_list(paths, &files, report, &d), 0);
	for (size_t i = 0; i < d.n; i++)
		fprintf(out, i == d.file ? "%s[%s]" : "%s%s", i ? " " : "", d.path[i]);
	if (conf_report_errors(report))
		fprintf(out, " %u errors", conf_report_errors(report));
	fclose(out);
	return ret;
}

START_TEST(dropins_come_vendor_first_then_the_file_then_local)
{
	struct conf_paths paths = {.root = fixture_root()};
	_cleanup_(free_p) char *found = NULL;

	fixture_write("/usr/lib/lwm2md/conf.d/50-b.conf", "", 0644);
	fixture_write("/usr/lib/lwm2md/conf.d/50-B.conf", "", 0644);
	fixture_write("/usr/lib/lwm2md/conf.d/10-a.conf", "", 0644);
	fixture_write("/etc/lwm2md/conf.d/90.conf", "", 0644);
	fixture_write("/etc/lwm2md/conf.d/05.conf", "", 0644);
	found = list(&paths);
	ck_assert_str_eq(found, "/usr/lib/lwm2md/conf.d/10-a.conf /usr/lib/lwm2md/conf.d/50-B.conf "
				"/usr/lib/lwm2md/conf.d/50-b.conf [/etc/lwm2md/lwm2md.conf] "
				"/etc/lwm2md/conf.d/05.conf /etc/lwm2md/conf.d/90.conf");
}
END_TEST

START_TEST(dropins_local_one_hides_the_vendors_of_the_same_name)
{
	struct conf_paths paths = {.root = fixture_root()};
	_cleanup_(free_p) char *found = NULL;

	fixture_write("/usr/lib/lwm2md/conf.d/10.conf", "", 0644);
	fixture_write("/usr/lib/lwm2md/conf.d/20.conf", "", 0644);
	fixture_write("/etc/lwm2md/conf.d/10.conf", "", 0644);
	found = list(&paths);
	ck_assert_str_eq(found, "/usr/lib/lwm2md/conf.d/20.conf [/etc/lwm2md/lwm2md.conf] "
				"/etc/lwm2md/conf.d/10.conf");
}
END_TEST

START_TEST(dropins_never_hide_the_main_file)
{
	static const char *const dirs[] = {"/local", NULL};
	struct conf_paths paths = {
		.root = fixture_root(), .file = "/opt/10.conf", .conf_dirs = dirs};
	_cleanup_(free_p) char *found = NULL;

	fixture_write("/local/10.conf", "", 0644);
	found = list(&paths);
	ck_assert_str_eq(found, "[/opt/10.conf] /local/10.conf");
}
END_TEST

START_TEST(dropins_are_files_with_the_right_ending)
{
	static const char *const dirs[] = {"/d", NULL};
	struct conf_paths paths = {.root = fixture_root(), .file = "/f", .conf_dirs = dirs};
	_cleanup_(free_p) char *found = NULL;

	fixture_write("/d/.hidden.conf", "", 0644);
	fixture_write("/d/.conf", "", 0644);
	fixture_write("/d/a.conf~", "", 0644);
	fixture_write("/d/a.conf.dpkg-dist", "", 0644);
	fixture_write("/d/README", "", 0644);
	fixture_write("/d/a.conf", "", 0644);
	found = list(&paths);
	ck_assert_str_eq(found, "[/f] /d/a.conf");
}
END_TEST

START_TEST(dropins_without_directories_are_the_file_alone)
{
	static const char *const none[] = {NULL}, *const missing[] = {"/a", "/b", NULL};
	struct conf_paths paths = {.root = fixture_root(), .file = "/f", .conf_dirs = none};
	_cleanup_(free_p) char *without = list(&paths), *absent = NULL;

	paths.conf_dirs = missing;
	absent = list(&paths);
	ck_assert_str_eq(without, "[/f]");
	ck_assert_str_eq(absent, "[/f]");
}
END_TEST

START_TEST(dropins_directory_that_is_none_is_an_error)
{
	static const char *const dirs[] = {"/file", NULL};
	struct conf_paths paths = {.root = fixture_root(), .file = "/f", .conf_dirs = dirs};
	_cleanup_(free_p) char *found = NULL;

	fixture_write("/file", "", 0644);
	found = list(&paths);
	ck_assert_str_eq(found, "[/f] 1 errors");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("dropins");
	TCase *t = tcase_create("dropins");

	tcase_add_checked_fixture(t, fixture_setup, fixture_teardown);
	tcase_add_test(t, dropins_come_vendor_first_then_the_file_then_local);
	tcase_add_test(t, dropins_local_one_hides_the_vendors_of_the_same_name);
	tcase_add_test(t, dropins_never_hide_the_main_file);
	tcase_add_test(t, dropins_are_files_with_the_right_ending);
	tcase_add_test(t, dropins_without_directories_are_the_file_alone);
	tcase_add_test(t, dropins_directory_that_is_none_is_an_error);
	suite_add_tcase(s, t);
	return s;
}
