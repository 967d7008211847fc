#pragma once
/*
 * The object list of Register and Update in link format. Layer: dm. (registration.md 1.1)
 */
#include "base/buf.h"
#include "model/model.h"

/* Appends `</>;rt="oma.lwm2m";ct=…,</1/0>,…`. Hidden objects are left out. */
int dm_links_register(const struct model *m, enum lwm2m_version version, struct buf *out);
