/*
 * lwm2mctl: shows what the daemon does and why, and steers it. One verb, one call of the status
 * socket; people get text, --json the reply as it came.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/suggest.h"
#include "ctl/verbs.h"

#define OWN(option) (1u << OPTION_##option)

/* clang-format off */
static const struct verb verbs[] = {
	{"status",     "",               "what the daemon does, in one screen (the default)", 0, 0, 0, verb_status, NULL},
	{"why",        "",               "how it came to this, and what to try", 0, 0, 0, verb_why, NULL},
	{"servers",    "[SSID]",         "accounts and registrations", 0, 1, 0, verb_servers, NULL},
	{"objects",    "[PATH]",         "object instances and their owners", 0, 1, 0, verb_objects, NULL},
	{"get",        "PATH...",        "values; keys are never shown", 1, CMDLINE_WORDS_MAX, 0, verb_get, NULL},
	{"observations", "[SSID]",       "what servers observe", 0, 1, 0, verb_observations, NULL},
	{"observe",    "PATH...",        "follow values as they change", 1, 16, 0, verb_observe, NULL},
	{"monitor",    "[--kind KIND]",  "follow what happens", 0, 0, OWN(KIND), verb_monitor, NULL},
	{"wait",       "WHAT",           "until registered, bootstrapped or phase=NAME", 1, 1, 0, verb_wait, NULL},
	{"register",   "[SSID]",         "register now", 0, 1, 0, verb_server, "Register"},
	{"update",     "[SSID]",         "update the registration now", 0, 1, 0, verb_server, "Update"},
	{"deregister", "[SSID] [--for TIME]", "de-register for a time", 0, 1, OWN(FOR), verb_server, "Deregister"},
	{"bootstrap",  "",               "ask the bootstrap server now", 0, 0, 0, verb_bootstrap, "Bootstrap"},
	{"set",        "PATH=VALUE...",  "set resources bound with set = true", 1, CMDLINE_WORDS_MAX, 0, verb_set, "Write"},
	{"send",       "PATH... [--server SSID]", "send values to servers unasked", 1, CMDLINE_WORDS_MAX, OWN(SERVER),
		verb_send, "Send"},
	{"execute",    "PATH [ARGUMENT]", "execute a resource, as a server would", 1, 2, 0, verb_execute, "Execute"},
	{"card",       "[--reader PATTERN]", "what is on the smart card; changes nothing", 0, 0,
		OWN(READER), verb_card, "InspectCard"},
	{"reset",      "--accounts|--all --yes", "back to what is configured", 0, 0,
		OWN(ACCOUNTS) | OWN(ALL) | OWN(YES), verb_reset, "Reset"},
	{"reload",     "",               "read the configuration again", 0, 0, 0, verb_reload, "Reload"},
	{"provision",  "--bootstrap URI ... < KEY", "write a factory account and its key", 0, 0,
		OWN(BOOTSTRAP) | OWN(SERVER) | OWN(SHORT_ID) | OWN(PSK_IDENTITY) | OWN(PSK_KEY_STDIN) |
		OWN(ENDPOINT) | OWN(ROOT) | OWN(YES), verb_provision, NULL},
	{"check",      "[FILE]",         "check the configuration", 0, 1, 0, verb_check, NULL},
	{"doctor",     "[SSID]",         "check everything from here to the servers", 0, 1, 0, verb_doctor, NULL},
	{"report",     "",               "what a bug report needs, without secrets", 0, 0, 0, verb_report, NULL},
	{"metrics",    "[--output FILE]", "figures in Prometheus text format", 0, 0, OWN(OUTPUT), verb_metrics, NULL},
	{"log",        "[-f]",           "the daemon's messages in the journal", 0, 0, OWN(FOLLOW), verb_log, NULL},
};

enum { OPT_VERSION = CMDLINE_OPTIONS, OPT_HELP, OPT_LIST };

static const struct option options[] = {
	{"json",     no_argument,       NULL, OPTION_JSON},
	{"socket",   required_argument, NULL, OPTION_SOCKET},
	{"timeout",  required_argument, NULL, OPTION_TIMEOUT},
	{"quiet",    no_argument,       NULL, OPTION_QUIET},
	{"for",      required_argument, NULL, OPTION_FOR},
	{"kind",     required_argument, NULL, OPTION_KIND},
	{"accounts", no_argument,       NULL, OPTION_ACCOUNTS},
	{"all",      no_argument,       NULL, OPTION_ALL},
	{"yes",      no_argument,       NULL, OPTION_YES},
	{"follow",   no_argument,       NULL, OPTION_FOLLOW},
	{"bootstrap", required_argument, NULL, OPTION_BOOTSTRAP},
	{"server",   required_argument, NULL, OPTION_SERVER},
	{"short-id", required_argument, NULL, OPTION_SHORT_ID},
	{"psk-identity",  required_argument, NULL, OPTION_PSK_IDENTITY},
	{"psk-key-stdin", no_argument,  NULL, OPTION_PSK_KEY_STDIN},
	{"endpoint", required_argument, NULL, OPTION_ENDPOINT},
	{"root",     required_argument, NULL, OPTION_ROOT},
	{"reader",   required_argument, NULL, OPTION_READER},
	{"output",   required_argument, NULL, OPTION_OUTPUT},
	{"version",  no_argument,       NULL, OPT_VERSION},
	{"help",     no_argument,       NULL, OPT_HELP},
	{"list-verbs", no_argument,     NULL, OPT_LIST},
	{0},
};

static const struct { char letter; int option; } letters[] = {
	{'j', OPTION_JSON}, {'q', OPTION_QUIET}, {'y', OPTION_YES}, {'f', OPTION_FOLLOW},
	{'V', OPT_VERSION}, {'h', OPT_HELP},
};
/* clang-format on */

enum { VERBS = sizeof verbs / sizeof *verbs };

static void print_help(void)
{
	fputs("lwm2mctl [OPTION]... [VERB [ARGUMENT]...]\n"
	      "Shows what the LwM2M client daemon does and why, and steers it.\n\n",
		stdout);
	for (size_t i = 0; i < VERBS; i++) {
		char text[60];

		snprintf(text, sizeof text, "%s %s", verbs[i].name, verbs[i].arguments);
		printf("  %-30s %s\n", text, verbs[i].help);
	}
	fputs("\n  --json           JSON instead of text\n"
	      "  --socket PATH    instead of /run/lwm2md/status.sock\n"
	      "  --timeout TIME   give up then\n"
	      "  -q, --quiet      print only errors\n"
	      "  --version        print the version\n"
	      "  -h, --help       print this\n\n"
	      "See lwm2mctl(1), lwm2md-reasons(7).\n",
		stdout);
}

static int unknown_verb(const char *word)
{
	struct suggest suggest = {.word = word};

	for (size_t i = 0; i < VERBS; i++)
		suggest_offer(&suggest, verbs[i].name);
	if (suggest.best)
		complain("there is no verb \"%s\"; did you mean \"%s\"?", word, suggest.best);
	else
		complain("there is no verb \"%s\"; try --help", word);
	return EXIT_USAGE;
}

static int unknown_option(const char *word)
{
	struct suggest suggest = {.word = word + strspn(word, "-")};

	for (const struct option *o = options; o->name; o++)
		suggest_offer(&suggest, o->name);
	if (suggest.best && suggest.distance > 0)
		complain("unknown option %s; did you mean --%s?", word, suggest.best);
	else
		complain("unknown or incomplete option %s; try --help", word);
	return EXIT_USAGE;
}

/* -1: go on; else the exit status. */
static int take_option(struct cmdline *c, int option, const char *argument)
{
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (option == letters[i].letter)
			option = letters[i].option;
	if (option < CMDLINE_OPTIONS)
		c->options[option] = argument ? argument : "";
	switch (option) {
	case OPTION_SOCKET:
		c->socket = argument;
		return -1;
	case OPTION_TIMEOUT:
		if (parse_time(span_of_text(argument), &c->timeout) == 0 && c->timeout > 0)
			return -1;
		complain("\"%s\" is no time such as 2min", argument);
		return EXIT_USAGE;
	case OPT_LIST:
		for (size_t i = 0; i < VERBS; i++)
			puts(verbs[i].name);
		return EXIT_OK;
	case OPT_VERSION:
		puts("lwm2mctl " PACKAGE_VERSION);
		return EXIT_OK;
	case OPT_HELP:
		print_help();
		return EXIT_OK;
	default:
		return -1;
	}
}

static int run(struct cmdline *c, char *words[], int n)
{
	unsigned allowed = c->verb->options | OWN(JSON) | OWN(SOCKET) | OWN(TIMEOUT) | OWN(QUIET);

	for (const struct option *o = options; o->name; o++) {
		if (o->val >= CMDLINE_OPTIONS || !c->options[o->val] || allowed & (1u << o->val))
			continue;
		complain("%s has no option --%s", c->verb->name, o->name);
		return EXIT_USAGE;
	}
	if (n < c->verb->min || n > c->verb->max) {
		complain("usage: lwm2mctl %s %s", c->verb->name, c->verb->arguments);
		return EXIT_USAGE;
	}
	return c->verb->run(c, words, n);
}

int main(int argc, char *argv[])
{
	struct cmdline c = {.verb = &verbs[0], .socket = "/run/lwm2md/status.sock"};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "jyfqVh", options, NULL)) >= 0) {
		int code = option == '?' ? unknown_option(argv[optind - 1])
					 : take_option(&c, option, optarg);

		if (code >= 0)
			return code;
	}
	if (optind < argc) {
		size_t i = 0;

		while (i < VERBS && strcmp(verbs[i].name, argv[optind]) != 0)
			i++;
		if (i == VERBS)
			return unknown_verb(argv[optind]);
		c.verb = &verbs[i];
		optind++;
	}
	return run(&c, argv + optind, argc - optind);
}
