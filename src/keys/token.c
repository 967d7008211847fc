#include "keys/token.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

static const char scheme[] = "pkcs11:";

enum { URI_LEN_MAX = 1024 };

bool token_is_uri(struct span bytes)
{
	size_t len = sizeof scheme - 1;

	return bytes.len >= len && memcmp(bytes.data, scheme, len) == 0;
}

static int fail(char why[KEY_WHY_MAX], int error, const char *text)
{
	snprintf(why, KEY_WHY_MAX, "%s", text);
	return error;
}

static int check_uri(struct span uri, char why[KEY_WHY_MAX])
{
	static const char inline_pin[] = "pin-value=";

	if (!token_is_uri(uri) || uri.len > URI_LEN_MAX || memchr(uri.data, 0, uri.len))
		return fail(why, -EINVAL, "not a PKCS#11 URI of at most 1024 octets");
	if (memmem(uri.data, uri.len, inline_pin, sizeof inline_pin - 1))
		return fail(why, -EACCES, "the PIN of the token stands in the URI");
	return 0;
}

static int fail_provider(char why[KEY_WHY_MAX])
{
	ERR_clear_error();
	snprintf(why, KEY_WHY_MAX,
		"keys in a token need the package pkcs11-provider (Debian 13); OpenSSL here is %s",
		key_library_version());
	return -ENOTSUP;
}

int token_check(struct span uri, char why[KEY_WHY_MAX])
{
	int r = check_uri(uri, why);

	if (r < 0)
		return r;

	/* apart from the rest of the process; the token's own library is loaded at first use */
	OSSL_LIB_CTX *apart = OSSL_LIB_CTX_new();

	if (!apart)
		return -ENOMEM;

	OSSL_PROVIDER *provider = OSSL_PROVIDER_load(apart, "pkcs11");

	r = provider ? 0 : fail_provider(why);
	OSSL_PROVIDER_unload(provider);
	OSSL_LIB_CTX_free(apart);
	return r;
}

/* OpenSSL asks for the PIN as if somebody sat at a terminal. */
struct prompt {
	struct span pin;
	bool is_asked;
};

static int on_prompt(UI *ui, UI_STRING *string)
{
	struct prompt *p = UI_get0_user_data(ui);
	enum UI_string_types type = UI_get_string_type(string);

	if (type != UIT_PROMPT && type != UIT_VERIFY)
		return 1;
	/* a second question means that the first answer was wrong: it is not given twice */
	if (p->is_asked || p->pin.len == 0) {
		p->is_asked = true;
		return 0;
	}
	p->is_asked = true;
	return UI_set_result_ex(ui, string, (const char *)p->pin.data, (int)p->pin.len) == 0;
}

static EVP_PKEY *find_key(OSSL_STORE_CTX *store)
{
	EVP_PKEY *key = NULL;

	OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
	while (!key && !OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (info && OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
			key = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
		if (!info)
			break;
	}
	return key;
}

static EVP_PKEY *load_key(const char *uri, struct prompt *prompt)
{
	UI_METHOD *method = UI_create_method("lwm2md");
	EVP_PKEY *key = NULL;

	if (!method || UI_method_set_reader(method, on_prompt) != 0) {
		UI_destroy_method(method);
		return NULL;
	}

	OSSL_STORE_CTX *store = OSSL_STORE_open(uri, method, prompt, NULL, NULL);

	if (store)
		key = find_key(store);
	OSSL_STORE_close(store);
	UI_destroy_method(method);
	ERR_clear_error();
	return key;
}

int token_load(struct span uri, struct span pin, struct evp_pkey_st **ret, bool *ret_is_pin_used,
	char why[KEY_WHY_MAX])
{
	struct prompt prompt = {.pin = pin};
	_cleanup_(key_free_p) EVP_PKEY *key = NULL;
	_cleanup_(free_p) char *text = NULL;
	int r = check_uri(uri, why);

	*ret_is_pin_used = false;
	if (r < 0)
		return r;
	text = strndup((const char *)uri.data, uri.len);
	if (!text)
		return -ENOMEM;
	/* where our answer is none, the provider would ask at the terminal itself */
	UI_set_default_method(UI_null());
	/* a provider that is named takes the default one away, unless that is named, too */
	if (!OSSL_PROVIDER_try_load(NULL, "default", 1) ||
		!OSSL_PROVIDER_try_load(NULL, "pkcs11", 1))
		return fail_provider(why);

	key = load_key(text, &prompt);
	*ret_is_pin_used = prompt.is_asked && pin.len > 0;
	if (!key && prompt.is_asked)
		return fail(why, -EACCES,
			pin.len ? "the token has no such key, or the PIN is wrong"
				: "the token wants a PIN and none is configured");
	if (!key)
		return fail(why, -ENOENT, "no such token, or it has no such key");
	r = key_check_strength(key, why);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(key);
	return 0;
}

void token_prepare(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
