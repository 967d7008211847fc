#include "bootstrap/consistency.h"

#include <errno.h>
#include <inttypes.h>

#include "base/writer.h"
#include "codec/uri.h"
#include "keys/ciphersuite.h"
#include "keys/material.h"
#include "model/account.h"

struct check {
	const struct model *m;
	const struct consistency_support *support;
	struct writer out;
	int n_problems;
};

/* One line: the path, what is wrong with it. */
#define PROBLEM(c, ...)                                                                            \
	do {                                                                                       \
		wr_text(&(c)->out, (c)->n_problems++ ? "\n" : "");                                 \
		wr_printf(&(c)->out, __VA_ARGS__);                                                 \
	} while (0)

/* A required value that is absent or empty. */
struct need {
	uint16_t resource;
	const char *name;
};

static void check_present(struct check *c, struct path instance, const struct need *needs, size_t n)
{
	char text[PATH_TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		struct path p = path_child(instance, needs[i].resource);

		path_format(p, text);
		if (!model_exists(c->m, p))
			PROBLEM(c, "%s (%s) is missing", text, needs[i].name);
	}
}

static void check_bytes(struct check *c, struct path instance, const struct need *needs, size_t n)
{
	char text[PATH_TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		struct path p = path_child(instance, needs[i].resource);

		path_format(p, text);
		if (model_get_bytes(c->m, p).len == 0)
			PROBLEM(c, "%s (%s) is missing or empty", text, needs[i].name);
	}
}

/* --- object 0 --------------------------------------------------------------------------------- */

static const struct need security_needs[] = {
	{SECURITY_URI, "LwM2M Server URI"},
	{SECURITY_BOOTSTRAP_SERVER, "Bootstrap-Server"},
	{SECURITY_MODE, "Security Mode"},
};

/* What each security mode cannot do without (TS transport 5.2). */
static const struct {
	int64_t mode;
	struct need needs[3];
	size_t n;
} credentials[] = {
	{MODE_PSK,
		{{SECURITY_PUBLIC_KEY_OR_IDENTITY, "PSK identity"},
			{SECURITY_SECRET_KEY, "pre-shared key"}},
		2},
	{MODE_RPK,
		{{SECURITY_PUBLIC_KEY_OR_IDENTITY, "client public key"},
			{SECURITY_SERVER_PUBLIC_KEY, "server public key"},
			{SECURITY_SECRET_KEY, "private key"}},
		3},
	{MODE_CERTIFICATE,
		{{SECURITY_PUBLIC_KEY_OR_IDENTITY, "client certificate"},
			{SECURITY_SERVER_PUBLIC_KEY, "server certificate"},
			{SECURITY_SECRET_KEY, "private key"}},
		3},
	{MODE_EST, {{SECURITY_SERVER_PUBLIC_KEY, "server certificate"}}, 1},
};

/* Whether keys and certificates can be used and belong together. (TS transport 5.2.8) */
static void check_material(struct check *c, const struct account *a)
{
	static const uint16_t fields[] = {
		[MATERIAL_OWN] = SECURITY_PUBLIC_KEY_OR_IDENTITY,
		[MATERIAL_SERVER] = SECURITY_SERVER_PUBLIC_KEY,
		[MATERIAL_SECRET] = SECURITY_SECRET_KEY,
	};
	struct material m = {.own = a->identity,
		.server = a->server_public_key,
		.secret = a->secret_key,
		.matching = (enum matching_type)a->matching_type};
	struct material_problem problem;
	int r;

	if (a->matching_type < MATCH_EXACT || a->matching_type >= MATCH_END)
		return; /* told with the ranges */
	r = a->mode == MODE_RPK ? material_check_rpk(&m, &problem)
				: material_check_certificate(&m, &problem);
	/* what is empty was told as missing */
	if (r == 1 && problem.fault != MATERIAL_EMPTY)
		PROBLEM(c, "/0/%u/%u: %s", a->security_instance, fields[problem.field],
			problem.why);
	if (r < 0)
		c->out.err = r;
}

static void check_suites(struct check *c, const struct account *a, const struct uri *uri)
{
	enum ciphersuite_kind kind = a->mode == MODE_PSK ? SUITE_PSK : SUITE_SIGNED;

	for (size_t i = 0; i < a->n_ciphersuites; i++)
		if (ciphersuite_is_usable(a->ciphersuites[i], kind) ||
			(uri_is_tcp(uri) && ciphersuite_is_usable(a->ciphersuites[i], SUITE_TLS13)))
			return;
	if (a->n_ciphersuites > 0)
		PROBLEM(c, "/0/%u/16: none of these cipher suites can be used here",
			a->security_instance);
}

static void mode_unsupported(struct check *c, const struct account *a)
{
	if (a->mode == MODE_RPK && !key_has_raw_public_keys())
		PROBLEM(c, "/0/%u/2: raw public keys need OpenSSL 3.2, this is %s",
			a->security_instance, key_library_version());
	else
		PROBLEM(c, "/0/%u/2: Security Mode %" PRId64 " is not supported here",
			a->security_instance, a->mode);
}

static void check_mode(struct check *c, const struct account *a, const struct uri *uri)
{
	uint16_t i = a->security_instance;
	bool is_nosec_allowed = a->is_bootstrap ? c->support->allow_nosec_bootstrap
						: c->support->allow_nosec_server;

	if (a->mode < 0)
		return; /* its absence was told */
	if (uri_is_secure(uri) == (a->mode == MODE_NOSEC))
		PROBLEM(c, "/0/%u/2 (Security Mode %" PRId64 ") does not fit the scheme %s", i,
			a->mode, uri_scheme_name(uri->scheme));
	if (!c->support->mode(a->mode))
		mode_unsupported(c, a);
	else if (a->mode == MODE_NOSEC && !is_nosec_allowed)
		PROBLEM(c, "/0/%u/2: no security is not allowed by security.allow_nosec", i);
	for (size_t k = 0; k < sizeof credentials / sizeof *credentials; k++)
		if (credentials[k].mode == a->mode)
			check_bytes(c, PATH2(OBJECT_SECURITY, i), credentials[k].needs,
				credentials[k].n);
	if ((a->mode == MODE_RPK || a->mode == MODE_CERTIFICATE) && c->support->mode(a->mode))
		check_material(c, a);
	if (a->mode != MODE_NOSEC)
		check_suites(c, a, uri);
	/* OpenSSL ends an identity at the first NUL: it would be another one */
	if (a->mode == MODE_PSK && a->identity.len > 0 &&
		memchr(a->identity.data, 0, a->identity.len))
		PROBLEM(c, "/0/%u/3: a PSK identity with a NUL octet cannot be used", i);
}

static void check_range(struct check *c, struct path instance, uint16_t resource, int64_t max)
{
	int64_t v = model_get_int(c->m, path_child(instance, resource), 0);
	char text[PATH_TEXT_MAX];

	if (v >= 0 && v <= max)
		return;
	path_format(path_child(instance, resource), text);
	PROBLEM(c, "%s is %" PRId64 ", at most %" PRId64 " is defined", text, v, max);
}

static void check_security(struct check *c, const struct account *a)
{
	struct path instance = PATH2(OBJECT_SECURITY, a->security_instance);
	const char *why = "";
	struct uri uri;

	check_present(c, instance, security_needs, sizeof security_needs / sizeof *security_needs);
	if (model_exists(c->m, path_child(instance, SECURITY_URI))) {
		if (uri_parse(a->uri, &uri, &why) < 0)
			PROBLEM(c, "/0/%u/0 (LwM2M Server URI): %s", a->security_instance,
				why && *why ? why : "not a URI of a server");
		else
			check_mode(c, a, &uri);
	}
	check_range(c, instance, SECURITY_MATCHING_TYPE, 3);
	check_range(c, instance, SECURITY_CERTIFICATE_USAGE, 3);
}

/* Two accounts for one server are only good over different transports, of which there is one. */
static void check_unique(struct check *c, const struct account *a)
{
	struct account other;
	uint32_t cursor = a->security_instance + 1u;

	while (account_next(c->m, &cursor, &other))
		if (!other.is_bootstrap && other.short_server_id == a->short_server_id)
			PROBLEM(c, "/0/%u/10 and /0/%u/10: Short Server ID %u twice",
				a->security_instance, other.security_instance, a->short_server_id);
}

static void check_accounts(struct check *c, unsigned flags)
{
	struct account a;
	uint32_t cursor = 0;
	size_t n_servers = 0, n_bootstrap = 0;

	while (account_next(c->m, &cursor, &a)) {
		check_security(c, &a);
		if (a.is_bootstrap) {
			n_bootstrap++;
			continue;
		}
		n_servers++;
		if (a.short_server_id == SSID_BOOTSTRAP) {
			PROBLEM(c, "/0/%u/10 (Short Server ID) is missing, 0 or 65535",
				a.security_instance);
			continue;
		}
		check_unique(c, &a);
		if (a.server_instance == ID_NONE)
			PROBLEM(c, "/0/%u: no /1 instance with Short Server ID %u",
				a.security_instance, a.short_server_id);
	}
	if (n_bootstrap > 1)
		PROBLEM(c, "/0: %zu Bootstrap-Server accounts, one is allowed", n_bootstrap);
	if (n_servers == 0 && !(flags & CONSISTENCY_SERVERS_OPTIONAL))
		PROBLEM(c, "/0: there is no Server Account");
}

/* --- object 1 --------------------------------------------------------------------------------- */

static const struct need server_needs[] = {
	{SERVER_SHORT_SERVER_ID, "Short Server ID"},
	{SERVER_LIFETIME, "Lifetime"},
	{SERVER_NOTIFICATION_STORING, "Notification Storing"},
	{SERVER_BINDING, "Binding"},
};

/* What the object itself says of each value: lifetime, periods, binding, retry counts. */
static void check_values(struct check *c, struct path instance)
{
	const struct object_def *def = model_object(c->m, instance.id[0]);
	char text[PATH_TEXT_MAX];

	for (size_t i = 0; i < def->n_resources; i++) {
		struct path p = path_child(instance, def->resources[i].id);
		struct value v;

		if (model_get(c->m, p, &v) < 0 || model_check(c->m, p, &v) == 0)
			continue;
		path_format(p, text);
		PROBLEM(c, "%s (%s) has a value that is not allowed", text, def->resources[i].name);
	}
}

static void check_server(struct check *c, uint16_t i)
{
	struct path instance = PATH2(OBJECT_SERVER, i);
	int64_t ssid = model_get_int(c->m, path_child(instance, SERVER_SHORT_SERVER_ID), 0);
	uint16_t first = account_server_instance(c->m, (uint16_t)ssid);
	struct account a;

	check_present(c, instance, server_needs, sizeof server_needs / sizeof *server_needs);
	if (ssid != 0 && first != i)
		PROBLEM(c, "/1/%u/0 and /1/%u/0: Short Server ID %" PRId64 " twice", first, i,
			ssid);
	if (ssid != 0 && !account_of_server(c->m, (uint16_t)ssid, &a))
		PROBLEM(c, "/1/%u: no /0 instance with Short Server ID %" PRId64, i, ssid);
	check_values(c, instance);
}

/* --- objects 2, 3, 21 ------------------------------------------------------------------------- */

static bool is_covered(const struct model *m, struct path p)
{
	uint32_t cursor = 0;
	uint16_t i;

	while (model_next_instance(m, OBJECT_ACCESS_CONTROL, &cursor, &i))
		if (model_get_int(m, PATH3(OBJECT_ACCESS_CONTROL, i, ACCESS_OBJECT_ID), -1) ==
				p.id[0] &&
			model_get_int(m, PATH3(OBJECT_ACCESS_CONTROL, i, ACCESS_INSTANCE_ID), -1) ==
				p.id[1])
			return true;
	return false;
}

/* With access control in force, an instance that nobody has a right on is a mistake. */
static void check_coverage(struct check *c)
{
	uint32_t objects = 0;
	uint16_t object, i;

	while (model_next_object(c->m, &objects, &object)) {
		uint32_t cursor = 0;

		if (model_object(c->m, object)->is_hidden || object == OBJECT_ACCESS_CONTROL)
			continue;
		while (model_next_instance(c->m, object, &cursor, &i))
			if (!is_covered(c->m, PATH2(object, i)))
				PROBLEM(c, "/%u/%u: no /2 instance says which server may access it",
					object, i);
	}
}

/*
 * Several servers need object 2. Without instances of it all of them have every right
 * (TS core 8); with some, each instance needs one.
 */
static void check_access(struct check *c)
{
	static const struct need needs[] = {
		{ACCESS_OBJECT_ID, "Object ID"},
		{ACCESS_INSTANCE_ID, "Object Instance ID"},
		{ACCESS_OWNER, "Access Control Owner"},
	};
	bool has_several = account_count_servers(c->m) > 1, has_any = false;
	uint32_t cursor = 0;
	uint16_t i;

	if (has_several && !model_object(c->m, OBJECT_ACCESS_CONTROL))
		PROBLEM(c, "/2: several servers need the Access Control object");
	for (; model_next_instance(c->m, OBJECT_ACCESS_CONTROL, &cursor, &i); has_any = true)
		check_present(
			c, PATH2(OBJECT_ACCESS_CONTROL, i), needs, sizeof needs / sizeof *needs);
	if (has_several && has_any)
		check_coverage(c);
}

/* The /21 instance that a /0 instance links to. false: there is no link. */
static bool oscore_of(const struct model *m, uint16_t security, struct path *ret)
{
	struct value v;

	if (model_get(m, PATH3(OBJECT_SECURITY, security, SECURITY_OSCORE), &v) < 0 ||
		v.link.object == ID_NONE)
		return false;
	*ret = PATH2(v.link.object, v.link.instance);
	return true;
}

static void check_oscore(struct check *c)
{
	static const struct need needs[] = {
		{0, "OSCORE Master Secret"}, {1, "OSCORE Sender ID"}, {2, "OSCORE Recipient ID"}};
	struct path link, other;
	uint32_t cursor = 0;
	uint16_t i, k;

	while (model_next_instance(c->m, OBJECT_SECURITY, &cursor, &i)) {
		uint32_t rest = cursor;

		if (!oscore_of(c->m, i, &link))
			continue;
		while (model_next_instance(c->m, OBJECT_SECURITY, &rest, &k))
			if (oscore_of(c->m, k, &other) && path_is_equal(link, other))
				PROBLEM(c, "/0/%u/17 and /0/%u/17 link the same instance", i, k);
		if (link.id[0] != OBJECT_OSCORE || !model_exists(c->m, link))
			PROBLEM(c, "/0/%u/17: there is no /%u/%u", i, link.id[0], link.id[1]);
		else
			check_present(c, link, needs, sizeof needs / sizeof *needs);
	}
}

bool consistency_lacks_mode(const struct model *m, const struct consistency_support *support)
{
	struct account a;
	uint32_t cursor = 0;

	while (account_next(m, &cursor, &a))
		if (a.mode >= MODE_PSK && a.mode <= MODE_EST && !support->mode(a.mode))
			return true;
	return false;
}

int consistency_check(const struct model *m, const struct consistency_support *support,
	unsigned flags, struct buf *problems)
{
	struct check c = {.m = m, .support = support, .out = writer_to(problems)};
	uint32_t cursor = 0;
	uint16_t i;

	check_accounts(&c, flags);
	while (model_next_instance(m, OBJECT_SERVER, &cursor, &i))
		check_server(&c, i);
	check_access(&c);
	check_oscore(&c);
	if (model_object(m, OBJECT_DEVICE) && !model_exists(m, PATH2(OBJECT_DEVICE, 0)))
		PROBLEM(&c, "/3/0 (Device) is missing");
	/* too many problems to print are problems all the same */
	return c.out.err == -ENOMEM ? -ENOMEM : c.n_problems;
}
