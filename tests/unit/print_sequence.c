/*
 * Prints the sequence table as "state TAB event TAB next state TAB effects" lines; the table of
 * lwm2md-bootstrap(7) must be the same (tests/check-docs.sh).
 */
#include <stdio.h>

#include "bootstrap/sequence.h"

int main(void)
{
	struct seq_row row;

	for (size_t i = 0; seq_row(i, &row); i++) {
		char effects[256];

		seq_effects_format(row.effects, effects, sizeof effects);
		printf("%s\t%s\t%s\t%s\n", seq_state_name(row.from), seq_event_name(row.event),
			seq_state_name(row.to), *effects ? effects : "-");
	}
	return 0;
}
