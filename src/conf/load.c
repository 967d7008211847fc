#include "conf/load.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "conf/accounts.h"
#include "conf/bindings.h"
#include "conf/dropins.h"
#include "conf/expand.h"
#include "conf/keys.h"
#include "conf/owners.h"
#include "conf/read.h"

static void texts_free(char **texts)
{
	for (char **text = texts; text && *text; text++)
		free(*text);
	free(texts);
}

static void resources_free(struct conf *c)
{
	for (size_t i = 0; i < c->n_resources; i++)
		binding_done(&c->resources[i]);
	free(c->resources);
	for (size_t i = 0; i < c->n_objects; i++)
		ddf_free(c->objects[i]);
	free(c->objects);
	texts_free(c->definitions);
	texts_free(c->objects_disabled);
	texts_free(c->objects_created);
}

struct conf *conf_free(struct conf *c)
{
	if (!c)
		return NULL;
	free(c->endpoint);
	free(c->security.trust_store);
	free(c->device.manufacturer);
	free(c->device.model);
	free(c->device.serial);
	free(c->device.type);
	free(c->device.hardware_version);
	free(c->device.software_version);
	free(c->device.firmware_version);
	free(c->device.storage);
	texts_free(c->device.factory_reset_command);
	free(c->smartcard.reader);
	texts_free(c->smartcard.command);
	secret_done(&c->smartcard.pin);
	secret_done(&c->security.pkcs11_pin);
	secret_done(&c->smartcard.key_enc);
	secret_done(&c->smartcard.key_mac);
	account_done(&c->bootstrap);
	texts_free(c->server_initiated.addresses);
	resources_free(c);
	for (size_t i = 0; i < c->n_servers; i++)
		account_done(&c->servers[i]);
	free(c->servers);
	free(c->network.interface);
	free(c->state_directory);
	free(c->control_directory);
	free(c->control_admin_group);
	free(c);
	return NULL;
}

void conf_free_p(struct conf **c)
{
	*c = conf_free(*c);
}

static int merge_file(struct check *c, const char *path, bool is_required)
{
	_cleanup_(node_free_p) struct node *tree = NULL;
	_cleanup_(source_done) struct source source = {0};
	int r = source_read(&source, &c->files, c->report, c->root, path, is_required);

	if (r < 0 || source.has_failed || !source.file->text)
		return r;
	r = read_source(&source, c->report, &tree);
	if (r < 0 || !tree)
		return r;
	keys_check(c->report, tree);
	return node_merge(c->tree, tree);
}

static int merge_files(struct check *c)
{
	_cleanup_(dropins_done) struct dropins dropins = {0};
	int r = dropins_list(c->paths, &c->files, c->report, &dropins);

	if (r == 0)
		r = node_new(NODE_GROUP, NULL, (struct place){0}, &c->tree);
	for (size_t i = 0; r == 0 && i < dropins.n; i++)
		r = merge_file(c, dropins.path[i], i != dropins.file || c->paths->is_file_required);
	return r;
}

static int take_sections(struct check *c)
{
	static const char *const names[] = {"device", "smartcard", "smartcard.secure_channel",
		"retry", "network", "coap", "notifications", "security", "firmware", "state",
		"control", "log", "log.levels"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		int r = setting_take_section(c, names[i], node_find(c->tree, names[i]), c->conf);

		if (r < 0)
			return r;
	}
	int r = accounts_take(c);

	if (r == 0)
		r = owners_check(c);
	return r < 0 ? r : bindings_take(c);
}

/* Where problems of the whole configuration are shown: at the main file. */
static struct place place_of_all(const struct check *c)
{
	const char *file = c->paths->file ? c->paths->file : "/etc/lwm2md/lwm2md.conf";
	size_t root = strlen(c->root);

	for (size_t i = 0; i < c->files.n; i++)
		if (strcmp(c->files.file[i]->path +
				    (strncmp(c->files.file[i]->path, c->root, root) ? 0 : root),
			    file) == 0)
			return (struct place){.file = c->files.file[i]};
	return (struct place){0};
}

static int default_endpoint(struct check *c)
{
	char id[MACHINE_ID_TEXT_LEN + 1];

	if (c->conf->endpoint || node_find(c->tree, "device.endpoint"))
		return 0;

	int r = expand_machine_id(c->root, id);

	if (r == -ENODATA) {
		report_add(c->report, *c->root ? SEVERITY_NOTE : SEVERITY_ERROR, place_of_all(c),
			"no-endpoint", "write device.endpoint, or run systemd-machine-id-setup",
			"the default endpoint needs /etc/machine-id");
		return 0;
	}
	if (r < 0)
		return r;
	return asprintf(&c->conf->endpoint, "urn:uuid:%s", id) < 0 ? -ENOMEM : 0;
}

/* The first of three that is there wins: the option, the service manager, the file. */
static int choose_directory(const char *option, const char *variable, char **directory)
{
	const char *service = getenv(variable);
	char *chosen = NULL;

	if (option)
		chosen = strdup(option);
	else if (service && *service)
		chosen = strndup(service, strcspn(service, ":"));
	else
		return 0;
	if (!chosen)
		return -ENOMEM;
	free(*directory);
	*directory = chosen;
	return 0;
}

static void check_ways(struct check *c)
{
	if (c->conf->has_bootstrap || c->conf->n_servers > 0 ||
		c->conf->smartcard.enabled == CARD_YES)
		return;
	/* what could not be read may well be the way */
	if (conf_report_errors(c->report) > 0)
		return;
	report_add(c->report, SEVERITY_WARNING, place_of_all(c), "no-way-to-a-server",
		"write a bootstrap server or at least one entry in servers",
		c->conf->smartcard.enabled == CARD_NO
			? "there is no bootstrap server, no server and no smart card"
			: "there is no bootstrap server and no server: only a smart card can help");
}

static int fill(struct check *c)
{
	c->conf = calloc(1, sizeof *c->conf);
	if (!c->conf)
		return -ENOMEM;

	int r = take_sections(c);

	if (r == 0)
		r = default_endpoint(c);
	if (r == 0)
		r = choose_directory(
			c->paths->state_dir, "STATE_DIRECTORY", &c->conf->state_directory);
	if (r == 0)
		r = choose_directory(
			c->paths->runtime_dir, "RUNTIME_DIRECTORY", &c->conf->control_directory);
	if (r == 0)
		check_ways(c);
	return r;
}

int load_run(struct check *c, const struct conf_paths *paths, struct conf_report *report)
{
	*c = (struct check){
		.paths = paths, .root = paths->root ? paths->root : "", .report = report};

	int r = merge_files(c);

	if (r == 0)
		r = fill(c);
	if (r == 0)
		r = report_err(report);
	report_sort(report);
	return r;
}

void load_done(struct check *c)
{
	node_free(c->tree);
	file_set_done(&c->files);
	conf_free(c->conf);
	*c = (struct check){0};
}

int conf_load(const struct conf_paths *paths, struct conf_report *report, struct conf **ret)
{
	_cleanup_(load_done) struct check c;
	int r = load_run(&c, paths, report);

	if (r < 0)
		return r;
	if (conf_report_errors(report) > 0)
		return -EINVAL;
	*ret = TAKE_PTR(c.conf);
	return 0;
}
