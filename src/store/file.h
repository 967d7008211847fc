#pragma once
/*
 * One small file as a whole: replaced so that after a power cut the old or the new content is
 * there, and sealed with a hash so that anything else is found. Layer: store, private to it.
 */
#include "base/buf.h"

enum { FILE_CONTENT_MAX = 1 << 20 };

/* Temporary file, fsync, rename, fsync of the directory; mode 0600. */
int file_replace(int directory, const char *name, struct span body);
/*
 * Appends the body to ret. -ENOENT; -EBADMSG: the seal is broken or the format foreign, the file
 * was put aside.
 */
int file_read(int directory, const char *name, struct buf *ret);
/*
 * Renames a damaged file to NAME.corrupt, or NAME.corrupt-2 to NAME.corrupt-9 where older ones are
 * there: nothing is lost but, at the end, the last of nine.
 */
void file_put_aside(int directory, const char *name);
/* Durably. A missing file is fine. */
int file_remove(int directory, const char *name);
