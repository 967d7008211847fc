#pragma once
/*
 * Who the tests of transport/ talk to: a bare UDP socket on loopback that says what bytes it is
 * told to say, and a CoAP server with DTLS-PSK.
 */
#include <netinet/in.h>

#include "base/buf.h"
#include "transport/transport.h"

/* ---- a socket ---- */

struct raw_peer {
	int fd;
	uint16_t port;
	struct loop_source *source;
	unsigned received; /* datagrams */
	struct sockaddr_storage from;
	socklen_t from_len;
	uint8_t last[2048];
	size_t last_len;
	/* May be NULL: then the datagram is only noted. */
	void (*on_datagram)(struct raw_peer *p);
	void *data;
};

/* port 0: any */
void raw_peer_open(struct raw_peer *p, uint16_t port);
void raw_peer_close(struct raw_peer *p);
/* To where the last datagram came from. */
void raw_peer_send(struct raw_peer *p, struct span bytes);
void raw_peer_send_hex(struct raw_peer *p, const char *hex);
/* An acknowledgement with this code to the last request, options and payload as hex. */
void raw_peer_ack(struct raw_peer *p, uint8_t code, const char *hex);

/* ---- the user of a session ---- */

struct user {
	unsigned results;
	enum reason reason;
	uint8_t code;
	struct buf payload;
	char detail[256];
	bool is_fatal, is_new_session;
	unsigned lost;
	enum reason lost_reason;
	unsigned notices;
	enum tp_notice notice; /* the last */
	char notice_token[9];
	unsigned requests, refused;
	struct request last; /* spans are gone */
	struct buf last_payload;
	uint8_t answer; /* code to answer requests of the peer with */
	size_t answer_len;
};

struct tp_handlers user_handlers(struct user *u);
void user_done(void *data, const struct tp_result *result);
void user_free(struct user *u);

extern const struct tp_settings test_settings;
struct tp *test_tp(const struct tp_settings *settings);
/* coap(s)(+tcp)://host:port with PSK identity "device" and key "0123456789abcdef" */
struct tp_session *test_session(
	struct tp *tp, const char *scheme, const char *host, uint16_t port, struct user *u);
void test_post(struct tp_session *s, struct user *u, size_t len);
/* Octets that differ from place to place. */
struct span test_bytes(size_t len);
