#include "daemon/metrics.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "base/writer.h"
#include "codec/payload.h"
#include "daemon/daemon.h"
#include "daemon/view.h"
#include "keys/certificate.h"
#include "model/account.h"

/* --- counting --------------------------------------------------------------------------------- */

static struct metrics_server *server_of(struct metrics *m, uint16_t ssid)
{
	for (size_t i = 0; i < m->n_servers; i++)
		if (m->servers[i].ssid == ssid)
			return &m->servers[i];
	if (m->n_servers < METRICS_SERVERS)
		m->n_servers++;
	else
		ssid = 0;
	m->servers[m->n_servers - 1].ssid = ssid;
	return &m->servers[m->n_servers - 1];
}

static bool is_of_handshake(enum reason reason)
{
	return strncmp(reason_id(reason), "dtls.", 5) == 0 && reason != REASON_DTLS_CLOSED;
}

void metrics_count_step(struct metrics *m, const struct step *s)
{
	bool is_ok = s->result == STEP_OK;

	if (!m)
		return;
	if (s->result == STEP_FAILED)
		m->failures[s->reason]++;
	if (!is_ok && s->result != STEP_FAILED)
		return;
	if (s->stage == STAGE_CLIENT_BOOTSTRAP || s->stage == STAGE_SERVER_BOOTSTRAP)
		m->bootstraps[s->stage == STAGE_CLIENT_BOOTSTRAP][is_ok]++;
	if (s->stage != STAGE_REGISTER || s->server <= 0 || s->reason == REASON_RETRY_EXHAUSTED)
		return;

	struct metrics_server *server = server_of(m, (uint16_t)s->server);

	server->registrations[is_ok]++;
	if (is_of_handshake(s->reason))
		server->handshakes[0]++;
	if (is_ok)
		server->last_success = s->when;
}

void metrics_count_notification(struct metrics *m, uint16_t ssid, bool is_confirmable)
{
	if (m)
		server_of(m, ssid)->notifications[is_confirmable]++;
}

static const char *operation_of(const struct request *r)
{
	switch ((enum msg_method)r->method) {
	case MSG_GET:
		if (r->observe >= 0)
			return r->observe == 0 ? "observe" : "cancel-observation";
		return r->accept == FORMAT_LINK ? "discover" : "read";
	case MSG_PUT:
		return r->payload.len == 0 && r->n_queries > 0 ? "write-attributes" : "write";
	case MSG_POST:
		return r->n_segments >= 3 ? "execute" : r->n_segments == 2 ? "write" : "create";
	case MSG_DELETE:
		return "delete";
	case MSG_FETCH:
		if (r->observe >= 0)
			return r->observe == 0 ? "observe-composite" : "cancel-observation";
		return "read-composite";
	case MSG_PATCH:
	case MSG_IPATCH:
		return "write-composite";
	}
	return "other";
}

/* Upper ends of the buckets, usec. */
static const uint64_t ends[METRICS_BUCKETS] = {
	100, 500, 1000, 5000, 10000, 50000, 100000, USEC_PER_SEC};

void metrics_count_request(struct metrics *m, uint16_t ssid, const struct request *request,
	uint8_t code, uint64_t usec)
{
	struct metrics_request wanted = {ssid, operation_of(request), code, 0};
	size_t i = 0, bucket = 0;

	if (!m)
		return;
	while (bucket < METRICS_BUCKETS && usec > ends[bucket])
		bucket++;
	m->buckets[bucket]++;
	m->usec += usec;
	while (i < m->n_requests &&
		(m->requests[i].ssid != ssid || m->requests[i].code != code ||
			strcmp(m->requests[i].operation, wanted.operation) != 0))
		i++;
	if (i == METRICS_REQUESTS) {
		i--;
		m->requests[i].ssid = 0;
		m->requests[i].operation = "other";
	} else if (i == m->n_requests) {
		m->requests[m->n_requests++] = wanted;
	}
	m->requests[i].n++;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void head(struct writer *w, const char *name, const char *type, const char *help)
{
	wr_printf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_label(struct writer *w, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			wr_u8(w, '\\');
		wr_u8(w, (uint8_t)*text);
	}
}

static void write_state(struct writer *w, const struct daemon *d)
{
	static const char *const phases[] = {"starting", "smartcard", "factory", "registering",
		"registered", "degraded", "holdoff", "bootstrapping", "retrying", "offline", "idle",
		"stopping"};

	head(w, "lwm2m_up", "gauge", "Whether the daemon answers.");
	wr_text(w, "lwm2m_up 1\n");
	head(w, "lwm2m_info", "gauge", "Version and Endpoint Client Name.");
	wr_text(w, "lwm2m_info{version=\"" PACKAGE_VERSION "\",endpoint=\"");
	write_label(w, d->conf->endpoint);
	wr_text(w, "\"} 1\n");
	head(w, "lwm2m_phase", "gauge", "1 for the present phase.");
	for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
		wr_printf(w, "lwm2m_phase{phase=\"%s\"} %d\n", phases[i],
			strcmp(view_phase(d), phases[i]) == 0);
	head(w, "lwm2m_holdoff_remaining_seconds", "gauge", "Until ClientHoldOffTime is over.");
	wr_printf(w, "lwm2m_holdoff_remaining_seconds %" PRIu64 "\n",
		holdoff_left(d->waits.holdoff) / USEC_PER_SEC);
}

static void write_links(struct writer *w, const struct daemon *d)
{
	const struct server_link *l;
	size_t cursor = 0;

	head(w, "lwm2m_server_registered", "gauge", "Whether the server has a registration.");
	while ((l = servers_next(d->servers, &cursor)))
		wr_printf(w, "lwm2m_server_registered{ssid=\"%u\"} %d\n",
			server_link_short_server_id(l), reg_is_up(server_link_reg(l)));
	head(w, "lwm2m_server_registration_expires_seconds", "gauge",
		"Until the registration ends at the server.");
	cursor = 0;
	while ((l = servers_next(d->servers, &cursor))) {
		const struct reg *reg = server_link_reg(l);

		if (reg_is_up(reg) && reg_expires(reg) != USEC_NEVER)
			wr_printf(w,
				"lwm2m_server_registration_expires_seconds{ssid=\"%u\"} %" PRIu64
				"\n",
				server_link_short_server_id(l),
				view_seconds_until(d, reg_expires(reg)));
	}
}

static void write_certificates(struct writer *w, const struct daemon *d)
{
	uint32_t cursor = 0;
	struct account a;

	head(w, "lwm2m_certificate_expiry_timestamp_seconds", "gauge",
		"When our certificate ends; server 0 is the Bootstrap-Server.");
	while (account_next(d->model, &cursor, &a)) {
		struct certificate_chain chain = {0};
		char why[KEY_WHY_MAX];

		if (a.mode != MODE_CERTIFICATE || certificate_load(a.identity, &chain, why) < 0)
			continue;
		wr_printf(w,
			"lwm2m_certificate_expiry_timestamp_seconds{ssid=\"%u\",kind=\"client\"} "
			"%" PRId64 "\n",
			a.is_bootstrap ? 0 : a.short_server_id, certificate_not_after(chain.at[0]));
		certificate_chain_done(&chain);
	}
}

static void write_results(struct writer *w, const char *name, uint16_t ssid, const uint64_t n[2])
{
	for (int ok = 0; ok < 2; ok++)
		wr_printf(w, "%s{ssid=\"%u\",result=\"%s\"} %" PRIu64 "\n", name, ssid,
			ok ? "ok" : "failed", n[ok]);
}

static void write_servers(struct writer *w, const struct metrics *m)
{
	head(w, "lwm2m_registrations_total", "counter",
		"Register, Update and De-register operations by result.");
	for (size_t i = 0; i < m->n_servers; i++)
		write_results(w, "lwm2m_registrations_total", m->servers[i].ssid,
			m->servers[i].registrations);
	head(w, "lwm2m_server_last_success_timestamp_seconds", "gauge",
		"When the server last accepted one of them.");
	for (size_t i = 0; i < m->n_servers; i++)
		if (m->servers[i].last_success > 0)
			wr_printf(w,
				"lwm2m_server_last_success_timestamp_seconds{ssid=\"%u\"} %" PRIu64
				"\n",
				m->servers[i].ssid, m->servers[i].last_success / USEC_PER_SEC);
	head(w, "lwm2m_dtls_handshake_failures_total", "counter", "Handshakes that failed.");
	for (size_t i = 0; i < m->n_servers; i++)
		wr_printf(w, "lwm2m_dtls_handshake_failures_total{ssid=\"%u\"} %" PRIu64 "\n",
			m->servers[i].ssid, m->servers[i].handshakes[0]);
	head(w, "lwm2m_bootstraps_total", "counter", "Bootstraps by who began and result.");
	for (int client = 0; client < 2; client++)
		for (int ok = 0; ok < 2; ok++)
			wr_printf(w,
				"lwm2m_bootstraps_total{kind=\"%s\",result=\"%s\"} %" PRIu64 "\n",
				client ? "client" : "server", ok ? "ok" : "failed",
				m->bootstraps[client][ok]);
	head(w, "lwm2m_failures_total", "counter", "Failed steps by reason.");
	for (int i = 1; i < REASON_COUNT; i++)
		if (m->failures[i] > 0)
			wr_printf(w, "lwm2m_failures_total{reason=\"%s\"} %" PRIu64 "\n",
				reason_id((enum reason)i), m->failures[i]);
}

static void write_observations(struct writer *w, const struct metrics *m, const struct daemon *d)
{
	const struct observe *observe = reporter_observe(d->reporter);
	const struct server_link *l;
	size_t cursor = 0;

	head(w, "lwm2m_observations", "gauge", "What the server observes.");
	while ((l = servers_next(d->servers, &cursor)))
		wr_printf(w, "lwm2m_observations{ssid=\"%u\"} %zu\n",
			server_link_short_server_id(l),
			observe_count_of(observe, server_link_short_server_id(l)));
	head(w, "lwm2m_notifications_total", "counter", "Notifications sent by type.");
	for (size_t i = 0; i < m->n_servers; i++)
		for (int con = 0; con < 2; con++)
			wr_printf(w,
				"lwm2m_notifications_total{ssid=\"%u\",type=\"%s\"} %" PRIu64 "\n",
				m->servers[i].ssid, con ? "con" : "non",
				m->servers[i].notifications[con]);
	head(w, "lwm2m_notifications_dropped_total", "counter",
		"Notifications that waited for a server and had no room.");
	wr_printf(w, "lwm2m_notifications_dropped_total %" PRIu64 "\n",
		observe_count_dropped(observe));
}

static void write_requests(struct writer *w, const struct metrics *m)
{
	uint64_t n = 0;

	head(w, "lwm2m_requests_total", "counter", "Requests of servers by operation and answer.");
	for (size_t i = 0; i < m->n_requests; i++) {
		const struct metrics_request *r = &m->requests[i];

		wr_printf(w,
			"lwm2m_requests_total{ssid=\"%u\",op=\"%s\",code=\"%u.%02u\"} %" PRIu64
			"\n",
			r->ssid, r->operation, r->code >> 5, r->code & 31, r->n);
	}
	head(w, "lwm2m_request_seconds", "histogram", "Time from a request to its answer.");
	for (size_t i = 0; i <= METRICS_BUCKETS; i++) {
		n += m->buckets[i];
		if (i < METRICS_BUCKETS)
			wr_printf(w, "lwm2m_request_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
				(double)ends[i] / USEC_PER_SEC, n);
	}
	wr_printf(w, "lwm2m_request_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", n);
	wr_printf(w, "lwm2m_request_seconds_sum %" PRIu64 ".%06" PRIu64 "\n",
		m->usec / USEC_PER_SEC, m->usec % USEC_PER_SEC);
	wr_printf(w, "lwm2m_request_seconds_count %" PRIu64 "\n", n);
}

/* The second number of statm, in pages. 0: unknown. */
static uint64_t resident_pages(void)
{
	char text[128];
	_cleanup_(close_p) int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	uint32_t pages = 0;

	if (n <= 0)
		return 0;
	text[n] = '\0';

	const char *second = text + strcspn(text, " ");

	second += strspn(second, " ");
	return parse_u32(span_of(second, strcspn(second, " ")), &pages) == 0 ? pages : 0;
}

static void write_process(struct writer *w)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	head(w, "process_resident_memory_bytes", "gauge", "Resident memory.");
	wr_printf(w, "process_resident_memory_bytes %" PRIu64 "\n",
		resident_pages() * (uint64_t)sysconf(_SC_PAGESIZE));
	head(w, "process_open_fds", "gauge", "Open descriptors.");
	/* but ".", ".." and the directory itself */
	wr_printf(w, "process_open_fds %u\n", n > 3 ? n - 3 : 0);
}

int metrics_write(const struct metrics *m, const struct daemon *d, struct buf *out)
{
	struct writer w = writer_to(out);

	write_state(&w, d);
	write_links(&w, d);
	write_servers(&w, m);
	write_certificates(&w, d);
	write_observations(&w, m, d);
	write_requests(&w, m);
	write_process(&w);
	return w.err;
}
