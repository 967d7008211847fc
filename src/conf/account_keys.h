#pragma once
/*
 * The credentials of one account: which keys its security uses, whether keys and certificates can
 * be used and belong together, and their DER as object 0 has it. Layer: conf. (lwm2md.conf(5))
 */
#include "conf/setting.h"

/* Where a key of the account is written, the account's group if it is not. */
struct place account_keys_place(const struct node *group, const char *key);
void account_keys_missing(
	struct check *c, const struct node *group, const struct conf_account *a, const char *key);
/* The word of "security". */
const char *account_keys_mode(enum security_mode mode);
/*
 * Fills identity, server_public_key and secret_key from what is written. What is wrong is in the
 * report. Negative errno: no memory.
 */
int account_keys_take(struct check *c, const struct node *group, struct conf_account *a);
