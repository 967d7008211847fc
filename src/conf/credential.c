#include "conf/credential.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/encoding.h"
#include "base/parse.h"
#include "conf/names.h"
#include "keys/token.h"

const char *credential_form_name(enum credential_form form)
{
	static const char *const names[] = {
		"raw octets", "hex", "base64", "PEM", "DER", "text", "URI of a key in a token"};

	return names[form];
}

/* The one command that makes it right, for who runs the daemon. */
static void hint_permissions(struct fault *fault, const char *path)
{
	if (geteuid() == 0)
		fault_hint(fault, "chown root:lwm2md %s; chmod 0640 %s", path, path);
	else
		fault_hint(fault, "chmod 0600 %s", path);
}

/* 0: ours, -EPERM: somebody else's, -ENOMEM. */
static int check_group(const char *root, gid_t gid)
{
	gid_t lwm2md;

	if (gid == getegid())
		return 0;

	int r = names_find_group(root, "lwm2md", &lwm2md);

	if (r == -ENOMEM)
		return r;
	return r == 0 && gid == lwm2md ? 0 : -EPERM;
}

static int check_owner(const char *root, uid_t uid)
{
	uid_t lwm2md;

	if (uid == 0 || uid == geteuid())
		return 0;

	int r = names_find_user(root, "lwm2md", &lwm2md);

	if (r == -ENOMEM)
		return r;
	return r == 0 && uid == lwm2md ? 0 : -EPERM;
}

static int check_permissions(
	const char *root, const char *path, const struct stat *st, struct fault *fault)
{
	unsigned mode = st->st_mode & 07777;
	int group = st->st_mode & S_IRWXG ? check_group(root, st->st_gid) : 0;
	int owner = check_owner(root, st->st_uid);

	if (group == -ENOMEM || owner == -ENOMEM)
		return -ENOMEM;
	if (st->st_mode & S_IRWXO)
		fault_set(fault, "secret-exposed", "%s can be %s by others (mode %04o)", path,
			st->st_mode & S_IROTH ? "read" : "used", mode);
	else if (group < 0)
		fault_set(fault, "secret-exposed", "%s can be used by group %u (mode %04o)", path,
			(unsigned)st->st_gid, mode);
	else if (owner < 0)
		fault_set(fault, "secret-exposed", "%s belongs to user %u, not to root or lwm2md",
			path, (unsigned)st->st_uid);
	else
		return 0;
	hint_permissions(fault, path);
	return -EINVAL;
}

static int fail_open(const char *path, int error, struct fault *fault)
{
	if (error == ELOOP) {
		fault_set(fault, "secret-missing", "%s is a symbolic link", path);
		fault_hint(
			fault, "name the file itself: who may change the link may change the key");
		return -EINVAL;
	}
	return fault_set(fault, "secret-missing", "cannot read %s: %s", path, strerror(error));
}

static int read_all(int fd, const char *path, size_t size, struct buf *out, struct fault *fault)
{
	uint8_t *to;
	/* once and for good: a buffer that grows leaves copies behind */
	int r = buf_reserve(out, size + 1, &to);

	if (r < 0)
		return r;
	while (out->len <= size) {
		ssize_t n = read(fd, to + out->len, size + 1 - out->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_open(path, errno, fault);
		if (n == 0)
			return 0;
		out->len += (size_t)n;
	}
	return fault_set(fault, "secret-missing", "%s changed while it was read", path);
}

static int read_file(const struct credential_env *env, const char *path, bool is_secret,
	struct buf *out, struct fault *fault)
{
	_cleanup_(close_p) int fd = open(
		path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (is_secret ? O_NOFOLLOW : 0));
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_open(path, errno, fault);
	if (!S_ISREG(st.st_mode))
		return fault_set(fault, "secret-missing", "%s is no regular file", path);
	if (st.st_size > CREDENTIAL_MAX)
		return fault_set(fault, "secret-missing", "%s is larger than 64 KiB", path);

	int r = is_secret ? check_permissions(env->root, path, &st, fault) : 0;

	return r < 0 ? r : read_all(fd, path, (size_t)st.st_size, out, fault);
}

static int open_file(const struct credential_env *env, const char *path, bool is_secret,
	struct buf *out, struct fault *fault)
{
	_cleanup_(free_p) char *full = NULL;

	if (path[0] != '/')
		return fault_set(fault, "secret-missing", "file: needs a path that starts with /");
	if (asprintf(&full, "%s%s", env->root, path) < 0)
		return -ENOMEM;
	return read_file(env, full, is_secret, out, fault);
}

/* systemd made the directory for this service alone: nothing is left to check. */
static int open_credential(
	const struct credential_env *env, const char *name, struct buf *out, struct fault *fault)
{
	_cleanup_(free_p) char *path = NULL;

	if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return fault_set(
			fault, "secret-missing", "credential: needs the name of a credential");
	if (!env->directory) {
		fault_set(fault, "secret-missing",
			"credential:%s cannot be read: there is no $CREDENTIALS_DIRECTORY", name);
		fault_hint(fault,
			"systemd gives it to the service: LoadCredential= in lwm2md.service");
		return env->is_absence_forgiven ? -ENODATA : -EINVAL;
	}
	if (asprintf(&path, "%s/%s", env->directory, name) < 0)
		return -ENOMEM;

	int r = read_file(env, path, false, out, fault);

	if (r == -EINVAL)
		fault_hint(fault,
			"LoadCredential=%s:/path or LoadCredentialEncrypted= in lwm2md.service",
			name);
	return r;
}

static int decode_inline(const struct credential_env *env, enum credential_form form,
	const char *text, bool is_secret, struct buf *out, struct fault *fault)
{
	struct span digits = span_of_text(text);
	uint8_t *to;

	if (is_secret && env->is_conf_exposed) {
		fault_set(fault, "secret-exposed", "the key is in %s, which others can use",
			env->conf_path);
		hint_permissions(fault, env->conf_path);
		return -EINVAL;
	}

	int r = buf_reserve(out, digits.len + 1, &to);

	if (r == 0)
		r = form == CREDENTIAL_HEX ? hex_decode(digits, out) : base64_decode(digits, out);
	if (r == -EBADMSG)
		return fault_set(
			fault, "secret-invalid", "this is no %s", credential_form_name(form));
	if (r == -ENOSPC)
		return fault_set(fault, "secret-invalid", "the value is longer than 64 KiB");
	return r;
}

/* One newline at the end of a text, as editors and echo leave it. */
static struct span without_newline(struct span s)
{
	if (s.len && s.data[s.len - 1] == '\n')
		s.len--;
	if (s.len && s.data[s.len - 1] == '\r')
		s.len--;
	return s;
}

static bool is_hex(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("0123456789abcdefABCDEF", s.data[i]) || !s.data[i])
			return false;
	return s.len > 0 && s.len % 2 == 0;
}

/* What a file holds; *in becomes what is kept of it. */
static enum credential_form form_of(enum option_type type, struct span *in)
{
	static const char pem[] = "-----BEGIN ";

	if (in->len >= sizeof pem - 1 && memcmp(in->data, pem, sizeof pem - 1) == 0)
		return CREDENTIAL_PEM;
	if (type == OPTION_PIN) {
		*in = without_newline(*in);
		return CREDENTIAL_TEXT;
	}
	if (is_hex(without_newline(*in))) {
		*in = without_newline(*in);
		return CREDENTIAL_HEX;
	}
	if (type != OPTION_PSK && in->len > 2 && in->data[0] == 0x30)
		return CREDENTIAL_DER;
	return CREDENTIAL_RAW;
}

static int take(enum option_type type, struct span in, struct secret *ret,
	enum credential_form *ret_form, struct fault *fault)
{
	struct buf bytes = {0};
	enum credential_form form = form_of(type, &in);
	uint8_t *to;
	int r = 0;

	if (form == CREDENTIAL_PEM && (type == OPTION_PSK || type == OPTION_PIN))
		return fault_set(fault, "secret-invalid", "the file holds PEM, not %s",
			type == OPTION_PSK ? "a pre-shared key" : "a PIN");
	if (form == CREDENTIAL_RAW && (type == OPTION_PRIVATE_KEY || type == OPTION_PUBLIC))
		return fault_set(fault, "secret-invalid", "the file holds neither PEM nor DER");
	if (form != CREDENTIAL_HEX)
		r = secret_set(ret, in);
	else if ((r = buf_reserve(&bytes, in.len, &to)) == 0 && (r = hex_decode(in, &bytes)) == 0)
		r = secret_set(ret, buf_span(&bytes));
	if (bytes.data)
		explicit_bzero(bytes.data, bytes.cap);
	buf_done(&bytes);
	if (r == 0)
		*ret_form = form;
	return r;
}

/* The key stays where it is. */
static int take_token(
	const char *value, struct secret *ret, enum credential_form *ret_form, struct fault *fault)
{
	struct span uri = span_of_text(value);
	char why[KEY_WHY_MAX];
	int r = token_check(uri, why);

	if (r == 0)
		r = secret_set(ret, uri);
	if (r == 0)
		*ret_form = CREDENTIAL_TOKEN;
	if (r == 0 || r == -ENOMEM)
		return r;
	fault_set(fault,
		r == -ENOTSUP  ? "unsupported"
		: r == -EACCES ? "secret-in-clear"
			       : "secret-invalid",
		"%s", why);
	if (r == -EACCES)
		fault_hint(fault, "write security.pkcs11_pin = \"file:/path\"");
	return -EINVAL;
}

static int fail_scheme(enum option_type type, const char *value, struct fault *fault)
{
	if (token_is_uri(span_of_text(value)))
		return fault_set(fault, "unsupported", "only a private key can be in a token");
	if (type == OPTION_PUBLIC) {
		fault_set(fault, "secret-missing", "the value has no scheme");
		fault_hint(fault, "write \"file:/path\"");
		return -EINVAL;
	}
	fault_set(fault, "secret-in-clear", "a secret is written as plain text");
	fault_hint(fault,
		"write \"hex:...\", \"base64:...\", \"file:/path\" or \"credential:NAME\": "
		"servers disagree whether a key box holds text or hex");
	return -EINVAL;
}

int credential_open(const struct credential_env *env, enum option_type type, const char *value,
	struct secret *ret, enum credential_form *ret_form, struct fault *fault)
{
	struct buf bytes = {.max = CREDENTIAL_MAX + 2};
	bool is_secret = type != OPTION_PUBLIC;
	enum credential_form form = CREDENTIAL_RAW;
	int r;

	if (type == OPTION_PRIVATE_KEY && token_is_uri(span_of_text(value)))
		return take_token(value, ret, ret_form, fault);
	if (strncmp(value, "credential:", 11) == 0)
		r = open_credential(env, value + 11, &bytes, fault);
	else if (strncmp(value, "file:", 5) == 0)
		r = open_file(env, value + 5, is_secret, &bytes, fault);
	else if (strncmp(value, "hex:", 4) == 0)
		r = decode_inline(env, form = CREDENTIAL_HEX, value + 4, is_secret, &bytes, fault);
	else if (strncmp(value, "base64:", 7) == 0)
		r = decode_inline(
			env, form = CREDENTIAL_BASE64, value + 7, is_secret, &bytes, fault);
	else
		r = fail_scheme(type, value, fault);

	if (r == 0 && form == CREDENTIAL_RAW)
		r = take(type, buf_span(&bytes), ret, ret_form, fault);
	else if (r == 0 && (r = secret_set(ret, buf_span(&bytes))) == 0)
		*ret_form = form;
	if (bytes.data)
		explicit_bzero(bytes.data, bytes.cap);
	buf_done(&bytes);
	return r;
}
