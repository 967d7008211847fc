#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"

static struct {
	log_sink_fn sink;
	void *data;
	enum log_level level;
} target = {.level = LOG_INFO};

static const struct {
	const char *name, *message_id;
} ids[LOG_ID_COUNT] = {
	[LOG_ID_NONE] = {"", ""},
#define LOG_ID(symbol, name, id) [LOG_ID_##symbol] = {name, id},
#include "base/log_ids.def"
#undef LOG_ID
};

void log_to(log_sink_fn sink, void *data, enum log_level level)
{
	target.sink = sink;
	target.data = data;
	target.level = level;
}

void log_set_level(enum log_level level)
{
	target.level = level;
}

enum log_level log_level(void)
{
	return target.level;
}

int log_level_parse(const char *word)
{
	static const char *const words[] = {"error", "warning", "notice", "info", "debug"};

	for (int i = 0; i < (int)(sizeof words / sizeof *words); i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return -EINVAL;
}

const char *log_id_name(enum log_id id)
{
	return ids[id].name;
}

const char *log_id_message_id(enum log_id id)
{
	return ids[id].message_id;
}

/* A message that was too long may end within a UTF-8 sequence: back to its first octet. */
static void cut_between_characters(char *message)
{
	size_t start = strlen(message);

	while (start > 0 && ((unsigned char)message[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0)
		return;
	start--;
	if (!text_is_utf8(span_of_text(message + start)))
		message[start] = '\0';
}

void log_fields(enum log_level level, const struct log_fields *fields, const char *format, ...)
{
	char message[512];
	va_list args;

	if (!target.sink || level > target.level)
		return;

	va_start(args, format);

	int len = vsnprintf(message, sizeof message, format, args);

	va_end(args);
	if (len < 0)
		return;
	if ((size_t)len >= sizeof message)
		cut_between_characters(message);

	/* what a peer or a file put into a message must not make lines of its own */
	for (char *p = message; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';

	target.sink(target.data,
		&(const struct log_record){.level = level, .message = message, .fields = *fields});
}
