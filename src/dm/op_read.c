#include <errno.h>

#include "base/cleanup.h"
#include "dm/collect.h"
#include "dm/operation.h"

static int encode(const struct operation *op, int format, const struct collection *c)
{
	int r = payload_encode(format, op->path, collection_records(c), c->n, &op->ret->payload);

	/* no such format, none for so many values or for this one: 4.06 in each case */
	if (r == -ENOTSUP || r == -EDOM)
		return -ENOMEDIUM;
	if (r < 0)
		return r;
	op->ret->content_format = format;
	op->ret->has_content_format = true;
	return MSG_CONTENT;
}

int op_read(const struct operation *op)
{
	_cleanup_(collection_done) struct collection c;
	int format = op->request->accept;

	collection_init(&c);
	model_refresh(op->m, op->path);

	int r = collect_path(op->m, op->peer, op->path, &c);
	if (r < 0)
		return r;
	if (format == FORMAT_NONE)
		format = collect_format(op->m, op->peer->version, op->path);
	if (!payload_can_encode(format))
		return -ENOMEDIUM;
	/*
	 * An Observe option alone may be ignored (RFC 7641 section 4.1), the answer says so by not
	 * having one; but attributes that are not kept have to be refused (TS core 1.2, 6.4.1).
	 */
	if (op->request->n_queries > 0)
		return -EINVAL;
	return encode(op, format, &c);
}
