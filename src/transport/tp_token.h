#pragma once
/*
 * The key of a token is looked for in a thread of its own, since a token may take its time or
 * hang: the result comes through the loop. Layer: transport. (doc/decisions.md)
 */
#include "base/loop.h"
#include "base/secret.h"
#include "keys/token.h"

struct token_fetch;

/* error as of token_load(); key: to be freed by who is told, NULL with an error. */
typedef void (*token_done_fn)(
	void *data, int error, struct evp_pkey_st *key, bool is_pin_used, const char *why);

/* done is called once, from the loop, unless it is cancelled; then the fetch is gone. */
int token_fetch_start(const struct loop *loop, struct span uri, struct span pin, token_done_fn done,
	void *data, struct token_fetch **ret);
/* The thread goes on by itself if it must. NULL is fine. Returns NULL. */
struct token_fetch *token_fetch_cancel(struct token_fetch *f);
