/*
 * Requests of a bootstrap server made from the input: after each the model is committed and
 * consistent, or what was not finished leaves no trace. Keys never come back, and Delete never
 * takes the last bootstrap account.
 *
 * A request: kind, depth and format in one octet each, the ids of the path, then the payload
 * behind its length of one octet.
 */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../unit/client_model.h"
#include "base/reader.h"
#include "bootstrap/session.h"
#include "model/account.h"

struct fuzz {
	struct model *m;
	struct bs_session *s;
	struct buf committed; /* the model as text */
	bool is_disk_full;
};

static bool mode_is_supported(int64_t mode)
{
	return mode == MODE_PSK || mode == MODE_NOSEC;
}

static const struct consistency_support support = {
	.mode = mode_is_supported, .allow_nosec_server = true};

static int persist(void *data, bool is_changed)
{
	(void)is_changed;
	const struct fuzz *f = data;

	return f->is_disk_full ? -ENOSPC : 0;
}

static int64_t unix_time(void *data)
{
	(void)data;
	return 1700000000;
}

static void begin(struct fuzz *f, uint8_t version)
{
	struct bs_hooks hooks = {.data = f, .persist = persist, .unix_time = unix_time};

	f->s = bs_session_free(f->s);
	if (bs_session_new(f->m, &support, &hooks, (enum lwm2m_version)(version % 3), &f->s) < 0)
		abort();
}

static void assert_is_committed(const struct fuzz *f)
{
	struct buf now = client_model_dump(f->m);

	assert(!model_in_transaction(f->m));
	assert(span_is_equal(buf_span(&now), buf_span(&f->committed)));
	buf_done(&now);
}

static void assert_is_consistent(struct fuzz *f)
{
	struct buf problems = {0};

	assert(!model_in_transaction(f->m));
	assert(consistency_check(f->m, &support, 0, &problems) == 0);
	buf_done(&problems);
	buf_done(&f->committed);
	f->committed = client_model_dump(f->m);
}

static enum msg_method method_of(uint8_t kind)
{
	static const enum msg_method methods[] = {
		MSG_PUT, MSG_GET, MSG_DELETE, MSG_POST, MSG_PUT, MSG_PUT, MSG_POST, MSG_FETCH};

	return methods[kind % 8];
}

static int format_of(uint8_t n)
{
	static const int formats[] = {FORMAT_TLV, FORMAT_TEXT, FORMAT_OPAQUE, FORMAT_NONE,
		FORMAT_LINK, FORMAT_SENML_JSON};

	return formats[n % 6];
}

static void ask(struct fuzz *f, struct reader *r)
{
	uint8_t kind = rd_u8(r), depth = rd_u8(r) % 6, format = rd_u8(r);
	struct request request = request_of(method_of(kind));
	struct response response = {0};
	char ids[6][8];
	struct account a;

	for (unsigned i = 0; i < depth; i++) {
		uint8_t id = rd_u8(r);

		/* big ids and no ids at all come seldom */
		snprintf(ids[i], sizeof ids[i], id == 255 ? "65535" : id == 254 ? "x" : "%u", id);
		request_add_segment(&request, span_of_text(ids[i]));
	}
	if (request.method == MSG_POST && kind & 8) {
		request.n_segments = 0;
		request_add_segment(&request, span_of_text("bs"));
	}
	if (kind & 16)
		request_add_query(&request, span_of_text("ep=me"));
	request.content_format = request.accept = format_of(format);
	request.payload = rd_take(r, rd_u8(r));
	if (r->err)
		return;

	bool had_account = account_bootstrap(f->m, &a);
	enum bs_result result = bs_session_handle(f->s, &request, &response);

	assert(response.code >> 5 == 2 || response.code >> 5 == 4 || response.code >> 5 == 5);
	if (response.payload.len > 0)
		assert(!memmem(response.payload.data, response.payload.len, CLIENT_MODEL_KEY, 16));
	if (request.method == MSG_DELETE)
		assert(account_bootstrap(f->m, &a) == had_account);
	assert(model_exists(f->m, PATH2(OBJECT_DEVICE, 0)));
	if (result == BS_FINISHED)
		assert_is_consistent(f);
	if (result == BS_FAILED)
		assert_is_committed(f);
	if (result == BS_INCONSISTENT)
		assert(*bs_session_problems(f->s));
	response_done(&response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {.m = client_model_new()};
	struct reader r = reader_of(span_of(data, size));

	f.committed = client_model_dump(f.m);
	begin(&f, rd_u8(&r));
	while (rd_left(&r) > 0) {
		ask(&f, &r);
		/* now and then the session is given up, or the disk fills up */
		if (rd_left(&r) > 0 && r.in.data[r.pos] >= 0xF0) {
			uint8_t what = rd_u8(&r);

			f.s = bs_session_free(f.s);
			assert_is_committed(&f);
			f.is_disk_full = what & 1;
			begin(&f, what);
		}
	}
	f.s = bs_session_free(f.s);
	assert_is_committed(&f);
	buf_done(&f.committed);
	model_free(f.m);
	return 0;
}
