#pragma once
/*
 * Log records with fields, given to one sink: the journal or standard error (daemon/journal.c),
 * a test's own. Secrets, keys and payloads never go in, at no level. Layer: base.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>

#include "base/reason.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

enum log_id {
	LOG_ID_NONE, /* no event of the catalogue */
#define LOG_ID(symbol, name, id) LOG_ID_##symbol,
#include "base/log_ids.def"
#undef LOG_ID
	LOG_ID_COUNT
};

enum { LOG_SERVER_NONE = -1, LOG_SERVER_BOOTSTRAP = 0 };

/* Fields of the journal (lwm2md(8) names them); NULL, 0 and LOG_SERVER_NONE: absent. */
struct log_fields {
	enum log_id id;
	enum reason reason;
	int32_t server; /* Short Server ID, LOG_SERVER_BOOTSTRAP or LOG_SERVER_NONE */
	const char *uri;
	const char *path;
	const char *stage;
	uint8_t code; /* CoAP response code */
	uint64_t next_sec;
	int error; /* errno, positive */
};

struct log_record {
	enum log_level level;
	const char *message; /* one line, no newline */
	struct log_fields fields;
};

typedef void (*log_sink_fn)(void *data, const struct log_record *record);

/* The one mutable global of the program: where records go and up to which level. */
void log_to(log_sink_fn sink, void *data, enum log_level level);
enum log_level log_level(void);
void log_set_level(enum log_level level);

/* "error" … "debug"; negative errno for another word. */
int log_level_parse(const char *word);
const char *log_id_name(enum log_id id);
const char *log_id_message_id(enum log_id id);

__attribute__((format(printf, 3, 4))) void log_fields(
	enum log_level level, const struct log_fields *fields, const char *format, ...);

#define LOG(level, ...)                                                                            \
	log_fields(level, &(const struct log_fields){.server = LOG_SERVER_NONE}, __VA_ARGS__)
/* LOG_EV(level, ({.id = …, .server = ssid}), "text", …) */
#define LOG_UNWRAP(...) __VA_ARGS__
#define LOG_EV(level, fields, ...)                                                                 \
	log_fields(level, &(const struct log_fields)LOG_UNWRAP fields, __VA_ARGS__)
