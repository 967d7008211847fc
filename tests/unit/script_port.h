#pragma once
/*
 * A card port that plays a script: each command must be the next one of the script, and gets the
 * answer beside it.
 */
#include "card/apdu.h"

struct script_step {
	const char *command, *answer; /* hexadecimal */
	int error;		      /* negative errno instead of the answer, if not 0 */
};

struct script_port {
	struct card_port port;
	const struct script_step *steps;
	size_t n_steps, at, n_restarts;
};

void script_port_start(
	struct script_port *s, bool is_t0, const struct script_step *steps, size_t n_steps);
/* All of the script was played. */
void script_port_assert_over(const struct script_port *s);
