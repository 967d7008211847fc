#include "model/account.h"

uint16_t account_server_instance(const struct model *m, uint16_t short_server_id)
{
	uint32_t cursor = 0;
	uint16_t iid;

	while (model_next_instance(m, OBJECT_SERVER, &cursor, &iid))
		if (model_get_int(m, PATH3(OBJECT_SERVER, iid, SERVER_SHORT_SERVER_ID), -1) ==
			short_server_id)
			return iid;
	return ID_NONE;
}

static uint32_t seconds(int64_t v)
{
	return v < 0 ? 0 : v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static bool is_bootstrap(const struct model *m, uint16_t iid)
{
	return model_get_bool(m, PATH3(OBJECT_SECURITY, iid, SECURITY_BOOTSTRAP_SERVER), false);
}

/* 0/x/10 means nothing in a bootstrap account (TS core 6.1.2). */
static uint16_t short_server_id(const struct model *m, uint16_t iid)
{
	int64_t ssid;

	if (is_bootstrap(m, iid))
		return SSID_BOOTSTRAP;
	ssid = model_get_int(m, PATH3(OBJECT_SECURITY, iid, SECURITY_SHORT_SERVER_ID), 0);
	return ssid >= SSID_MIN && ssid <= SSID_MAX ? (uint16_t)ssid : SSID_BOOTSTRAP;
}

static size_t ciphersuites_of(
	const struct model *m, struct path instance, uint32_t ret[ACCOUNT_CIPHERSUITES_MAX])
{
	struct path p = path_child(instance, SECURITY_CIPHERSUITE);
	uint32_t cursor = 0;
	uint16_t i;
	size_t n = 0;

	while (n < ACCOUNT_CIPHERSUITES_MAX && model_next_resource_instance(m, p, &cursor, &i)) {
		int64_t v = model_get_int(m, path_child(p, i), -1);

		ret[n++] = v < 0 || v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
	}
	return n;
}

static struct account account_of(const struct model *m, uint16_t iid)
{
	struct path p = PATH2(OBJECT_SECURITY, iid);
	uint16_t ssid = short_server_id(m, iid);
	/* a negative hold-off is no hold-off: the configured default counts */
	int64_t hold_off = model_get_int(m, path_child(p, SECURITY_CLIENT_HOLD_OFF_TIME), -1);

	struct account a = {
		.security_instance = iid,
		.is_bootstrap = is_bootstrap(m, iid),
		.short_server_id = ssid,
		.server_instance = ssid ? account_server_instance(m, ssid) : ID_NONE,
		.origin = model_origin(m, p),
		.uri = model_get_bytes(m, path_child(p, SECURITY_URI)),
		.mode = model_get_int(m, path_child(p, SECURITY_MODE), -1),
		.identity = model_get_bytes(m, path_child(p, SECURITY_PUBLIC_KEY_OR_IDENTITY)),
		.server_public_key = model_get_bytes(m, path_child(p, SECURITY_SERVER_PUBLIC_KEY)),
		.secret_key = model_get_bytes(m, path_child(p, SECURITY_SECRET_KEY)),
		.sni = model_get_bytes(m, path_child(p, SECURITY_SNI)),
		.matching_type = model_get_int(m, path_child(p, SECURITY_MATCHING_TYPE), 0),
		.certificate_usage =
			model_get_int(m, path_child(p, SECURITY_CERTIFICATE_USAGE), -1),
		.has_hold_off = hold_off >= 0,
		.client_hold_off_time = seconds(hold_off),
		.bootstrap_account_timeout = seconds(
			model_get_int(m, path_child(p, SECURITY_BOOTSTRAP_ACCOUNT_TIMEOUT), 0)),
	};

	a.n_ciphersuites = ciphersuites_of(m, p, a.ciphersuites);
	return a;
}

bool account_next(const struct model *m, uint32_t *cursor, struct account *ret)
{
	uint16_t iid;

	if (!model_next_instance(m, OBJECT_SECURITY, cursor, &iid))
		return false;
	*ret = account_of(m, iid);
	return true;
}

bool account_bootstrap(const struct model *m, struct account *ret)
{
	uint32_t cursor = 0;
	uint16_t iid;

	while (model_next_instance(m, OBJECT_SECURITY, &cursor, &iid)) {
		if (!is_bootstrap(m, iid))
			continue;
		*ret = account_of(m, iid);
		return true;
	}
	return false;
}

bool account_of_server(const struct model *m, uint16_t ssid, struct account *ret)
{
	uint32_t cursor = 0;
	uint16_t iid;

	if (ssid == SSID_BOOTSTRAP)
		return false;
	while (model_next_instance(m, OBJECT_SECURITY, &cursor, &iid)) {
		if (short_server_id(m, iid) != ssid)
			continue;
		*ret = account_of(m, iid);
		return true;
	}
	return false;
}

size_t account_count_servers(const struct model *m)
{
	uint32_t cursor = 0;
	uint16_t iid;
	size_t n = 0;

	while (model_next_instance(m, OBJECT_SECURITY, &cursor, &iid))
		n += !is_bootstrap(m, iid);
	return n;
}
