/* The place in the source is no news for who reads the journal. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include "daemon/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"
#include "codec/message.h"

/* In the order of enum log_level, whose names are macros of syslog.h in this file. */
static const char *const level_names[] = {"error", "warning", "notice", "info", "debug"};

/* PRIORITY of the journal: error is 3, as in syslog. */
enum { PRIORITY_ERROR = 3 };

/* "101", "bootstrap" or empty */
static const char *server_text(int32_t server, char ret[12])
{
	if (server == LOG_SERVER_NONE)
		return "";
	if (server == LOG_SERVER_BOOTSTRAP)
		return "bootstrap";
	snprintf(ret, 12, "%" PRId32, server);
	return ret;
}

/* A field whose value is empty is left out; one that does not fit is cut. */
static void add(struct journal_entry *e, const char *name, const char *value)
{
	size_t room = sizeof e->text - e->used;

	if (!value || !*value || e->n_fields == JOURNAL_FIELDS_MAX || room < 2)
		return;

	char *at = e->text + e->used;
	int n = snprintf(at, room, "%s=%s", name, value);
	size_t len = (size_t)n < room ? (size_t)n : room - 1;

	e->field[e->n_fields++] = (struct iovec){.iov_base = at, .iov_len = len};
	e->used += len + 1;
}

static void add_number(struct journal_entry *e, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRIu64, value);
	add(e, name, text);
}

/* Of the process, like where the records go. */
static char endpoint[JOURNAL_ENDPOINT_MAX];

void journal_name(const char *name)
{
	snprintf(endpoint, sizeof endpoint, "%s", name);
}

void journal_entry_of(const struct log_record *record, struct journal_entry *ret)
{
	const struct log_fields *f = &record->fields;
	char server[12], code[8];

	ret->n_fields = ret->used = 0;
	add(ret, "MESSAGE", record->message);
	add_number(ret, "PRIORITY", PRIORITY_ERROR + (uint64_t)record->level);
	add(ret, "MESSAGE_ID", log_id_message_id(f->id));
	add(ret, "LWM2M_EVENT", log_id_name(f->id));
	add(ret, "LWM2M_REASON", reason_id(f->reason));
	add(ret, "LWM2M_SERVER", server_text(f->server, server));
	add(ret, "LWM2M_URI", f->uri);
	add(ret, "LWM2M_PATH", f->path);
	add(ret, "LWM2M_STAGE", f->stage);
	if (f->code) {
		msg_code_format(f->code, code);
		add(ret, "LWM2M_CODE", code);
	}
	if (f->next_sec)
		add_number(ret, "LWM2M_NEXT_SEC", f->next_sec);
	if (f->error > 0)
		add_number(ret, "ERRNO", (uint64_t)f->error);
	add(ret, "LWM2M_ENDPOINT", endpoint);
}

static void to_stderr(void *data, const struct log_record *record)
{
	const struct log_fields *f = &record->fields;
	time_t seconds = (time_t)(clock_realtime(&clock_system) / USEC_PER_SEC);
	struct tm tm = {0};
	char server[12], clock[12] = "";

	(void)data;
	localtime_r(&seconds, &tm);
	strftime(clock, sizeof clock, "%H:%M:%S", &tm);

	const char *event = log_id_name(f->id), *who = server_text(f->server, server);
	const char *why = reason_id(f->reason);

	/* one write, so that the lines of several processes do not mix */
	dprintf(STDERR_FILENO, "%s %s %s %s: %s%s%s%s\n", clock, level_names[record->level],
		*event ? event : "-", *who ? who : "-", record->message, *why ? " [" : "", why,
		*why ? "]" : "");
}

static void to_journal(void *data, const struct log_record *record)
{
	struct journal_entry entry;

	journal_entry_of(record, &entry);
	if (sd_journal_sendv(entry.field, (int)entry.n_fields) < 0)
		to_stderr(data, record);
}

bool journal_has_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM"), *colon = stream ? strchr(stream, ':') : NULL;
	uint64_t device, inode;
	struct stat st;

	if (!colon || parse_u64(span_of(stream, (size_t)(colon - stream)), &device) < 0 ||
		parse_u64(span_of_text(colon + 1), &inode) < 0)
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void journal_open(enum journal_target target, enum log_level level)
{
	bool is_native =
		target == JOURNAL_NATIVE || (target == JOURNAL_AUTO && journal_has_stderr());

	log_to(is_native ? to_journal : to_stderr, NULL, level);
}

int journal_target_parse(const char *word)
{
	static const char *const words[] = {
		[JOURNAL_AUTO] = "auto", [JOURNAL_NATIVE] = "journal", [JOURNAL_STDERR] = "stderr"};

	for (int i = 0; i < (int)(sizeof words / sizeof *words); i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return -EINVAL;
}
