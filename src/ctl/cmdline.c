#include "ctl/cmdline.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/suggest.h"

bool cmdline_has(const struct cmdline *c, enum cmdline_option option)
{
	return c->options[option];
}

void complain(const char *format, ...)
{
	va_list args;

	fputs("lwm2mctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

int cmdline_parse_ssid(const char *word, uint16_t *ret)
{
	uint16_t ssid;

	if (parse_u16(span_of_text(word), &ssid) < 0 || ssid < 1 || ssid > 65534) {
		complain("\"%s\" is no Short Server ID (1 to 65534)", word);
		return EXIT_USAGE;
	}
	*ret = ssid;
	return EXIT_OK;
}

int cmdline_parse_path(const char *word, struct path *ret)
{
	if (path_parse(span_of_text(word), ret) == 0)
		return EXIT_OK;
	complain("\"%s\" is no path; one looks like /3/0/0", word);
	return EXIT_USAGE;
}

int cmdline_parse_choice(const char *what, const char *word, const char *const choices[])
{
	struct suggest suggest = {.word = word};

	for (size_t i = 0; choices[i]; i++) {
		if (strcmp(word, choices[i]) == 0)
			return EXIT_OK;
		suggest_offer(&suggest, choices[i]);
	}
	fprintf(stderr, "lwm2mctl: %s is one of", what);
	for (size_t i = 0; choices[i]; i++)
		fprintf(stderr, "%s %s", i > 0 ? "," : "", choices[i]);
	if (suggest.best)
		fprintf(stderr, "; did you mean \"%s\"?", suggest.best);
	fputc('\n', stderr);
	return EXIT_USAGE;
}
