#include "card/visit.h"

#include <errno.h>

#include "base/cleanup.h"
#include "card/ef.h"
#include "card/pin.h"
#include "card/pkcs15.h"

enum {
	MANAGE_CHANNEL = 0x70,
	INITIALIZE_UPDATE = 0x50,
	EXTERNAL_AUTHENTICATE = 0x82,
	CHANNEL_MAX = 19,
	DIR_RECORDS_MAX = 64,
	SMALL_FILE_MAX = 4096, /* EF(ODF) and EF(DODF) */
	ICCID_LEN = 10,
	RESTARTS_MAX = 3,
};

struct visit {
	const struct card_port *port;
	const struct card_wish *wish;
	struct card_outcome *outcome;
	struct card_channel channel;
	struct card_files files;
	struct scp03 *scp;
	struct fcp application;
	bool is_pin_done;
	struct card_path seen[PKCS15_DIRECTORIES_MAX];
	size_t n_seen;
};

/* --- channel ---------------------------------------------------------------------------------- */

static int no_channel(struct visit *v, uint16_t status)
{
	bool is_busy = status == 0x6A81;

	v->outcome->status = status;
	if (v->wish->may_use_basic_channel)
		return 0;
	return outcome_end(v->outcome, is_busy ? CARD_CLASS_TRANSIENT : CARD_CLASS_LOCKED,
		REASON_CARD_NO_CHANNEL,
		is_busy ? "all logical channels are in use (%04X)"
			: "the card opens no logical channel (%04X)",
		status);
}

static int open_channel(struct visit *v)
{
	_cleanup_(buf_done) struct buf answer = {0};
	struct apdu a = {.ins = MANAGE_CHANNEL, .le = 1};
	uint16_t status = 0;

	v->channel.number = 0;
	v->channel.scp = NULL;
	v->files = (struct card_files){.channel = &v->channel};

	int r = apdu_send(&v->channel, &a, &answer, &status);

	if (r < 0)
		return r;
	if (status != STATUS_OK)
		return no_channel(v, status);
	if (answer.len != 1 || answer.data[0] == 0 || answer.data[0] > CHANNEL_MAX)
		return -EPROTO;
	v->channel.number = answer.data[0];
	return 0;
}

/* What goes wrong here hurts nobody: a reset of the card ends its channels, too. */
static void close_channel(struct visit *v)
{
	_cleanup_(buf_done) struct buf answer = {0};
	struct apdu a = {
		.ins = MANAGE_CHANNEL, .p1 = 0x80, .p2 = v->channel.number, .le = APDU_NO_LE};
	uint16_t status;

	if (v->channel.number == 0)
		return;
	v->channel.number = 0;
	v->channel.scp = NULL;
	apdu_send(&v->channel, &a, &answer, &status);
}

/* --- secure channel (appendix H) -------------------------------------------------------------- */

static int secure_failed(struct visit *v, const char *why)
{
	return outcome_end(v->outcome, CARD_CLASS_LOCKED, REASON_CARD_CHANNEL_FAILED,
		"secure channel: %s", why);
}

static bool is_unknown_command(uint16_t status)
{
	return status == 0x6D00 || status == 0x6E00 || status == 0x6881 || status == 0x6882;
}

static int authenticate(struct visit *v)
{
	_cleanup_(buf_done) struct buf data = {0}, answer = {0};
	/* the class says it is protected; that is the MAC at its end */
	struct apdu a = {
		.class = 0x84, .ins = EXTERNAL_AUTHENTICATE, .p1 = SCP03_LEVEL, .le = APDU_NO_LE};
	uint16_t status = 0;
	int r = scp03_authenticate(v->scp, (uint8_t)(a.class | v->channel.number), &data);

	if (r < 0)
		return r;
	a.data = buf_span(&data);
	r = apdu_send(&v->channel, &a, &answer, &status);
	if (r < 0)
		return r;
	v->outcome->status = status;
	if (status != STATUS_OK)
		return secure_failed(v, "the card does not accept our cryptogram at level 33");
	v->channel.scp = v->scp;
	v->outcome->is_secure = true;
	return 0;
}

/* The length of the challenge says which mode is wanted. */
static int initialize_update(
	struct visit *v, struct span challenge, struct buf *answer, uint16_t *ret_status)
{
	const struct apdu a = {.class = 0x80,
		.ins = INITIALIZE_UPDATE,
		.p1 = v->wish->key_version,
		.data = challenge};

	return apdu_send(&v->channel, &a, answer, ret_status);
}

static int open_secure(struct visit *v)
{
	_cleanup_(buf_done) struct buf answer = {0};
	const struct scp03_keys keys = {.enc = v->wish->key_enc, .mac = v->wish->key_mac};
	uint8_t octets[SCP03_S16];
	struct span challenge = span_of(octets, SCP03_S8);
	uint16_t status = 0;

	if (v->wish->secure == CARD_SECURE_OFF)
		return 0;
	if (v->channel.number >= 4)
		return secure_failed(v, "the card gave a channel above 3");

	int r = scp03_challenge(octets, sizeof octets);

	if (r == 0)
		r = initialize_update(v, challenge, &answer, &status);
	/* wrong length, wrong data: a card that knows the other mode only */
	if (r == 0 && (status == 0x6700 || status == 0x6A80)) {
		challenge.len = SCP03_S16;
		r = initialize_update(v, challenge, &answer, &status);
	}
	if (r < 0)
		return r;
	if (is_unknown_command(status) && v->wish->secure == CARD_SECURE_OPTIONAL)
		return 0;
	v->outcome->status = status;
	if (status != STATUS_OK)
		return secure_failed(v, "the card does not begin one with these keys' version");
	r = scp03_new(&keys, challenge, buf_span(&answer), &v->scp);
	if (r == -EKEYREJECTED)
		return secure_failed(v, "the card has other keys");
	if (r == -EPROTO)
		return secure_failed(v, "the card speaks another protocol than SCP03");
	if (r == -EINVAL)
		return secure_failed(v, "keys have 16, 24 or 32 octets, both the same");
	return r < 0 ? r : authenticate(v);
}

/* --- what a file says ------------------------------------------------------------------------- */

/* Reads; if a PIN is in the way, verifies it once and reads again. */
static int read_guarded(struct visit *v, uint16_t file, size_t offset, size_t len, struct buf *out)
{
	uint16_t status;
	int r = ef_read(&v->files, offset, len, out, &status);

	if (r == 0 && status == 0x6982 && !v->is_pin_done) {
		v->is_pin_done = true;
		r = pin_verify(&v->channel, v->wish, &v->application, v->outcome);
		if (r > 0)
			r = ef_read(&v->files, offset, len, out, &status);
	}
	if (r < 0)
		return r;
	if (status == 0x6982) {
		v->outcome->file = file;
		v->outcome->status = status;
		return secure_failed(v, v->channel.scp
						? "the card does not let the file be read (6982)"
						: "the card wants one for this file (6982)");
	}
	return status == STATUS_OK ? 0 : outcome_status(v->outcome, file, status);
}

static int select_file(struct visit *v, const struct card_path *p, struct fcp *ret)
{
	uint16_t file = card_path_file(p);
	uint16_t status = 0;
	int r = ef_select(&v->files, p, ret, &status);

	if (r == -EXDEV)
		return outcome_fault(v->outcome, file,
			&(const struct card_fault){.expected = "a path that this card can select"});
	if (r < 0)
		return r;
	return status == STATUS_OK ? 0 : outcome_status(v->outcome, file, status);
}

static int read_small(struct visit *v, const struct card_path *p, struct buf *out)
{
	struct fcp fcp;
	int r = select_file(v, p, &fcp);

	if (r < 0)
		return r;
	return read_guarded(v, card_path_file(p), 0,
		fcp.has_size && fcp.size < SMALL_FILE_MAX ? fcp.size : SMALL_FILE_MAX, out);
}

/* An absent ICCID is none: the ATR stands for the card then. */
static int read_iccid(struct visit *v, struct card_octets *ret)
{
	_cleanup_(buf_done) struct buf answer = {0};
	struct fcp fcp;
	uint16_t status = 0;
	int r = ef_select_mf(&v->files, CARD_FILE_ICCID, &fcp, &status);

	ret->len = 0;
	if (r == 0 && status == STATUS_OK)
		r = ef_read(&v->files, 0, ICCID_LEN, &answer, &status);
	if (r == 0 && status == STATUS_OK && answer.len == ICCID_LEN)
		octets_set(ret, buf_span(&answer));
	return r;
}

/* --- the application -------------------------------------------------------------------------- */

static void take_application(struct visit *v, struct span records)
{
	struct reader r = reader_of(records);
	struct pkcs15_application app;
	struct card_fault fault;

	if (v->outcome->aid.len || pkcs15_next_application(&r, &app, &fault) <= 0)
		return;
	octets_set(&v->outcome->aid, span_of(app.aid, app.aid_len));
	v->files.application = app.path;
}

/* What is wrong in EF(DIR) is no obstacle: the application's identifier is known. */
static int read_dir(struct visit *v)
{
	_cleanup_(buf_done) struct buf records = {0};
	struct fcp fcp = {0};
	uint16_t status = 0;
	int r = ef_select_mf(&v->files, CARD_FILE_DIR, &fcp, &status);

	if (r < 0 || status != STATUS_OK)
		return r;
	if (fcp.kind == FCP_TRANSPARENT) {
		r = ef_read(&v->files, 0, fcp.size < SMALL_FILE_MAX ? fcp.size : SMALL_FILE_MAX,
			&records, &status);
		take_application(v, buf_span(&records));
		return r;
	}
	for (uint8_t n = 1; n <= DIR_RECORDS_MAX && !v->outcome->aid.len; n++) {
		buf_truncate(&records, 0);
		r = ef_read_record(&v->files, n, fcp.record_length, &records, &status);
		if (r < 0 || status != STATUS_OK)
			return r;
		take_application(v, buf_span(&records));
	}
	return 0;
}

static int select_application(struct visit *v)
{
	uint16_t status = 0;

	if (!v->outcome->aid.len)
		octets_set(&v->outcome->aid, pkcs15_aid());

	int r = ef_select_application(
		&v->files, octets_span(&v->outcome->aid), &v->application, &status);

	if (r < 0 || status == STATUS_OK)
		return r;
	v->outcome->aid.len = 0;
	v->outcome->status = status;
	if (status == 0x6A82 || status == 0x6A81 || status == 0x6A86 || status == 0x6D00 ||
		status == 0x6283 || status == 0x6999)
		return outcome_end(v->outcome, CARD_CLASS_NO_DATA, REASON_CARD_NO_APPLICATION,
			"the card has no PKCS#15 application (%04X)", status);
	return outcome_status(v->outcome, CARD_FILE_ADF, status);
}

/* --- EF(ODF), EF(DODF) ------------------------------------------------------------------------ */

/* A directory is looked into once, and the ODF is none: no card leads in circles. */
static bool is_new(struct visit *v, const struct card_path *p)
{
	static const struct card_path odf = {.octets = {0x50, 0x31}, .len = 2};
	struct card_path a, b;

	if (card_path_from_mf(p, &a) < 0 || card_path_from_mf(&odf, &b) < 0 ||
		card_path_is_equal(&a, &b))
		return false;
	for (size_t i = 0; i < v->n_seen; i++)
		if (card_path_is_equal(&v->seen[i], &a))
			return false;
	if (v->n_seen == PKCS15_DIRECTORIES_MAX)
		return false;
	v->seen[v->n_seen++] = a;
	return true;
}

/* 1: found; 0: not in this one; -ECANCELED: it cannot be used. */
static int look_into(struct visit *v, const struct card_path *p, struct pkcs15_object *ret)
{
	_cleanup_(buf_done) struct buf dodf = {0};
	struct card_fault fault;
	int r = read_small(v, p, &dodf);

	if (r < 0)
		return r;
	r = pkcs15_find_object(buf_span(&dodf), ret, &fault);
	return r < 0 ? outcome_fault(v->outcome, card_path_file(p), &fault) : r;
}

/* A bad directory does not hide a good one behind it. */
static bool may_go_on(const struct visit *v, int r)
{
	return r == -ECANCELED &&
	       (v->outcome->class == CARD_CLASS_NO_DATA || v->outcome->class == CARD_CLASS_INVALID);
}

static int find_object(struct visit *v, struct pkcs15_object *ret)
{
	static const struct card_path odf_path = {.octets = {0x50, 0x31}, .len = 2};
	_cleanup_(buf_done) struct buf odf = {0};
	struct card_fault fault;
	struct card_path p;
	bool is_told = false;
	int r = read_small(v, &odf_path, &odf);
	int got;

	if (r < 0)
		return r;

	struct reader reader = reader_of(buf_span(&odf));

	while ((got = pkcs15_next_directory(&reader, &p, &fault)) > 0) {
		if (!is_new(v, &p))
			continue;
		r = look_into(v, &p, ret);
		if (r > 0)
			return 0;
		if (r < 0 && !may_go_on(v, r))
			return r;
		is_told = is_told || r < 0;
	}
	if (got < 0)
		return outcome_fault(v->outcome, CARD_FILE_ODF, &fault);
	if (is_told)
		return -ECANCELED;
	return outcome_end(v->outcome, CARD_CLASS_NO_DATA, REASON_CARD_NO_APPLICATION,
		"no LwM2M data object in %zu data object directories", v->n_seen);
}

/* --- EF(LwM2M_Bootstrap) ---------------------------------------------------------------------- */

static int wrong_content(struct visit *v, uint16_t file, size_t offset, const char *expected)
{
	return outcome_fault(v->outcome, file,
		&(const struct card_fault){.offset = offset, .expected = expected});
}

/* Where the content is in the file, and how much of it there can be. */
static int find_range(struct visit *v, const struct pkcs15_object *o, const struct fcp *fcp,
	size_t *ret_offset, size_t *ret_max)
{
	uint16_t file = card_path_file(&o->path);
	size_t size = fcp->has_size ? fcp->size : CONTENT_MAX;

	if (fcp->kind != FCP_TRANSPARENT && fcp->kind != FCP_UNKNOWN)
		return wrong_content(v, file, 0, "a transparent file");
	if (size > CONTENT_MAX)
		return wrong_content(v, file, 0, "a file of at most 32768 octets");
	*ret_offset = 0;
	*ret_max = size;
	if (!o->has_range)
		return 0;
	if (o->index > size || o->length > size - o->index)
		return wrong_content(v, file, o->index, "the part that the directory names");
	*ret_offset = o->index;
	*ret_max = o->length;
	return 0;
}

static int read_content(struct visit *v, const struct pkcs15_object *o)
{
	uint16_t file = card_path_file(&o->path);
	struct buf *content = &v->outcome->content;
	struct card_fault fault;
	struct fcp fcp;
	size_t offset = 0, max = 0;
	uint8_t *room;
	int r = select_file(v, &o->path, &fcp);

	octets_set(&v->outcome->path, span_of(o->path.octets, o->path.len));
	v->outcome->file = file;
	if (r == 0)
		r = find_range(v, o, &fcp, &offset, &max);
	/* all of it at once, so that no copy is left behind when it grows */
	if (r == 0)
		r = buf_reserve(content, CONTENT_MAX, &room);
	if (r == 0)
		r = read_guarded(
			v, file, offset, max < CONTENT_HEADER ? max : CONTENT_HEADER, content);
	if (r < 0)
		return r;
	if (content->len < CONTENT_HEADER)
		return wrong_content(v, file, content->len, "a header of 4 octets");

	size_t len = content_length(content->data);

	if (len > max)
		return wrong_content(v, file, 2, "a length that the file has");
	r = read_guarded(v, file, offset + CONTENT_HEADER, len - CONTENT_HEADER, content);
	if (r < 0)
		return r;
	if (content->len < len)
		return wrong_content(v, file, content->len, "more octets, as its header says");
	if (content_check(buf_span(content), &fault) < 0)
		return outcome_fault(v->outcome, file, &fault);
	return 0;
}

/* --- all of it -------------------------------------------------------------------------------- */

static int go_in(struct visit *v)
{
	struct pkcs15_object object;
	int r = read_iccid(v, &v->outcome->iccid);

	if (r == 0)
		r = read_dir(v);
	if (r == 0)
		r = select_application(v);
	if (r == 0)
		r = open_secure(v);
	if (r == 0)
		r = find_object(v, &object);
	if (r == 0)
		r = read_content(v, &object);
	return r;
}

/* A card that was swapped in between was read half and half. */
static int check_same_card(struct visit *v)
{
	struct card_octets again;
	int r;

	if (!v->outcome->iccid.len)
		return 0;
	r = open_channel(v);
	if (r == 0)
		r = read_iccid(v, &again);
	if (r == 0)
		close_channel(v);
	if (r == 0 && !span_is_equal(octets_span(&again), octets_span(&v->outcome->iccid)))
		r = outcome_end(v->outcome, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE,
			"the card was exchanged while it was read");
	return r;
}

static int visit_once(struct visit *v)
{
	int r = open_channel(v);

	if (r < 0)
		return r;
	r = go_in(v);
	if (r == 0 || r == -ECANCELED)
		close_channel(v);
	return r < 0 ? r : check_same_card(v);
}

static void reset_outcome(struct card_outcome *outcome)
{
	struct card_outcome fresh = {.atr = outcome->atr};

	memcpy(fresh.reader, outcome->reader, sizeof fresh.reader);
	outcome_done(outcome);
	*outcome = fresh;
}

/* 0: the outcome is complete. */
static int conclude(struct card_outcome *outcome, int r)
{
	switch (-r) {
	case 0:
		outcome->class = CARD_CLASS_READ;
		outcome->reason = REASON_NONE;
		return 0;
	case ECANCELED:
		break;
	case ENOMEDIUM:
		outcome_end(outcome, CARD_CLASS_ABSENT, REASON_CARD_ABSENT,
			"the card was taken out while it was read");
		break;
	case ENOLINK:
		outcome_end(outcome, CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE,
			"the card service ended while the card was read");
		break;
	case ECONNRESET:
		outcome_end(outcome, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE,
			"other programs reset the card again and again");
		break;
	case EBADE:
		outcome_end(outcome, CARD_CLASS_LOCKED, REASON_CARD_CHANNEL_FAILED,
			"secure channel: an answer is not what the card sent");
		break;
	case EPROTO:
		outcome_end(outcome, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE,
			"the card does not keep to the protocol");
		break;
	case EIO:
		outcome_end(outcome, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE,
			"the card did not answer to the end");
		break;
	default:
		return r;
	}
	/* what was read in part is not for use */
	if (outcome->content.data)
		explicit_bzero(outcome->content.data, outcome->content.cap);
	buf_done(&outcome->content);
	return 0;
}

int card_visit(
	const struct card_port *port, const struct card_wish *wish, struct card_outcome *outcome)
{
	int r = -ECONNRESET;

	for (unsigned n = 0; n < RESTARTS_MAX && r == -ECONNRESET; n++) {
		struct visit v = {
			.port = port, .wish = wish, .outcome = outcome, .channel = {.port = port}};

		reset_outcome(outcome);
		if (n > 0 && port->restart(port->data) < 0)
			return conclude(outcome, -EIO);
		r = visit_once(&v);
		scp03_free(v.scp);
	}
	return conclude(outcome, r);
}
