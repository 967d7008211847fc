#include "crashpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 64, LOG_MAX = 1024 };

static enum crash_mode mode;
static unsigned count, point;
static char log_text[LOG_MAX];
/* By descriptor: 1 + the length that is safe on the disk; 0: not written to. */
static off_t synced[FILES_MAX];

int __real_openat(int directory, const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *bytes, size_t len);
/* off_t has 64 bits, whatever long has */
ssize_t __real_pwrite64(int fd, const void *bytes, size_t len, off_t at);
int __real_ftruncate64(int fd, off_t len);
int __real_fsync(int fd);
int __real_close(int fd);
int __real_renameat(int from, const char *old, int to, const char *fresh);
int __real_renameat2(int from, const char *old, int to, const char *fresh, unsigned flags);
int __real_unlinkat(int directory, const char *path, int flags);
int __real_mkdir(const char *path, mode_t bits);
/* where AC_SYS_LARGEFILE says so the same calls have these names */
int __wrap_openat64(int directory, const char *path, int flags, ...);
ssize_t __wrap_pwrite64(int fd, const void *bytes, size_t len, off_t at);
int __wrap_ftruncate64(int fd, off_t len);
int __wrap_openat(int directory, const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t at);
int __wrap_ftruncate(int fd, off_t len);
int __wrap_fsync(int fd);
int __wrap_close(int fd);
int __wrap_renameat(int from, const char *old, int to, const char *fresh);
int __wrap_renameat2(int from, const char *old, int to, const char *fresh, unsigned flags);
int __wrap_unlinkat(int directory, const char *path, int flags);
int __wrap_mkdir(const char *path, mode_t bits);

void crash_at(unsigned n, enum crash_mode m)
{
	count = 0;
	point = n;
	mode = m;
	log_text[0] = '\0';
}

void crash_off(void)
{
	crash_at(0, CRASH_OFF);
}

unsigned crash_count(void)
{
	return count;
}

const char *crash_log(void)
{
	return log_text;
}

static void end(void)
{
	for (int fd = 0; mode == CRASH_POWER && fd < FILES_MAX; fd++)
		if (synced[fd] && __real_ftruncate64(fd, synced[fd] - 1) < 0)
			_exit(1);
	_exit(CRASH_STATUS);
}

static off_t length(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
}

/* Whether this change is the chosen one or behind it. needs_room: ENOSPC can hit it. */
static bool is_due(const char *name, bool needs_room)
{
	size_t used = strlen(log_text);

	snprintf(log_text + used, sizeof log_text - used, "%s%s", used ? " " : "", name);
	count++;
	if (mode == CRASH_OFF || count < point || (mode == CRASH_ENOSPC && !needs_room))
		return false;
	errno = mode == CRASH_ENOSPC ? ENOSPC : EIO;
	return true;
}

static bool ends_the_program(void)
{
	return mode == CRASH_KILL || mode == CRASH_POWER;
}

/* For changes that happen as a whole or not at all. */
static bool fails(const char *name, bool needs_room)
{
	if (!is_due(name, needs_room))
		return false;
	if (ends_the_program())
		end();
	return true;
}

static int do_openat(int directory, const char *path, int flags, mode_t bits)
{
	if (flags & O_CREAT && fails("openat", true))
		return -1;

	int fd = __real_openat(directory, path, flags, bits);

	if (fd >= 0 && fd < FILES_MAX)
		synced[fd] = (flags & O_ACCMODE) == O_RDONLY ? 0 : 1 + length(fd);
	return fd;
}

static mode_t bits_of(int flags, va_list args)
{
	return flags & O_CREAT ? va_arg(args, mode_t) : 0;
}

int __wrap_openat(int directory, const char *path, int flags, ...)
{
	va_list args;

	va_start(args, flags);

	mode_t bits = bits_of(flags, args);

	va_end(args);
	return do_openat(directory, path, flags, bits);
}

int __wrap_openat64(int directory, const char *path, int flags, ...)
{
	va_list args;

	va_start(args, flags);

	mode_t bits = bits_of(flags, args);

	va_end(args);
	return do_openat(directory, path, flags, bits);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
	if (!is_due("write", true))
		return __real_write(fd, bytes, len);
	if (mode == CRASH_EIO || (count > point && !ends_the_program()))
		return -1;

	ssize_t n = __real_write(fd, bytes, len / 2);

	if (ends_the_program())
		end();
	return n;
}

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return fails("pwrite", true) ? -1 : __real_pwrite64(fd, bytes, len, at);
}

int __wrap_ftruncate(int fd, off_t len)
{
	return fails("ftruncate", false) ? -1 : __real_ftruncate64(fd, len);
}

ssize_t __wrap_pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
	return __wrap_pwrite(fd, bytes, len, at);
}

int __wrap_ftruncate64(int fd, off_t len)
{
	return __wrap_ftruncate(fd, len);
}

int __wrap_fsync(int fd)
{
	if (fails("fsync", true))
		return -1;

	int r = __real_fsync(fd);

	if (r == 0 && fd < FILES_MAX && synced[fd])
		synced[fd] = 1 + length(fd);
	return r;
}

int __wrap_close(int fd)
{
	/* a closed file keeps what was not synced until the end: no test needs more */
	if (fd >= 0 && fd < FILES_MAX)
		synced[fd] = 0;
	return __real_close(fd);
}

int __wrap_renameat(int from, const char *old, int to, const char *fresh)
{
	return fails("renameat", true) ? -1 : __real_renameat(from, old, to, fresh);
}

int __wrap_renameat2(int from, const char *old, int to, const char *fresh, unsigned flags)
{
	return fails("renameat2", true) ? -1 : __real_renameat2(from, old, to, fresh, flags);
}

int __wrap_unlinkat(int directory, const char *path, int flags)
{
	return fails("unlinkat", false) ? -1 : __real_unlinkat(directory, path, flags);
}

int __wrap_mkdir(const char *path, mode_t bits)
{
	return fails("mkdir", true) ? -1 : __real_mkdir(path, bits);
}
