#pragma once
/*
 * A whole daemon in the world of world.h, with a root directory of its own for configuration and
 * state, and a bootstrap server's requests in short form.
 */
#include "conf_fixture.h"
#include "daemon/daemon.h"
#include "fake_transport.h"
#include "runner.h"
#include "world.h"

/* Where the servers of the tests are. */
#define URI_BS "coap://bs.example"
#define URI_A "coap://a.example"
#define URI_B "coap://b.example"
#define URI_C "coap://c.example"

/* Parts of configurations: one attempt per registration, no jitter. */
#define CONF_BASE                                                                                  \
	"device = { endpoint = \"dev\"; };\n"                                                      \
	"smartcard = { enabled = \"no\"; };\n"                                                     \
	"security = { allow_nosec = \"yes\"; };\n"                                                 \
	"retry = { jitter = \"0s\"; count = 1; };\n"
#define CONF_BS(more) "bootstrap = { uri = \"" URI_BS "\"; security = \"nosec\"; " more " };\n"
#define CONF_SERVERS(list) "servers = { " list " };\n"
#define CONF_SERVER(name, ssid, more)                                                              \
#name " = { short_id = " #ssid "; uri = \"coap://" #name                                   \
	      ".example\"; security = \"nosec\"; lifetime = \"1d\"; " more " };\n"

/* A server that is silent has failed after MAX_TRANSMIT_WAIT. */
#define SILENCE 93.0
/* A bootstrap server with a hold-off of 30 s, and one or two silent servers. */
#define WITH_BS CONF_BASE CONF_BS("client_hold_off_time = \"30s\"; session_timeout = \"20s\";")
#define ONE_SERVER CONF_SERVERS(CONF_SERVER(a, 1, ""))
#define TWO_SERVERS CONF_SERVERS(CONF_SERVER(a, 1, "") CONF_SERVER(b, 2, ""))

/* For tcase_add_checked_fixture(); an hour after boot. */
void machine_setup(void);
void machine_teardown(void);
/* A case with that fixture. */
TCase *machine_case(Suite *s, const char *name);

/* The running daemon, NULL: none. */
extern struct daemon *machine;

/* Writes the configuration and starts the daemon: EV_GO is given, nothing has run yet. */
void machine_start(const char *conf);
/* Starts it again with the configuration that is there. */
void machine_start_again(void);
/* The process is gone, as after kill -9. */
void machine_kill(void);
/* A new configuration, and SIGHUP. */
void machine_reload(const char *conf);

enum seq_state machine_state(void);
#define ASSERT_STATE(wanted)                                                                       \
	ck_assert_str_eq(seq_state_name(machine_state()), seq_state_name(wanted))
/* The last entry of the time line with this reason; false: none. */
bool machine_has_step(enum reason reason, struct step *ret);
/* How many such entries, repeated ones counted as such. */
unsigned machine_steps(enum reason reason);

/* The n-th Bootstrap-Request was sent at exactly that second. */
void machine_assert_asked_at(int n, double seconds);
/* A daemon whose bootstrap server has accepted its request, at second 30. */
void machine_in_client_session(void);

/* Bootstrap operations; uri: on the session of the daemon, NULL: on its listener. */
uint8_t machine_write_server(const char *uri, uint16_t ssid, const char *server_uri);
uint8_t machine_write_text(const char *uri, const char *path, const char *text);
uint8_t machine_delete(const char *uri, const char *path);
uint8_t machine_discover(const char *uri);
uint8_t machine_finish(const char *uri);
