#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "ctl/manage_write.h"

static void answer_path_error(
	struct varlink_call *call, const char *error, struct path p, const char *why)
{
	struct json_writer *w = varlink_error(call, error);

	manage_put_path(w, "path", p);
	if (why)
		manage_put_text(w, "why", why);
	varlink_end(call);
}

static void answer_why(struct varlink_call *call, const char *error, const char *why)
{
	manage_put_text(varlink_error(call, error), "why", why);
	varlink_end(call);
}

/* The answer to what failed at a path. */
static void answer_failure(struct varlink_call *call, struct path p, int r, const char *why)
{
	why = why ? why : strerror(-r);
	if (r == -ENOENT)
		answer_path_error(call, "org.lwm2md.Manage.NoSuchPath", p, NULL);
	else if (r == -EOPNOTSUPP || r == -EPERM)
		answer_path_error(call, "org.lwm2md.Manage.NotAllowed", p, why);
	else if (r == -EINVAL || r == -EDOM || r == -ERANGE)
		answer_path_error(call, "org.lwm2md.Manage.BadValue", p, why);
	else if (r == -EBUSY)
		answer_why(call, "org.lwm2md.Manage.Busy", why);
	else
		answer_why(call, "org.lwm2md.Manage.Unavailable", why);
}

/* One after the other; the first that cannot be set ends it, those before it stay. */
void manage_write(void *data, struct varlink_call *call, const struct json *parameters)
{
	const struct json *values = json_member(parameters, "values");
	struct manage *m = data;
	struct path p;

	for (size_t i = 0; i < json_count(values); i++) {
		const struct json *v = json_item(values, i), *text = json_member(v, "value");
		const char *why = NULL;

		if (path_parse(json_text(json_member(v, "path")), &p) < 0 || p.depth < 3 ||
			json_kind(text) != JSON_TEXT) {
			varlink_invalid(call, "values");
			return;
		}

		int r = m->ops->write(m->data, p, json_text(text), &why);

		if (r < 0) {
			answer_failure(call, p, r, why);
			return;
		}
	}
	manage_put_int(varlink_reply(call), "changed", (int64_t)json_count(values));
	varlink_end(call);
}

void manage_execute(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct manage *m = data;
	const char *why = NULL;
	struct path p;

	if (path_parse(json_text(json_member(parameters, "path")), &p) < 0 || p.depth != 3) {
		varlink_invalid(call, "path");
		return;
	}

	int r = m->ops->execute(m->data, p, json_text(json_member(parameters, "argument")), &why);

	if (r < 0) {
		answer_failure(call, p, r, why);
		return;
	}
	varlink_reply(call);
	varlink_end(call);
}

void manage_send(void *data, struct varlink_call *call, const struct json *parameters)
{
	const struct json *list = json_member(parameters, "paths");
	const struct json *server = json_member(parameters, "ssid");
	struct path paths[MANAGE_SEND_MAX];
	struct manage *m = data;
	const char *why = NULL;
	int64_t ssid = 0;

	if (server && (json_int(server, &ssid) < 0 || ssid < 1 || ssid > 65534)) {
		varlink_invalid(call, "ssid");
		return;
	}
	if (json_count(list) == 0 || json_count(list) > MANAGE_SEND_MAX) {
		varlink_invalid(call, "paths");
		return;
	}
	for (size_t i = 0; i < json_count(list); i++)
		if (path_parse(json_text(json_item(list, i)), &paths[i]) < 0) {
			varlink_invalid(call, "paths");
			return;
		}

	int r = m->ops->send(m->data, paths, json_count(list), (uint16_t)ssid, &why);

	if (r >= 0)
		manage_put_int(varlink_reply(call), "accepted", r);
	else if (r == -ENOENT && ssid > 0)
		manage_put_int(varlink_error(call, "org.lwm2md.Manage.NoSuchServer"), "ssid", ssid);
	else
		manage_put_text(varlink_error(call, "org.lwm2md.Manage.Unavailable"), "why",
			why ? why : strerror(-r));
	varlink_end(call);
}

/* --- the card ---------------------------------------------------------------------------------
 */

void manage_inspect_card(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct span reader = json_text(json_member(parameters, "reader"));
	struct manage *m = data;
	const char *why = NULL;
	int r = varlink_has_stream(m->varlink, TOPIC_CARD)
			? -EBUSY
			: m->ops->inspect_card(
				  m->data, reader.len ? (const char *)reader.data : "", &why);

	if (r < 0)
		answer_why(call,
			r == -EBUSY ? "org.lwm2md.Manage.Busy" : "org.lwm2md.Manage.Unavailable",
			why	      ? why
			: r == -EBUSY ? "the card is being read"
				      : strerror(-r));
	else
		varlink_stream(call, TOPIC_CARD, NULL);
}

struct card_news {
	const struct manage *m;
	const struct manage_card *card;
};

static void write_card(void *data, struct json_writer *w)
{
	const struct card_news *news = data;
	const struct manage_card *card = news->card;

	manage_put_text(w, "reader", card->reader);
	manage_put_text(w, "atr", card->atr);
	manage_put_text(w, "application", card->application);
	manage_put_text(w, "result", card->result);
	manage_put_text(w, "text", card->text);
	manage_put_reason(w, "reason", card->reason, clock_realtime(news->m->clock) / USEC_PER_SEC,
		card->detail);
}

void manage_tell_card(struct manage *m, const struct manage_card *card)
{
	struct card_news news = {.m = m, .card = card};

	if (m)
		varlink_finish(m->varlink, TOPIC_CARD, NULL, write_card, &news);
}

/* --- diagnosis --------------------------------------------------------------------------------
 */

struct findings {
	struct manage_finding list[MANAGE_FINDINGS_MAX];
	size_t n;
};

static void take_finding(void *to, const struct manage_finding *f)
{
	struct findings *findings = to;

	if (findings->n < MANAGE_FINDINGS_MAX)
		findings->list[findings->n++] = *f;
}

void manage_diagnose(void *data, struct varlink_call *call, const struct json *parameters)
{
	struct findings findings = {0};
	const struct manage *m = data;

	(void)parameters;
	m->ops->diagnose(m->data, take_finding, &findings);
	varlink_stream(call, TOPIC_CARD + 1, NULL);
	for (size_t i = 0; i < findings.n; i++) {
		const struct manage_finding *f = &findings.list[i];
		struct json_writer *w;

		if (i + 1 == findings.n)
			varlink_last(call);
		w = varlink_reply(call);
		manage_put_text(w, "check", f->check);
		manage_put_text(w, "result", f->result);
		manage_put_text(w, "text", f->text);
		manage_put_reason(
			w, "reason", f->reason, clock_realtime(m->clock) / USEC_PER_SEC, NULL);
		varlink_end(call);
	}
}
