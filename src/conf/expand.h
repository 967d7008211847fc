#pragma once
/*
 * The words %{serial} %{machine-id} %{mac:eth0} %{hostname} %{file:/path} in a name, and the
 * default Endpoint Client Name. Layer: conf. (lwm2md.conf(5))
 */
#include <stddef.h>

enum { MACHINE_ID_TEXT_LEN = 36, EXPAND_WHY_MAX = 200 };

struct expand_env {
	const char *root;   /* "" or a directory in front of every path */
	const char *serial; /* device.serial, NULL: found out from the system */
};

/*
 * 0 and *ret (the caller's); -EINVAL: a word that does not exist or gives no text; -ENODATA: what
 * a word stands for is not there, which for an image (--root) is no mistake; why says it. -ENOMEM.
 */
int expand_words(
	const struct expand_env *env, const char *text, char **ret, char why[EXPAND_WHY_MAX]);

/*
 * An id made from /etc/machine-id and a constant of this program with HMAC-SHA-256, as
 * sd_id128_get_machine_app_specific() does it; the raw id never leaves the machine. Form of a
 * UUID. -ENODATA: there is no machine id.
 */
int expand_machine_id(const char *root, char ret[MACHINE_ID_TEXT_LEN + 1]);
