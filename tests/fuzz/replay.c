/*
 * main() of a fuzz target that is an ordinary test: replays each file of tests/fuzz/corpus/X (X
 * from the program's name fuzz_X), whole and cut at every length up to 256, and prints TAP.
 * Files given as arguments are replayed instead.
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CUTS = 256, MAX_FILE = 1 << 20 };

/* From a heap block of exactly this size, so that ASan sees the first octet read beyond it. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int replay(const char *path, int number, const char *name)
{
	FILE *f = fopen(path, "re");

	if (!f) {
		printf("not ok %d - %s: %s\n", number, name, strerror(errno));
		return -1;
	}

	uint8_t *data = malloc(MAX_FILE);

	if (!data)
		abort();

	size_t size = fread(data, 1, MAX_FILE, f);

	fclose(f);
	for (size_t cut = 0; cut < size && cut < CUTS; cut++)
		run(data, cut);
	run(data, size);
	free(data);
	printf("ok %d - survives %s and its truncations\n", number, name);
	fflush(stdout);
	return 0;
}

static int no_dots(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int replay_directory(const char *directory)
{
	struct dirent **entries;
	int failed = 0;
	int n = scandir(directory, &entries, no_dots, alphasort);

	if (n <= 0) {
		printf("1..1\nnot ok 1 - corpus %s has files\n", directory);
		return 1;
	}

	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		char path[1024];

		snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
		failed |= replay(path, i + 1, entries[i]->d_name) < 0;
		free(entries[i]);
	}
	free(entries);
	return failed;
}

int main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	const char *name = strstr(program_invocation_short_name, "fuzz_");
	char directory[512];
	int failed = 0;

	if (argc > 1) {
		printf("1..%d\n", argc - 1);
		for (int i = 1; i < argc; i++)
			failed |= replay(argv[i], i, argv[i]) < 0;
		return failed;
	}

	snprintf(directory, sizeof directory, "%s/tests/fuzz/corpus/%s", top ? top : ".",
		name ? name + strlen("fuzz_") : "");
	return replay_directory(directory);
}
