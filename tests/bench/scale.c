/*
 * The daemon with one more object of many instances, for scale.py: 30100 "Bench", each instance
 * with one integer (1); executing 9 of an instance changes that of all.
 *   scale CONFIGURATION STATE-DIRECTORY INSTANCES
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "daemon/daemon.h"
#include "daemon/journal.h"

enum { BENCH = 30100, BENCH_VALUE = 1, BENCH_CHANGE = 9 };

static const struct resource_def resources[] = {
	{.id = BENCH_VALUE, .name = "Value", .type = VALUE_INTEGER, .ops = OP_R | OP_W},
	{.id = BENCH_CHANGE, .name = "Change", .ops = OP_E},
};

static int set(struct model *m, uint16_t iid, int64_t value)
{
	return model_set(m, PATH3(BENCH, iid, BENCH_VALUE), &VALUE_INT(value));
}

static int change_all(
	void *data, struct model *m, uint16_t ssid, struct path resource, struct span args)
{
	static int64_t value = 1000000;
	uint32_t cursor = 0;
	uint16_t iid;

	(void)data, (void)ssid, (void)resource, (void)args;
	value++;
	while (model_next_instance(m, BENCH, &cursor, &iid)) {
		int r = set(m, iid, value);

		if (r < 0)
			return r;
	}
	return 0;
}

static const struct object_hooks hooks = {.execute = change_all};

static const struct object_def object_bench = {
	.id = BENCH,
	.name = "Bench",
	.major = 1,
	.is_multiple = true,
	.resources = resources,
	.n_resources = sizeof resources / sizeof *resources,
	.hooks = &hooks,
};

static int add_instances(struct model *m, uint32_t n)
{
	int r = model_add_object(m, &object_bench, NULL);

	for (uint32_t i = 0; r == 0 && i < n; i++) {
		r = model_create(m, PATH2(BENCH, i), ORIGIN_NONE);
		if (r == 0)
			r = set(m, (uint16_t)i, 1);
	}
	return r;
}

int main(int argc, char *argv[])
{
	_cleanup_(conf_report_free_p) struct conf_report *report = NULL;
	_cleanup_(daemon_free_p) struct daemon *d = NULL;
	struct conf_paths paths = {.is_file_required = true};
	struct conf *conf = NULL;
	uint32_t n;
	int code;

	if (argc != 4 || parse_u32(span_of_text(argv[3]), &n) < 0 || conf_report_new(&report) < 0) {
		fprintf(stderr, "usage: scale CONFIGURATION STATE-DIRECTORY INSTANCES\n");
		return EXIT_FAILURE;
	}
	paths.file = argv[1];
	paths.state_dir = paths.runtime_dir = argv[2];
	journal_open(JOURNAL_STDERR, LOG_WARNING);
	if (conf_load(&paths, report, &conf) < 0) {
		conf_report_print(report, stderr);
		return EXIT_FAILURE;
	}
	if (daemon_new(&paths, conf, &d, &code) < 0 || add_instances(d->model, n) < 0)
		return EXIT_FAILURE;
	return daemon_run(d);
}
