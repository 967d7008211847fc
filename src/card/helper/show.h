#pragma once
/*
 * A card for people: the outcome in words, the accounts on it decoded, keys only as fingerprints.
 * Layer: card, helper program only.
 */
#include <stdio.h>

#include "card/helper/pcsc.h"

void show_readers(const struct pcsc_reader *list, size_t n, FILE *out);
/* 0, or -EBADMSG if an object's TLV is broken (and printed so). */
int show_outcome(const struct card_outcome *outcome, FILE *out);
