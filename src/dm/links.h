#pragma once
/*
 * The object list of Register and Update in link format. Layer: dm. (TS core 6.2.1)
 */
#include "base/buf.h"
#include "base/writer.h"
#include "model/model.h"

/* The list of so many instances as all objects together will hardly have. */
enum { DM_LINKS_MAX = 4 * 1024 * 1024 };

/* Appends `</>;rt="oma.lwm2m";ct=…,</1/0>,…`. Hidden objects are left out. */
int dm_links_register(const struct model *m, enum lwm2m_version version, struct buf *out);

/* Appends `;ver=1.2` if a server of this version has to be told the object's. */
void dm_links_write_version(
	struct writer *w, const struct object_def *def, enum lwm2m_version version);
bool dm_links_has_version(const struct object_def *def, enum lwm2m_version version);
