#include "helper_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner.h"

static char directory[64];

static void path_of(const char *name, char *ret, size_t len)
{
	snprintf(ret, len, "%s/%s", directory, name);
}

static void put(const char *name, struct span bytes, mode_t mode)
{
	char path[128];

	path_of(name, path, sizeof path);

	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	if (bytes.len)
		ck_assert_uint_eq(fwrite(bytes.data, 1, bytes.len, f), bytes.len);
	fclose(f);
	ck_assert_int_eq(chmod(path, mode), 0);
}

void helper_script(const char *script, struct span bytes)
{
	char text[1024], path[128];

	if (!*directory) {
		snprintf(directory, sizeof directory, "/tmp/lwm2md-test-XXXXXX");
		ck_assert_ptr_nonnull(mkdtemp(directory));
	}
	snprintf(text, sizeof text, "#!/bin/sh\ncd %s\n%s\n", directory, script);
	put("file", bytes, 0600);
	put("helper", span_of_text(text), 0700);
	path_of("helper", path, sizeof path);
	setenv("LWM2MD_CARD_HELPER", path, 1);
	/* something that is there, so that a service counts as installed */
	setenv("PCSCLITE_CSOCK_NAME", path, 1);
}

void helper_script_none(void)
{
	helper_script("", span_of(NULL, 0));
	setenv("LWM2MD_CARD_HELPER", "/nonexistent/lwm2md-card", 1);
}

void helper_script_remove(void)
{
	static const char *const names[] = {"helper", "file", "said"};
	char path[128];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		path_of(names[i], path, sizeof path);
		unlink(path);
	}
	if (*directory)
		rmdir(directory);
	*directory = 0;
}

struct span helper_script_said(void)
{
	static char room[4096];
	char path[128];
	size_t n = 0;

	path_of("said", path, sizeof path);

	FILE *f = fopen(path, "re");

	if (f) {
		n = fread(room, 1, sizeof room, f);
		fclose(f);
	}
	return span_of(room, n);
}
