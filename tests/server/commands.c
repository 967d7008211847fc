#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "event.h"

enum { WORDS_MAX = 6 };

struct command {
	struct servers *servers;
	struct endpoint *endpoint;
	char *word[WORDS_MAX + 1]; /* behind the command's own; NULL behind the last */
	size_t n;
	const char *why;
};

static bool is_word(const char *word, const char *text)
{
	return word && strcmp(word, text) == 0;
}

static int run_listen(struct command *c)
{
	if (c->n < 2)
		return -EINVAL;
	if (c->servers->n == ENDPOINTS_MAX)
		return -E2BIG;

	int r = endpoint_new(
		c->word[0], c->word[1], c->word[2], &c->servers->endpoint[c->servers->n], &c->why);

	if (r == 0)
		c->servers->n++;
	return r;
}

static int run_close(struct command *c)
{
	struct servers *s = c->servers;

	for (size_t i = 0; i < s->n; i++)
		if (s->endpoint[i] == c->endpoint)
			s->endpoint[i] = s->endpoint[--s->n];
	c->endpoint = endpoint_free(c->endpoint);
	return 0;
}

static int run_restart(struct command *c)
{
	return endpoint_restart(c->endpoint);
}

static int run_forget(struct command *c)
{
	endpoint_forget(c->endpoint);
	return 0;
}

/* "4.03" */
static int parse_code(const char *text, uint8_t *ret)
{
	uint16_t detail;

	if (text[0] < '2' || text[0] > '5' || text[1] != '.' || strlen(text) != 4 ||
		parse_u16(span_of_text(text + 2 + (text[2] == '0')), &detail) < 0 || detail > 31)
		return -EINVAL;
	*ret = (uint8_t)((text[0] - '0') << 5 | detail);
	return 0;
}

static int run_answer(struct command *c)
{
	static const char *const kinds[TO_COUNT] = {
		[TO_REGISTER] = "register",
		[TO_UPDATE] = "update",
		[TO_DEREGISTER] = "deregister",
		[TO_BOOTSTRAP] = "bootstrap",
	};
	uint32_t times = UINT32_MAX;
	uint8_t code = 0;

	if (c->n < 2)
		return -EINVAL;
	if (c->word[2] &&
		(c->word[2][0] != 'x' || parse_u32(span_of_text(c->word[2] + 1), &times) < 0))
		return -EINVAL;
	if (is_word(c->word[1], "usual"))
		times = 0;
	else if (!is_word(c->word[1], "none") && parse_code(c->word[1], &code) < 0)
		return -EINVAL;
	for (int to = 0; to < TO_COUNT; to++)
		if (is_word(c->word[0], kinds[to])) {
			endpoint_answer(c->endpoint, (enum answer_to)to, code, times);
			return 0;
		}
	return -EINVAL;
}

static int run_silent(struct command *c)
{
	if (!is_word(c->word[0], "on") && !is_word(c->word[0], "off"))
		return -EINVAL;
	struct relay_faults *f = endpoint_faults(c->endpoint);

	if (!f)
		return -EOPNOTSUPP;
	f->is_silent = is_word(c->word[0], "on");
	return 0;
}

static int run_count(struct command *c, unsigned *in, unsigned *out)
{
	uint32_t n;

	if (c->n != 2 || parse_u32(span_of_text(c->word[1]), &n) < 0)
		return -EINVAL;
	if (is_word(c->word[0], "in"))
		*in = n;
	else if (is_word(c->word[0], "out"))
		*out = n;
	else
		return -EINVAL;
	return 0;
}

static int run_drop(struct command *c)
{
	struct relay_faults *f = endpoint_faults(c->endpoint);

	return !f ? -EOPNOTSUPP : run_count(c, &f->drop_in, &f->drop_out);
}

static int run_duplicate(struct command *c)
{
	struct relay_faults *f = endpoint_faults(c->endpoint);

	return !f ? -EOPNOTSUPP : run_count(c, &f->duplicate_in, &f->duplicate_out);
}

static int run_delay(struct command *c)
{
	struct relay_faults *f = endpoint_faults(c->endpoint);
	uint32_t msec;

	if (!f)
		return -EOPNOTSUPP;
	if (c->n != 1 || parse_u32(span_of_text(c->word[0]), &msec) < 0)
		return -EINVAL;
	f->delay_out = (uint64_t)msec * 1000;
	return 0;
}

static int run_bootstrap(struct command *c)
{
	unsigned line;

	if (c->n != 1)
		return -EINVAL;
	c->why = "the script has a bad line, or is not there";
	return endpoint_set_bootstrap(c->endpoint, c->word[0], &line);
}

static int run_sib(struct command *c)
{
	struct op *list = NULL;
	unsigned line;

	if (c->n < 2)
		return -EINVAL;
	c->why = "the script has a bad line, or is not there";

	int r = op_load(c->word[1], &list, &line);

	if (r == 0) {
		c->why = "cannot connect";
		r = endpoint_server_initiated(c->endpoint, c->word[0], c->word[2], list);
	}
	if (r < 0)
		op_free_all(&list);
	return r;
}

static int run_sib_close(struct command *c)
{
	endpoint_server_initiated_close(c->endpoint);
	return 0;
}

static const struct {
	const char *text;
	int (*run)(struct command *c);
} commands[] = {
	{"close", run_close},
	{"restart", run_restart},
	{"forget", run_forget},
	{"answer", run_answer},
	{"silent", run_silent},
	{"drop", run_drop},
	{"duplicate", run_duplicate},
	{"delay", run_delay},
	{"bootstrap", run_bootstrap},
	{"sib", run_sib},
	{"sib-close", run_sib_close},
};

static char *cut_word(char **rest)
{
	char *start = *rest + strspn(*rest, " \t");
	size_t len = strcspn(start, " \t");

	if (len == 0)
		return NULL;
	*rest = start + len + (start[len] != '\0');
	start[len] = '\0';
	return start;
}

static void cut_words(struct command *c, char *rest)
{
	while (c->n < WORDS_MAX && (c->word[c->n] = cut_word(&rest)))
		c->n++;
}

static int run_for_endpoint(struct command *c, char *rest)
{
	size_t len = strcspn(rest, " \t");
	struct op *op;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strlen(commands[i].text) == len && strncmp(commands[i].text, rest, len) == 0) {
			cut_words(c, rest + len + (rest[len] != '\0'));
			return commands[i].run(c);
		}

	int r = op_parse(rest, &op);

	if (r == 0)
		endpoint_play(c->endpoint, op);
	return r;
}

static int run(struct command *c, char *first, char *rest)
{
	if (is_word(first, "listen")) {
		cut_words(c, rest);
		return run_listen(c);
	}
	for (size_t i = 0; i < c->servers->n; i++)
		if (is_word(first, endpoint_name(c->servers->endpoint[i])))
			c->endpoint = c->servers->endpoint[i];
	c->why = "no such server";
	if (!c->endpoint)
		return -ENOENT;
	c->why = "no such command";
	return run_for_endpoint(c, rest);
}

void command_run(struct servers *servers, char *line)
{
	struct command c = {.servers = servers, .why = "not understood"};
	char *first = cut_word(&line);

	if (!first)
		return;

	char name[64];

	snprintf(name, sizeof name, "%s", first);

	int r = run(&c, first, line);

	event_begin(r < 0 ? "error" : "ok", name);
	if (r < 0) {
		event_text("why", span_of_text(c.why));
		event_number("errno", -r);
	}
	event_end();
}

void servers_done(struct servers *servers)
{
	while (servers->n)
		endpoint_free(servers->endpoint[--servers->n]);
}
