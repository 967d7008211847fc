#include "fake_winscard.h"

#include <stdio.h>
#include <string.h>
#include <winscard.h>

#include "runner.h"

struct fake_winscard fake;

const SCARD_IO_REQUEST g_rgSCardT0Pci, g_rgSCardT1Pci, g_rgSCardRawPci;

void fake_winscard_start(void)
{
	static const char names[] = "Empty 00\0Full 00\0";

	fake = (struct fake_winscard){.names = names,
		.names_len = sizeof names,
		.states = {SCARD_STATE_EMPTY, SCARD_STATE_PRESENT},
		.protocol = SCARD_PROTOCOL_T1,
		.waits = {SCARD_E_TIMEOUT, SCARD_E_TIMEOUT, SCARD_E_TIMEOUT, SCARD_E_TIMEOUT}};
}

LONG SCardEstablishContext(DWORD scope, LPCVOID a, LPCVOID b, LPSCARDCONTEXT ret)
{
	(void)scope;
	(void)a;
	(void)b;
	*ret = 1;
	if (fake.establish == SCARD_S_SUCCESS)
		fake.n_contexts++;
	return fake.establish;
}

LONG SCardReleaseContext(SCARDCONTEXT context)
{
	ck_assert_int_eq(context, 1);
	fake.n_contexts--;
	return SCARD_S_SUCCESS;
}

LONG SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR names, LPDWORD len)
{
	(void)context;
	(void)groups;
	if (fake.list != SCARD_S_SUCCESS)
		return fake.list;
	ck_assert_uint_ge(*len, fake.names_len);
	memcpy(names, fake.names, fake.names_len);
	*len = fake.names_len;
	return SCARD_S_SUCCESS;
}

LONG SCardGetStatusChange(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE *states, DWORD n)
{
	static const uint8_t atr[] = {0x3B, 0x00};

	(void)context;
	if (timeout)
		return fake.n_waits < 4 ? fake.waits[fake.n_waits++] : (LONG)SCARD_E_TIMEOUT;
	for (DWORD i = 0; i < n && i < 4; i++) {
		states[i].dwEventState = fake.states[i];
		if (fake.states[i] & SCARD_STATE_PRESENT) {
			states[i].cbAtr = sizeof atr;
			memcpy(states[i].rgbAtr, atr, sizeof atr);
		}
	}
	return fake.status_change;
}

LONG SCardConnect(SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols,
	LPSCARDHANDLE ret_card, LPDWORD ret_protocol)
{
	(void)context;
	ck_assert_uint_eq(share, SCARD_SHARE_SHARED);
	ck_assert_uint_eq(protocols, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1);
	if (fake.connect != SCARD_S_SUCCESS)
		return fake.connect;
	snprintf(fake.connected_to, sizeof fake.connected_to, "%s", reader);
	fake.n_connected++;
	*ret_card = 2;
	*ret_protocol = fake.protocol;
	return SCARD_S_SUCCESS;
}

LONG SCardReconnect(SCARDHANDLE card, DWORD share, DWORD protocols, DWORD how, LPDWORD ret_protocol)
{
	(void)card;
	(void)share;
	(void)protocols;
	ck_assert_uint_eq(how, SCARD_LEAVE_CARD);
	fake.n_reconnects++;
	*ret_protocol = fake.protocol;
	fake.begin = SCARD_S_SUCCESS;
	return fake.reconnect;
}

LONG SCardDisconnect(SCARDHANDLE card, DWORD how)
{
	ck_assert_int_eq(card, 2);
	ck_assert_uint_eq(how, SCARD_LEAVE_CARD);
	fake.n_connected--;
	return SCARD_S_SUCCESS;
}

LONG SCardBeginTransaction(SCARDHANDLE card)
{
	(void)card;
	fake.n_transactions++;
	return fake.begin;
}

LONG SCardEndTransaction(SCARDHANDLE card, DWORD how)
{
	(void)card;
	ck_assert_uint_eq(how, SCARD_LEAVE_CARD);
	return SCARD_S_SUCCESS;
}

LONG SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *protocol, LPCBYTE command, DWORD len,
	SCARD_IO_REQUEST *unused, LPBYTE answer, LPDWORD answer_len)
{
	struct buf out = {0};

	(void)card;
	(void)unused;
	ck_assert_ptr_eq(
		protocol, fake.protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1);
	if (fake.transmit != SCARD_S_SUCCESS)
		return fake.transmit;
	if (fake.card)
		ck_assert_int_eq(
			fake.card->transmit(fake.card->data, span_of(command, len), &out), 0);
	ck_assert_uint_le(out.len, *answer_len);
	if (out.len)
		memcpy(answer, out.data, out.len);
	*answer_len = out.len;
	buf_done(&out);
	return SCARD_S_SUCCESS;
}

const char *pcsc_stringify_error(const LONG error)
{
	(void)error;
	return "so it is";
}
