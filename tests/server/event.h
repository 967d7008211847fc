#pragma once
/*
 * What the test server saw, as one JSON object a line on standard output. Keys and payloads of
 * writes are never printed.
 *   event_begin("register", "dm"); event_text("ep", span); event_end();
 */
#include "base/span.h"

/* Starts a line with "t" (CLOCK_BOOTTIME, usec), "event" and, if not NULL, "server". */
void event_begin(const char *event, const char *server);
/* Bytes that are not UTF-8 come out as \u00XX each. */
void event_text(const char *key, struct span value);
void event_hex(const char *key, struct span value);
void event_number(const char *key, int64_t value);
/* CoAP code as "2.05". */
void event_code(const char *key, uint8_t code);
void event_list_begin(const char *key);
void event_list_item(struct span value);
void event_list_end(void);
void event_end(void);
/* A line with one text. */
void event_line(const char *event, const char *server, const char *key, const char *value);
