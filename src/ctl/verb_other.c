#include "ctl/verbs.h"

#include <string.h>

#include "ctl/spawn.h"

static int run_other(const char *const words[])
{
	int r = spawn_become(words);

	complain("%s cannot be run: %s", words[0], strerror(-r));
	return EXIT_FAILED;
}

int verb_check(const struct cmdline *c, char *words[], int n)
{
	const char *command[CMDLINE_WORDS_MAX + 4] = {"lwm2md", "--check-config"};
	int at = 2;

	for (int i = 0; i < n; i++)
		command[at++] = words[i];
	if (cmdline_has(c, OPTION_JSON))
		command[at] = "--json";
	return run_other(command);
}

int verb_log(const struct cmdline *c, char *words[], int n)
{
	const char *command[7] = {"journalctl", "--unit=lwm2md", "--catalog", "--lines=100"};
	int at = 4;

	(void)words, (void)n;
	if (cmdline_has(c, OPTION_JSON))
		command[at++] = "--output=json";
	if (cmdline_has(c, OPTION_FOLLOW))
		command[at] = "--follow";
	return run_other(command);
}
