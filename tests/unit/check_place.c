#include "ctl/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runner.h"

static char root[64];
static const gid_t any = (gid_t)-1;

static void setup(void)
{
	snprintf(root, sizeof root, "%s", "/tmp/lwm2md-place-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(place_directory(root, "/etc", 0755, any), 0);
}

static void teardown(void)
{
	char path[PLACE_PATH_MAX];

	ck_assert_int_eq(place_remove(root, "/etc/a"), 0);
	ck_assert_int_eq(place_remove(root, "/etc/group"), 0);
	snprintf(path, sizeof path, "%s/etc", root);
	/* nothing half written is left */
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(rmdir(root), 0);
}

static mode_t mode_of(const char *name)
{
	char path[PLACE_PATH_MAX];
	struct stat st;

	snprintf(path, sizeof path, "%s%s", root, name);
	ck_assert_int_eq(lstat(path, &st), 0);
	return st.st_mode & 0777;
}

START_TEST(place_replaces_a_file_whole_with_its_mode)
{
	_cleanup_(buf_done) struct buf got = {0};

	ck_assert_int_eq(place_file(root, "/etc/a", span_of_text("one"), 0640, any), 0);
	ck_assert_int_eq(mode_of("/etc/a"), 0640);
	ck_assert_int_eq(place_file(root, "/etc/a", span_of_text("two"), 0600, any), 0);
	ck_assert_int_eq(mode_of("/etc/a"), 0600);
	ck_assert_int_eq(place_read(root, "/etc/a", &got), 0);
	ck_assert(span_is_text(buf_span(&got), "two"));
}
END_TEST

START_TEST(place_writes_through_no_link)
{
	char path[PLACE_PATH_MAX];
	_cleanup_(buf_done) struct buf got = {0};

	snprintf(path, sizeof path, "%s/etc/.a.part", root);
	ck_assert_int_eq(symlink("/nonexistent/b", path), 0);
	ck_assert_int_eq(place_file(root, "/etc/a", span_of_text("one"), 0600, any), 0);
	ck_assert_int_eq(place_read(root, "/etc/a", &got), 0);
}
END_TEST

START_TEST(place_tells_what_is_missing)
{
	_cleanup_(buf_done) struct buf got = {0};
	gid_t group;

	ck_assert_int_eq(place_read(root, "/etc/a", &got), -ENOENT);
	ck_assert_int_eq(place_file(root, "/var/a", span_of_text("one"), 0600, any), -ENOENT);
	ck_assert_int_eq(place_find_group(root, "lwm2md", &group), -ENOENT);
	ck_assert_int_eq(place_file(root, "/etc/group", span_of_text("root:x:0:\nlwm2md:x:987:\n"),
				 0644, any),
		0);
	ck_assert_int_eq(place_find_group(root, "lwm2md", &group), 0);
	ck_assert_uint_eq(group, 987);
	ck_assert_int_eq(place_find_group(root, "lwm2m", &group), -ENOENT);
	ck_assert_int_eq(place_remove(root, "/etc/a"), 0);
	ck_assert_int_eq(place_directory(root, "/etc", 0700, any), 0);
	ck_assert_int_eq(mode_of("/etc"), 0755);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("place");
	TCase *t = tcase_create("place");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, place_replaces_a_file_whole_with_its_mode);
	tcase_add_test(t, place_writes_through_no_link);
	tcase_add_test(t, place_tells_what_is_missing);
	suite_add_tcase(s, t);
	return s;
}
