#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/reader.h"
#include "base/writer.h"
#include "keys/hash.h"

/* Head of each file: what it is, the version of its form, the hash of what follows. */
static const char magic[8] = "lwm2md\x00\x01";

enum { HEAD_LEN = sizeof magic + HASH_LEN, NAME_LEN_MAX = 64, ASIDE_MAX = 9 };

static int write_all(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.data, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes = span_of(bytes.data + n, bytes.len - (size_t)n);
	}
	return 0;
}

static int write_file(int fd, struct span body)
{
	uint8_t hash[HASH_LEN];
	int r = hash_sha256(body, hash);

	if (r == 0)
		r = write_all(fd, span_of(magic, sizeof magic));
	if (r == 0)
		r = write_all(fd, span_of(hash, sizeof hash));
	if (r == 0)
		r = write_all(fd, body);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r;
}

int file_replace(int directory, const char *name, struct span body)
{
	char temporary[NAME_LEN_MAX];

	snprintf(temporary, sizeof temporary, "%s.new", name);

	_cleanup_(close_p) int fd = openat(
		directory, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;

	int r = write_file(fd, body);

	if (r == 0 && renameat(directory, temporary, directory, name) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(directory, temporary, 0);
		return r;
	}
	return fsync(directory) < 0 ? -errno : 0;
}

void file_put_aside(int directory, const char *name)
{
	char aside[NAME_LEN_MAX];

	snprintf(aside, sizeof aside, "%s.corrupt", name);
	for (int n = 2; n <= ASIDE_MAX; n++) {
		if (renameat2(directory, name, directory, aside, RENAME_NOREPLACE) == 0)
			return;
		if (errno != EEXIST)
			break;
		snprintf(aside, sizeof aside, "%s.corrupt-%d", name, n);
	}
	/* nine are there, or the file system cannot say so (EINVAL) */
	(void)renameat(directory, name, directory, aside);
}

static int read_file(int fd, struct buf *ret)
{
	struct stat st;
	uint8_t *to;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_CONTENT_MAX)
		return -EBADMSG;

	/* in one piece: growing would leave copies of keys behind */
	size_t len = (size_t)st.st_size;
	int r = buf_reserve(ret, len, &to);

	if (r < 0)
		return r;
	for (size_t done = 0; done < len;) {
		ssize_t n = read(fd, to + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EBADMSG;
		done += (size_t)n;
		ret->len += (size_t)n;
	}
	return 0;
}

static int check_seal(struct buf *content)
{
	uint8_t hash[HASH_LEN];
	struct reader r = reader_of(buf_span(content));
	struct span head = rd_take(&r, sizeof magic), seal = rd_take(&r, HASH_LEN);
	struct span body = rd_take(&r, rd_left(&r));

	if (r.err || !span_is_equal(head, span_of(magic, sizeof magic)))
		return -EBADMSG;

	int e = hash_sha256(body, hash);

	if (e < 0)
		return e;
	if (!span_is_equal(seal, span_of(hash, sizeof hash)))
		return -EBADMSG;
	memmove(content->data, content->data + HEAD_LEN, body.len);
	explicit_bzero(content->data + body.len, HEAD_LEN);
	buf_truncate(content, body.len);
	return 0;
}

int file_read(int directory, const char *name, struct buf *ret)
{
	_cleanup_(close_p) int fd =
		openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 && errno != ELOOP)
		return -errno;
	ret->max = FILE_CONTENT_MAX;

	int r = fd < 0 ? -EBADMSG : read_file(fd, ret);

	if (r == 0)
		r = check_seal(ret);
	if (r == -EBADMSG)
		file_put_aside(directory, name);
	return r;
}

int file_remove(int directory, const char *name)
{
	if (unlinkat(directory, name, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	return fsync(directory) < 0 ? -errno : 0;
}
