#pragma once
/*
 * A small card behind a port: channels, SELECT, READ BINARY and READ RECORD, a PIN. T=1, in clear.
 */
#include "card/apdu.h"

enum { MINI_FILES_MAX = 12 };

struct mini_file {
	const char *path; /* as SELECT by path from the MF gets it, hexadecimal */
	struct span content;
	bool is_guarded;      /* needs the PIN */
	uint32_t told_size;   /* in its FCP; 0: the true one */
	uint8_t kind;	      /* descriptor octet; 0: transparent */
	uint16_t select_says; /* a status instead of its FCP */
};

struct mini_card {
	struct card_port port;
	struct mini_file files[MINI_FILES_MAX];
	size_t n_files;
	const char *aid; /* hexadecimal */
	const char *pin; /* NULL: none; "313233" */
	unsigned tries;
	uint16_t channel_says; /* a status instead of a channel */
	/* state */
	const struct mini_file *selected;
	unsigned n_commands, n_open, n_restarts;
	bool is_verified;
	/* the n-th command (from 1) ends so; 0: none */
	unsigned fail_at;
	int fail_with;		 /* negative errno, or a status */
	unsigned swap_at;	 /* from this command on, the ICCID is another */
	struct span other_iccid; /* … this one */
};

/* A card with the content of tests/golden/card/two_objects. */
void mini_card_start(struct mini_card *c);
struct mini_file *mini_card_file(struct mini_card *c, const char *path);
