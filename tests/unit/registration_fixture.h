#pragma once
/*
 * One registration and its virtual time, brought into the states that tests begin with.
 */
#include "server/registration.h"

extern struct reg *reg;
extern uint64_t now;
extern const struct reg_params params;

void setup_with(const struct reg_params *p);
void setup(void);
void teardown(void);

unsigned step(enum reg_event event);
unsigned fail_with(enum reg_event event, enum reason reason);
void expect_state(enum reg_state state);
/* The deadline is that many seconds away; time goes there. */
void wait_for(uint64_t sec);

void be_registered(void);
void be_updating(void);
