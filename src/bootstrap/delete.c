#include "bootstrap/operation.h"
#include "model/account.h"

/* The bootstrap account, what it links to, and /3/0 stay whatever is deleted (4.3). */
static bool is_excluded(const struct model *m, struct path instance)
{
	struct account a;
	struct value link;

	if (instance.id[0] == OBJECT_DEVICE)
		return true;
	if (!account_bootstrap(m, &a))
		return false;
	if (instance.id[0] == OBJECT_SECURITY)
		return model_get_bool(m, path_child(instance, SECURITY_BOOTSTRAP_SERVER), false);
	return instance.id[0] == OBJECT_OSCORE &&
	       model_get(m, PATH3(OBJECT_SECURITY, a.security_instance, SECURITY_OSCORE), &link) ==
		       0 &&
	       link.link.object == OBJECT_OSCORE && link.link.instance == instance.id[1];
}

static void note_server(const struct model *m, struct path instance, struct bs_notes *notes)
{
	int64_t ssid = model_get_int(m, path_child(instance, SECURITY_SHORT_SERVER_ID), 0);

	if (instance.id[0] == OBJECT_SECURITY && ssid >= SSID_MIN && ssid <= SSID_MAX &&
		notes->n_deleted < DELETED_SERVERS_MAX)
		notes->deleted[notes->n_deleted++] = (uint16_t)ssid;
}

static void delete_instance(struct model *m, struct path instance, struct bs_notes *notes)
{
	note_server(m, instance, notes);
	model_delete(m, instance);
}

static void delete_object(struct model *m, uint16_t object, struct bs_notes *notes)
{
	uint32_t cursor = 0;
	uint16_t id;

	while (model_next_instance(m, object, &cursor, &id))
		if (!is_excluded(m, PATH2(object, id)))
			delete_instance(m, PATH2(object, id), notes);
}

uint8_t operation_delete(struct model *m, struct path p, struct bs_notes *notes)
{
	uint32_t cursor = 0;
	uint16_t object;

	if (p.depth > 2)
		return MSG_BAD_REQUEST;
	if (p.depth == 2 && is_excluded(m, p) && model_exists(m, p))
		return MSG_BAD_REQUEST;

	/* what is not there counts as deleted: idempotent */
	if (p.depth == 2 && model_exists(m, p))
		delete_instance(m, p, notes);
	if (p.depth == 1)
		delete_object(m, p.id[0], notes);
	while (p.depth == 0 && model_next_object(m, &cursor, &object))
		delete_object(m, object, notes);
	return MSG_DELETED;
}

/* --- unbootstrapping, at Finish --------------------------------------------------------------- */

enum { RIGHTS_WRITE_DELETE = 2 | 8 };

/* The server with the most of Write and Delete, to own what the deleted one owned. */
static bool next_owner(const struct model *m, uint16_t access, uint16_t gone, uint16_t *ret)
{
	struct path acl = PATH3(OBJECT_ACCESS_CONTROL, access, ACCESS_ACL);
	uint32_t cursor = 0;
	uint16_t ssid;
	int best = -1;

	while (model_next_resource_instance(m, acl, &cursor, &ssid)) {
		int rights = (int)model_get_int(m, path_child(acl, ssid), 0) & RIGHTS_WRITE_DELETE;
		int weight = (rights & 2 ? 1 : 0) + (rights & 8 ? 1 : 0);

		if (ssid == 0 || ssid == gone || weight <= best)
			continue;
		best = weight;
		*ret = ssid;
	}
	return best >= 0;
}

/* Its entry goes; what it owned passes on, or goes if nobody else has a right on it. */
static void leave_access(struct model *m, uint16_t access, uint16_t gone)
{
	struct path instance = PATH2(OBJECT_ACCESS_CONTROL, access);
	struct path entry = PATH4(OBJECT_ACCESS_CONTROL, access, ACCESS_ACL, gone);
	uint16_t owner;

	if (model_exists(m, entry))
		model_delete(m, entry);
	if (model_get_int(m, path_child(instance, ACCESS_OWNER), -1) != gone)
		return;
	if (next_owner(m, access, gone, &owner)) {
		model_set(m, path_child(instance, ACCESS_OWNER), &VALUE_INT(owner));
		return;
	}

	struct path guarded =
		PATH2(model_get_int(m, path_child(instance, ACCESS_OBJECT_ID), ID_NONE),
			model_get_int(m, path_child(instance, ACCESS_INSTANCE_ID), ID_NONE));

	if (model_exists(m, guarded) && !is_excluded(m, guarded))
		model_delete(m, guarded);
	model_delete(m, instance);
}

static void forget_server(struct model *m, uint16_t ssid)
{
	uint16_t server = account_server_instance(m, ssid);
	uint32_t cursor = 0;
	uint16_t access;

	if (server != ID_NONE)
		model_delete(m, PATH2(OBJECT_SERVER, server));
	while (model_next_instance(m, OBJECT_ACCESS_CONTROL, &cursor, &access))
		leave_access(m, access, ssid);
}

void operation_unbootstrap(struct model *m, const struct bs_notes *notes)
{
	struct account a;

	for (size_t i = 0; i < notes->n_deleted; i++)
		if (!account_of_server(m, notes->deleted[i], &a))
			forget_server(m, notes->deleted[i]);
}
