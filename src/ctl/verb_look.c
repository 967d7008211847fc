#include "ctl/verbs.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "ctl/ask.h"
#include "ctl/native.h"
#include "ctl/place.h"
#include "ctl/render.h"

static int status_code(const struct json *state)
{
	const char *phase = ask_text(state, "phase");

	if (json_boolean(json_member(state, "needs_person")))
		return EXIT_PERSON;
	if (strcmp(phase, "registered") == 0)
		return EXIT_OK;
	return strcmp(phase, "degraded") == 0 ? EXIT_DEGRADED : EXIT_WORKING;
}

int verb_status(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(json_free_p) struct json *status = NULL, *list = NULL;
	const struct json *p, *servers;
	int code = ask_call(c, "GetStatus", NULL, &status, &p);

	(void)words, (void)n;
	if (code == EXIT_OK)
		code = ask_call(c, "ListServers", NULL, &list, &servers);
	if (code)
		return code;
	if (cmdline_has(c, OPTION_JSON))
		native_print(p, servers);
	else if (!cmdline_has(c, OPTION_QUIET))
		render_status(stdout, json_member(p, "state"), json_member(servers, "servers"),
			(int64_t)(clock_realtime(&clock_system) / USEC_PER_SEC));
	return status_code(json_member(p, "state"));
}

int verb_why(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code = ask_call(c, "Explain", NULL, &message, &p);

	(void)words, (void)n;
	if (code)
		return code;
	if (cmdline_has(c, OPTION_JSON))
		return native_print(p, NULL);
	render_why(stdout, p);
	return EXIT_OK;
}

static int print_server(const struct cmdline *c, const struct json *servers, uint16_t ssid)
{
	_cleanup_(buf_done) struct buf text = {0};
	_cleanup_(json_free_p) struct json *one = NULL;
	struct json_writer w = json_writer_to(&text);
	bool is_found = false;

	json_open_object(&w);
	json_write_key(&w, "servers");
	json_open_array(&w);
	for (size_t i = 0; i < json_count(servers); i++) {
		if (ask_int(json_item(servers, i), "ssid", 0) != ssid)
			continue;
		json_write_value(&w, json_item(servers, i));
		is_found = true;
	}
	json_close_array(&w);
	json_close_object(&w);
	if (!is_found) {
		complain("there is no server %u", ssid);
		return EXIT_NOT_THERE;
	}
	if (w.w.err < 0 || json_parse(buf_span(&text), &one) < 0)
		return EXIT_FAILED;
	if (cmdline_has(c, OPTION_JSON))
		return native_print(one, NULL);
	render_servers(stdout, json_member(one, "servers"), true);
	return EXIT_OK;
}

int verb_servers(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	uint16_t ssid = 0;
	int code = n > 0 ? cmdline_parse_ssid(words[0], &ssid) : EXIT_OK;

	if (code == EXIT_OK)
		code = ask_call(c, "ListServers", NULL, &message, &p);
	if (code)
		return code;
	if (n > 0)
		return print_server(c, json_member(p, "servers"), ssid);
	if (cmdline_has(c, OPTION_JSON))
		return native_print(p, NULL);
	render_servers(stdout, json_member(p, "servers"), false);
	return EXIT_OK;
}

int verb_observations(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	char parameters[40] = "{}";
	const struct json *p;
	uint16_t ssid;
	int code = n > 0 ? cmdline_parse_ssid(words[0], &ssid) : EXIT_OK;

	if (code)
		return code;
	if (n > 0)
		snprintf(parameters, sizeof parameters, "{\"ssid\":%u}", ssid);
	code = ask_call(c, "ListObservations", parameters, &message, &p);
	if (code)
		return code;
	if (cmdline_has(c, OPTION_JSON))
		return native_print(p, NULL);
	render_observations(stdout, json_member(p, "observations"),
		(int64_t)(clock_realtime(&clock_system) / USEC_PER_SEC));
	return EXIT_OK;
}

/* {"path": …}; 0 or an exit status. */
static int path_parameter(const char *word, char *ret, size_t len)
{
	char text[PATH_TEXT_MAX];
	struct path p;
	int code = cmdline_parse_path(word, &p);

	if (code)
		return code;
	path_format(p, text);
	snprintf(ret, len, "{\"path\":\"%s\"}", text);
	return EXIT_OK;
}

int verb_objects(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	char parameters[PATH_TEXT_MAX + 16] = "{}";
	const struct json *p;
	int code = n > 0 ? path_parameter(words[0], parameters, sizeof parameters) : EXIT_OK;

	if (code == EXIT_OK)
		code = ask_call(c, "ListObjects", parameters, &message, &p);
	if (code)
		return code;
	if (cmdline_has(c, OPTION_JSON))
		return native_print(p, NULL);
	render_objects(stdout, json_member(p, "instances"));
	return EXIT_OK;
}

int verb_get(const struct cmdline *c, char *words[], int n)
{
	int code = EXIT_OK;

	for (int i = 0; i < n; i++) {
		_cleanup_(json_free_p) struct json *message = NULL;
		char parameters[PATH_TEXT_MAX + 16];
		const struct json *p;
		int r = path_parameter(words[i], parameters, sizeof parameters);

		if (r == EXIT_OK)
			r = ask_call(c, "Read", parameters, &message, &p);
		if (r == EXIT_OK && cmdline_has(c, OPTION_JSON))
			native_print(p, NULL);
		else if (r == EXIT_OK)
			render_values(stdout, json_member(p, "values"));
		code = code ? code : r;
	}
	return code;
}

/* Whole or not at all, for those who collect it. */
static int put_metrics(const char *path, const char *text)
{
	int r = *path == '/' ? place_file("", path, span_of_text(text), 0644, (gid_t)-1) : -EINVAL;

	if (r == 0)
		return EXIT_OK;
	complain("%s cannot be written: %s", path,
		r == -EINVAL ? "the path is not absolute" : strerror(-r));
	return r == -EINVAL ? EXIT_USAGE : r == -EACCES ? EXIT_DENIED : EXIT_FAILED;
}

int verb_metrics(const struct cmdline *c, char *words[], int n)
{
	static const char down[] = "# HELP lwm2m_up Whether the daemon answers.\n"
				   "# TYPE lwm2m_up gauge\n"
				   "lwm2m_up 0\n";
	_cleanup_(json_free_p) struct json *message = NULL;
	const char *output = c->options[OPTION_OUTPUT];
	const struct json *p;
	int code = ask_call(c, "GetMetrics", NULL, &message, &p), r;

	(void)words, (void)n;
	if (code == EXIT_NO_DAEMON && output && (r = put_metrics(output, down)) != EXIT_OK)
		return r;
	if (code)
		return code;
	if (output)
		return put_metrics(output, ask_text(p, "text"));
	if (cmdline_has(c, OPTION_JSON))
		return native_print(p, NULL);
	fputs(ask_text(p, "text"), stdout);
	return EXIT_OK;
}
