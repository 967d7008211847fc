#include "card/helper/show.h"

#include <errno.h>
#include <inttypes.h>

#include "base/encoding.h"
#include "codec/ids.h"
#include "codec/tlv.h"
#include "keys/hash.h"

/* How a resource of objects 0 and 1 is shown. */
struct known {
	uint16_t object, resource;
	enum value_type type;
	bool is_secret;
	const char *name;
};

/* clang-format off */
static const struct known resources[] = {
	{OBJECT_SECURITY, SECURITY_URI, VALUE_STRING, false, "LwM2M Server URI"},
	{OBJECT_SECURITY, SECURITY_BOOTSTRAP_SERVER, VALUE_BOOLEAN, false, "Bootstrap-Server"},
	{OBJECT_SECURITY, SECURITY_MODE, VALUE_INTEGER, false, "Security Mode"},
	{OBJECT_SECURITY, SECURITY_PUBLIC_KEY_OR_IDENTITY, VALUE_OPAQUE, false, "Public Key or Identity"},
	{OBJECT_SECURITY, SECURITY_SERVER_PUBLIC_KEY, VALUE_OPAQUE, false, "Server Public Key"},
	{OBJECT_SECURITY, SECURITY_SECRET_KEY, VALUE_OPAQUE, true, "Secret Key"},
	{OBJECT_SECURITY, SECURITY_SHORT_SERVER_ID, VALUE_INTEGER, false, "Short Server ID"},
	{OBJECT_SECURITY, SECURITY_CLIENT_HOLD_OFF_TIME, VALUE_INTEGER, false, "Client Hold Off Time"},
	{OBJECT_SECURITY, SECURITY_BOOTSTRAP_ACCOUNT_TIMEOUT, VALUE_INTEGER, false, "Bootstrap-Server Account Timeout"},
	{OBJECT_SERVER, SERVER_SHORT_SERVER_ID, VALUE_INTEGER, false, "Short Server ID"},
	{OBJECT_SERVER, SERVER_LIFETIME, VALUE_INTEGER, false, "Lifetime"},
	{OBJECT_SERVER, SERVER_DEFAULT_MIN_PERIOD, VALUE_INTEGER, false, "Default Minimum Period"},
	{OBJECT_SERVER, SERVER_DEFAULT_MAX_PERIOD, VALUE_INTEGER, false, "Default Maximum Period"},
	{OBJECT_SERVER, SERVER_NOTIFICATION_STORING, VALUE_BOOLEAN, false, "Notification Storing"},
	{OBJECT_SERVER, SERVER_BINDING, VALUE_STRING, false, "Binding"},
};
/* clang-format on */

static const struct known *find(struct path p)
{
	for (size_t i = 0; i < sizeof resources / sizeof *resources; i++)
		if (resources[i].object == p.id[0] && resources[i].resource == p.id[2])
			return &resources[i];
	return NULL;
}

static void print_hex(const char *name, struct span bytes, FILE *out)
{
	fprintf(out, "%-8s ", name);
	for (size_t i = 0; i < bytes.len; i++)
		fprintf(out, "%02X", bytes.data[i]);
	fputc('\n', out);
}

/* Text of the card: what could steer a terminal is not printed as it is. */
static void print_text(struct span text, FILE *out)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		if (c >= 0x20 && c < 0x7F)
			fputc(c, out);
		else
			fprintf(out, "\\x%02x", c);
	}
}

static bool is_printable(struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.data[i] < 0x20 || bytes.data[i] >= 0x7F)
			return false;
	return true;
}

static void print_fingerprint(struct span bytes, FILE *out)
{
	char text[FINGERPRINT_TEXT_MAX];

	if (fingerprint_format(bytes, text) == 0)
		fprintf(out, "%s, %zu octets", text, bytes.len);
}

static void print_value(const struct value *v, const struct known *k, FILE *out)
{
	if (k->is_secret) {
		print_fingerprint(v->bytes, out);
	} else if (v->type == VALUE_INTEGER) {
		fprintf(out, "%" PRId64, v->i);
	} else if (v->type == VALUE_BOOLEAN) {
		fputs(v->b ? "true" : "false", out);
	} else if (v->type == VALUE_STRING || is_printable(v->bytes)) {
		fputc('"', out);
		print_text(v->bytes, out);
		fputc('"', out);
	} else {
		print_fingerprint(v->bytes, out);
	}
}

static enum value_type type_of(void *data, struct path resource, bool *ret_multiple)
{
	const struct known *k = find(resource);

	(void)data;
	*ret_multiple = false;
	return k ? k->type : VALUE_NONE;
}

static int on_record(void *data, const struct record *record)
{
	const struct known *k = record->path.depth == 3 ? find(record->path) : NULL;
	char path[PATH_TEXT_MAX];
	FILE *out = data;

	if (!k)
		return 0;
	path_format(record->path, path);
	fprintf(out, "  %-10s %-32s ", path, k->name);
	print_value(&record->value, k, out);
	fputc('\n', out);
	return 0;
}

static int show_content(struct span content, FILE *out)
{
	struct payload_sink sink = {.data = out, .type_of = type_of, .on_record = on_record};
	struct content_object o;
	size_t cursor = 0;
	int bad = 0;

	while (content_next(content, &cursor, &o)) {
		fprintf(out, "object %u, %zu octets", o.id, o.tlv.len);
		if (o.has_version)
			fprintf(out, ", version %u.%u", o.major, o.minor);
		fputc('\n', out);
		if (o.id != OBJECT_SECURITY && o.id != OBJECT_SERVER)
			continue;
		if (tlv_decode(PATH1(o.id), o.tlv, &sink) < 0) {
			fputs("  (its TLV is broken)\n", out);
			bad = -EBADMSG;
		}
	}
	return bad;
}

void show_readers(const struct pcsc_reader *list, size_t n, FILE *out)
{
	for (size_t i = 0; i < n; i++) {
		fputc('"', out);
		print_text(span_of_text(list[i].name), out);
		fputs("\"  ", out);
		if (!list[i].has_card)
			fputs("empty\n", out);
		else if (list[i].is_mute)
			fputs("a card that does not answer\n", out);
		else
			print_hex("card, ATR", octets_span(&list[i].atr), out);
	}
}

int show_outcome(const struct card_outcome *outcome, FILE *out)
{
	char iccid[2 * CARD_OCTETS_MAX + 1], file[32];

	if (outcome->reader[0]) {
		fputs("reader   ", out);
		print_text(span_of_text(outcome->reader), out);
		fputc('\n', out);
	}
	if (outcome->atr.len)
		print_hex("ATR", octets_span(&outcome->atr), out);
	iccid_format(&outcome->iccid, iccid);
	if (*iccid)
		fprintf(out, "ICCID    %s\n", iccid);
	if (outcome->aid.len)
		print_hex("AID", octets_span(&outcome->aid), out);
	if (outcome->path.len)
		print_hex("path", octets_span(&outcome->path), out);
	if (outcome->class != CARD_CLASS_READ) {
		fprintf(out, "%s: %s [%s]\n", card_class_name(outcome->class), outcome->detail,
			reason_id(outcome->reason));
		return 0;
	}
	card_file_format(outcome->file, file);
	fprintf(out, "%s, %zu octets, ", file, outcome->content.len);
	print_fingerprint(buf_span(&outcome->content), out);
	fprintf(out, "\nread %s\n", outcome->is_secure ? "through a secure channel" : "in clear");
	return show_content(buf_span(&outcome->content), out);
}
