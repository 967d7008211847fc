/*
 * observations.cbor and attributes.cbor: their content is information reporting's own business.
 */
#include "store/file.h"
#include "store/private.h"
#include "store/store.h"

static const char *const names[] = {
	[STORE_OBSERVATIONS] = "observations.cbor",
	[STORE_ATTRIBUTES] = "attributes.cbor",
};

int store_save_body(struct store *s, enum store_body which, struct span body)
{
	if (body.len == 0)
		return file_remove(s->directory, names[which]);
	return file_replace(s->directory, names[which], body);
}

int store_read_body(struct store *s, enum store_body which, struct buf *ret)
{
	return file_read(s->directory, names[which], ret);
}

int store_take_body(struct store *s, enum store_body which, struct buf *ret)
{
	int r = file_read(s->directory, names[which], ret);

	if (r == 0)
		file_remove(s->directory, names[which]);
	return r;
}

void store_refuse_body(struct store *s, enum store_body which)
{
	file_put_aside(s->directory, names[which]);
}
