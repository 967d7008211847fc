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
	static const char *const kinds[] = {"state", "server", "step", "value", NULL};
	const char *kind = c->options[OPTION_KIND];
	int code;

	(void)words, (void)n;
	if (kind && (code = cmdline_parse_choice("--kind", kind, kinds)) != EXIT_OK)
		return code;
	if (kind)
		snprintf(parameters, sizeof parameters, "{\"kinds\":[\"%s\"]}", kind);
	code = ask_start(c, "Monitor", parameters, true, 0, &client);
	while (code == EXIT_OK && (code = ask_hear(client, &message, &p)) == EXIT_OK) {
		if (cmdline_has(c, OPTION_JSON))
			native_print(p, NULL);
		else
			render_event(stdout, p);
	}
	return code;
}

/* {"kinds":["value"],"paths":[…]} */
static int observe_parameters(char *words[], int n, struct buf *ret)
{
	struct json_writer w = json_writer_to(ret);

	json_open_object(&w);
	json_write_key(&w, "kinds");
	json_open_array(&w);
	json_write_text(&w, span_of_text("value"));
	json_close_array(&w);
	json_write_key(&w, "paths");
	json_open_array(&w);
	for (int i = 0; i < n; i++) {
		char text[PATH_TEXT_MAX];
		struct path p;
		int code = cmdline_parse_path(words[i], &p);

		if (code)
			return code;
		path_format(p, text);
		json_write_text(&w, span_of_text(text));
	}
	json_close_array(&w);
	json_close_object(&w);
	wr_u8(&w.w, 0);
	return w.w.err < 0 ? EXIT_FAILED : EXIT_OK;
}

/* The values as they are now. */
static int print_values(const struct cmdline *c, const char *word)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	char parameters[PATH_TEXT_MAX + 16];
	const struct json *p;
	int code;

	snprintf(parameters, sizeof parameters, "{\"path\":\"%s\"}", word);
	code = ask_call(c, "Read", parameters, &message, &p);
	if (code == EXIT_OK && cmdline_has(c, OPTION_JSON))
		return native_print(p, NULL);
	if (code == EXIT_OK)
		render_values(stdout, json_member(p, "values"));
	return code;
}

int verb_observe(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(client_free_p) struct client *client = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	_cleanup_(buf_done) struct buf parameters = {0};
	const struct json *p;
	int code = observe_parameters(words, n, &parameters);

	if (code)
		return code;
	/* the stream first: nothing that changes meanwhile is missed */
	code = ask_start(c, "Monitor", (const char *)parameters.data, true, 0, &client);
	if (code == EXIT_OK)
		code = ask_hear(client, &message, &p);
	for (int i = 0; code == EXIT_OK && i < n; i++)
		code = print_values(c, words[i]);
	fflush(stdout);
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
	static const char *const events[] = {"registered", "bootstrapped", "phase=starting",
		"phase=smartcard", "phase=factory", "phase=registering", "phase=registered",
		"phase=degraded", "phase=holdoff", "phase=bootstrapping", "phase=retrying",
		"phase=offline", "phase=idle", "phase=stopping", NULL};
	_cleanup_(client_free_p) struct client *client = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code;

	(void)n;
	code = cmdline_parse_choice("what is waited for", words[0], events);
	if (code)
		return code;
	code = ask_start(c, "Monitor", "{\"kinds\":[\"state\"]}", true, 0, &client);
	while (code == EXIT_OK) {
		code = ask_hear(client, &message, &p);
		if (code == EXIT_OK && is_reached(words[0], json_member(p, "state")))
			return EXIT_OK;
	}
	return code;
}
