#include "daemon/account_model.h"

#include <errno.h>

#include "base/cleanup.h"

/* One value to set; made from the configuration. */
struct setting {
	uint16_t resource;
	bool is_present;
	struct value value;
};

static int set_all(
	struct model *m, struct path instance, const struct setting *settings, size_t n_settings)
{
	int r = model_create(m, instance, ORIGIN_FACTORY);

	for (size_t i = 0; r == 0 && i < n_settings; i++)
		if (settings[i].is_present)
			r = model_set(
				m, path_child(instance, settings[i].resource), &settings[i].value);
	return r;
}

static struct value tristate(enum conf_tristate t)
{
	return VALUE_BOOL(t == SET_TRUE);
}

/* The wanted instance id, or the lowest free one where a bootstrap server took it. */
static uint16_t instance_id(const struct model *m, uint16_t object, uint16_t wanted)
{
	uint16_t id = wanted;

	if (model_exists(m, PATH2(object, wanted)))
		model_free_instance_id(m, object, &id);
	return id;
}

static int fill_security(struct model *m, const struct conf_account *a, uint16_t wanted)
{
	bool is_bootstrap = a->is_bootstrap;
	const struct setting settings[] = {
		{SECURITY_URI, true, VALUE_TEXT(a->uri)},
		{SECURITY_BOOTSTRAP_SERVER, true, VALUE_BOOL(is_bootstrap)},
		{SECURITY_MODE, true, VALUE_INT(a->security)},
		{SECURITY_PUBLIC_KEY_OR_IDENTITY, true, VALUE_BYTES(secret_span(&a->identity))},
		{SECURITY_SERVER_PUBLIC_KEY, true, VALUE_BYTES(secret_span(&a->server_public_key))},
		{SECURITY_SECRET_KEY, true, VALUE_BYTES(secret_span(&a->secret_key))},
		{SECURITY_SHORT_SERVER_ID, !is_bootstrap, VALUE_INT(a->short_id)},
		{SECURITY_CLIENT_HOLD_OFF_TIME, is_bootstrap, VALUE_INT(a->client_hold_off_time)},
		{SECURITY_BOOTSTRAP_ACCOUNT_TIMEOUT, is_bootstrap && a->account_timeout,
			VALUE_INT(a->account_timeout)},
		{SECURITY_SNI, a->sni != NULL, VALUE_TEXT(a->sni)},
		{SECURITY_CERTIFICATE_USAGE, a->has_certificate_usage,
			VALUE_UINT(a->certificate_usage)},
	};
	struct path instance = PATH2(OBJECT_SECURITY, instance_id(m, OBJECT_SECURITY, wanted));
	struct path suites = path_child(instance, SECURITY_CIPHERSUITE);
	int r = set_all(m, instance, settings, sizeof settings / sizeof *settings);

	for (size_t i = 0; r == 0 && i < a->ciphersuites.n; i++) {
		struct value v = VALUE_UINT(a->ciphersuites.at[i]);

		r = model_set(m, path_child(suites, (uint16_t)i), &v);
	}
	return r;
}

static int fill_server(struct model *m, const struct conf_account *a, uint16_t wanted)
{
	const struct conf_retry *retry = &a->retry;
	const struct setting settings[] = {
		{SERVER_SHORT_SERVER_ID, true, VALUE_INT(a->short_id)},
		{SERVER_LIFETIME, true, VALUE_INT(a->lifetime)},
		{SERVER_DEFAULT_MIN_PERIOD, a->has_min_period, VALUE_INT(a->min_period)},
		{SERVER_DEFAULT_MAX_PERIOD, a->has_max_period, VALUE_INT(a->max_period)},
		{SERVER_DISABLE_TIMEOUT, a->has_disable_timeout, VALUE_INT(a->disable_timeout)},
		{SERVER_NOTIFICATION_STORING, true, VALUE_BOOL(a->store_notifications)},
		{SERVER_BINDING, true, VALUE_TEXT(a->binding)},
		{SERVER_PRIORITY_ORDER, a->has_priority, VALUE_UINT(a->priority)},
		{SERVER_INITIAL_DELAY, retry->has_initial_delay, VALUE_UINT(retry->initial_delay)},
		{SERVER_FAILURE_BLOCK, a->failure_block != UNSET, tristate(a->failure_block)},
		{SERVER_BOOTSTRAP_ON_FAILURE, a->bootstrap_on_failure != UNSET,
			tristate(a->bootstrap_on_failure)},
		{SERVER_RETRY_COUNT, retry->has_count, VALUE_UINT(retry->count)},
		{SERVER_RETRY_TIMER, retry->has_timer, VALUE_UINT(retry->timer)},
		{SERVER_SEQUENCE_DELAY, retry->has_sequence_delay,
			VALUE_UINT(retry->sequence_delay)},
		{SERVER_SEQUENCE_COUNT, retry->has_sequence_count,
			VALUE_UINT(retry->sequence_count)},
		{SERVER_MUTE_SEND, a->mute_send != UNSET, tristate(a->mute_send)},
	};

	return set_all(m, PATH2(OBJECT_SERVER, instance_id(m, OBJECT_SERVER, wanted)), settings,
		sizeof settings / sizeof *settings);
}

int account_model_fill(struct model *m, const struct conf *conf, unsigned what)
{
	struct account present;
	int r = 0;

	if (what & FILL_BOOTSTRAP && conf->has_bootstrap && !account_bootstrap(m, &present))
		r = fill_security(m, &conf->bootstrap, 0);
	if (!(what & FILL_SERVERS) || account_count_servers(m) > 0)
		return r;

	for (size_t i = 0; r == 0 && i < conf->n_servers; i++) {
		r = fill_security(m, &conf->servers[i], (uint16_t)(i + 1));
		if (r == 0)
			r = fill_server(m, &conf->servers[i], (uint16_t)i);
	}
	return r;
}

void account_model_drop_factory(struct model *m)
{
	static const uint16_t objects[] = {OBJECT_SECURITY, OBJECT_SERVER};

	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		uint32_t cursor = 0;
		uint16_t id;

		while (model_next_instance(m, objects[i], &cursor, &id))
			if (model_origin(m, PATH2(objects[i], id)) == ORIGIN_FACTORY)
				model_delete(m, PATH2(objects[i], id));
	}
}

bool account_model_hide_factory(const struct model *m)
{
	struct account a;
	uint32_t cursor = 0;

	while (account_next(m, &cursor, &a))
		if (!a.is_bootstrap && (a.origin == ORIGIN_CARD || a.origin == ORIGIN_BOOTSTRAP))
			return true;
	return false;
}

struct tp_peer account_model_peer(const struct account *a)
{
	return (struct tp_peer){.uri = a->uri,
		.mode = (enum security_mode)a->mode,
		.identity = a->identity,
		.secret_key = a->secret_key,
		.server_public_key = a->server_public_key,
		.sni = a->sni,
		.matching_type = a->matching_type,
		.has_certificate_usage = a->certificate_usage >= 0,
		.certificate_usage = a->certificate_usage,
		.ciphersuites = a->ciphersuites,
		.n_ciphersuites = a->n_ciphersuites};
}

int account_model_hash(const struct account *a, uint8_t ret[HASH_LEN])
{
	_cleanup_(hash_free_p) struct hash *h = NULL;
	/* numbers of one host for one host: it never leaves it */
	int64_t numbers[] = {a->mode, a->matching_type, a->certificate_usage};
	int r = hash_new(&h);

	if (r < 0)
		return r;
	hash_add_field(h, span_of(numbers, sizeof numbers));
	hash_add_field(h, span_of(a->ciphersuites, a->n_ciphersuites * sizeof *a->ciphersuites));
	hash_add_field(h, a->uri);
	hash_add_field(h, a->identity);
	hash_add_field(h, a->server_public_key);
	hash_add_field(h, a->secret_key);
	hash_add_field(h, a->sni);
	return hash_finish(h, ret);
}

static uint32_t get_u32(
	const struct model *m, uint16_t instance, uint16_t resource, uint32_t otherwise)
{
	int64_t v = model_get_int(m, PATH3(OBJECT_SERVER, instance, resource), otherwise);

	if (v < 0)
		return 0;
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

/*
 * Of a configured server as its group says; LwM2M 1.0 has it in the binding, which any server or
 * bootstrap server may write (TS core 6.5).
 */
static bool has_queue_mode(const struct model *m, const struct account *a, const struct conf *conf)
{
	struct span binding =
		model_get_bytes(m, PATH3(OBJECT_SERVER, a->server_instance, SERVER_BINDING));

	if (binding.len > 0 && memchr(binding.data, 'Q', binding.len))
		return true;
	for (size_t i = 0; i < conf->n_servers && a->origin == ORIGIN_FACTORY; i++)
		if (conf->servers[i].short_id == a->short_server_id)
			return conf->servers[i].queue_mode;
	return false;
}

struct reg_params account_model_params(const struct model *m, const struct account *a,
	const struct conf *conf, uint32_t max_transmit_wait)
{
	uint16_t i = a->server_instance;
	const struct conf_retry *d = &conf->bootstrap.retry; /* the general one */
	uint32_t lifetime = get_u32(m, i, SERVER_LIFETIME, 86400);
	bool queue_mode = has_queue_mode(m, a, conf);

	return (struct reg_params){
		.lifetime = lifetime,
		.initial_delay = get_u32(m, i, SERVER_INITIAL_DELAY, d->initial_delay),
		.retry_count = get_u32(m, i, SERVER_RETRY_COUNT, d->count),
		.retry_timer = get_u32(m, i, SERVER_RETRY_TIMER, d->timer),
		.sequence_delay = get_u32(m, i, SERVER_SEQUENCE_DELAY, d->sequence_delay),
		.sequence_count = get_u32(m, i, SERVER_SEQUENCE_COUNT, d->sequence_count),
		.disable_timeout = get_u32(m, i, SERVER_DISABLE_TIMEOUT, 86400),
		.max_transmit_wait = max_transmit_wait,
		/* who sleeps needs no way through a NAT: the server waits for the next Update */
		.nat_keepalive = queue_mode ? 0 : conf->network.nat_keepalive,
		.queue_mode = queue_mode,
	};
}

struct order_entry account_model_order(const struct model *m, const struct account *a)
{
	uint16_t i = a->server_instance;
	struct path priority = PATH3(OBJECT_SERVER, i, SERVER_PRIORITY_ORDER);
	struct path on_failure = PATH3(OBJECT_SERVER, i, SERVER_BOOTSTRAP_ON_FAILURE);
	struct order_entry entry = {
		.short_server_id = a->short_server_id,
		.has_priority = model_exists(m, priority),
		.priority = get_u32(m, i, SERVER_PRIORITY_ORDER, 0),
		.failure_block =
			model_get_bool(m, PATH3(OBJECT_SERVER, i, SERVER_FAILURE_BLOCK), false),
	};

	if (model_exists(m, on_failure))
		entry.bootstrap_on_failure =
			model_get_bool(m, on_failure, true) ? ON_FAILURE_TRUE : ON_FAILURE_FALSE;
	return entry;
}

const char *account_model_mode_text(int64_t mode)
{
	static const char *const texts[] = {
		[MODE_PSK] = "PSK",
		[MODE_RPK] = "raw public key",
		[MODE_CERTIFICATE] = "certificate",
		[MODE_NOSEC] = "no security",
		[MODE_EST] = "certificate by EST",
	};

	return mode >= 0 && mode <= MODE_EST ? texts[mode] : "unknown security";
}
