#include "ctl/varlink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "ctl/framing.h"
#include "ctl/parameters.h"
#include "ctl/peer.h"
#include "ctl/unixsock.h"

enum {
	TURN_MESSAGES = 16, /* of one connection, then the others have their turn */
	TURN_READS = 4,
	READ_MAX = 16 * 1024,
	ACCEPTS = 16,
	SWEEP_SEC = 60,
	BACKLOG = 64,
};

struct conn {
	struct varlink *v;
	int fd;
	struct peer peer;
	struct loop_source *source;
	uint32_t events;
	struct framing in;
	struct buf out;
	size_t sent; /* of out */
	uint64_t active_at;
	bool is_eof, is_dead;
	bool is_stream; /* or its only reply comes later */
	bool is_oneway;
	int topic;
	void *user;
	uint64_t lost;
};

struct varlink {
	const struct loop *loop;
	const struct clock *clock;
	const struct varlink_settings *settings;
	struct unixsock socket;
	int fd;
	struct loop_source *source, *timer;
	struct conn *conns[VARLINK_CONNECTIONS];
	size_t n_conns;
	uint64_t accept_at; /* descriptors ran out: again then; 0: accepting */
};

struct varlink_call {
	struct conn *conn;
	const struct varlink_method *method;
	bool wants_more, is_oneway;
	size_t start; /* of the reply in conn->out */
	struct json_writer w;
};

static uint64_t now(const struct varlink *v)
{
	return clock_now(v->clock);
}

/* --- replies ---------------------------------------------------------------------------------- */

static size_t waiting(const struct conn *c)
{
	return c->out.len - c->sent;
}

static struct json_writer *begin(struct varlink_call *call, const char *error)
{
	call->conn->out.max = VARLINK_REPLY_MAX;
	call->start = call->conn->out.len;
	call->w = json_writer_to(&call->conn->out);
	json_open_object(&call->w);
	if (error) {
		json_write_key(&call->w, "error");
		json_write_text(&call->w, span_of_text(error));
	}
	json_write_key(&call->w, "parameters");
	json_open_object(&call->w);
	return &call->w;
}

struct json_writer *varlink_reply(struct varlink_call *call)
{
	return begin(call, NULL);
}

struct json_writer *varlink_error(struct varlink_call *call, const char *name)
{
	return begin(call, name);
}

static void end(struct varlink_call *call)
{
	json_close_object(&call->w);
	if (call->conn->is_stream) {
		json_write_key(&call->w, "continues");
		json_write_bool(&call->w, true);
	}
	json_close_object(&call->w);
	wr_u8(&call->w.w, '\0');
}

void varlink_end(struct varlink_call *call)
{
	end(call);
	if (call->w.w.err < 0) {
		buf_truncate(&call->conn->out, call->start);

		struct json_writer *w = varlink_error(call, "org.lwm2md.Manage.Limit");

		json_write_key(w, "what");
		json_write_text(w, span_of_text("octets of a reply"));
		json_write_key(w, "limit");
		json_write_int(w, VARLINK_REPLY_MAX);
		end(call);
		call->conn->is_dead |= call->w.w.err < 0;
	}
	if (call->is_oneway)
		buf_truncate(&call->conn->out, call->start);
}

static void answer_error(
	struct varlink_call *call, const char *error, const char *key, struct span value)
{
	struct json_writer *w = varlink_error(call, error);

	if (key) {
		json_write_key(w, key);
		json_write_text(w, value);
	}
	varlink_end(call);
}

void varlink_invalid(struct varlink_call *call, const char *parameter)
{
	answer_error(
		call, "org.varlink.service.InvalidParameter", "parameter", span_of_text(parameter));
}

bool varlink_wants_more(const struct varlink_call *call)
{
	return call->wants_more && !call->is_oneway;
}

void varlink_stream(struct varlink_call *call, int topic, void *user)
{
	struct conn *c = call->conn;

	free(c->user);
	c->is_stream = true;
	c->is_oneway = call->is_oneway;
	c->topic = topic;
	c->user = user;
	c->lost = 0;
}

void varlink_last(struct varlink_call *call)
{
	call->conn->is_stream = false;
}

/* --- the interface that every server has --------------------------------------------------------
 */

static const char service_description[] =
	"# The interface that every Varlink service has.\n"
	"interface org.varlink.service\n\n"
	"# What this service is and which interfaces it has\n"
	"method GetInfo() -> (\n"
	"  vendor: string,\n"
	"  product: string,\n"
	"  version: string,\n"
	"  url: string,\n"
	"  interfaces: []string\n"
	")\n\n"
	"# The definition of an interface\n"
	"method GetInterfaceDescription(interface: string) -> (description: string)\n\n"
	"error InterfaceNotFound (interface: string)\n"
	"error MethodNotFound (method: string)\n"
	"error MethodNotImplemented (method: string)\n"
	"error InvalidParameter (parameter: string)\n"
	"error PermissionDenied ()\n"
	"error ExpectedMore ()\n";

static const char service_name[] = "org.varlink.service";

static void get_info(void *data, struct varlink_call *call, const struct json *parameters)
{
	const struct varlink_settings *s = call->conn->v->settings;
	struct json_writer *w = varlink_reply(call);
	const char *const members[][2] = {{"vendor", s->vendor}, {"product", s->product},
		{"version", s->version}, {"url", s->url}};

	(void)data;
	(void)parameters;
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		json_write_key(w, members[i][0]);
		json_write_text(w, span_of_text(members[i][1]));
	}
	json_write_key(w, "interfaces");
	json_open_array(w);
	json_write_text(w, span_of_text(service_name));
	json_write_text(w, span_of_text(s->interface->name));
	json_close_array(w);
	varlink_end(call);
}

static void get_description(void *data, struct varlink_call *call, const struct json *parameters)
{
	const struct varlink_interface *i = call->conn->v->settings->interface;
	struct span name = json_text(json_member(parameters, "interface"));
	const char *description = span_is_text(name, service_name) ? service_description
				  : span_is_text(name, i->name)	   ? i->description
								   : NULL;

	(void)data;
	if (!description) {
		answer_error(call, "org.varlink.service.InterfaceNotFound", "interface", name);
		return;
	}

	struct json_writer *w = varlink_reply(call);

	json_write_key(w, "description");
	json_write_text(w, span_of_text(description));
	varlink_end(call);
}

static const struct varlink_method service_methods[] = {
	{.name = "GetInfo", .answer = get_info},
	{.name = "GetInterfaceDescription",
		.parameters = {{.name = "interface", .type = VARLINK_TEXT}},
		.answer = get_description},
};

static const struct varlink_interface service = {
	.name = service_name,
	.description = service_description,
	.methods = service_methods,
	.n_methods = sizeof service_methods / sizeof *service_methods,
};

/* --- calls ------------------------------------------------------------------------------------ */

static const struct varlink_method *find_method(
	const struct varlink *v, struct span full, struct span *ret_interface)
{
	const struct varlink_interface *interfaces[] = {&service, v->settings->interface};
	size_t dot = full.len;

	while (dot > 0 && full.data[dot - 1] != '.')
		dot--;
	*ret_interface = span_of(full.data, dot > 0 ? dot - 1 : 0);

	struct span name = span_of(full.data + dot, full.len - dot);

	for (size_t i = 0; i < 2; i++) {
		if (!span_is_text(*ret_interface, interfaces[i]->name))
			continue;
		*ret_interface = (struct span){0};
		for (size_t m = 0; m < interfaces[i]->n_methods; m++)
			if (span_is_text(name, interfaces[i]->methods[m].name))
				return &interfaces[i]->methods[m];
	}
	return NULL;
}

static void run(struct varlink_call *call, struct span name, const struct json *parameters)
{
	struct conn *c = call->conn;
	struct span interface;
	const char *wrong;

	call->method = find_method(c->v, name, &interface);
	if (!call->method && interface.len > 0) {
		answer_error(call, "org.varlink.service.InterfaceNotFound", "interface", interface);
		return;
	}
	if (!call->method) {
		answer_error(call, "org.varlink.service.MethodNotFound", "method", name);
		return;
	}
	if (call->method->is_steering && !c->peer.may_steer) {
		answer_error(call, "org.varlink.service.PermissionDenied", NULL, name);
		return;
	}
	wrong = parameters_find_wrong(call->method, parameters);
	if (wrong) {
		varlink_invalid(call, wrong);
		return;
	}
	if (call->method->is_stream && !varlink_wants_more(call)) {
		answer_error(call, "org.varlink.service.ExpectedMore", NULL, name);
		return;
	}
	call->method->answer(c->v->settings->data, call, parameters);
}

static bool is_flag(const struct json *message, const char *name, bool *ret)
{
	const struct json *flag = json_member(message, name);

	*ret = json_boolean(flag);
	return !flag || json_kind(flag) == JSON_BOOLEAN;
}

/* What is no call ends the connection: there is nobody to talk to. */
static void handle(struct conn *c, struct span text)
{
	_cleanup_(json_free_p) struct json *message = NULL;
	struct varlink_call call = {.conn = c};
	bool is_upgrade;

	c->active_at = now(c->v);
	if (json_parse(text, &message) < 0 || json_kind(message) != JSON_OBJECT) {
		c->is_dead = true;
		return;
	}

	const struct json *method = json_member(message, "method");

	if (json_kind(method) != JSON_TEXT || !is_flag(message, "more", &call.wants_more) ||
		!is_flag(message, "oneway", &call.is_oneway) ||
		!is_flag(message, "upgrade", &is_upgrade)) {
		c->is_dead = true;
		return;
	}
	if (is_upgrade)
		answer_error(&call, "org.varlink.service.MethodNotImplemented", "method",
			json_text(method));
	else
		run(&call, json_text(method), json_member(message, "parameters"));
}

/* --- one connection --------------------------------------------------------------------------- */

static void on_ready(void *data, uint32_t events);

static void flush(struct conn *c)
{
	while (!c->is_dead && waiting(c) > 0) {
		ssize_t n =
			send(c->fd, c->out.data + c->sent, waiting(c), MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			c->is_dead = errno != EAGAIN && errno != EWOULDBLOCK;
			return;
		}
		c->sent += (size_t)n;
	}
	if (waiting(c) == 0) {
		buf_done(&c->out);
		c->sent = 0;
	}
}

static void receive(struct conn *c)
{
	uint8_t bytes[READ_MAX];

	for (int i = 0; i < TURN_READS && !c->is_dead && !c->is_eof; i++) {
		ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			c->is_dead = errno != EAGAIN && errno != EWOULDBLOCK;
			return;
		}
		c->is_eof = n == 0;
		if (n > 0 && framing_feed(&c->in, span_of(bytes, (size_t)n)) < 0)
			c->is_dead = true;
	}
}

/* The next call is looked at when the reply to the one before is gone: the peer sets the pace. */
static void process(struct conn *c)
{
	for (int i = 0; i < TURN_MESSAGES && !c->is_dead && !c->is_stream && waiting(c) == 0; i++) {
		struct span message;
		int r = framing_next(&c->in, &message);

		if (r < 0)
			c->is_dead = true;
		if (r <= 0)
			return;
		handle(c, message);
		flush(c);
	}
}

static bool has_work(const struct conn *c)
{
	return c->is_dead || (!c->is_stream && waiting(c) == 0 && framing_has_next(&c->in));
}

/* What the loop is to watch for from now on. */
static void watch(struct conn *c)
{
	bool is_idle = !c->is_stream && !framing_has_next(&c->in);
	uint32_t events = waiting(c) > 0 ? EPOLLOUT : is_idle && !c->is_eof ? EPOLLIN : 0;

	if (waiting(c) == 0 && is_idle && c->is_eof)
		c->is_dead = true;
	if (c->is_dead || (c->source && events == c->events))
		return;
	c->v->loop->free_source(c->source);
	c->source = NULL;
	c->events = events;
	if (c->v->loop->watch(c->v->loop->impl, c->fd, events, on_ready, c, &c->source) < 0)
		c->is_dead = true;
}

static void plan(struct varlink *v);

static void on_ready(void *data, uint32_t events)
{
	struct conn *c = data;

	if (events & (EPOLLERR | EPOLLHUP) && !(events & EPOLLIN))
		c->is_dead = true;
	if (events & EPOLLOUT)
		flush(c);
	if (events & EPOLLIN)
		receive(c);
	process(c);
	watch(c);
	plan(c->v);
}

static void conn_free(struct conn *c)
{
	c->v->loop->free_source(c->source);
	close(c->fd);
	framing_done(&c->in);
	buf_done(&c->out);
	free(c->user);
	free(c);
}

/* --- all connections -------------------------------------------------------------------------- */

static void on_connect(void *data, uint32_t events);

static void plan(struct varlink *v)
{
	uint64_t at = v->n_conns > 0 ? usec_after(now(v), SWEEP_SEC) : USEC_NEVER;

	if (v->accept_at)
		at = v->accept_at;
	for (size_t i = 0; i < v->n_conns; i++)
		if (has_work(v->conns[i]))
			at = now(v);
	v->loop->arm(v->timer, at, USEC_PER_MSEC);
}

static void reap(struct varlink *v)
{
	size_t kept = 0;

	for (size_t i = 0; i < v->n_conns; i++) {
		if (v->conns[i]->is_dead)
			conn_free(v->conns[i]);
		else
			v->conns[kept++] = v->conns[i];
	}
	v->n_conns = kept;
}

static void on_timer(void *data)
{
	struct varlink *v = data;

	for (size_t i = 0; i < v->n_conns; i++) {
		struct conn *c = v->conns[i];

		if (!c->is_stream && now(v) >= usec_after(c->active_at, VARLINK_IDLE_SEC))
			c->is_dead = true;
		process(c);
		watch(c);
	}
	reap(v);
	if (v->accept_at && v->accept_at <= now(v)) {
		v->accept_at = 0;
		if (v->loop->watch(v->loop->impl, v->fd, EPOLLIN, on_connect, v, &v->source) < 0)
			v->accept_at = usec_after(now(v), 1);
	}
	plan(v);
}

static bool has_room(const struct varlink *v, uid_t uid)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_conns; i++)
		n += v->conns[i]->peer.uid == uid;
	return v->n_conns < VARLINK_CONNECTIONS && (uid == 0 || n < VARLINK_CONNECTIONS_PER_UID);
}

static void admit(struct varlink *v, int fd)
{
	_cleanup_(close_p) int owned = fd;
	const struct varlink_settings *s = v->settings;
	struct peer peer;

	if (peer_of(fd, s->has_admin_group ? &s->admin_group : NULL, &peer) < 0 ||
		!has_room(v, peer.uid))
		return;

	struct conn *c = calloc(1, sizeof *c);

	if (!c)
		return;
	*c = (struct conn){.v = v, .fd = TAKE_FD(owned), .peer = peer, .active_at = now(v)};
	v->conns[v->n_conns++] = c;
	watch(c);
}

/* Without descriptors the socket stays ready: it is left alone for a second. */
static void pause_accepting(struct varlink *v)
{
	v->loop->free_source(v->source);
	v->source = NULL;
	v->accept_at = usec_after(now(v), 1);
}

static void on_connect(void *data, uint32_t events)
{
	struct varlink *v = data;

	(void)events;
	for (int i = 0; i < ACCEPTS; i++) {
		int fd = accept4(v->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
			pause_accepting(v);
		if (fd < 0)
			break;
		reap(v);
		admit(v, fd);
	}
	plan(v);
}

/* --- streams ---------------------------------------------------------------------------------- */

bool varlink_has_stream(const struct varlink *v, int topic)
{
	for (size_t i = 0; v && i < v->n_conns; i++)
		if (v->conns[i]->is_stream && !v->conns[i]->is_dead && v->conns[i]->topic == topic)
			return true;
	return false;
}

static void publish_to(struct conn *c,
	bool (*write)(void *data, void *user, uint64_t lost, struct json_writer *w), void *data)
{
	struct varlink_call call = {.conn = c};

	begin(&call, NULL);
	if (!write(data, c->user, c->lost, &call.w)) {
		buf_truncate(&c->out, call.start);
		return;
	}
	end(&call);
	if (call.w.w.err < 0 || waiting(c) > VARLINK_WAITING_MAX) {
		buf_truncate(&c->out, call.start);
		c->lost++;
	} else {
		c->lost = 0;
	}
	flush(c);
	watch(c);
}

void varlink_publish(struct varlink *v, int topic,
	bool (*write)(void *data, void *user, uint64_t lost, struct json_writer *w), void *data)
{
	if (!varlink_has_stream(v, topic))
		return;
	for (size_t i = 0; i < v->n_conns; i++) {
		struct conn *c = v->conns[i];

		if (c->is_stream && c->topic == topic && !c->is_dead)
			publish_to(c, write, data);
	}
	plan(v);
}

static void finish_one(struct conn *c, const char *error,
	void (*write)(void *data, struct json_writer *w), void *data)
{
	struct varlink_call call = {.conn = c, .is_oneway = c->is_oneway};

	c->is_stream = false;
	c->active_at = now(c->v);
	write(data, begin(&call, error));
	varlink_end(&call);
	flush(c);
	watch(c);
}

void varlink_finish(struct varlink *v, int topic, const char *error,
	void (*write)(void *data, struct json_writer *w), void *data)
{
	for (size_t i = 0; i < v->n_conns; i++) {
		struct conn *c = v->conns[i];

		if (c->is_stream && c->topic == topic && !c->is_dead)
			finish_one(c, error, write, data);
	}
	plan(v);
}

/* --- life ------------------------------------------------------------------------------------- */

size_t varlink_connections(const struct varlink *v)
{
	return v->n_conns;
}

int varlink_new(const struct loop *loop, const struct clock *clock,
	const struct varlink_settings *settings, struct varlink **ret)
{
	struct varlink *v = calloc(1, sizeof *v);

	if (!v)
		return -ENOMEM;
	v->loop = loop;
	v->clock = clock;
	v->settings = settings;
	v->fd = -EBADF;

	int r = unixsock_open(&v->socket, settings->path);

	if (r == 0)
		r = unixsock_listen(&v->socket, settings->mode, BACKLOG, &v->fd);
	if (r == 0)
		r = loop->watch(loop->impl, v->fd, EPOLLIN, on_connect, v, &v->source);
	if (r == 0)
		r = loop->timer(loop->impl, on_timer, v, &v->timer);
	if (r < 0) {
		varlink_free(v);
		return r;
	}
	*ret = v;
	return 0;
}

struct varlink *varlink_free(struct varlink *v)
{
	if (!v)
		return NULL;
	for (size_t i = 0; i < v->n_conns; i++)
		conn_free(v->conns[i]);
	v->loop->free_source(v->source);
	v->loop->free_source(v->timer);
	if (v->fd >= 0) {
		unixsock_unlink(&v->socket);
		close(v->fd);
	}
	unixsock_done(&v->socket);
	free(v);
	return NULL;
}

void varlink_free_p(struct varlink **v)
{
	*v = varlink_free(*v);
}
