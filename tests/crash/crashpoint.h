#pragma once
/*
 * Ends the program at the n-th change of the file system, or lets that change and all later ones
 * fail. For programs linked with $(WRAP_FILES): what our objects call is counted, what shared
 * libraries do is not.
 */

enum crash_mode {
	CRASH_OFF,
	CRASH_KILL,   /* as kill -9: half of a write has gone out, the page cache survives */
	CRASH_POWER,  /* what was not fsync()ed of a file is gone as well */
	CRASH_ENOSPC, /* half of a write goes out, then nothing can be made or written any more */
	CRASH_EIO,    /* every change fails */
};

enum { CRASH_STATUS = 137 };

/* Starts counting at zero. n = 1 is the next change. */
void crash_at(unsigned n, enum crash_mode mode);
/* Counts, and lets all pass. */
void crash_off(void);
unsigned crash_count(void);
/* The changes since crash_at() or crash_off(): "openat write fsync …". */
const char *crash_log(void);
