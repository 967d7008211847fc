#pragma once
/*
 * The bootstrap account and the server accounts: filled from their groups and checked as a whole.
 * Layer: conf.
 */
#include "conf/setting.h"

/* The general retry group has been taken. Negative errno: no memory. */
int accounts_take(struct check *c);
void account_done(struct conf_account *a);
