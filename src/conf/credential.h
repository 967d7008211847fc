#pragma once
/*
 * Keys by scheme: credential:, file:, hex:, base64: (lwm2md.conf(5)). Files are opened once and
 * judged by what was opened; the result is a secret of the caller. Layer: conf.
 */
#include "conf/fault.h"
#include "conf/options.h"

enum { CREDENTIAL_MAX = 64 * 1024 };

enum credential_form {
	CREDENTIAL_RAW,
	CREDENTIAL_HEX,
	CREDENTIAL_BASE64,
	CREDENTIAL_PEM,
	CREDENTIAL_DER,
	CREDENTIAL_TEXT,
	CREDENTIAL_TOKEN,
};

struct credential_env {
	const char *root;	  /* "" or a directory in front of every path */
	const char *directory;	  /* $CREDENTIALS_DIRECTORY, NULL: not started by the service */
	const char *conf_path;	  /* the file the value is written in */
	bool is_conf_exposed;	  /* others can read it */
	bool is_absence_forgiven; /* a credential of the service cannot be seen: -ENODATA */
};

/*
 * type: OPTION_PSK, OPTION_PRIVATE_KEY, OPTION_PUBLIC (no secret: no look at the permissions) or
 * OPTION_PIN. Of a private key in a token its pkcs11: URI is what is kept. -EINVAL: *fault says
 * why; -ENODATA: as above, *fault likewise; -ENOMEM.
 */
int credential_open(const struct credential_env *env, enum option_type type, const char *value,
	struct secret *ret, enum credential_form *ret_form, struct fault *fault);
const char *credential_form_name(enum credential_form form);
