#pragma once
/*
 * A struct manage over a daemon that is not there, and a peer that talks to it.
 */
#include "ctl.h"
#include "ctl/manage.h"

/* What the daemon was told, and what it answers. */
struct manage_fake {
	enum manage_action action;
	uint16_t ssid;
	uint32_t seconds;
	int result;
	size_t up;
	bool is_conf_bad;
	struct path path;
	char text[40];
};

extern struct manage_fake fake;
extern struct manage *m;
extern int fd; /* the peer's */
extern const struct manage_step manage_fixture_step;

void manage_fixture_setup(void);
void manage_fixture_teardown(void);
const char *manage_fixture_path(void); /* of the socket */
/* Asks for org.lwm2md.Manage.METHOD and compares the reply. */
void manage_fixture_ask(const char *method, const char *parameters, const char *reply);
/* The next event, which has this text in it. */
void manage_fixture_expect(const char *text);

#define REASON_TEXT                                                                                \
	"{\"id\":\"dtls.timeout\",\"text\":\"the server did not answer the security handshake\","  \
	"\"hint\":\"a firewall or NAT that drops this UDP port is the usual cause\",\"when\":"
#define STATE_TEXT(up)                                                                             \
	"\"state\":{\"phase\":\"holdoff\",\"summary\":\"waiting\",\"since\":5,"                    \
	"\"endpoint\":\"dev\",\"version\":\"1\",\"source\":\"factory\",\"holdoff_left\":18,"       \
	"\"next\":\"bootstrap\",\"next_in\":18,\"servers_registered\":" up ","                     \
	"\"servers_total\":1,\"config_generation\":3,\"needs_person\":false,"                      \
	"\"warnings\":[{\"code\":\"config.stale\",\"text\":\"stale\",\"since\":4}]}"
#define SERVER_TEXT                                                                                \
	"{\"ssid\":101,\"bootstrap\":false,\"uri\":\"coaps://a\",\"security\":\"psk\","            \
	"\"state\":\"retrying\",\"lifetime\":60,\"next_action\":\"register\","                     \
	"\"next_action_in\":7,\"last_error\":" REASON_TEXT "3,\"detail\":\"a: silent\"},"          \
	"\"observations\":0}"
#define STEP_TEXT                                                                                  \
	"{\"seq\":1,\"when\":2,\"stage\":\"register\",\"ssid\":101,\"result\":\"failed\","         \
	"\"detail\":\"a: silent\",\"reason\":" REASON_TEXT "2},\"repeats\":2,\"over\":false}"
#define ADVICE_TEXT "\"advice\":[{\"why\":\"silent\",\"try\":\"look\",\"reason\":\"dtls.timeout\"}]"

#define OK(parameters) "{\"parameters\":{" parameters "}}"
#define ERROR(name, parameters) "{\"error\":\"" name "\",\"parameters\":{" parameters "}}"
#define OURS "org.lwm2md.Manage."
#define WRONG(name) ERROR("org.varlink.service.InvalidParameter", "\"parameter\":\"" name "\"")
#define FOLLOW(parameters)                                                                         \
	"{\"method\":\"org.lwm2md.Manage.Monitor\",\"parameters\":{" parameters "},\"more\":true}"
