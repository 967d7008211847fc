#include <errno.h>

#include "bootstrap/operation.h"
#include "model/account.h"

static bool is_bootstrap(const struct model *m, uint16_t security)
{
	return model_get_bool(
		m, PATH3(OBJECT_SECURITY, security, SECURITY_BOOTSTRAP_SERVER), false);
}

/*
 * The account that must survive: that of the begin, as long as it is one. A second one that was
 * written meanwhile may go. ID_NONE: there is none.
 */
static uint16_t protected_account(const struct model *m, const struct bs_notes *notes)
{
	struct account a;

	if (notes->account != ID_NONE && is_bootstrap(m, notes->account))
		return notes->account;
	return account_bootstrap(m, &a) ? a.security_instance : ID_NONE;
}

/* The bootstrap account, what it links to, and /3/0 stay whatever is deleted (4.3). */
static bool is_excluded(const struct model *m, struct path instance, const struct bs_notes *notes)
{
	uint16_t account = protected_account(m, notes);
	struct value v;

	if (instance.id[0] == OBJECT_DEVICE)
		return true;
	if (account == ID_NONE)
		return false;
	if (instance.id[0] == OBJECT_SECURITY)
		return instance.id[1] == account;
	return instance.id[0] == OBJECT_OSCORE &&
	       model_get(m, PATH3(OBJECT_SECURITY, account, SECURITY_OSCORE), &v) == 0 &&
	       v.link.object == OBJECT_OSCORE && v.link.instance == instance.id[1];
}

static void note_server(const struct model *m, struct path instance, struct bs_notes *notes)
{
	int64_t ssid = model_get_int(m, path_child(instance, SECURITY_SHORT_SERVER_ID), 0);

	if (instance.id[0] != OBJECT_SECURITY || is_bootstrap(m, instance.id[1]) ||
		ssid < SSID_MIN || ssid > SSID_MAX)
		return;
	for (size_t i = 0; i < notes->n_deleted; i++)
		if (notes->deleted[i] == ssid)
			return;
	/* more than that is forgotten: what they leave is then found inconsistent */
	if (notes->n_deleted < NOTES_MAX)
		notes->deleted[notes->n_deleted++] = (uint16_t)ssid;
}

static int delete_instance(struct model *m, struct path instance, struct bs_notes *notes)
{
	note_server(m, instance, notes);
	return model_delete(m, instance);
}

static int delete_object(struct model *m, uint16_t object, struct bs_notes *notes)
{
	uint32_t cursor = 0;
	uint16_t id;
	int r = 0;

	while (r == 0 && model_next_instance(m, object, &cursor, &id))
		if (!is_excluded(m, PATH2(object, id), notes))
			r = delete_instance(m, PATH2(object, id), notes);
	return r;
}

static int delete_all(struct model *m, struct bs_notes *notes)
{
	uint32_t cursor = 0;
	uint16_t object;
	int r = 0;

	/* object 21 comes after object 0: what the bootstrap account links to is still known */
	while (r == 0 && model_next_object(m, &cursor, &object))
		r = delete_object(m, object, notes);
	return r;
}

uint8_t operation_delete(struct model *m, struct path p, struct bs_notes *notes)
{
	int r = 0;

	if (p.depth > 2)
		return MSG_BAD_REQUEST;
	if (p.depth == 2 && model_exists(m, p) && is_excluded(m, p, notes))
		return MSG_BAD_REQUEST;

	/* what is not there counts as deleted: idempotent */
	if (p.depth == 2 && model_exists(m, p))
		r = delete_instance(m, p, notes);
	if (p.depth == 1)
		r = delete_object(m, p.id[0], notes);
	if (p.depth == 0)
		r = delete_all(m, notes);
	if (r < 0)
		notes->is_broken = true;
	return r < 0 ? MSG_INTERNAL : MSG_DELETED;
}

/* --- unbootstrapping, at Finish --------------------------------------------------------------- */

enum { RIGHT_WRITE = 2, RIGHT_DELETE = 8 };

bool notes_has_written(const struct bs_notes *notes, struct path instance)
{
	uint16_t object = instance.id[0], id = instance.id[1];

	return (object == OBJECT_SERVER || object == OBJECT_ACCESS_CONTROL) &&
	       (notes->written[object - OBJECT_SERVER][id / 8] >> id % 8 & 1);
}

static int64_t rights_of(const struct model *m, uint16_t access, uint16_t ssid)
{
	return model_get_int(m, PATH4(OBJECT_ACCESS_CONTROL, access, ACCESS_ACL, ssid), 0);
}

static bool has_account(const struct model *m, uint16_t ssid)
{
	struct account a;

	return account_of_server(m, ssid, &a);
}

/*
 * Of the servers that stay and have a right here, by an entry of their own or by the default, the
 * one with the most of Write and Delete: to own what the deleted one owned.
 */
static bool next_owner(const struct model *m, uint16_t access, uint16_t *ret)
{
	struct account a;
	uint32_t cursor = 0;
	int best = -1;

	while (account_next(m, &cursor, &a)) {
		uint16_t entry = model_exists(m, PATH4(OBJECT_ACCESS_CONTROL, access, ACCESS_ACL,
							 a.short_server_id))
					 ? a.short_server_id
					 : 0;
		int64_t rights = a.short_server_id ? rights_of(m, access, entry) : 0;
		int weight = (rights & RIGHT_WRITE ? 1 : 0) + (rights & RIGHT_DELETE ? 1 : 0);

		if (rights == 0 || weight <= best)
			continue;
		best = weight;
		*ret = a.short_server_id;
	}
	return best >= 0;
}

/* What only the deleted server could access goes, with its access control (4.3). */
static int delete_guarded(struct model *m, struct path access, const struct bs_notes *notes)
{
	struct path guarded = PATH2(model_get_int(m, path_child(access, ACCESS_OBJECT_ID), ID_NONE),
		model_get_int(m, path_child(access, ACCESS_INSTANCE_ID), ID_NONE));
	int r = 0;

	if (model_exists(m, guarded) && !is_excluded(m, guarded, notes) &&
		!notes_has_written(notes, guarded))
		r = model_delete(m, guarded);
	/* the guarded instance may have been this one */
	return r == 0 && model_exists(m, access) ? model_delete(m, access) : r;
}

static int leave_access(
	struct model *m, uint16_t access, uint16_t gone, const struct bs_notes *notes)
{
	struct path instance = PATH2(OBJECT_ACCESS_CONTROL, access);
	struct path entry = PATH4(OBJECT_ACCESS_CONTROL, access, ACCESS_ACL, gone);
	uint16_t owner;
	int r = 0;

	if (notes_has_written(notes, instance))
		return 0;
	if (model_exists(m, entry))
		r = model_delete(m, entry);
	if (r < 0 || model_get_int(m, path_child(instance, ACCESS_OWNER), -1) != gone)
		return r;
	if (next_owner(m, access, &owner))
		return model_set(m, path_child(instance, ACCESS_OWNER), &VALUE_INT(owner));
	return delete_guarded(m, instance, notes);
}

static int forget_server(struct model *m, uint16_t ssid, const struct bs_notes *notes)
{
	uint16_t server = account_server_instance(m, ssid);
	uint32_t cursor = 0;
	uint16_t access;
	int r = 0;

	if (server != ID_NONE && !notes_has_written(notes, PATH2(OBJECT_SERVER, server)))
		r = model_delete(m, PATH2(OBJECT_SERVER, server));
	while (r == 0 && model_next_instance(m, OBJECT_ACCESS_CONTROL, &cursor, &access))
		r = leave_access(m, access, ssid, notes);
	return r;
}

int operation_unbootstrap(struct model *m, const struct bs_notes *notes)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < notes->n_deleted; i++)
		if (!has_account(m, notes->deleted[i]))
			r = forget_server(m, notes->deleted[i], notes);
	return r;
}
