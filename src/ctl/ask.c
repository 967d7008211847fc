#include "ctl/ask.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock.h"

enum { TIMEOUT_SEC = 30 };

static int no_daemon(const struct cmdline *c, int error)
{
	if (error == -EACCES) {
		complain("you may not open %s: only root and members of its group may", c->socket);
		return EXIT_DENIED;
	}
	complain("lwm2md is not running (%s: %s)", c->socket, strerror(-error));
	complain("try: systemctl start lwm2md; lwm2mctl log; or --socket PATH");
	return EXIT_NO_DAEMON;
}

static int broken(int r)
{
	if (r == -ETIMEDOUT) {
		complain("time ran out");
		return EXIT_TIMEOUT;
	}
	if (r == 0) {
		complain("lwm2md closed the connection: it ended, or has too many of them");
		return EXIT_NO_DAEMON;
	}
	complain("no answer that can be understood: %s", strerror(-r));
	return EXIT_FAILED;
}

const char *ask_text(const struct json *j, const char *name)
{
	struct span s = json_text(json_member(j, name));

	return s.data ? (const char *)s.data : "";
}

int64_t ask_int(const struct json *j, const char *name, int64_t otherwise)
{
	int64_t v = otherwise;

	json_int(json_member(j, name), &v);
	return v;
}

static int explain_error(const char *name, const struct json *p)
{
	static const struct {
		const char *name, *format, *parameter;
		int code;
	} errors[] = {
		{"PermissionDenied", "not permitted: root and members of control.admin_group may%s",
			"", EXIT_DENIED},
		{"NoSuchPath", "there is no %s; \"lwm2mctl objects\" lists what there is", "path",
			EXIT_NOT_THERE},
		{"InvalidParameter", "that is no valid %s", "parameter", EXIT_INVALID},
		{"Busy", "not now: %s", "why", EXIT_FAILED},
		{"Unavailable", "not possible: %s", "why", EXIT_FAILED},
	};
	const struct json *problems = json_member(p, "problems");
	const char *last = strrchr(name, '.');

	last = last ? last + 1 : name;
	for (size_t i = 0; i < json_count(problems); i++)
		fprintf(stderr, "%s\n", (const char *)json_text(json_item(problems, i)).data);
	if (strcmp(last, "ConfigInvalid") == 0) {
		complain("the configuration is refused, the former one stays in use "
			 "[config.stale]");
		return EXIT_FAILED;
	}
	if (strcmp(last, "NotAllowed") == 0 || strcmp(last, "BadValue") == 0) {
		complain("%s: %s", ask_text(p, "path"), ask_text(p, "why"));
		return EXIT_INVALID;
	}
	if (strcmp(last, "NoSuchServer") == 0) {
		complain("there is no server %" PRId64 "; \"lwm2mctl servers\" lists them",
			ask_int(p, "ssid", 0));
		return EXIT_NOT_THERE;
	}
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		if (strcmp(last, errors[i].name) != 0)
			continue;
		fputs("lwm2mctl: ", stderr);
		for (const char *f = errors[i].format; *f; f++) {
			if (strncmp(f, "%s", 2) == 0)
				fputs(ask_text(p, errors[i].parameter), stderr), f++;
			else
				fputc(*f, stderr);
		}
		fputc('\n', stderr);
		return errors[i].code;
	}
	complain("lwm2md answers %s", name);
	return EXIT_FAILED;
}

static uint64_t deadline_of(const struct cmdline *c, uint64_t otherwise_sec)
{
	uint64_t now = clock_now(&clock_system);

	if (c->timeout > 0)
		return now + c->timeout;
	return otherwise_sec > 0 ? usec_after(now, otherwise_sec) : USEC_NEVER;
}

int ask_start(const struct cmdline *c, const char *method, const char *parameters, bool more,
	uint64_t timeout_sec, struct client **ret)
{
	int r = client_open(c->socket, deadline_of(c, timeout_sec), ret);

	if (r < 0)
		return no_daemon(c, r);
	r = client_call(*ret, method, parameters, more);
	return r < 0 ? broken(r) : EXIT_OK;
}

int ask_hear(struct client *c, struct json **message, const struct json **ret)
{
	int r;

	*message = json_free(*message);
	r = client_next(c, message);
	if (r <= 0)
		return broken(r);
	*ret = json_member(*message, "parameters");
	if (json_member(*message, "error"))
		return explain_error(ask_text(*message, "error"), *ret);
	return EXIT_OK;
}

int ask_call(const struct cmdline *c, const char *method, const char *parameters,
	struct json **message, const struct json **ret)
{
	_cleanup_(client_free_p) struct client *client = NULL;
	int code = ask_start(c, method, parameters, false, TIMEOUT_SEC, &client);

	return code ? code : ask_hear(client, message, ret);
}

int ask_do(const struct cmdline *c, const char *method, const char *parameters)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	const struct json *p;

	return ask_call(c, method, parameters, &message, &p);
}
