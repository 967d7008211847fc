#include "conf_fixture.h"

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "runner.h"

static char root[64];

void fixture_setup(void)
{
	snprintf(root, sizeof root, "/tmp/check-conf-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("STATE_DIRECTORY");
	unsetenv("RUNTIME_DIRECTORY");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void fixture_teardown(void)
{
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *fixture_root(void)
{
	return root;
}

void fixture_write_bytes(const char *path, struct span bytes, unsigned mode)
{
	char full[512];

	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		ck_assert(mkdir(full, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}

	/* a file that nobody may write is replaced all the same */
	unlink(full);

	FILE *f = fopen(full, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes.data, 1, bytes.len, f), bytes.len);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(full, mode), 0);
}

void fixture_write(const char *path, const char *text, unsigned mode)
{
	fixture_write_bytes(path, span_of_text(text), mode);
}

static void write_huge(void)
{
	_cleanup_(free_p) char *text = malloc(1024 * 1024 + 2);

	ck_assert_ptr_nonnull(text);
	memset(text, '\n', 1024 * 1024 + 1);
	text[1024 * 1024 + 1] = '\0';
	fixture_write("/etc/lwm2md/huge.conf", text, 0600);
}

static void write_definition(const char *name)
{
	char from[64], to[64];

	snprintf(from, sizeof from, "tests/conf.bad/objects/%s", name);
	snprintf(to, sizeof to, "/usr/share/lwm2md/objects/%s", name);
	fixture_write_bytes(to, test_file(from), 0644);
}

void fixture_populate(void)
{
	char link[128];

	fixture_write("/etc/lwm2md/keys/good.psk", "000102030405060708090a0b0c0d0e0f\n", 0600);
	fixture_write("/etc/lwm2md/keys/open.psk", "000102030405060708090a0b0c0d0e0f\n", 0644);
	fixture_write("/etc/lwm2md/keys/short.psk", "0001020304\n", 0600);
	fixture_write("/etc/lwm2md/keys/pem.psk", "-----BEGIN PRIVATE KEY-----\n", 0600);
	snprintf(link, sizeof link, "%s/etc/lwm2md/keys/link.psk", root);
	ck_assert_int_eq(symlink("good.psk", link), 0);
	write_huge();
	fixture_write("/etc/empty", "\n", 0644);
	fixture_write("/etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4\n", 0444);
	fixture_write("/etc/group", "root:x:0:\nsensors:x:990:\nlwm2m-admin:x:991:\n", 0644);
	fixture_write("/etc/passwd", "modbusgw:x:990:990::/:/bin/false\n", 0644);
	fixture_write("/usr/lib/example/relay", "#!/bin/sh\n", 0755);
	fixture_write("/usr/lib/example/plain", "#!/bin/sh\n", 0644);
	fixture_write("/usr/lib/example/open", "#!/bin/sh\n", 0777);
	write_definition("3303.xml");
	write_definition("3306.xml");
	write_definition("3308.xml");
}

/* "/root/etc/x:3:error: … [code]" as "etc/x:3 error code"; false: a line of another kind. */
static bool shorten(const char *line, size_t len, FILE *out)
{
	static const char main_file[] = "/etc/lwm2md/lwm2md.conf";
	const char *code, *severity;
	size_t file = strlen(root), number;

	if (len < file || memcmp(line, root, file) != 0 || line[len - 1] != ']')
		return false;
	for (code = line + len; code > line && code[-1] != '[';)
		code--;
	number = file + strcspn(line + file, ":");
	severity = line + number + 1;
	fprintf(out, "%.*s%s%.*s",
		number - file == sizeof main_file - 1 &&
				memcmp(line + file, main_file, sizeof main_file - 1) == 0
			? 0
			: (int)(number - file - 1),
		line + file + 1, number - file == sizeof main_file - 1 ? "" : ":",
		*severity == ' ' ? 1 : (int)strspn(severity, "0123456789"),
		*severity == ' ' ? "0" : severity);
	severity += strspn(severity, " 0123456789:");
	fprintf(out, " %.*s %.*s\n", (int)strcspn(severity, ":"), severity,
		(int)(line + len - 1 - code), code);
	return true;
}

static void list_problems(struct fixture_result *result)
{
	size_t size;
	FILE *out = open_memstream(&result->problems, &size);

	for (const char *line = result->text; *line; line += strcspn(line, "\n") + 1)
		shorten(line, strcspn(line, "\n"), out);
	fclose(out);
}

struct fixture_result fixture_load(void)
{
	struct conf_paths paths = {.root = root, .is_file_required = true};
	struct fixture_result result = {0};
	struct conf_report *report;
	size_t size;

	ck_assert_int_eq(conf_report_new(&report), 0);
	result.r = conf_load(&paths, report, &result.conf);

	FILE *out = open_memstream(&result.text, &size);

	conf_report_print(report, out);
	fclose(out);
	conf_report_free(report);
	list_problems(&result);
	return result;
}

struct fixture_result fixture_load_text(const char *text)
{
	fixture_write("/etc/lwm2md/lwm2md.conf", text, 0600);
	return fixture_load();
}

void fixture_result_done(struct fixture_result *result)
{
	conf_free(result->conf);
	free(result->problems);
	free(result->text);
	*result = (struct fixture_result){0};
}
