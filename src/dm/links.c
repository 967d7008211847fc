#include "dm/links.h"

#include <stdio.h>

#include "codec/link.h"
#include "codec/payload.h"

/*
 * TS core 6.2.1: the version is told where it is not 1.0; not for object 1 where it is the
 * enabler's own.
 */
bool dm_links_has_version(const struct object_def *def, enum lwm2m_version version)
{
	if (def->major == 1 && def->minor == 0)
		return false;
	return def->id != OBJECT_SERVER || def->major != 1 || def->minor != (unsigned)version;
}

void dm_links_write_version(
	struct writer *w, const struct object_def *def, enum lwm2m_version version)
{
	char text[16];

	if (!dm_links_has_version(def, version))
		return;
	snprintf(text, sizeof text, "%u.%u", def->major, def->minor);
	if (version == LWM2M_1_0)
		link_write_quoted(w, "ver", span_of_text(text));
	else
		link_write_attr(w, "ver", text);
}

/* Formats that a server may not take for granted; those that are built in are told. */
static const struct {
	enum content_format format;
	enum lwm2m_version since;
} optional_formats[] = {
	{FORMAT_CBOR, LWM2M_1_1},
	{FORMAT_SENML_JSON, LWM2M_1_1},
	{FORMAT_SENML_CBOR, LWM2M_1_1},
	{FORMAT_TLV, LWM2M_1_1},
	{FORMAT_LWM2M_CBOR, LWM2M_1_2},
};

/* ct=11542 or ct="110 112"; a 1.0 server can always use TLV and is told nothing. */
static void write_formats(struct writer *w, enum lwm2m_version version)
{
	char text[64] = "";
	size_t len = 0;
	unsigned n = 0;

	for (size_t i = 0; i < sizeof optional_formats / sizeof *optional_formats; i++) {
		int format = optional_formats[i].format;

		if (version < optional_formats[i].since || !payload_can_encode(format) ||
			!payload_can_decode(format))
			continue;
		len += (size_t)snprintf(text + len, sizeof text - len, n++ ? " %d" : "%d", format);
	}
	if (n == 1)
		link_write_attr(w, "ct", text);
	else if (n > 1)
		link_write_quoted(w, "ct", span_of_text(text));
}

static void write_object(struct writer *w, size_t start, const struct model *m, uint16_t oid,
	enum lwm2m_version version)
{
	const struct object_def *def = model_object(m, oid);
	char target[PATH_TEXT_MAX];
	uint32_t cursor = 0, peek = 0;
	uint16_t iid;

	if (dm_links_has_version(def, version) || !model_next_instance(m, oid, &peek, &iid)) {
		path_format(PATH1(oid), target);
		link_write_target(w, start, target);
		dm_links_write_version(w, def, version);
	}
	while (model_next_instance(m, oid, &cursor, &iid)) {
		path_format(PATH2(oid, iid), target);
		link_write_target(w, start, target);
	}
}

int dm_links_register(const struct model *m, enum lwm2m_version version, struct buf *out)
{
	struct writer w = writer_to(out);
	size_t start = out->len;
	uint32_t cursor = 0;
	uint16_t oid;

	link_write_target(&w, start, "/");
	link_write_quoted(&w, "rt", span_of_text("oma.lwm2m"));
	write_formats(&w, version);
	while (model_next_object(m, &cursor, &oid))
		if (!model_object(m, oid)->is_hidden)
			write_object(&w, start, m, oid, version);

	if (w.err < 0)
		buf_truncate(out, start);
	return w.err;
}
