#pragma once
/*
 * The neutral request and response that transport, exchange, dm and bootstrap share: no CoAP
 * library in it. Requests are looks (spans borrowed for the call); a response owns its payload.
 * Layer: codec. (RFC 7252 section 5)
 */
#include "base/buf.h"
#include "codec/path.h"
#include "codec/payload.h"

#define MSG_CODE(class, detail) ((uint8_t)((class) << 5 | (detail)))

enum msg_method {
	MSG_GET = 1,
	MSG_POST = 2,
	MSG_PUT = 3,
	MSG_DELETE = 4,
	MSG_FETCH = 5,
	MSG_PATCH = 6,
	MSG_IPATCH = 7,
};

enum msg_code {
	MSG_NO_RESPONSE = 0, /* ignore the request silently */
	MSG_CREATED = MSG_CODE(2, 1),
	MSG_DELETED = MSG_CODE(2, 2),
	MSG_VALID = MSG_CODE(2, 3),
	MSG_CHANGED = MSG_CODE(2, 4),
	MSG_CONTENT = MSG_CODE(2, 5),
	MSG_CONTINUE = MSG_CODE(2, 31),
	MSG_BAD_REQUEST = MSG_CODE(4, 0),
	MSG_UNAUTHORIZED = MSG_CODE(4, 1),
	MSG_BAD_OPTION = MSG_CODE(4, 2),
	MSG_FORBIDDEN = MSG_CODE(4, 3),
	MSG_NOT_FOUND = MSG_CODE(4, 4),
	MSG_NOT_ALLOWED = MSG_CODE(4, 5),
	MSG_NOT_ACCEPTABLE = MSG_CODE(4, 6),
	MSG_INCOMPLETE = MSG_CODE(4, 8),
	MSG_CONFLICT = MSG_CODE(4, 9),
	MSG_PRECONDITION = MSG_CODE(4, 12),
	MSG_TOO_LARGE = MSG_CODE(4, 13),
	MSG_UNSUPPORTED_FORMAT = MSG_CODE(4, 15),
	MSG_INTERNAL = MSG_CODE(5, 0),
	MSG_NOT_IMPLEMENTED = MSG_CODE(5, 1),
	MSG_UNAVAILABLE = MSG_CODE(5, 3),
};

enum { MSG_SEGMENTS_MAX = 12, MSG_QUERY_MAX = 12, MSG_LOCATION_MAX = 8 };

struct request {
	uint8_t method;			       /* enum msg_method */
	struct span segment[MSG_SEGMENTS_MAX]; /* Uri-Path, one option each */
	size_t n_segments;
	struct span query[MSG_QUERY_MAX]; /* Uri-Query, one option each */
	size_t n_queries;
	int content_format; /* enum content_format, FORMAT_NONE: absent */
	int accept;	    /* as above */
	int64_t observe;    /* -1: absent */
	struct span token;  /* names the observation that an Observe option makes or ends */
	struct span payload;
};

/* {0} is empty; response_done() frees. */
struct response {
	uint8_t code;	    /* enum msg_code */
	int content_format; /* meaningful while payload.len > 0, or set on purpose */
	bool has_content_format;
	bool has_observe; /* the request has made an observation */
	uint32_t observe; /* 24 bits */
	struct buf payload;
	struct buf location[MSG_LOCATION_MAX]; /* Location-Path, one option each */
	size_t n_location;
	bool is_secret; /* of a request or response with keys: wipe what was copied */
};

/* No option set, method as given. */
struct request request_of(enum msg_method method);
/* Appends one segment or query; -E2BIG. The span is borrowed. */
int request_add_segment(struct request *r, struct span segment);
int request_add_query(struct request *r, struct span query);
/* The numeric path of the request: -EINVAL if a segment is no id or there are more than 4. */
int request_path(const struct request *r, struct path *ret);
/* Whether the path is exactly this one text segment, as "bs". */
bool request_is_for(const struct request *r, const char *segment);

/* Replaces the payload. 0 or -ENOMEM, -ENOSPC. */
int response_set_payload(struct response *r, int content_format, struct span payload);
int response_add_location(struct response *r, struct span segment);
void response_done(struct response *r);

/* "2.04" */
void msg_code_format(uint8_t code, char ret[8]);
static inline bool msg_code_is_success(uint8_t code)
{
	return code >> 5 == 2;
}
