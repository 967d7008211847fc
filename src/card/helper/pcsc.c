#include "card/helper/pcsc.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <winscard.h>

#include "base/cleanup.h"

enum { NAMES_MAX = 4096, ANSWER_MAX = 1024 };

/* Tells hotplug of readers; a name that no reader has. */
#define NEW_READERS "\\\\?PnP?\\Notification"

struct pcsc {
	SCARDCONTEXT context;
	SCARDHANDLE card;
	bool has_card;
	void (*alive)(void);
	struct card_port port;
	char names[NAMES_MAX]; /* each with its NUL */
	SCARD_READERSTATE states[PCSC_READERS_MAX + 1];
	size_t n_readers;
	bool is_known; /* states are those of the last look */
};

static void alive(const struct pcsc *p)
{
	if (p->alive)
		p->alive();
}

/* --- what the service's errors mean ----------------------------------------------------------- */

static int outcome_error(struct card_outcome *outcome, const char *doing, LONG error)
{
	const char *text = pcsc_stringify_error(error);

	switch ((uint32_t)error) {
	case (uint32_t)SCARD_E_NO_SERVICE:
	case (uint32_t)SCARD_E_SERVICE_STOPPED:
	case (uint32_t)SCARD_F_COMM_ERROR:
		return outcome_end(outcome, CARD_CLASS_NO_SERVICE, REASON_CARD_NO_SERVICE,
			"the PC/SC service does not answer: %s", text);
	case (uint32_t)SCARD_W_SECURITY_VIOLATION:
		return outcome_end(outcome, CARD_CLASS_NO_SERVICE, REASON_CARD_DENIED,
			"the PC/SC service refuses this user (polkit)");
	case (uint32_t)SCARD_E_NO_READERS_AVAILABLE:
	case (uint32_t)SCARD_E_UNKNOWN_READER:
	case (uint32_t)SCARD_E_READER_UNAVAILABLE:
		return outcome_end(outcome, CARD_CLASS_NO_SERVICE, REASON_CARD_NO_READER,
			"there is no card reader");
	case (uint32_t)SCARD_E_NO_SMARTCARD:
	case (uint32_t)SCARD_W_REMOVED_CARD:
		return outcome_end(outcome, CARD_CLASS_ABSENT, REASON_CARD_ABSENT,
			"no card in \"%.100s\"", outcome->reader);
	case (uint32_t)SCARD_W_UNRESPONSIVE_CARD:
	case (uint32_t)SCARD_W_UNPOWERED_CARD:
	case (uint32_t)SCARD_E_PROTO_MISMATCH:
		return outcome_end(outcome, CARD_CLASS_TRANSIENT, REASON_CARD_MUTE,
			"the card in \"%.80s\" does not answer: %s", outcome->reader, text);
	default:
		return outcome_end(outcome, CARD_CLASS_TRANSIENT, REASON_CARD_UNREADABLE, "%s: %s",
			doing, text);
	}
}

static int error_of_transmit(LONG error)
{
	switch ((uint32_t)error) {
	case (uint32_t)SCARD_W_REMOVED_CARD:
	case (uint32_t)SCARD_E_NO_SMARTCARD:
		return -ENOMEDIUM;
	case (uint32_t)SCARD_W_RESET_CARD:
		return -ECONNRESET;
	case (uint32_t)SCARD_E_NO_SERVICE:
	case (uint32_t)SCARD_E_SERVICE_STOPPED:
	case (uint32_t)SCARD_F_COMM_ERROR:
	case (uint32_t)SCARD_E_INVALID_HANDLE:
		return -ENOLINK;
	default:
		return -EIO;
	}
}

/* --- service ---------------------------------------------------------------------------------- */

int pcsc_new(struct card_outcome *outcome, void (*alive_fn)(void), struct pcsc **ret)
{
	_cleanup_(free_p) struct pcsc *p = calloc(1, sizeof *p);

	if (!p)
		return -ENOMEM;
	p->alive = alive_fn;

	LONG error = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &p->context);

	if (error != SCARD_S_SUCCESS)
		return outcome_error(outcome, "asking for the service", error);
	alive(p);
	*ret = TAKE_PTR(p);
	return 0;
}

struct pcsc *pcsc_free(struct pcsc *p)
{
	if (!p)
		return NULL;
	if (p->has_card) {
		/* the card stays as it is for others */
		SCardEndTransaction(p->card, SCARD_LEAVE_CARD);
		SCardDisconnect(p->card, SCARD_LEAVE_CARD);
	}
	SCardReleaseContext(p->context);
	free(p);
	return NULL;
}

void pcsc_free_p(struct pcsc **p)
{
	pcsc_free(*p);
}

/* The names as states to ask for. */
static LONG list_names(struct pcsc *p)
{
	DWORD len = sizeof p->names - 1;
	LONG error = SCardListReaders(p->context, NULL, p->names, &len);

	p->n_readers = 0;
	if (error != SCARD_S_SUCCESS)
		return error;
	p->names[sizeof p->names - 1] = 0;
	for (size_t at = 0; at < len && p->names[at] && p->n_readers < PCSC_READERS_MAX;
		at += strlen(p->names + at) + 1)
		p->states[p->n_readers++] = (SCARD_READERSTATE){.szReader = p->names + at};
	return p->n_readers ? SCARD_S_SUCCESS : (LONG)SCARD_E_NO_READERS_AVAILABLE;
}

static LONG look(struct pcsc *p)
{
	LONG error = list_names(p);

	if (error == SCARD_S_SUCCESS)
		error = SCardGetStatusChange(p->context, 0, p->states, (DWORD)p->n_readers);
	alive(p);
	return error;
}

int pcsc_list(struct pcsc *p, struct card_outcome *outcome, struct pcsc_reader *list, size_t max)
{
	LONG error = look(p);
	size_t n = p->n_readers < max ? p->n_readers : max;

	if (error != SCARD_S_SUCCESS)
		return outcome_error(outcome, "asking for readers", error);
	for (size_t i = 0; i < n; i++) {
		const SCARD_READERSTATE *s = &p->states[i];

		list[i] = (struct pcsc_reader){.name = s->szReader,
			.has_card = s->dwEventState & SCARD_STATE_PRESENT,
			.is_mute = s->dwEventState & SCARD_STATE_MUTE};
		octets_set(&list[i].atr,
			span_of(s->rgbAtr, s->cbAtr <= CARD_OCTETS_MAX ? s->cbAtr : 0));
	}
	return (int)n;
}

/* --- a card ----------------------------------------------------------------------------------- */

static int transmit(void *data, struct span command, struct buf *answer)
{
	struct pcsc *p = data;
	const SCARD_IO_REQUEST *protocol = p->port.is_t0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
	uint8_t *room;
	int r = buf_reserve(answer, ANSWER_MAX, &room);
	DWORD len = ANSWER_MAX;

	if (r < 0)
		return r;

	LONG error = SCardTransmit(
		p->card, protocol, command.data, (DWORD)command.len, NULL, room, &len);

	alive(p);
	if (error != SCARD_S_SUCCESS)
		return error_of_transmit(error);
	answer->len += len <= ANSWER_MAX ? len : 0;
	return 0;
}

static LONG begin(struct pcsc *p, LONG error, DWORD protocol)
{
	alive(p);
	if (error != SCARD_S_SUCCESS)
		return error;
	p->port.is_t0 = protocol == SCARD_PROTOCOL_T0;
	error = SCardBeginTransaction(p->card);
	alive(p);
	return error;
}

/* After a reset by somebody else: their doing stays, ours starts over. */
static int restart(void *data)
{
	struct pcsc *p = data;
	DWORD protocol = 0;
	LONG error = SCardReconnect(p->card, SCARD_SHARE_SHARED,
		SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, SCARD_LEAVE_CARD, &protocol);

	error = begin(p, error, protocol);
	return error == SCARD_S_SUCCESS ? 0 : error_of_transmit(error);
}

static const SCARD_READERSTATE *choose(struct pcsc *p, const char *pattern, bool *ret_has_reader)
{
	const SCARD_READERSTATE *chosen = NULL;

	for (size_t i = 0; i < p->n_readers && !chosen; i++) {
		const SCARD_READERSTATE *s = &p->states[i];

		if (*pattern && fnmatch(pattern, s->szReader, 0) != 0)
			continue;
		*ret_has_reader = true;
		if (s->dwEventState & SCARD_STATE_PRESENT)
			chosen = s;
	}
	return chosen;
}

/* Some reader's name for the outcome, of those that were asked. */
static void name_reader(struct pcsc *p, const char *pattern, struct card_outcome *outcome)
{
	for (size_t i = 0; i < p->n_readers; i++)
		if (!*pattern || fnmatch(pattern, p->states[i].szReader, 0) == 0) {
			snprintf(outcome->reader, sizeof outcome->reader, "%s",
				p->states[i].szReader);
			return;
		}
}

int pcsc_connect(struct pcsc *p, const char *pattern, struct card_outcome *outcome)
{
	bool has_reader = false;
	DWORD protocol = 0;
	LONG error = look(p);

	if (error != SCARD_S_SUCCESS)
		return outcome_error(outcome, "asking for readers", error);

	const SCARD_READERSTATE *s = choose(p, pattern, &has_reader);

	if (!has_reader)
		return outcome_end(outcome, CARD_CLASS_NO_SERVICE, REASON_CARD_NO_READER,
			"no reader's name is like \"%.100s\"", pattern);
	name_reader(p, pattern, outcome);
	if (!s)
		return outcome_error(outcome, "", (LONG)SCARD_E_NO_SMARTCARD);
	snprintf(outcome->reader, sizeof outcome->reader, "%s", s->szReader);
	if (s->dwEventState & SCARD_STATE_MUTE)
		return outcome_error(outcome, "", (LONG)SCARD_W_UNRESPONSIVE_CARD);
	octets_set(&outcome->atr, span_of(s->rgbAtr, s->cbAtr <= CARD_OCTETS_MAX ? s->cbAtr : 0));

	error = SCardConnect(p->context, s->szReader, SCARD_SHARE_SHARED,
		SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &p->card, &protocol);
	p->has_card = error == SCARD_S_SUCCESS;
	p->port = (struct card_port){.data = p, .transmit = transmit, .restart = restart};
	error = begin(p, error, protocol);
	/* somebody reset it just now */
	if (p->has_card && (uint32_t)error == (uint32_t)SCARD_W_RESET_CARD && restart(p) == 0)
		error = SCARD_S_SUCCESS;
	return error == SCARD_S_SUCCESS ? 0 : outcome_error(outcome, "opening the card", error);
}

const struct card_port *pcsc_port(const struct pcsc *p)
{
	return &p->port;
}

/* --- waiting ---------------------------------------------------------------------------------- */

int pcsc_wait(struct pcsc *p, unsigned timeout_ms)
{
	LONG error;

	if (!p->is_known) {
		error = look(p);
		if (error != SCARD_S_SUCCESS &&
			(uint32_t)error != (uint32_t)SCARD_E_NO_READERS_AVAILABLE)
			return -ENOLINK;
	}
	for (size_t i = 0; i < p->n_readers; i++)
		p->states[i].dwCurrentState =
			p->states[i].dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
	p->states[p->n_readers] = (SCARD_READERSTATE){.szReader = NEW_READERS};
	error = SCardGetStatusChange(p->context, timeout_ms, p->states, (DWORD)(p->n_readers + 1));
	p->is_known = false;
	if (error == SCARD_S_SUCCESS)
		return 0;
	p->is_known = (uint32_t)error == (uint32_t)SCARD_E_TIMEOUT;
	return p->is_known ? -ETIMEDOUT : -ENOLINK;
}
