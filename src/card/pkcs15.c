#include "card/pkcs15.h"

#include <errno.h>

#include "card/ber.h"

enum {
	TAG_APPLICATION = 0x61,	 /* in EF(DIR) */
	TAG_AID = 0x4F,		 /* … in it */
	TAG_APP_PATH = 0x51,	 /* … in it */
	TAG_DATA_OBJECTS = 0xA7, /* in EF(ODF) */
	TAG_OID_OBJECT = 0xA1,	 /* in EF(DODF) */
	TAG_TYPE_ATTRIBUTES = 0xA1,
	TAG_PATH_LENGTH = 0x80,
};

static const uint8_t aid[] = {
	0xA0, 0x00, 0x00, 0x00, 0x63, 0x50, 0x4B, 0x43, 0x53, 0x2D, 0x31, 0x35};

/* 2.23.43.9.1, and as an example of the TS and cards in the field have it: wrapped twice. */
static const uint8_t oid[] = {0x67, 0x2B, 0x09, 0x01};
static const uint8_t oid_twice[] = {0x06, 0x04, 0x67, 0x2B, 0x09, 0x01};

struct span pkcs15_aid(void)
{
	return span_of(aid, sizeof aid);
}

static int fault_at(
	struct span file, const uint8_t *at, const char *expected, struct card_fault *ret_fault)
{
	*ret_fault = (struct card_fault){.offset = (size_t)(at - file.data), .expected = expected};
	return -EBADMSG;
}

static int fault_in(struct span file, const struct reader *r, struct card_fault *ret_fault)
{
	return fault_at(file, r->in.data + r->pos,
		"an element of definite length within its surroundings", ret_fault);
}

/* --- paths ------------------------------------------------------------------------------------ */

static bool begins_with(const struct card_path *p, uint16_t file)
{
	return p->len >= 2 && p->octets[0] == file >> 8 && p->octets[1] == (file & 0xFF);
}

bool card_path_is_equal(const struct card_path *a, const struct card_path *b)
{
	return span_is_equal(span_of(a->octets, a->len), span_of(b->octets, b->len));
}

uint16_t card_path_file(const struct card_path *p)
{
	if (p->len < 2)
		return CARD_FILE_NONE;
	return (uint16_t)(p->octets[p->len - 2] << 8 | p->octets[p->len - 1]);
}

static void append(struct card_path *p, struct span octets)
{
	memcpy(p->octets + p->len, octets.data, octets.len);
	p->len += octets.len;
}

int card_path_from_mf(const struct card_path *p, struct card_path *ret)
{
	static const uint8_t application[] = {CARD_FILE_ADF >> 8, CARD_FILE_ADF & 0xFF};
	struct span rest = span_of(p->octets, p->len);
	bool is_absolute = begins_with(p, CARD_FILE_MF);
	struct card_path out = {0};

	if (is_absolute)
		rest = span_of(p->octets + 2, p->len - 2);
	else if (!begins_with(p, CARD_FILE_ADF))
		append(&out, span_of(application, sizeof application));
	if (rest.len == 0 || out.len + rest.len > CARD_PATH_MAX)
		return -EINVAL;
	append(&out, rest);
	*ret = out;
	return 0;
}

bool card_path_is_in_application(const struct card_path *p, const struct card_path *app)
{
	struct card_path full;

	if (card_path_from_mf(p, &full) < 0)
		return false;
	if (begins_with(&full, CARD_FILE_ADF))
		return full.len == 4;

	struct card_path parent = full, own;

	parent.len -= 2;
	return app->len > 0 && card_path_from_mf(app, &own) == 0 &&
	       card_path_is_equal(&parent, &own);
}

static int take_path(struct span octets, struct card_path *ret)
{
	if (octets.len < 2 || octets.len > CARD_PATH_MAX || octets.len % 2)
		return -EBADMSG;
	ret->len = 0;
	append(ret, octets);
	return 0;
}

/* Of an INTEGER or [0] INTEGER: not negative, at most three octets of value. */
static int take_number(struct span value, uint32_t *ret)
{
	struct reader r = reader_of(value);

	if (value.len == 0 || value.len > 4 || value.data[0] & 0x80)
		return -EBADMSG;
	*ret = (uint32_t)rd_be(&r, value.len);
	return 0;
}

/* SEQUENCE { OCTET STRING path, INTEGER index OPTIONAL, [0] INTEGER length OPTIONAL } */
static int parse_path(struct span file, struct span sequence, struct pkcs15_object *ret,
	struct card_fault *ret_fault)
{
	struct reader r = reader_of(sequence);
	struct pkcs15_object found = *ret;
	bool has_path = false, has_index = false, has_length = false;
	struct ber e;
	int got;

	while ((got = ber_next(&r, &e)) > 0) {
		int bad = 0;

		if (e.tag == BER_OCTET_STRING && !has_path) {
			bad = take_path(e.value, &found.path);
			has_path = true;
		} else if (e.tag == BER_INTEGER) {
			bad = take_number(e.value, &found.index);
			has_index = true;
		} else if (e.tag == TAG_PATH_LENGTH) {
			bad = take_number(e.value, &found.length);
			has_length = true;
		}
		if (bad < 0)
			return fault_at(file, e.value.data,
				"a path of 2 to 16 octets, an even number of them", ret_fault);
	}
	if (got < 0)
		return fault_in(file, &r, ret_fault);
	if (!has_path || has_index != has_length)
		return fault_at(file, sequence.data, "a path", ret_fault);
	found.has_range = has_index;
	*ret = found;
	return 0;
}

/* --- EF(DIR) ---------------------------------------------------------------------------------- */

static bool is_ours(struct span found)
{
	return found.len >= sizeof aid && found.len <= AID_MAX &&
	       memcmp(found.data, aid, sizeof aid) == 0;
}

int pkcs15_next_application(
	struct reader *r, struct pkcs15_application *ret, struct card_fault *ret_fault)
{
	struct ber template, e;
	int got;

	while ((got = ber_next(r, &template)) > 0) {
		struct pkcs15_application found = {0};

		if (template.tag != TAG_APPLICATION)
			continue;
		got = ber_find(template.value, TAG_AID, &e);
		if (got < 0)
			return fault_at(
				r->in, template.value.data, "an application template", ret_fault);
		if (got == 0 || !is_ours(e.value))
			continue;
		found.aid_len = e.value.len;
		memcpy(found.aid, e.value.data, e.value.len);
		/* a path that cannot be used is as good as none: the AID selects */
		if (ber_find(template.value, TAG_APP_PATH, &e) > 0)
			take_path(e.value, &found.path);
		*ret = found;
		return 1;
	}
	return got < 0 ? fault_in(r->in, r, ret_fault) : 0;
}

/* --- EF(ODF) ---------------------------------------------------------------------------------- */

int pkcs15_next_directory(struct reader *r, struct card_path *ret, struct card_fault *ret_fault)
{
	struct ber choice, e;
	int got;

	while ((got = ber_next(r, &choice)) > 0) {
		struct pkcs15_object found = {0};

		if (choice.tag != TAG_DATA_OBJECTS)
			continue;
		got = ber_find(choice.value, BER_SEQUENCE, &e);
		if (got < 0)
			return fault_at(r->in, choice.value.data, "a path", ret_fault);
		if (got == 0)
			continue; /* objects instead of a path to them */
		if (parse_path(r->in, e.value, &found, ret_fault) < 0)
			return -EBADMSG;
		*ret = found.path;
		return 1;
	}
	return got < 0 ? fault_in(r->in, r, ret_fault) : 0;
}

/* --- EF(DODF) --------------------------------------------------------------------------------- */

static bool is_lwm2m(struct span found)
{
	return span_is_equal(found, span_of(oid, sizeof oid)) ||
	       span_is_equal(found, span_of(oid_twice, sizeof oid_twice));
}

/* Flags of the common attributes: bit 0 private (PKCS#15 6.1.8). */
static bool is_private(struct span common)
{
	struct ber flags;

	return ber_find(common, BER_BIT_STRING, &flags) > 0 && flags.value.len >= 2 &&
	       flags.value.data[1] & 0x80;
}

/* The parts of one data object: attributes in order, then what it is. */
struct parts {
	struct span common, class;
	struct span type;
	unsigned n_attributes;
	bool has_type;
};

static int take_apart(struct span entry, struct parts *ret)
{
	struct reader r = reader_of(entry);
	struct ber e;
	int got;

	while ((got = ber_next(&r, &e)) > 0) {
		if (e.tag == BER_SEQUENCE && ret->n_attributes++ == 0)
			ret->common = e.value;
		else if (e.tag == BER_SEQUENCE)
			ret->class = e.value;
		if (e.tag == TAG_TYPE_ATTRIBUTES && !ret->has_type) {
			ret->type = e.value;
			ret->has_type = true;
		}
	}
	return got;
}

/*
 * oidDO: typeAttributes hold SEQUENCE { OID, Path }. Opaque object: its class attributes carry the
 * OID as applicationOID, typeAttributes the path itself (wording of G.1).
 */
static int match(struct span file, const struct ber *entry, struct pkcs15_object *ret,
	struct card_fault *ret_fault)
{
	struct parts parts = {0};
	struct ber sequence, e;

	if (take_apart(entry->value, &parts) < 0)
		return fault_at(file, entry->value.data, "a data object", ret_fault);
	if (!parts.has_type)
		return 0;

	int got = ber_find(parts.type, BER_SEQUENCE, &sequence);

	if (got > 0 && entry->tag == TAG_OID_OBJECT) {
		struct span object = sequence.value;

		got = ber_find(object, BER_OID, &e);
		if (got > 0 && is_lwm2m(e.value))
			got = ber_find(object, BER_SEQUENCE, &sequence);
		else if (got > 0)
			return 0;
	} else if (got > 0) {
		if (ber_find(parts.class, BER_OID, &e) <= 0 || !is_lwm2m(e.value))
			return 0;
	}
	if (got < 0)
		return fault_at(
			file, parts.type.data, "an object identifier and a path", ret_fault);
	if (got == 0)
		return 0;

	struct pkcs15_object found = {.is_private = is_private(parts.common)};

	if (parse_path(file, sequence.value, &found, ret_fault) < 0)
		return -EBADMSG;
	*ret = found;
	return 1;
}

int pkcs15_find_object(struct span dodf, struct pkcs15_object *ret, struct card_fault *ret_fault)
{
	struct reader r = reader_of(dodf);
	struct ber entry;
	int got;

	for (unsigned n = 0; n < PKCS15_ENTRIES_MAX; n++) {
		got = ber_next(&r, &entry);
		if (got < 0)
			return fault_in(dodf, &r, ret_fault);
		if (got == 0)
			return 0;
		if (entry.tag != TAG_OID_OBJECT && entry.tag != BER_SEQUENCE)
			continue;
		got = match(dodf, &entry, ret, ret_fault);
		if (got != 0)
			return got;
	}
	return 0;
}
