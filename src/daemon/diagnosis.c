#include "daemon/diagnosis.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "daemon/daemon.h"

enum { PROBE_LEN = 4096 };

/* 2026-01-01: before this no certificate of ours can be judged. */
static const uint64_t earliest_sec = 1767225600;

struct sink {
	void (*emit)(void *to, const struct manage_finding *f);
	void *to;
};

__attribute__((format(printf, 5, 6))) static void tell(const struct sink *s, const char *check,
	const char *result, enum reason reason, const char *format, ...)
{
	struct manage_finding f = {.check = check, .result = result, .reason = reason};
	va_list args;

	va_start(args, format);
	vsnprintf(f.text, sizeof f.text, format, args);
	va_end(args);
	s->emit(s->to, &f);
}

/* --- configuration and keys ------------------------------------------------------------------- */

struct problems {
	unsigned n_conf, n_secrets;
	bool has_error, has_secret_error;
	enum reason secret_reason;
	char conf[MANAGE_TEXT_MAX], secret[MANAGE_TEXT_MAX]; /* the first of each */
};

enum reason diagnosis_secret_reason(const char *code)
{
	if (strncmp(code, "secret-", 7) != 0 && strncmp(code, "psk-", 4) != 0)
		return REASON_NONE;
	if (strcmp(code, "secret-missing") == 0)
		return REASON_SECRET_MISSING;
	return strcmp(code, "secret-exposed") == 0 ? REASON_SECRET_EXPOSED : REASON_SECRET_FORMAT;
}

static void take_problem(void *data, bool is_error, const char *code, const char *line)
{
	struct problems *p = data;
	enum reason reason = diagnosis_secret_reason(code);
	bool is_secret = reason != REASON_NONE;
	unsigned *n = is_secret ? &p->n_secrets : &p->n_conf;
	bool *has_error = is_secret ? &p->has_secret_error : &p->has_error;
	char *text = is_secret ? p->secret : p->conf;

	/* the first error, else the first of all */
	if (*n == 0 || (is_error && !*has_error))
		snprintf(text, MANAGE_TEXT_MAX, "%s", line);
	if (is_secret && (*n == 0 || (is_error && !*has_error)))
		p->secret_reason = reason;
	++*n;
	*has_error |= is_error;
}

static void check_conf(const struct sink *s, const struct daemon *d)
{
	_cleanup_(conf_report_free_p) struct conf_report *report = NULL;
	_cleanup_(conf_free_p) struct conf *conf = NULL;
	struct problems p = {0};

	if (conf_report_new(&report) < 0 || conf_load(d->paths, report, &conf) == -ENOMEM) {
		tell(s, "config", "skip", REASON_NONE, "there is no memory");
		return;
	}
	conf_report_walk(report, take_problem, &p);
	if (p.has_error)
		tell(s, "config", "fail", REASON_CONFIG_INVALID, "%s", p.conf);
	else if (d->stale_since > 0)
		tell(s, "config", "warn", REASON_CONFIG_STALE,
			"the files are correct now; reload them");
	else if (p.n_conf > 0)
		tell(s, "config", "warn", REASON_NONE, "%s", p.conf);
	else
		tell(s, "config", "ok", REASON_NONE, "the configuration has no errors");
	if (p.n_secrets > 0)
		tell(s, "keys", p.has_secret_error ? "fail" : "warn", p.secret_reason, "%s",
			p.secret);
	else
		tell(s, "keys", "ok", REASON_NONE, "every configured key can be read");
}

/* --- the machine ------------------------------------------------------------------------------ */

/* A file without a name: nothing is left of it. */
static void check_state(const struct sink *s, const struct daemon *d)
{
	static const char probe[PROBE_LEN];
	const char *directory = d->conf->state_directory;
	_cleanup_(close_p) int fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	int error = fd < 0 ? errno : 0;

	if (fd >= 0 && write(fd, probe, sizeof probe) != (ssize_t)sizeof probe)
		error = errno;
	if (error == EOPNOTSUPP || error == EISDIR) {
		error = access(directory, W_OK) < 0 ? errno : 0;
	}
	if (error == 0)
		tell(s, "state", "ok", REASON_NONE, "%s can be written", directory);
	else
		tell(s, "state", "fail",
			error == ENOSPC || error == EDQUOT || error == EFBIG
				? REASON_STATE_FULL
				: REASON_STATE_UNWRITABLE,
			"%s: %s", directory, strerror(error));
}

static void check_clock(const struct sink *s, const struct daemon *d)
{
	struct timex t = {0};

	if (clock_realtime(d->clock) / USEC_PER_SEC < earliest_sec)
		tell(s, "clock", "warn", REASON_NONE,
			"the clock is not set: certificates cannot be checked");
	else if (adjtimex(&t) < 0 || t.status & STA_UNSYNC)
		tell(s, "clock", "warn", REASON_NONE, "no time service keeps the clock right");
	else
		tell(s, "clock", "ok", REASON_NONE, "the clock is synchronised");
}

/* What step 1 met last. */
static void check_card(const struct sink *s, const struct daemon *d)
{
	struct step step, last = {0};
	uint64_t cursor = 0;

	while (timeline_next(d->timeline, &cursor, &step))
		if (step.stage == STAGE_SMARTCARD && step.result != STEP_RUNNING)
			last = step;
	if (last.seq == 0 || last.result == STEP_SKIPPED)
		tell(s, "card", "skip", last.reason, "%s",
			last.seq ? last.detail : "no card was looked for yet");
	else if (last.result == STEP_FAILED)
		tell(s, "card", d->conf->smartcard.enabled == CARD_YES ? "fail" : "warn",
			last.reason, "%s", last.detail);
	else
		tell(s, "card", "ok", REASON_NONE, "%s", last.detail);
}

void diagnosis_run(
	const struct daemon *d, void (*emit)(void *to, const struct manage_finding *f), void *to)
{
	const struct sink s = {emit, to};

	check_conf(&s, d);
	check_state(&s, d);
	check_clock(&s, d);
	check_card(&s, d);
}
