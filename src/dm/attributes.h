#pragma once
/*
 * The attributes that servers have attached to paths, each server its own. Layer: dm.
 * (TS core 5.1.2, 7.3)
 */
#include "base/reader.h"
#include "codec/attr.h"
#include "model/model.h"

/* What a server may grow; beyond it Write-Attributes fails. */
enum { ATTRIBUTES_PER_SERVER_MAX = 4096 };

struct attributes;

int attributes_new(struct attributes **ret);
struct attributes *attributes_free(struct attributes *t);
void attributes_free_p(struct attributes **t);

/* Those attached to this path itself; NULL: none. A look, until the next change. */
const struct attrs *attributes_find(
	const struct attributes *t, uint16_t short_server_id, struct path p);
/* Replaces them; nothing set: they go. -ENOMEM, -ENOSPC: nothing changed. */
int attributes_put(
	struct attributes *t, uint16_t short_server_id, struct path p, const struct attrs *a);
/* The path's own and the inherited ones: resource instance, resource, instance, object. */
struct attrs attributes_inherited(
	const struct attributes *t, uint16_t short_server_id, struct path p);
/*
 * As above, and what the Server object says where nothing is attached: 1/x/2 for pmin, 1/x/3 for
 * pmax, 1/x/26 for con.
 */
struct attrs attributes_effective(
	const struct attributes *t, const struct model *m, uint16_t short_server_id, struct path p);
/* Completes attributes that are an observation's own by those of the Server object. */
void attributes_default(struct attrs *a, const struct model *m, uint16_t short_server_id);

/*
 * Whether the server has attached one of these (ATTR_BIT) at p, above or below it; PATH0():
 * anywhere. Cheap where it has attached nothing.
 */
bool attributes_concern(
	const struct attributes *t, uint16_t short_server_id, struct path p, uint16_t bits);

/* An account or an instance is gone. Whether there was something. */
bool attributes_drop_server(struct attributes *t, uint16_t short_server_id);
bool attributes_drop_below(struct attributes *t, struct path p);

size_t attributes_count(const struct attributes *t);
/* The i-th, in the order of servers and paths. */
struct path attributes_at(const struct attributes *t, size_t i, uint16_t *ret_short_server_id);

/* CBOR for the state directory. Loading replaces all; -EBADMSG: nothing changed. */
int attributes_save(const struct attributes *t, struct buf *out);
int attributes_load(struct attributes *t, struct span in);

/* For other state: the set as a CBOR item. -EBADMSG */
void attributes_write_set(const struct attrs *a, struct writer *w);
int attributes_read_set(struct reader *r, struct attrs *ret);
void attributes_write_path(struct path p, struct writer *w);
int attributes_read_path(struct reader *r, struct path *ret);
