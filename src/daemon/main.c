/*
 * Options, configuration, daemon, loop.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "daemon/daemon.h"
#include "daemon/journal.h"
#include "keys/token.h"

enum {
	OPT_CONFIG = 256,
	OPT_CONF_DIR,
	OPT_STATE_DIR,
	OPT_RUNTIME_DIR,
	OPT_LOG_LEVEL,
	OPT_LOG_TARGET,
	OPT_CHECK,
	OPT_ROOT,
	OPT_STRICT,
	OPT_JSON,
	OPT_PRINT,
	OPT_LIST,
};

enum { CONF_DIRS_MAX = 8 };

static struct conf_paths arg_paths;
static const char *arg_conf_dirs[CONF_DIRS_MAX + 1];
static size_t arg_n_conf_dirs;
static int arg_log_level = -1;
static enum journal_target arg_log_target = JOURNAL_AUTO;
static enum { RUN, CHECK, PRINT } arg_mode = RUN;
static bool arg_strict, arg_json;

static const struct option options[] = {
	{"config", required_argument, NULL, OPT_CONFIG},
	{"conf-dir", required_argument, NULL, OPT_CONF_DIR},
	{"state-dir", required_argument, NULL, OPT_STATE_DIR},
	{"runtime-dir", required_argument, NULL, OPT_RUNTIME_DIR},
	{"log-level", required_argument, NULL, OPT_LOG_LEVEL},
	{"log-target", required_argument, NULL, OPT_LOG_TARGET},
	{"check-config", no_argument, NULL, OPT_CHECK},
	{"root", required_argument, NULL, OPT_ROOT},
	{"strict", no_argument, NULL, OPT_STRICT},
	{"json", no_argument, NULL, OPT_JSON},
	{"print-config", no_argument, NULL, OPT_PRINT},
	{"list-options", no_argument, NULL, OPT_LIST},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static const char help[] =
	"lwm2md [OPTION]...\n"
	"LwM2M client daemon for gateways.\n\n"
	"  --config FILE         configuration instead of /etc/lwm2md/lwm2md.conf\n"
	"  --conf-dir DIR        drop-in directory instead of the usual ones; repeatable\n"
	"  --state-dir DIR       state instead of /var/lib/lwm2md\n"
	"  --runtime-dir DIR     sockets instead of /run/lwm2md\n"
	"  --log-level LEVEL     error, warning, notice, info or debug\n"
	"  --log-target TARGET   auto, journal or stderr\n"
	"  --check-config [FILE] check the configuration and end: 0 good, 1 errors\n"
	"  --root DIR            with --check-config: look for everything below DIR\n"
	"  --strict              with --check-config: warnings are errors\n"
	"  --json                with --check-config: print JSON\n"
	"  --print-config        print the merged configuration, keys as fingerprints\n"
	"  --version             print the version\n"
	"  --help                print this\n\n"
	"See lwm2md(8), lwm2md.conf(5), lwm2md-bootstrap(7).\n";

static int usage(const char *problem, const char *word)
{
	fprintf(stderr, "lwm2md: %s%s%s\nlwm2md: try \"lwm2md --help\"\n", problem,
		word ? ": " : "", word ? word : "");
	return 2;
}

/* 0: go on; 1: done, *ret_exit is the exit status. */
static int parse_option(int option, int *ret_exit)
{
	int r;

	switch (option) {
	case OPT_CONFIG:
		arg_paths.file = optarg;
		arg_paths.is_file_required = true;
		return 0;
	case OPT_CONF_DIR:
		if (arg_n_conf_dirs == CONF_DIRS_MAX) {
			*ret_exit = usage("too many drop-in directories", NULL);
			return 1;
		}
		arg_conf_dirs[arg_n_conf_dirs++] = optarg;
		arg_paths.conf_dirs = arg_conf_dirs;
		return 0;
	case OPT_STATE_DIR:
		arg_paths.state_dir = optarg;
		return 0;
	case OPT_RUNTIME_DIR:
		arg_paths.runtime_dir = optarg;
		return 0;
	case OPT_LOG_LEVEL:
		arg_log_level = log_level_parse(optarg);
		if (arg_log_level >= 0)
			return 0;
		*ret_exit = usage("unknown log level", optarg);
		return 1;
	case OPT_LOG_TARGET:
		r = journal_target_parse(optarg);
		if (r >= 0) {
			arg_log_target = (enum journal_target)r;
			return 0;
		}
		*ret_exit = usage("unknown log target", optarg);
		return 1;
	case OPT_CHECK:
		arg_mode = CHECK;
		return 0;
	case OPT_PRINT:
		arg_mode = PRINT;
		return 0;
	case OPT_ROOT:
		arg_paths.root = optarg;
		return 0;
	case OPT_STRICT:
		arg_strict = true;
		return 0;
	case OPT_JSON:
		arg_json = true;
		return 0;
	case OPT_LIST:
		conf_list_options(stdout);
		break;
	case 'V':
		puts("lwm2md " PACKAGE_VERSION);
		break;
	case 'h':
		fputs(help, stdout);
		break;
	default:
		*ret_exit = usage("unknown or incomplete option", NULL);
		return 1;
	}
	*ret_exit = 0;
	return 1;
}

static int parse_arguments(int argc, char *argv[], int *ret_exit)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "Vh", options, NULL)) >= 0)
		if (parse_option(option, ret_exit))
			return 1;
	if (optind < argc && arg_mode == CHECK && !arg_paths.file) {
		arg_paths.file = argv[optind++];
		arg_paths.is_file_required = true;
	}
	if (optind == argc)
		return 0;
	*ret_exit = usage("too many words", argv[optind]);
	return 1;
}

static int print_config(void)
{
	_cleanup_(conf_report_free_p) struct conf_report *report = NULL;

	if (conf_report_new(&report) < 0 || conf_print(&arg_paths, report, stdout) < 0) {
		if (report)
			conf_report_print(report, stderr);
		return 1;
	}
	return 0;
}

/* Keys come into memory with the configuration: no core, no other process looks in. */
static void protect_memory(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static int run(void)
{
	_cleanup_(conf_report_free_p) struct conf_report *report = NULL;
	_cleanup_(daemon_free_p) struct daemon *d = NULL;
	struct conf *conf = NULL;
	int code = EXIT_FAILURE;

	protect_memory();
	/* a limit of the file size is an error of write(), like a full disk */
	signal(SIGXFSZ, SIG_IGN);

	int r = conf_report_new(&report);

	journal_open(arg_log_target, arg_log_level < 0 ? LOG_INFO : (enum log_level)arg_log_level);
	if (r == 0)
		r = conf_load(&arg_paths, report, &conf);
	if (report)
		conf_report_walk(report, daemon_log_problem, NULL);
	if (r < 0) {
		LOG_EV(LOG_ERROR,
			({.id = LOG_ID_CONFIG_REFUSED,
				.reason = REASON_CONFIG_INVALID,
				.server = LOG_SERVER_NONE}),
			"not started: the configuration has %u error(s)",
			report ? conf_report_errors(report) : 0);
		return EXIT_CONFIG;
	}
	if (arg_log_level < 0)
		journal_open(arg_log_target, (enum log_level)conf->log_level);

	r = daemon_new(&arg_paths, conf, &d, &code);
	if (r < 0) {
		LOG(LOG_ERROR, "not started: %s", strerror(-r));
		return code;
	}
	d->is_level_configured = arg_log_level < 0;
	return daemon_run(d);
}

int main(int argc, char *argv[])
{
	int code;

	token_prepare();
	if (parse_arguments(argc, argv, &code))
		return code;
	switch (arg_mode) {
	case CHECK:
		return conf_check_main(&arg_paths, arg_strict, arg_json, stdout);
	case PRINT:
		return print_config();
	case RUN:
		break;
	}
	return run();
}
