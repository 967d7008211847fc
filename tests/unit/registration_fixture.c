#include "registration_fixture.h"

#include "runner.h"

struct reg *reg;
uint64_t now;

const struct reg_params params = {
	.lifetime = 300,
	.retry_count = 5,
	.retry_timer = 60,
	.sequence_delay = 86400,
	.sequence_count = 1,
	.disable_timeout = 86400,
	.max_transmit_wait = 93,
};

void setup_with(const struct reg_params *p)
{
	now = 1000 * USEC_PER_SEC;
	reg = reg_free(reg);
	ck_assert_int_eq(reg_new(101, p, &reg), 0);
}

void setup(void)
{
	setup_with(&params);
}

void teardown(void)
{
	reg_free_p(&reg);
}

unsigned step(enum reg_event event)
{
	return reg_step(reg, event, REASON_NONE, now);
}

unsigned fail_with(enum reg_event event, enum reason reason)
{
	return reg_step(reg, event, reason, now);
}

void expect_state(enum reg_state state)
{
	ck_assert_str_eq(reg_state_name(reg_state(reg)), reg_state_name(state));
}

/* The deadline is that many seconds away; time goes there. */
void wait_for(uint64_t sec)
{
	ck_assert_uint_eq(reg_deadline(reg), now + sec * USEC_PER_SEC);
	now = reg_deadline(reg);
}

void be_registered(void)
{
	ck_assert_uint_eq(step(REG_EV_START), REG_DO_REGISTER);
	ck_assert_uint_eq(step(REG_EV_ACCEPTED), REG_TELL_UP);
	now += 10 * USEC_PER_SEC;
}

void be_updating(void)
{
	be_registered();
	now = reg_deadline(reg);
	ck_assert_uint_eq(step(REG_EV_DUE), REG_DO_UPDATE);
}
