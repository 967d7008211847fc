#include "dm/access.h"

#include "model/account.h"
#include "model/guard.h"

enum {
	RIGHTS_OWNER = ACCESS_READ | ACCESS_WRITE | ACCESS_EXECUTE | ACCESS_DELETE,
	RIGHTS_ALL = RIGHTS_OWNER | ACCESS_CREATE,
	DEFAULT_ENTRY = 0,	/* the ACL instance for servers without one of their own */
	OBJECT_LEVEL = ID_NONE, /* 2/x/1 of an instance that guards Create */
};

/*
 * TS core 8.1: with one server account there is no access control. With several, object 2 has to
 * be instantiated unless all servers have full rights on everything: so without any instance
 * of it all have.
 */
static bool is_enabled(const struct model *m)
{
	uint32_t cursor = 0;
	uint16_t iid;

	return model_next_instance(m, OBJECT_ACCESS_CONTROL, &cursor, &iid) &&
	       account_count_servers(m) > 1;
}

static bool is_owner(const struct model *m, uint16_t iid, uint16_t ssid)
{
	return model_get_int(m, PATH3(OBJECT_ACCESS_CONTROL, iid, ACCESS_OWNER), -1) == ssid;
}

/* The entry of a server, else the owner's privilege, else the default entry, else nothing. */
static unsigned rights_by(const struct model *m, uint16_t guard, uint16_t ssid)
{
	struct path acl = PATH3(OBJECT_ACCESS_CONTROL, guard, ACCESS_ACL);
	int64_t own = model_get_int(m, path_child(acl, ssid), -1);

	if (own >= 0)
		return (unsigned)own & RIGHTS_ALL;
	if (is_owner(m, guard, ssid))
		return RIGHTS_OWNER;
	return (unsigned)model_get_int(m, path_child(acl, DEFAULT_ENTRY), 0) & RIGHTS_ALL;
}

unsigned access_rights(const struct model *m, uint16_t short_server_id, struct path p)
{
	if (!is_enabled(m))
		return RIGHTS_ALL;

	/* an instance of object 2 itself is managed by its owner alone */
	if (p.id[0] == OBJECT_ACCESS_CONTROL && p.depth >= 2)
		return is_owner(m, p.id[1], short_server_id) ? RIGHTS_OWNER : 0;

	uint16_t guard = guard_of(m, p.id[0], p.depth >= 2 ? p.id[1] : OBJECT_LEVEL);
	unsigned counts = p.depth >= 2 ? RIGHTS_OWNER : ACCESS_CREATE;

	return guard == ID_NONE ? 0 : rights_by(m, guard, short_server_id) & counts;
}

/* TS core E.1; 1.2.1 for object 23 */
bool access_is_hidden(uint16_t oid, const struct object_def *object)
{
	return oid == OBJECT_SECURITY || oid == OBJECT_OSCORE || oid == OBJECT_COSE ||
	       (object && object->is_hidden);
}

int access_on_create(struct model *m, uint16_t ssid, struct path instance)
{
	uint16_t iid;

	if (!is_enabled(m))
		return 0;

	int r = model_free_instance_id(m, OBJECT_ACCESS_CONTROL, &iid);
	if (r < 0)
		return r;

	struct path guard = PATH2(OBJECT_ACCESS_CONTROL, iid);
	const struct {
		struct path path;
		struct value value;
	} values[] = {
		{path_child(guard, ACCESS_OBJECT_ID), VALUE_INT(instance.id[0])},
		{path_child(guard, ACCESS_INSTANCE_ID), VALUE_INT(instance.id[1])},
		{path_child(path_child(guard, ACCESS_ACL), ssid), VALUE_INT(RIGHTS_OWNER)},
		{path_child(guard, ACCESS_OWNER), VALUE_INT(ssid)},
	};

	r = model_create(m, guard, ORIGIN_SERVER);
	for (size_t i = 0; i < sizeof values / sizeof *values && r == 0; i++)
		r = model_set(m, values[i].path, &values[i].value);
	return r;
}

int access_on_delete(struct model *m, struct path instance)
{
	uint16_t guard = guard_of(m, instance.id[0], instance.id[1]);

	return guard == ID_NONE ? 0 : model_delete(m, PATH2(OBJECT_ACCESS_CONTROL, guard));
}
