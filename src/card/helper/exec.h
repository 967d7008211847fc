#pragma once
/*
 * Cards that are reached through a program: it reads one command to the card a line, in
 * hexadecimal, and answers each with a line of data and status; an empty line says that there was
 * no answer, "absent" that there is no card. For cards behind modems. Layer: card, helper program
 * only.
 */
#include "card/apdu.h"
#include "card/outcome.h"
#include "card/wish.h"

struct exec_card;

/* Starts wish->command. -ECANCELED: the outcome says why not. */
int exec_new(const struct card_wish *wish, struct card_outcome *outcome, void (*alive)(void),
	struct exec_card **ret);
/* The program's input ends; if it does not end within a second, it is killed. NULL is fine. Returns
 * NULL. */
struct exec_card *exec_free(struct exec_card *e);
void exec_free_p(struct exec_card **e);
const struct card_port *exec_port(const struct exec_card *e);
