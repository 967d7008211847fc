#include "conf/accounts.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "codec/uri.h"
#include "conf/account_keys.h"
#include "keys/hash.h"

void account_done(struct conf_account *a)
{
	free(a->name);
	free(a->file);
	free(a->uri);
	secret_done(&a->certificate);
	secret_done(&a->private_key);
	secret_done(&a->public_key);
	secret_done(&a->trust);
	secret_done(&a->server_key);
	secret_done(&a->identity);
	secret_done(&a->server_public_key);
	secret_done(&a->secret_key);
	free(a->sni);
	free(a->binding);
	*a = (struct conf_account){0};
}

static void check_uri(struct check *c, const struct node *group, const struct conf_account *a)
{
	bool is_nosec = a->security == MODE_NOSEC;
	struct uri uri;

	if (!a->uri || uri_parse(span_of_text(a->uri), &uri, NULL) < 0)
		return;
	if (uri_is_secure(&uri) == is_nosec)
		report_add(c->report, SEVERITY_ERROR,
			account_keys_place(
				group, node_child(group, "security") ? "security" : "uri"),
			"scheme-security-mismatch",
			is_nosec ? "write coap:// or another security"
				 : "write coaps:// or security = \"nosec\"",
			"%s:// does not go with security = \"%s\"", uri_scheme_name(uri.scheme),
			node_child(group, "security") ? account_keys_mode(a->security)
						      : "psk (default)");
}

static void check_server(struct check *c, const struct node *group, const struct conf_account *a)
{
	account_keys_missing(c, group, a, "short_id");
	if (a->has_max_period && a->has_min_period && a->max_period &&
		a->max_period < a->min_period)
		report_add(c->report, SEVERITY_ERROR, account_keys_place(group, "max_period"),
			"number-range", NULL, "max_period: %us is less than min_period (%us)",
			a->max_period, a->min_period);
	if (a->lifetime > 0 && a->lifetime < 60)
		report_add(c->report, SEVERITY_WARNING, account_keys_place(group, "lifetime"),
			"short-lifetime", NULL,
			"servers.%s: lifetime %us makes more than %u messages a day", a->name,
			a->lifetime, 86400 / a->lifetime / 100 * 100);
}

static void hash_add_number(struct hash *h, const char *name, bool is_there, uint64_t v)
{
	uint8_t bytes[8];

	if (!is_there)
		return;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(v >> 8 * (sizeof bytes - 1 - i));
	hash_add_field(h, span_of_text(name));
	hash_add_field(h, span_of(bytes, sizeof bytes));
}

static void hash_add_bytes(struct hash *h, const char *name, struct span bytes)
{
	if (!bytes.data)
		return;
	hash_add_field(h, span_of_text(name));
	hash_add_field(h, bytes);
}

static void hash_add_server(struct hash *h, const struct conf_account *a)
{
	const struct conf_retry *r = &a->retry;

	hash_add_number(h, "lifetime", true, a->lifetime);
	hash_add_bytes(h, "binding", span_of_text(a->binding));
	hash_add_number(h, "queue_mode", true, a->queue_mode);
	hash_add_number(h, "min_period", a->has_min_period, a->min_period);
	hash_add_number(h, "max_period", a->has_max_period, a->max_period);
	hash_add_number(h, "store_notifications", true, a->store_notifications);
	hash_add_number(h, "mute_send", a->mute_send != UNSET, a->mute_send);
	hash_add_number(h, "disable_timeout", a->has_disable_timeout, a->disable_timeout);
	hash_add_number(h, "priority", a->has_priority, a->priority);
	hash_add_number(h, "failure_block", a->failure_block != UNSET, a->failure_block);
	hash_add_number(h, "bootstrap_on_failure", a->bootstrap_on_failure != UNSET,
		a->bootstrap_on_failure);
	hash_add_number(h, "initial_delay", r->has_initial_delay, r->initial_delay);
	hash_add_number(h, "count", r->has_count, r->count);
	hash_add_number(h, "timer", r->has_timer, r->timer);
	hash_add_number(h, "sequence_count", r->has_sequence_count, r->sequence_count);
	hash_add_number(h, "sequence_delay", r->has_sequence_delay, r->sequence_delay);
}

/* All that becomes a resource of objects 0 and 1; what is absent adds nothing, so a key that a
 * later version brings changes no hash of today. */
static int account_hash(struct conf_account *a)
{
	_cleanup_(hash_free_p) struct hash *h = NULL;
	int r = hash_new(&h);

	if (r < 0)
		return r;
	hash_add_number(h, "is_bootstrap", true, a->is_bootstrap);
	hash_add_number(h, "short_id", true, a->short_id);
	hash_add_bytes(h, "uri", span_of_text(a->uri));
	hash_add_number(h, "security", true, a->security);
	hash_add_bytes(h, "identity", secret_span(&a->identity));
	hash_add_bytes(h, "server_public_key", secret_span(&a->server_public_key));
	hash_add_bytes(h, "secret_key", secret_span(&a->secret_key));
	hash_add_bytes(h, "sni", span_of_text(a->sni));
	hash_add_number(h, "certificate_usage", a->has_certificate_usage, a->certificate_usage);
	for (size_t i = 0; i < a->ciphersuites.n; i++)
		hash_add_number(h, "ciphersuite", true, a->ciphersuites.at[i]);
	if (a->is_bootstrap) {
		hash_add_number(h, "client_hold_off_time", true, a->client_hold_off_time);
		hash_add_number(h, "account_timeout", true, a->account_timeout);
	} else {
		hash_add_server(h, a);
	}
	return hash_finish(h, a->hash);
}

static int account_begin(struct conf_account *a, const struct node *group)
{
	a->name = strdup(group->name);
	a->file = strdup(group->at.file->path);
	a->line = group->at.line;
	return a->name && a->file ? 0 : -ENOMEM;
}

static int take_bootstrap(struct check *c)
{
	const struct node *group = node_child(c->tree, "bootstrap");
	struct conf_account *a = &c->conf->bootstrap;
	int r;

	/* its other keys count for accounts from a card as well */
	r = setting_take_section(c, "bootstrap", group, c->conf);
	if (r == 0)
		r = setting_take_section(c, "bootstrap.server_initiated",
			group ? node_child(group, "server_initiated") : NULL, c->conf);
	if (r < 0 || !group || group->type != NODE_GROUP)
		return r;

	a->is_bootstrap = true;
	c->conf->has_bootstrap = node_child(group, "uri");
	r = account_begin(a, group);
	if (r < 0 || (!c->conf->has_bootstrap && !node_child(group, "security") &&
			     !node_child(group, "psk_identity") && !node_child(group, "psk_key")))
		return r;
	account_keys_missing(c, group, a, "uri");
	r = account_keys_take(c, group, a);
	if (r < 0)
		return r;
	check_uri(c, group, a);
	return account_hash(a);
}

/* The server's own retry over the general one, which waits in the bootstrap account. */
static int take_retry(struct check *c, const struct node *group, struct conf_account *a)
{
	const struct node *own = node_child(group, "retry");

	a->retry = c->conf->bootstrap.retry;
	return own ? setting_take_section(c, "servers.NAME.retry", own, a) : 0;
}

static int default_binding(struct conf_account *a)
{
	struct uri uri;
	bool is_tcp =
		a->uri && uri_parse(span_of_text(a->uri), &uri, NULL) == 0 && uri_is_tcp(&uri);

	a->binding = strdup(is_tcp ? "T" : "U");
	return a->binding ? 0 : -ENOMEM;
}

static int take_server(struct check *c, const struct node *group, struct conf_account *a)
{
	int r = account_begin(a, group);

	if (r == 0)
		r = take_retry(c, group, a);
	if (r == 0)
		r = setting_take_section(c, "servers.NAME", group, a);
	if (r == 0 && !a->binding)
		r = default_binding(a);
	if (r < 0)
		return r;
	account_keys_missing(c, group, a, "uri");
	check_server(c, group, a);
	r = account_keys_take(c, group, a);
	if (r < 0)
		return r;
	check_uri(c, group, a);
	return account_hash(a);
}

static bool is_enabled(const struct node *group)
{
	const struct node *n = node_child(group, "enabled");

	return group->type == NODE_GROUP && !option_is_foreign(group->name) &&
	       !(n && n->type == NODE_BOOL && !n->boolean);
}

static int compare_short_ids(const void *a, const void *b)
{
	const struct conf_account *x = a, *y = b;

	return x->short_id < y->short_id ? -1 : x->short_id > y->short_id;
}

static void check_duplicates(struct check *c, const struct node *group)
{
	const struct conf_account *a = c->conf->servers;

	for (size_t i = 1; i < c->conf->n_servers; i++) {
		if (a[i].short_id == 0 || a[i].short_id != a[i - 1].short_id)
			continue;
		report_add(c->report, SEVERITY_ERROR,
			account_keys_place(node_child(group, a[i].name), "short_id"),
			"duplicate-short-id", NULL, "servers.%s: short_id %u is that of servers.%s",
			a[i].name, a[i].short_id, a[i - 1].name);
	}
	for (size_t i = 0; i < c->conf->n_servers; i++)
		if (c->conf->has_bootstrap && c->conf->bootstrap.uri && a[i].uri &&
			strcmp(a[i].uri, c->conf->bootstrap.uri) == 0)
			report_add(c->report, SEVERITY_WARNING,
				account_keys_place(node_child(group, a[i].name), "uri"),
				"bootstrap-uri-equals-server", NULL,
				"servers.%s: the URI is that of the bootstrap server", a[i].name);
}

static int take_servers(struct check *c)
{
	const struct node *group = node_child(c->tree, "servers");
	int r = 0;

	if (!group || group->type != NODE_GROUP || group->n_children == 0)
		return 0;
	c->conf->servers = calloc(group->n_children, sizeof *c->conf->servers);
	if (!c->conf->servers)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < group->n_children; i++)
		if (is_enabled(group->child[i]))
			r = take_server(
				c, group->child[i], &c->conf->servers[c->conf->n_servers++]);
	if (r < 0)
		return r;
	/* stable enough: equal short ids are an error */
	qsort(c->conf->servers, c->conf->n_servers, sizeof *c->conf->servers, compare_short_ids);
	check_duplicates(c, group);
	return 0;
}

static int hash_accounts(struct conf *conf)
{
	_cleanup_(hash_free_p) struct hash *h = NULL;
	int r = hash_new(&h);

	if (r < 0)
		return r;
	if (conf->has_bootstrap)
		hash_add(h, span_of(conf->bootstrap.hash, sizeof conf->bootstrap.hash));
	for (size_t i = 0; i < conf->n_servers; i++)
		hash_add(h, span_of(conf->servers[i].hash, sizeof conf->servers[i].hash));
	return hash_finish(h, conf->accounts_hash);
}

int accounts_take(struct check *c)
{
	int r = take_bootstrap(c);

	if (r == 0)
		r = take_servers(c);
	return r < 0 ? r : hash_accounts(c->conf);
}
