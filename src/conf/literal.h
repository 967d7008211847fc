#pragma once
/*
 * Values as people write them, in configuration files, in files that are read, and on command
 * lines. Layer: conf. (lwm2md.conf(5))
 */
#include "base/buf.h"
#include "codec/value.h"

/*
 * Opaque values are "hex:…" or "base64:…", links "object:instance". *ret looks into text or into
 * room. -EINVAL: this is no value of the type.
 */
int literal_parse(struct span text, enum value_type type, struct buf *room, struct value *ret);
