#include "codec/message.h"

#include <errno.h>
#include <stdio.h>

struct request request_of(enum msg_method method)
{
	return (struct request){
		.method = (uint8_t)method,
		.content_format = FORMAT_NONE,
		.accept = FORMAT_NONE,
		.observe = -1,
	};
}

int request_add_segment(struct request *r, struct span segment)
{
	if (r->n_segments == MSG_SEGMENTS_MAX)
		return -E2BIG;
	r->segment[r->n_segments++] = segment;
	return 0;
}

int request_add_query(struct request *r, struct span query)
{
	if (r->n_queries == MSG_QUERY_MAX)
		return -E2BIG;
	r->query[r->n_queries++] = query;
	return 0;
}

int request_path(const struct request *r, struct path *ret)
{
	struct path p = {0};

	if (r->n_segments > PATH_DEPTH_MAX)
		return -EINVAL;
	for (; p.depth < r->n_segments; p.depth++) {
		int err = path_parse_id(r->segment[p.depth], &p.id[p.depth]);

		if (err < 0)
			return err;
	}
	*ret = p;
	return 0;
}

bool request_is_for(const struct request *r, const char *segment)
{
	return r->n_segments == 1 && span_is_text(r->segment[0], segment);
}

static void payload_done(struct response *r)
{
	if (r->is_secret && r->payload.data)
		explicit_bzero(r->payload.data, r->payload.cap);
	buf_done(&r->payload);
}

int response_set_payload(struct response *r, int content_format, struct span payload)
{
	struct buf copy = {.max = r->payload.max};
	int err = buf_append(&copy, payload);

	if (err < 0)
		return err;

	payload_done(r);
	r->payload = copy;
	r->content_format = content_format;
	r->has_content_format = true;
	return 0;
}

int response_add_location(struct response *r, struct span segment)
{
	if (r->n_location == MSG_LOCATION_MAX)
		return -E2BIG;

	int err = buf_set(&r->location[r->n_location], segment);

	if (err < 0)
		return err;
	r->n_location++;
	return 0;
}

void response_done(struct response *r)
{
	payload_done(r);
	for (size_t i = 0; i < r->n_location; i++)
		buf_done(&r->location[i]);
	*r = (struct response){0};
}

void msg_code_format(uint8_t code, char ret[8])
{
	snprintf(ret, 8, "%u.%02u", code >> 5, code & 31u);
}
