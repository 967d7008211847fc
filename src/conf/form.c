#include "conf/form.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>

#include "base/parse.h"
#include "codec/path.h"
#include "codec/uri.h"
#include "conf/names.h"

enum { TEXT_MAX = 255 };

static int check_text(const struct option *o, const char *text, struct fault *fault)
{
	size_t max = o->max > 0 ? (size_t)o->max : TEXT_MAX;

	/* the URI has a code of its own for this */
	if (o->type != OPTION_URI && strlen(text) > max)
		return fault_set(fault, "bad-value", "the text is longer than %zu octets", max);
	for (const char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			return fault_set(fault, "bad-value", "the text has control characters");
	return 0;
}

static int check_host(const char *text, struct fault *fault)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-._", *c))
			return fault_set(fault, "bad-value", "this is no host name");
	return *text ? 0 : fault_set(fault, "bad-value", "this is no host name");
}

static int check_path(const char *text, struct fault *fault)
{
	return text[0] == '/' ? 0
			      : fault_set(fault, "bad-value",
					"a path starts with /, this is \"%.60s\"", text);
}

static int check_object_path(const char *text, struct fault *fault)
{
	struct path path;

	if (path_parse(span_of_text(text), &path) == 0 && path.depth > 0)
		return 0;
	fault_set(fault, "bad-value", "\"%.40s\" is no object path", text);
	fault_hint(fault, "such as /3303 or /3303/0/5700");
	return -EINVAL;
}

static int check_binding(const char *text, struct fault *fault)
{
	for (const char *c = text; *c; c++) {
		if (strchr("UTSNMH", *c) && !strchr(c + 1, *c))
			continue;
		fault_set(fault, "bad-value", "letters of U T S N M H are expected, each once");
		if (*c == 'Q')
			fault_hint(fault, "queue mode is the key queue_mode");
		return -EINVAL;
	}
	return *text ? 0 : fault_set(fault, "bad-value", "at least one letter is expected");
}

static int check_uri(const char *text, struct fault *fault)
{
	const char *why = NULL;
	struct uri uri;

	if (uri_parse(span_of_text(text), &uri, &why) == 0)
		return 0;
	fault_set(fault, "bad-uri", "%s", why ? why : "this is no URI of a server");
	fault_hint(fault, "such as coaps://server.example.net:5684");
	return -EINVAL;
}

/* [v6]:port or v4:port; an interface may follow a link-local address: [fe80::1%eth0]:5684. */
static int check_address(const char *text, struct fault *fault)
{
	const char *colon = strrchr(text, ':');
	bool is_v6 = text[0] == '[' && colon && colon[-1] == ']';
	char host[INET6_ADDRSTRLEN] = "";
	struct in6_addr address;
	uint16_t port;

	if (colon) {
		size_t len = (size_t)(colon - text) - (is_v6 ? 2 : 0);

		len = strcspn(text + is_v6, "%") < len ? strcspn(text + is_v6, "%") : len;
		if (len < sizeof host)
			memcpy(host, text + is_v6, len);
	}
	if (colon && parse_u16(span_of_text(colon + 1), &port) == 0 &&
		inet_pton(is_v6 ? AF_INET6 : AF_INET, host, &address) == 1)
		return 0;
	fault_set(fault, "bad-value", "\"%.60s\" is no address with a port", text);
	fault_hint(fault, "such as [::]:5684 or 192.0.2.1:5684");
	return -EINVAL;
}

static int check_user(const char *root, const char *text, struct fault *fault)
{
	uid_t uid;
	int r = names_find_user(root, text, &uid);

	return r == -ENOENT ? fault_set(fault, "group-missing", "there is no user \"%.40s\"", text)
			    : r;
}

static int check_group(const char *root, const char *text, struct fault *fault)
{
	gid_t gid;
	int r = names_find_group(root, text, &gid);

	if (r != -ENOENT)
		return r;
	fault_set(fault, "group-missing", "there is no group \"%.40s\"", text);
	fault_hint(fault, "groupadd --system %.40s", text);
	return -EINVAL;
}

int form_check(const struct option *o, const char *root, const char *text, struct fault *fault)
{
	int r = check_text(o, text, fault);

	if (r < 0)
		return r;
	switch (o->type) {
	case OPTION_HOST:
		return check_host(text, fault);
	case OPTION_PATH:
	case OPTION_PATHS:
		return check_path(text, fault);
	case OPTION_OBJECT_PATH:
	case OPTION_OBJECT_PATHS:
		return check_object_path(text, fault);
	case OPTION_BINDING:
		return check_binding(text, fault);
	case OPTION_URI:
		return check_uri(text, fault);
	case OPTION_USER_NAME:
		return check_user(root, text, fault);
	case OPTION_GROUP_NAME:
		return check_group(root, text, fault);
	case OPTION_ADDRESSES:
		return check_address(text, fault);
	case OPTION_TEXT:
	case OPTION_TEXTS:
	case OPTION_COMMAND:
	case OPTION_NAME:
	case OPTION_IDENTITY:
	case OPTION_WORD:
	case OPTION_BOOL:
	case OPTION_NUMBER:
	case OPTION_REAL:
	case OPTION_TIME:
	case OPTION_SIZE:
	case OPTION_PSK:
	case OPTION_PRIVATE_KEY:
	case OPTION_PUBLIC:
	case OPTION_PIN:
	case OPTION_NUMBERS:
	case OPTION_VALUE:
		return 0;
	}
	return 0;
}
