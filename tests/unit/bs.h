#pragma once
/*
 * A configured client (client_model.h) that a bootstrap server works on: a session, its hooks, and
 * requests in short form.
 */
#include "bootstrap/session.h"
#include "client_model.h"
#include "runner.h"

enum { BS_NOW = 1700000000, BS_RECORDS_MAX = 32 };

struct bs {
	struct model *m;
	struct consistency_support support;
	struct bs_session *s;
	struct response response;
	enum bs_result result;
	/* of the persist hook */
	int persist;
	unsigned n_persists;
	bool was_changed;
	/* of the model's listener */
	unsigned n_changes;
};

void bs_setup(struct bs *b);
void bs_teardown(struct bs *b);
void bs_begin(struct bs *b, enum lwm2m_version version);

/*
 * Sends a request to the session: "PUT /0/1", "POST /bs?ep=x", "GET /1". The code as 204; the rest
 * is in b->response and b->result. Formats: FORMAT_NONE if absent.
 */
unsigned bs_ask(
	struct bs *b, const char *line, int content_format, int accept, struct span payload);
unsigned bs_get(struct bs *b, const char *path, int accept);
unsigned bs_delete(struct bs *b, const char *path);
unsigned bs_finish(struct bs *b);
/* One resource as text. */
unsigned bs_put_text(struct bs *b, const char *path, const char *text);
unsigned bs_put_hex(struct bs *b, const char *path, int content_format, const char *hex);

/* A value below the path of the request: {resource, resource instance or ID_NONE, value}. */
struct bs_value {
	uint16_t resource, instance;
	struct value value;
};
/* The instance as a whole in TLV. */
unsigned bs_put(struct bs *b, struct path instance, const struct bs_value *values, size_t n);
#define BS_PUT(b, instance, ...)                                                                   \
	bs_put((b), (instance), (const struct bs_value[]){__VA_ARGS__},                            \
		sizeof((const struct bs_value[]){__VA_ARGS__}) / sizeof(struct bs_value))

/* Complete instances: /0/i of a PSK server, /0/i of the bootstrap server, /1/i. */
unsigned bs_put_security(struct bs *b, uint16_t i, uint16_t ssid);
unsigned bs_put_bootstrap(struct bs *b, uint16_t i, const char *uri);
unsigned bs_put_server(struct bs *b, uint16_t i, uint16_t ssid);

/* Sets a value of the model at once, making the instance. */
void bs_set(struct bs *b, struct path p, struct value v);
int64_t bs_int(const struct bs *b, uint16_t object, uint16_t instance, uint16_t resource);
bool bs_exists(const struct bs *b, const char *path);
/* b->response.payload is this text. */
void bs_assert_payload(const struct bs *b, const char *text);
