#include "dm/apply.h"

#include <errno.h>

int apply_payload(const struct operation *op, struct path base, const struct payload_sink *sink,
	const int *error)
{
	const struct request *request = op->request;

	/* TS transport 6.4.4: a Content-Format there must be */
	if (request->content_format == FORMAT_NONE)
		return -EINVAL;
	if (base.depth == 0 ? !payload_can_decode_composite(request->content_format)
			    : !payload_can_decode(request->content_format))
		return -EMEDIUMTYPE;
	if (request->n_queries > 0)
		return -EINVAL;

	int r = payload_decode(request->content_format, base, request->payload, sink);

	if (*error < 0)
		return *error;
	return r == -ENOTSUP ? -EMEDIUMTYPE : r;
}

/* TS core appendix C: the null link, an object that is there, or an instance that is there. */
static bool is_link_valid(const struct model *m, struct objlnk link)
{
	if (link.object == ID_NONE)
		return link.instance == ID_NONE;
	return link.instance == ID_NONE ? model_exists(m, PATH1(link.object))
					: model_exists(m, PATH2(link.object, link.instance));
}

int apply_value(struct model *m, const struct record *record)
{
	if (record->value.type == VALUE_OBJLNK && !is_link_valid(m, record->value.link))
		return -EDOM;

	/* set first: what the object's own check sees has the right type and range then */
	int r = model_set(m, record->path, &record->value);

	return r < 0 ? r : model_check(m, path_parent(record->path, 3), &record->value);
}

int apply_end(struct model *m, int r, int code)
{
	/* 5.00: no code of 4.xx says it of each operation (TS transport 6.7) */
	if (r >= 0 && model_has_outgrown(m))
		r = -ENOSPC;
	if (r < 0) {
		model_rollback(m);
		return r;
	}
	model_commit(m);
	return code;
}
