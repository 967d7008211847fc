#pragma once
/*
 * What the parts of the store share. Layer: store, private to it.
 */
#include "base/reader.h"
#include "base/writer.h"
#include "codec/value.h"

struct store {
	int directory; /* descriptor */
	int lock;
};

/* A value with its type, two items. VALUE_NONE has none. */
void store_write_value(struct writer *w, const struct value *v);
/* *ret looks into what is read. -EBADMSG */
int store_read_value(struct reader *r, struct value *ret);
