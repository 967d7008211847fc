/*
 * The verbs that do something on this machine: set values, execute, read the card.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ctl/ask.h"
#include "ctl/native.h"
#include "ctl/render.h"
#include "ctl/verbs.h"

enum { CARD_TIMEOUT_SEC = 70 };

static int add_setting(struct json_writer *w, const char *word)
{
	const char *equals = strchr(word, '=');
	char text[PATH_TEXT_MAX];
	struct path p;

	if (!equals || path_parse(span_of(word, (size_t)(equals - word)), &p) < 0 || p.depth < 3) {
		complain("\"%s\" is no setting; one looks like /3303/0/5700=21.4", word);
		return EXIT_USAGE;
	}
	path_format(p, text);
	json_open_object(w);
	json_write_key(w, "path");
	json_write_text(w, span_of_text(text));
	json_write_key(w, "value");
	json_write_text(w, span_of_text(equals + 1));
	json_close_object(w);
	return EXIT_OK;
}

/* The reply as JSON, or nothing: it was done. */
static int call_quietly(const struct cmdline *c, const char *method, struct buf *parameters)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code = buf_append_byte(parameters, 0) < 0
			   ? EXIT_FAILED
			   : ask_call(c, method, (const char *)parameters->data, &message, &p);

	if (code == EXIT_OK && cmdline_has(c, OPTION_JSON))
		return native_print(p, NULL);
	return code;
}

int verb_set(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(buf_done) struct buf text = {.max = 1 << 20};
	struct json_writer w = json_writer_to(&text);

	json_open_object(&w);
	json_write_key(&w, "values");
	json_open_array(&w);
	for (int i = 0; i < n; i++) {
		int code = add_setting(&w, words[i]);

		if (code)
			return code;
	}
	json_close_array(&w);
	json_close_object(&w);
	return w.w.err < 0 ? EXIT_FAILED : call_quietly(c, c->verb->method, &text);
}

int verb_execute(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(buf_done) struct buf text = {0};
	struct json_writer w = json_writer_to(&text);
	char path[PATH_TEXT_MAX];
	struct path p;
	int code = cmdline_parse_path(words[0], &p);

	if (code)
		return code;
	path_format(p, path);
	json_open_object(&w);
	json_write_key(&w, "path");
	json_write_text(&w, span_of_text(path));
	if (n > 1) {
		json_write_key(&w, "argument");
		json_write_text(&w, span_of_text(words[1]));
	}
	json_close_object(&w);
	return w.w.err < 0 ? EXIT_FAILED : call_quietly(c, c->verb->method, &text);
}

static int send_parameters(const struct cmdline *c, char *words[], int n, struct json_writer *w)
{
	uint16_t ssid = 0;
	int code = c->options[OPTION_SERVER] ? cmdline_parse_ssid(c->options[OPTION_SERVER], &ssid)
					     : EXIT_OK;

	json_open_object(w);
	json_write_key(w, "paths");
	json_open_array(w);
	for (int i = 0; code == EXIT_OK && i < n; i++) {
		char text[PATH_TEXT_MAX];
		struct path p;

		code = cmdline_parse_path(words[i], &p);
		if (code)
			break;
		path_format(p, text);
		json_write_text(w, span_of_text(text));
	}
	json_close_array(w);
	if (ssid > 0) {
		json_write_key(w, "ssid");
		json_write_int(w, ssid);
	}
	json_close_object(w);
	wr_u8(&w->w, 0);
	return code ? code : w->w.err < 0 ? EXIT_FAILED : EXIT_OK;
}

int verb_send(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	_cleanup_(buf_done) struct buf text = {0};
	struct json_writer w = json_writer_to(&text);
	const struct json *p;
	int code = send_parameters(c, words, n, &w);

	if (code == EXIT_OK)
		code = ask_call(c, c->verb->method, (const char *)text.data, &message, &p);
	if (code)
		return code;
	if (cmdline_has(c, OPTION_JSON))
		return native_print(p, NULL);
	if (!cmdline_has(c, OPTION_QUIET))
		printf("%lld server(s) will get it\n", (long long)ask_int(p, "accepted", 0));
	return EXIT_OK;
}

/* No reader is "no such reader"; other outcomes that are no content have failed. */
static int card_code(const struct json *reply)
{
	const char *reason = ask_text(json_member(reply, "reason"), "id");

	if (!*reason)
		return EXIT_OK;
	return strcmp(reason, "card.no-reader") == 0 ? EXIT_NOT_THERE : EXIT_FAILED;
}

int verb_card(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(client_free_p) struct client *client = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	_cleanup_(buf_done) struct buf text = {0};
	struct json_writer w = json_writer_to(&text);
	const char *reader = c->options[OPTION_READER];
	const struct json *p;
	int code;

	(void)words, (void)n;
	json_open_object(&w);
	if (reader) {
		json_write_key(&w, "reader");
		json_write_text(&w, span_of_text(reader));
	}
	json_close_object(&w);
	wr_u8(&w.w, 0);
	if (w.w.err < 0)
		return EXIT_FAILED;
	code = ask_start(
		c, c->verb->method, (const char *)text.data, false, CARD_TIMEOUT_SEC, &client);
	if (code == EXIT_OK)
		code = ask_hear(client, &message, &p);
	if (code)
		return code;
	if (cmdline_has(c, OPTION_JSON))
		native_print(p, NULL);
	else
		fputs(ask_text(p, "text"), stdout);
	return card_code(p);
}
