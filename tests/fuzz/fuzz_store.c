/*
 * State files of any content: raw, or sealed so that their inside is reached. Reading gives the
 * accounts or leaves the model as it was; what was read, saved and read again is the same.
 *
 * The first octet: 0 a raw accounts.cbor, 1 a sealed one, 2 a sealed registrations.cbor.
 */
#include "fuzz.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../unit/client_model.h"
#include "keys/hash.h"
#include "store/store.h"

static char directory[64];
static int directory_fd = -1;

static void remove_all(void)
{
	static const char *const names[] = {"accounts.cbor", "accounts.cbor.corrupt",
		"registrations.cbor", "registrations.cbor.corrupt", "lock"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlinkat(directory_fd, names[i], 0);
	rmdir(directory);
}

static void make_directory(void)
{
	const char *base = getenv("TMPDIR");

	if (directory_fd >= 0)
		return;
	snprintf(directory, sizeof directory, "%s/lwm2md-fuzz-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(directory))
		abort();
	directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory_fd < 0 || atexit(remove_all) != 0)
		abort();
}

static void put(const char *name, struct span bytes, bool is_sealed)
{
	int fd = openat(directory_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	uint8_t hash[HASH_LEN];

	if (fd < 0 || hash_sha256(bytes, hash) < 0)
		abort();
	if (is_sealed && (write(fd, "lwm2md\x00\x01", 8) != 8 ||
				 write(fd, hash, sizeof hash) != (ssize_t)sizeof hash))
		abort();
	if (write(fd, bytes.data, bytes.len) != (ssize_t)bytes.len || close(fd) < 0)
		abort();
}

static int restore(struct store *s, struct model *m, struct store_accounts *meta)
{
	struct store_image *image = NULL;
	int r = store_read_accounts(s, &image, meta);

	if (r == 0)
		r = store_apply_accounts(image, m);
	store_image_free(image);
	return r;
}

static void check_accounts(struct store *s)
{
	struct model *m = client_model_new(), *again = client_model_new();
	struct buf before = client_model_dump(m);
	struct store_accounts meta, meta_again;
	int r = restore(s, m, &meta);
	struct buf after = client_model_dump(m);

	assert(r == 0 || r == -EBADMSG);
	assert(!model_in_transaction(m));
	if (r < 0) {
		assert(span_is_equal(buf_span(&before), buf_span(&after)));
		assert(restore(s, m, &meta) == -ENOENT);
	} else if (store_save_accounts(s, m, &meta) == 0) {
		assert(restore(s, again, &meta_again) == 0);
		assert(meta.origin == meta_again.origin &&
			meta.account_deadline == meta_again.account_deadline &&
			meta.is_account_purged == meta_again.is_account_purged);
	}
	buf_done(&before);
	buf_done(&after);
	model_free(m);
	model_free(again);
}

static void check_registrations(struct store *s)
{
	static struct store_registration list[STORE_REGISTRATIONS_MAX];
	size_t n = 0, n_again = 0;
	int r = store_take_registrations(s, list, STORE_REGISTRATIONS_MAX, &n);

	assert(r == 0 || r == -EBADMSG);
	assert(n <= STORE_REGISTRATIONS_MAX);
	for (size_t i = 0; r == 0 && i < n; i++)
		assert(memchr(list[i].location, 0, sizeof list[i].location));
	if (r == 0 && n > 0 && store_save_registrations(s, list, n) == 0)
		assert(store_take_registrations(s, list, STORE_REGISTRATIONS_MAX, &n_again) == 0 &&
			n == n_again);
	assert(store_take_registrations(s, list, STORE_REGISTRATIONS_MAX, &n) == -ENOENT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct store *s;
	int pid;

	if (size == 0)
		return 0;
	make_directory();
	if (store_open(directory, &s, &pid) < 0)
		abort();
	put(data[0] == 2 ? "registrations.cbor" : "accounts.cbor", span_of(data + 1, size - 1),
		data[0] != 0);
	if (data[0] == 2)
		check_registrations(s);
	else
		check_accounts(s);
	unlinkat(directory_fd, "accounts.cbor", 0);
	unlinkat(directory_fd, "accounts.cbor.corrupt", 0);
	unlinkat(directory_fd, "registrations.cbor.corrupt", 0);
	store_free(s);
	return 0;
}
