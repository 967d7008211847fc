#include "codec/path.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "base/parse.h"

int path_parse_id(struct span text, uint16_t *ret)
{
	uint16_t id;

	if (text.len > 1 && text.data[0] == '0')
		return -EINVAL;
	if (parse_u16(text, &id) < 0 || id == ID_NONE)
		return -EINVAL;
	*ret = id;
	return 0;
}

/* How many octets there are before the next '/' or the end. */
static size_t segment_length(struct span text)
{
	const uint8_t *slash = text.len ? memchr(text.data, '/', text.len) : NULL;

	return slash ? (size_t)(slash - text.data) : text.len;
}

int path_parse(struct span text, struct path *ret)
{
	struct path p = {0};

	if (text.len == 0 || text.data[0] != '/')
		return -EINVAL;
	if (text.len == 1) {
		*ret = p;
		return 0;
	}

	while (text.len > 0) {
		if (p.depth == PATH_DEPTH_MAX)
			return -EINVAL;

		/* the slash in front, then the id */
		text = span_of(text.data + 1, text.len - 1);

		size_t len = segment_length(text);
		int r = path_parse_id(span_of(text.data, len), &p.id[p.depth]);

		if (r < 0)
			return r;
		p.depth++;
		text = span_of(text.data + len, text.len - len);
	}
	*ret = p;
	return 0;
}

void path_format(struct path p, char ret[PATH_TEXT_MAX])
{
	size_t len = 0;

	assert(p.depth <= PATH_DEPTH_MAX);
	ret[0] = '/';
	ret[1] = '\0';
	for (uint8_t i = 0; i < p.depth; i++)
		len += (size_t)snprintf(ret + len, PATH_TEXT_MAX - len, "/%u", p.id[i]);
}

bool path_is_equal(struct path a, struct path b)
{
	return a.depth == b.depth && path_contains(a, b);
}

bool path_contains(struct path a, struct path b)
{
	if (a.device != b.device || a.depth > b.depth)
		return false;
	for (uint8_t i = 0; i < a.depth; i++)
		if (a.id[i] != b.id[i])
			return false;
	return true;
}

int path_compare(struct path a, struct path b)
{
	if (a.device != b.device)
		return a.device < b.device ? -1 : 1;
	for (uint8_t i = 0; i < a.depth && i < b.depth; i++)
		if (a.id[i] != b.id[i])
			return a.id[i] < b.id[i] ? -1 : 1;
	return (int)a.depth - (int)b.depth;
}

struct path path_child(struct path p, uint16_t id)
{
	assert(p.depth < PATH_DEPTH_MAX);
	p.id[p.depth++] = id;
	return p;
}

struct path path_parent(struct path p, uint8_t depth)
{
	assert(depth <= p.depth);
	for (uint8_t i = depth; i < p.depth; i++)
		p.id[i] = 0;
	p.depth = depth;
	return p;
}
