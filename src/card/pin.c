#include "card/pin.h"

#include <errno.h>

#include "base/cleanup.h"

enum { VERIFY = 0x20, PIN_OCTETS = 8, PIN_OF_APPLICATION = 0x01 };

int pin_hash(const struct card_octets *iccid, struct span pin, uint8_t ret[HASH_LEN])
{
	_cleanup_(hash_free_p) struct hash *h = NULL;
	int r = hash_new(&h);

	if (r < 0)
		return r;
	hash_add_field(h, octets_span(iccid));
	hash_add_field(h, pin);
	return hash_finish(h, ret);
}

static int send_verify(
	struct card_channel *c, uint8_t reference, struct span data, uint16_t *ret_status)
{
	_cleanup_(buf_done) struct buf answer = {0};
	struct apdu a = {.ins = VERIFY, .p2 = reference, .data = data, .le = APDU_NO_LE};

	return apdu_send(c, &a, &answer, ret_status);
}

static int blocked(struct card_outcome *outcome, uint8_t reference)
{
	return outcome_end(outcome, CARD_CLASS_LOCKED, REASON_CARD_PIN_BLOCKED,
		"PIN %02X of the card is blocked", reference);
}

/* All that can be known without using a try. */
static int check_before(const struct card_wish *wish, uint8_t reference, unsigned tries,
	struct card_outcome *outcome)
{
	uint8_t hash[HASH_LEN];

	if (tries == 0)
		return blocked(outcome, reference);
	if (wish->pin.len == 0)
		return outcome_end(outcome, CARD_CLASS_LOCKED, REASON_CARD_PIN_REQUIRED,
			"PIN %02X is needed, %u tries are left", reference, tries);
	if (wish->pin.len < PIN_DIGITS_MIN || wish->pin.len > PIN_DIGITS_MAX)
		return outcome_end(outcome, CARD_CLASS_LOCKED, REASON_CARD_PIN_WRONG,
			"the configured PIN has %zu digits instead of 4 to 8; not tried",
			wish->pin.len);

	int r = pin_hash(&outcome->iccid, wish->pin, hash);

	if (r < 0)
		return r;
	if (wish->has_refused_pin && memcmp(hash, wish->refused_pin, HASH_LEN) == 0)
		return outcome_end(outcome, CARD_CLASS_LOCKED, REASON_CARD_PIN_WRONG,
			"this card refused the configured PIN before; not tried again, %u left",
			tries);
	if (tries < PIN_TRIES_NEEDED)
		return outcome_end(outcome, CARD_CLASS_LOCKED, REASON_CARD_PIN_WRONG,
			"only %u tries of PIN %02X are left; not tried", tries, reference);
	return 0;
}

static int try_once(struct card_channel *c, const struct card_wish *wish, uint8_t reference,
	struct card_outcome *outcome)
{
	uint8_t padded[PIN_OCTETS];
	uint16_t status = 0;

	memset(padded, 0xFF, sizeof padded);
	memcpy(padded, wish->pin.data, wish->pin.len);

	int r = send_verify(c, reference, span_of(padded, sizeof padded), &status);

	explicit_bzero(padded, sizeof padded);
	if (r < 0)
		return r;
	outcome->status = status;
	if (status == STATUS_OK)
		return 1;
	if ((status & 0xFFF0) == 0x63C0 || status == 0x6983) {
		outcome->is_pin_wrong = true;
		if (status == 0x6983 || status == 0x63C0)
			return blocked(outcome, reference);
		return outcome_end(outcome, CARD_CLASS_LOCKED, REASON_CARD_PIN_WRONG,
			"the card refused the PIN, %u tries are left", status & 0x0F);
	}
	return outcome_end(outcome, CARD_CLASS_LOCKED, REASON_CARD_PIN_WRONG,
		"the card did not verify the PIN (%04X)", status);
}

int pin_verify(struct card_channel *c, const struct card_wish *wish, const struct fcp *application,
	struct card_outcome *outcome)
{
	static const struct fcp unknown = {.pins = {PIN_OF_APPLICATION}, .n_pins = 1};
	const struct fcp *f = application->n_pins ? application : &unknown;
	int done = 0;

	for (size_t i = 0; i < f->n_pins; i++) {
		uint16_t status = 0;
		int r = send_verify(c, f->pins[i], span_of(NULL, 0), &status);

		if (r < 0)
			return r;
		if (status == 0x6983)
			return blocked(outcome, f->pins[i]);
		if ((status & 0xFFF0) != 0x63C0)
			continue; /* verified, switched off, or not known there */
		r = check_before(wish, f->pins[i], status & 0x0F, outcome);
		if (r == 0)
			r = try_once(c, wish, f->pins[i], outcome);
		if (r < 0)
			return r;
		done = 1;
	}
	return done;
}
