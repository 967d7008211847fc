#pragma once
/*
 * What is wrong with a file of the card, for people: which file, where in it, what was expected.
 * Layer: card.
 */
#include <stddef.h>
#include <stdint.h>

enum card_file {
	CARD_FILE_NONE = 0,
	CARD_FILE_MF = 0x3F00,
	CARD_FILE_DIR = 0x2F00,
	CARD_FILE_ICCID = 0x2FE2,
	CARD_FILE_ODF = 0x5031,
	CARD_FILE_ADF = 0x7FFF, /* the application selected on this channel */
};

struct card_fault {
	uint16_t file; /* its identifier */
	size_t offset; /* from the start of the file */
	const char *expected;
};
