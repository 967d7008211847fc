#pragma once
/*
 * What is wanted of a visit to a card. Spans are borrowed; secrets among them. Layer: card.
 */
#include <stdbool.h>

#include "base/span.h"
#include "keys/hash.h"

enum card_secure { CARD_SECURE_OFF, CARD_SECURE_OPTIONAL, CARD_SECURE_REQUIRED };

enum { CARD_COMMAND_MAX = 16 };

struct card_wish {
	/* a program that carries commands to the card, and its arguments; none: the PC/SC service
	 */
	struct span command[CARD_COMMAND_MAX];
	size_t n_command;
	struct span reader; /* shell pattern on the reader's name; empty: any */
	struct span pin;    /* digits; empty: none */
	bool may_use_basic_channel;
	enum card_secure secure;
	uint8_t key_version; /* 0: the card's first */
	struct span key_enc, key_mac;
	bool has_refused_pin; /* … for this card and PIN: never tried again */
	uint8_t refused_pin[HASH_LEN];
};
