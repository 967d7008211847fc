#include "script_port.h"

#include "runner.h"

static int transmit(void *data, struct span command, struct buf *answer)
{
	struct script_port *s = data;

	ck_assert_msg(s->at < s->n_steps, "more commands than the script has");

	const struct script_step *step = &s->steps[s->at++];

	ck_assert_msg(span_is_equal(command, test_hex(step->command)), "command %zu is not %s",
		s->at, step->command);
	return step->error ? step->error : buf_append(answer, test_hex(step->answer));
}

static int restart(void *data)
{
	struct script_port *s = data;

	s->n_restarts++;
	return 0;
}

void script_port_start(
	struct script_port *s, bool is_t0, const struct script_step *steps, size_t n_steps)
{
	*s = (struct script_port){
		.port = {.data = s, .is_t0 = is_t0, .transmit = transmit, .restart = restart},
		.steps = steps,
		.n_steps = n_steps};
}

void script_port_assert_over(const struct script_port *s)
{
	ck_assert_uint_eq(s->at, s->n_steps);
}
