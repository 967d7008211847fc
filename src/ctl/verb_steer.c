#include "ctl/verbs.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/parse.h"
#include "ctl/ask.h"
#include "ctl/native.h"
#include "ctl/render.h"

enum { STEER_TIMEOUT_SEC = 300, SERVERS_MAX = 64 };

/* The servers whose outcome is to be seen. */
struct awaited {
	int64_t ssid[SERVERS_MAX];
	size_t n;
};

static bool is_up(const struct json *server)
{
	const char *state = ask_text(server, "state");

	return strcmp(state, "registered") == 0 || strcmp(state, "updating") == 0;
}

/* Register concerns those that are not registered, the others those that are. */
static int find_awaited(const struct cmdline *c, uint16_t ssid, struct awaited *ret)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	bool wants_up = strcmp(c->verb->name, "register") != 0;
	const struct json *p;
	int code = ask_call(c, "ListServers", NULL, &message, &p);

	if (code)
		return code;

	const struct json *servers = json_member(p, "servers");

	for (size_t i = 0; i < json_count(servers) && ret->n < SERVERS_MAX; i++) {
		const struct json *s = json_item(servers, i);
		int64_t id = ask_int(s, "ssid", 0);

		if (id > 0 && (ssid == 0 || id == ssid) && is_up(s) == wants_up)
			ret->ssid[ret->n++] = id;
	}
	return EXIT_OK;
}

/* Whether the step ends one of them; its exit status in *ret_code. */
static bool take_outcome(struct awaited *a, const struct json *step, int *ret_code)
{
	const char *result = ask_text(step, "result");
	bool is_ok = strcmp(result, "ok") == 0;

	if (!is_ok && strcmp(result, "failed") != 0)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (a->ssid[i] != ask_int(step, "ssid", 0) ||
			strcmp(ask_text(step, "stage"), "register") != 0)
			continue;
		a->ssid[i] = a->ssid[--a->n];
		if (!is_ok)
			*ret_code = EXIT_FAILED;
		return true;
	}
	return false;
}

static void print_outcome(const struct cmdline *c, const struct json *event)
{
	const struct json *step = json_member(event, "step");
	const char *reason = ask_text(json_member(step, "reason"), "id");

	if (cmdline_has(c, OPTION_JSON))
		native_print(event, NULL);
	else if (strcmp(ask_text(step, "result"), "ok") != 0)
		complain("%s [%s]", ask_text(step, "detail"), reason);
	else if (!cmdline_has(c, OPTION_QUIET))
		printf("%s\n", ask_text(step, "detail"));
}

/* The stream is there before the operation begins: its first reply says so. */
static int follow_steps(const struct cmdline *c, struct client **ret)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code = ask_start(c, "Monitor", "{\"kinds\":[\"step\"]}", true, STEER_TIMEOUT_SEC, ret);

	return code ? code : ask_hear(*ret, &message, &p);
}

static int steer_parameters(
	const struct cmdline *c, char *words[], int n, uint16_t *ssid, char *ret, size_t len)
{
	const char *for_time = c->options[OPTION_FOR];
	uint64_t usec = 0;
	int code = n > 0 ? cmdline_parse_ssid(words[0], ssid) : EXIT_OK;

	if (code)
		return code;
	if (for_time && (parse_time(span_of_text(for_time), &usec) < 0 || usec < USEC_PER_SEC ||
				usec / USEC_PER_SEC > UINT32_MAX)) {
		complain("\"%s\" is no time such as 10min", for_time);
		return EXIT_USAGE;
	}
	snprintf(ret, len, "{");
	if (n > 0)
		snprintf(ret, len, "{\"ssid\":%u", *ssid);
	if (for_time)
		snprintf(ret + strlen(ret), len - strlen(ret), "%s\"for\":%" PRIu64,
			n > 0 ? "," : "", usec / USEC_PER_SEC);
	snprintf(ret + strlen(ret), len - strlen(ret), "}");
	return EXIT_OK;
}

int verb_server(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(client_free_p) struct client *client = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	struct awaited awaited = {0};
	char parameters[80];
	const struct json *p;
	uint16_t ssid = 0;
	int outcome = EXIT_OK;
	int code = steer_parameters(c, words, n, &ssid, parameters, sizeof parameters);

	if (code == EXIT_OK)
		code = follow_steps(c, &client);
	if (code == EXIT_OK)
		code = find_awaited(c, ssid, &awaited);
	if (code == EXIT_OK)
		code = ask_do(c, c->verb->method, parameters);
	if (code == EXIT_OK && awaited.n == 0 && !cmdline_has(c, OPTION_QUIET))
		printf("nothing to do: already registered\n");
	while (code == EXIT_OK && awaited.n > 0) {
		code = ask_hear(client, &message, &p);
		if (code == EXIT_OK && take_outcome(&awaited, json_member(p, "step"), &outcome))
			print_outcome(c, p);
	}
	return code ? code : outcome;
}

int verb_bootstrap(const struct cmdline *c, char *words[], int n)
{
	_cleanup_(client_free_p) struct client *client = NULL;
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;
	int code = follow_steps(c, &client);

	(void)words, (void)n;
	if (code == EXIT_OK)
		code = ask_do(c, c->verb->method, NULL);
	while (code == EXIT_OK && (code = ask_hear(client, &message, &p)) == EXIT_OK) {
		const struct json *step = json_member(p, "step");
		const char *result = ask_text(step, "result");

		if (strcmp(ask_text(step, "stage"), "client-bootstrap") != 0 ||
			(strcmp(result, "ok") != 0 && strcmp(result, "failed") != 0))
			continue;
		print_outcome(c, p);
		return strcmp(result, "ok") == 0 ? EXIT_OK : EXIT_FAILED;
	}
	return code;
}

int verb_reset(const struct cmdline *c, char *words[], int n)
{
	(void)words, (void)n;
	if (!cmdline_has(c, OPTION_ACCOUNTS) && !cmdline_has(c, OPTION_ALL)) {
		complain("say --accounts (those of a bootstrap server or a card) or --all");
		return EXIT_USAGE;
	}
	if (!cmdline_has(c, OPTION_YES)) {
		complain("this forgets accounts; say --yes as well");
		return EXIT_USAGE;
	}
	return ask_do(c, c->verb->method,
		cmdline_has(c, OPTION_ALL) ? "{\"what\":\"all\"}" : "{\"what\":\"accounts\"}");
}

int verb_reload(const struct cmdline *c, char *words[], int n)
{
	(void)words, (void)n;
	return ask_do(c, c->verb->method, NULL);
}
