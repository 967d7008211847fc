#pragma once
/*
 * The operations of a Bootstrap-Server on the model, each an answer code. They work inside the
 * session's transaction. Layer: bootstrap, private to session.c.
 */
#include "codec/message.h"
#include "model/model.h"

enum { NOTES_MAX = 2 * MODEL_ACCOUNTS_MAX, NOTES_BITS = 65536 };

/* What a session must remember until Finish. */
struct bs_notes {
	uint16_t account;	     /* /0 instance of the bootstrap account at begin, or ID_NONE */
	uint16_t deleted[NOTES_MAX]; /* Short Server IDs whose /0 instance was deleted */
	size_t n_deleted;
	/* the instances of objects 1 and 2 that were written, one bit each */
	uint8_t written[2][NOTES_BITS / 8];
	bool is_broken; /* a change was made in part (no memory): nothing may be kept */
};

/* Bootstrap-Write: PUT /oid, /oid/iid, /oid/iid/rid[/riid] (TS core 6.1.7). */
uint8_t operation_write(
	struct model *m, const struct request *request, struct path p, struct bs_notes *notes);
/* Bootstrap-Delete: DELETE /, /oid, /oid/iid (4.3). */
uint8_t operation_delete(struct model *m, struct path p, struct bs_notes *notes);
/* Bootstrap-Discover: GET / or /oid, Accept 40 or none (4.1). */
uint8_t operation_discover(const struct model *m, const struct request *request, struct path p,
	enum lwm2m_version version, struct response *ret);
/* Bootstrap-Read: GET /1, /2 or an instance of them. */
uint8_t operation_read(
	struct model *m, const struct request *request, struct path p, struct response *ret);

/*
 * At Finish: what belonged only to servers that were deleted goes with them (4.3). What was
 * written in the same session stays. -ENOMEM
 */
int operation_unbootstrap(struct model *m, const struct bs_notes *notes);

bool notes_has_written(const struct bs_notes *notes, struct path instance);
