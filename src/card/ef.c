#include "card/ef.h"

#include <errno.h>

#include "base/cleanup.h"
#include "card/fault.h"

enum {
	SELECT = 0xA4,
	READ_BINARY = 0xB0,
	READ_RECORD = 0xB2,
	BY_FILE = 0x00, /* P1 of SELECT */
	BY_AID = 0x04,
	BY_PATH_FROM_MF = 0x08,
	WANT_FCP = 0x04, /* P2 of SELECT */
	ABSOLUTE_RECORD = 0x04,
	LONG_CHUNK = 255,
	SHORT_CHUNK = 128,
	OFFSET_MAX = 0x7FFF,
};

static int select_by(
	struct card_files *f, uint8_t how, struct span what, struct fcp *ret, uint16_t *ret_status)
{
	_cleanup_(buf_done) struct buf answer = {0};
	struct apdu a = {.ins = SELECT, .p1 = how, .p2 = WANT_FCP, .data = what, .le = 0};
	int r = apdu_send(f->channel, &a, &answer, ret_status);

	if (r < 0 || *ret_status != STATUS_OK)
		return r;
	/* a card that tells nothing about a file still lets it be read */
	if (fcp_parse(buf_span(&answer), ret) < 0)
		*ret = (struct fcp){0};
	return 0;
}

int ef_select_application(
	struct card_files *f, struct span aid, struct fcp *ret, uint16_t *ret_status)
{
	return select_by(f, BY_AID, aid, ret, ret_status);
}

static bool is_refused(uint16_t status)
{
	return status == 0x6A86 || status == 0x6A81 || status == 0x6B00 || status == 0x6A80;
}

static int select_path(struct card_files *f, struct span from_mf, struct span file, bool is_near,
	struct fcp *ret, uint16_t *ret_status)
{
	if (!f->has_no_path_select) {
		int r = select_by(f, BY_PATH_FROM_MF, from_mf, ret, ret_status);

		if (r < 0 || !is_refused(*ret_status))
			return r;
		f->has_no_path_select = true;
	}
	return is_near ? select_by(f, BY_FILE, file, ret, ret_status) : -EXDEV;
}

int ef_select_mf(struct card_files *f, uint16_t file, struct fcp *ret, uint16_t *ret_status)
{
	const uint8_t id[] = {(uint8_t)(file >> 8), (uint8_t)(file & 0xFF)};
	struct span path = span_of(id, sizeof id);

	return select_path(f, path, path, true, ret, ret_status);
}

int ef_select(
	struct card_files *f, const struct card_path *p, struct fcp *ret, uint16_t *ret_status)
{
	struct card_path from_mf;
	int r = card_path_from_mf(p, &from_mf);

	if (r < 0)
		return -EXDEV;
	return select_path(f, span_of(from_mf.octets, from_mf.len),
		span_of(p->octets + p->len - 2, 2), card_path_is_in_application(p, &f->application),
		ret, ret_status);
}

static size_t chunk_of(const struct card_files *f)
{
	if (f->chunk)
		return f->chunk;
	return f->channel->scp ? scp03_data_max(f->channel->scp) : LONG_CHUNK;
}

int ef_read(struct card_files *f, size_t offset, size_t len, struct buf *out, uint16_t *ret_status)
{
	size_t end = offset + len;

	*ret_status = STATUS_OK;
	while (offset < end) {
		size_t before = out->len;
		size_t wanted = end - offset < chunk_of(f) ? end - offset : chunk_of(f);
		struct apdu a = {.ins = READ_BINARY,
			.p1 = (uint8_t)(offset >> 8),
			.p2 = (uint8_t)(offset & 0xFF),
			.le = (int)wanted};

		if (offset > OFFSET_MAX)
			return 0;

		int r = apdu_send(f->channel, &a, out, ret_status);
		size_t got = out->len - before;

		if (r < 0)
			return r;
		if (*ret_status == 0x6700 && chunk_of(f) > SHORT_CHUNK) {
			f->chunk = SHORT_CHUNK;
			continue;
		}
		if (*ret_status == 0x6B00)
			*ret_status = STATUS_OK; /* beyond the end */
		else if (*ret_status != STATUS_OK && *ret_status != STATUS_END_OF_FILE)
			return 0;
		/* behind the protection of T=0 as much comes as fits */
		if (got > end - offset) {
			buf_truncate(out, before + (end - offset));
			got = end - offset;
		}
		offset += got;
		if (got == 0 || *ret_status == STATUS_END_OF_FILE) {
			*ret_status = STATUS_OK;
			return 0;
		}
	}
	return 0;
}

int ef_read_record(
	struct card_files *f, uint8_t number, uint8_t length, struct buf *out, uint16_t *ret_status)
{
	struct apdu a = {.ins = READ_RECORD, .p1 = number, .p2 = ABSOLUTE_RECORD, .le = length};

	return apdu_send(f->channel, &a, out, ret_status);
}
