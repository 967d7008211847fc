#pragma once
/*
 * The model of a configured client, for tests and fuzz targets: objects 0 to 3 and 21, the
 * bootstrap account /0/0, the server 101 in /0/1 and /1/0, /3/0. Needs no test library.
 */
#include "base/buf.h"
#include "model/model.h"

#define CLIENT_MODEL_KEY "sixteen octets.."

struct model *client_model_new(void);
/* Sets a value, making the instance (origin FACTORY). */
void client_model_set(struct model *m, struct path p, struct value v);
/* All of it as lines of text, to compare; freed by the caller with buf_done(). */
struct buf client_model_dump(const struct model *m);
