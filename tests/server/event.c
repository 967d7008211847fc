#include "event.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/parse.h"

/* A line is put together on stdio's buffer of standard output and flushed at its end. */

static void put_text(struct span value)
{
	bool is_text = text_is_utf8(value);

	putchar('"');
	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.data[i];

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !is_text))
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

void event_begin(const char *event, const char *server)
{
	printf("{\"t\":%" PRIu64 ",\"event\":\"%s\"", clock_now(&clock_system), event);
	if (server)
		event_text("server", span_of_text(server));
}

static void put_key(const char *key)
{
	printf(",\"%s\":", key);
}

void event_text(const char *key, struct span value)
{
	put_key(key);
	put_text(value);
}

void event_hex(const char *key, struct span value)
{
	put_key(key);
	putchar('"');
	for (size_t i = 0; i < value.len; i++)
		printf("%02x", value.data[i]);
	putchar('"');
}

void event_number(const char *key, int64_t value)
{
	put_key(key);
	printf("%" PRId64, value);
}

void event_code(const char *key, uint8_t code)
{
	put_key(key);
	printf("\"%u.%02u\"", code >> 5, code & 31u);
}

static bool is_first_item;

void event_list_begin(const char *key)
{
	put_key(key);
	putchar('[');
	is_first_item = true;
}

void event_list_item(struct span value)
{
	if (!is_first_item)
		putchar(',');
	is_first_item = false;
	put_text(value);
}

void event_list_end(void)
{
	putchar(']');
}

void event_end(void)
{
	puts("}");
	fflush(stdout);
}

void event_line(const char *event, const char *server, const char *key, const char *value)
{
	event_begin(event, server);
	event_text(key, span_of_text(value));
	event_end();
}
