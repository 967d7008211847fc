#pragma once
/*
 * What a server may do with an object instance. Layer: dm. (TS core 8)
 */
#include "model/model.h"

enum access {
	ACCESS_READ = 1,
	ACCESS_WRITE = 2,
	ACCESS_EXECUTE = 4,
	ACCESS_DELETE = 8,
	ACCESS_CREATE = 16,
};

/* A set of enum access. p: an object (only ACCESS_CREATE counts) or anything in an instance. */
unsigned access_rights(const struct model *m, uint16_t short_server_id, struct path p);

/* Never visible to a server, whether we have it or not. object: as model_object(oid) says. */
bool access_is_hidden(uint16_t oid, const struct object_def *object);

/*
 * The instance of object 2 that guards a new instance, owned by the server that made it, and the
 * end of it. The first does nothing while access control is off. (TS core 8.1.2) -ENOSPC, -ENOMEM
 */
int access_on_create(struct model *m, uint16_t short_server_id, struct path instance);
int access_on_delete(struct model *m, struct path instance);
