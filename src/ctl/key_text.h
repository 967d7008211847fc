#pragma once
/*
 * A pre-shared key as a person or a script gives it: hexadecimal, or "base64:" and Base64. Weak
 * and malformed ones are refused. Pure. Layer: ctl. (lwm2mctl(1))
 */
#include "base/secret.h"

enum { KEY_TEXT_MIN = 16, KEY_TEXT_MAX = 64, KEY_TEXT_INPUT_MAX = 1024 };

/* -EINVAL: *ret_why says what is wrong and what to do, never with the key; -ENOMEM. */
int key_text_parse(struct span text, struct secret *ret, const char **ret_why);
