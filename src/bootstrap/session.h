#pragma once
/*
 * One bootstrap session, whoever started it: the operations of a Bootstrap-Server on the model as
 * one transaction, committed at Bootstrap-Finish or rolled back. Pure but for the model and the
 * commit hook. Layer: bootstrap. (TS core 6.1.7)
 */
#include "bootstrap/consistency.h"
#include "codec/message.h"
#include "model/model.h"

struct bs_session;

struct bs_hooks {
	void *data;
	/*
	 * Makes the model's content durable; called before Finish is answered 2.04. Negative
	 * errno: Finish is answered 5.00 and the session is rolled back.
	 */
	int (*persist)(void *data, bool is_changed); /* false: nothing was written or deleted */
	/* Seconds since 1970 for 1/x/12. */
	int64_t (*unix_time)(void *data);
};

enum bs_result {
	BS_IGNORED,   /* no bootstrap operation (wrong path or method): answered, does not count */
	BS_OPERATION, /* Write, Delete, Discover, Read: the session timeout starts anew */
	BS_FINISHED,  /* committed and durable; the session is over */
	BS_INCONSISTENT, /* Finish answered 4.06; the session goes on */
	BS_FAILED,	 /* could not be stored: rolled back; the session is over */
};

/* Begins the transaction. The model must not be in one (-EBUSY). */
int bs_session_new(struct model *m, const struct consistency_support *support,
	const struct bs_hooks *hooks, enum lwm2m_version version, struct bs_session **ret);
/* Rolls back what was not committed. NULL is fine. Returns NULL. */
struct bs_session *bs_session_free(struct bs_session *s);
void bs_session_free_p(struct bs_session **s);

/* Answers one request. */
enum bs_result bs_session_handle(
	struct bs_session *s, const struct request *request, struct response *ret);

/* Whether the request is a bootstrap operation at all (before a session exists: the listener asks).
 */
bool bs_request_is_operation(const struct request *request);

/* What is inconsistent, after BS_INCONSISTENT: lines of text; "" before. */
const char *bs_session_problems(const struct bs_session *s);
