#include "ctl/verbs.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "ctl/ask.h"
#include "ctl/native.h"
#include "ctl/render.h"

int verb_monitor(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(client_free_p) struct client *client = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	char parameters[80] = "{}";
	const struct json *p;
	const char *kind = c->options[OPTION_KIND];
	int code;

	(void)words, (void)n;
	if (kind) {
		if (strspn(kind, "abcdefghijklmnopqrstuvwxyz") != strlen(kind) ||
			strlen(kind) > 20) {
			complain("--kind is one of state, server, step, value");
			return EXIT_USAGE;
		}
		snprintf(parameters, sizeof parameters, "{\"kinds\":[\"%s\"]}", kind);
	}
	code = ask_start(c, "Monitor", parameters, true, 0, &client);
	while (code == EXIT_OK && (code = ask_hear(client, &message, &p)) == EXIT_OK) {
		if (cmdline_has(c, OPTION_JSON))
			native_print(p, NULL);
		else
			render_event(stdout, p);
	}
	return code;
}

static bool is_reached(const char *what, const struct json *state)
{
	if (strcmp(what, "bootstrapped") == 0)
		return strcmp(ask_text(state, "source"), "bootstrap") == 0;
	if (strcmp(what, "registered") == 0)
		return strcmp(ask_text(state, "phase"), "registered") == 0;
	return strcmp(what + strlen("phase="), ask_text(state, "phase")) == 0;
}

int verb_wait(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(client_free_p) struct client *client = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code;

	(void)n;
	if (strcmp(words[0], "registered") != 0 && strcmp(words[0], "bootstrapped") != 0 &&
		strncmp(words[0], "phase=", 6) != 0) {
		complain("wait for registered, bootstrapped or phase=NAME");
		return EXIT_USAGE;
	}
	code = ask_start(c, "Monitor", "{\"kinds\":[\"state\"]}", true, 0, &client);
	while (code == EXIT_OK) {
		code = ask_hear(client, &message, &p);
		if (code == EXIT_OK && is_reached(words[0], json_member(p, "state")))
			return EXIT_OK;
	}
	return code;
}
