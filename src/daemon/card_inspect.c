#include "daemon/card_inspect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "card/helper/show.h"

struct card_inspect {
	struct card_inspect_env env;
	struct card_run *run;
};

static void format_hex(const struct card_octets *o, char ret[2 * CARD_OCTETS_MAX + 1])
{
	*ret = '\0';
	for (size_t i = 0; i < o->len; i++)
		snprintf(ret + 2 * i, 3, "%02X", o->data[i]);
}

/* What comes from the card or its reader may be anything. */
static void format_plain(const char *text, char *ret, size_t len)
{
	size_t i = 0;

	for (; text[i] && i + 1 < len; i++)
		ret[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	ret[i] = '\0';
}

static void on_done(void *data, struct card_outcome *outcome, bool is_killed)
{
	struct card_inspect *c = data;
	char atr[2 * CARD_OCTETS_MAX + 1], aid[2 * CARD_OCTETS_MAX + 1];
	char reader[CARD_READER_MAX], detail[CARD_DETAIL_MAX], *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)is_killed;
	if (out) {
		show_outcome(outcome, out);
		fclose(out);
	}
	format_hex(&outcome->atr, atr);
	format_hex(&outcome->aid, aid);
	format_plain(outcome->reader, reader, sizeof reader);
	format_plain(outcome->detail, detail, sizeof detail);

	const struct manage_card card = {.reader = reader,
		.atr = atr,
		.application = aid,
		.result = card_class_name(outcome->class),
		.text = text ? text : "",
		.reason = outcome->class == CARD_CLASS_READ ? REASON_NONE : outcome->reason,
		.detail = detail};

	c->env.done(c->env.data, outcome, &card);
	free(text);
}

int card_inspect_start(struct card_inspect *c, const struct card_wish *wish)
{
	return card_run_start(c->run, wish);
}

int card_inspect_new(const struct card_inspect_env *env, struct card_inspect **ret)
{
	struct card_inspect *c = calloc(1, sizeof *c);

	if (!c)
		return -ENOMEM;
	c->env = *env;

	const struct card_run_env run = {
		.loop = env->loop, .clock = env->clock, .data = c, .done = on_done};
	int r = card_run_new(&run, &c->run);

	if (r < 0) {
		free(c);
		return r;
	}
	*ret = c;
	return 0;
}

struct card_inspect *card_inspect_free(struct card_inspect *c)
{
	if (!c)
		return NULL;
	card_run_free(c->run);
	free(c);
	return NULL;
}
