#include "objects/fact.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/parse.h"

enum { OS_RELEASE_MAX = 4096 };

static bool join(const char *root, const char *path, char ret[PATH_MAX])
{
	int n = snprintf(ret, PATH_MAX, "%s%s", root ? root : "", path);

	return n > 0 && n < PATH_MAX;
}

/* At most max octets of the file; 0: there is none. */
static size_t read_start(const char *root, const char *path, char *ret, size_t max)
{
	char name[PATH_MAX];

	if (!join(root, path, name))
		return 0;

	_cleanup_(close_p) int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd >= 0 ? read(fd, ret, max) : -1;

	return n > 0 ? (size_t)n : 0;
}

static struct span trim(struct span text)
{
	while (text.len > 0 && text.data[0] <= ' ')
		text = span_of(text.data + 1, text.len - 1);
	while (text.len > 0 && text.data[text.len - 1] <= ' ')
		text.len--;
	return text;
}

/* The first line; takes it off *rest. */
static struct span next_line(struct span *rest)
{
	const uint8_t *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	struct span line = *rest;

	if (end) {
		line.len = (size_t)(end - rest->data);
		*rest = span_of(end + 1, rest->len - line.len - 1);
	} else {
		*rest = (struct span){0};
	}
	return line;
}

static void keep(struct span text, char ret[FACT_MAX + 1])
{
	ret[0] = '\0';
	if (text.len > FACT_MAX || !text_is_utf8(text))
		return;
	if (text.len > 0)
		memcpy(ret, text.data, text.len);
	ret[text.len] = '\0';
}

/* What firmware says when nobody filled the field. */
static bool is_place_holder(struct span text)
{
	static const char *const words[] = {
		"To Be Filled By O.E.M.",
		"To be filled by O.E.M.",
		"Default string",
		"Not Specified",
		"Not Applicable",
		"System manufacturer",
		"System Product Name",
		"System Serial Number",
		"None",
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_is_text(text, words[i]))
			return true;
	return false;
}

void fact_read(const char *root, const char *path, char ret[FACT_MAX + 1])
{
	char start[FACT_MAX + 1];
	struct span rest = span_of(start, read_start(root, path, start, sizeof start));
	struct span line = trim(next_line(&rest));

	keep(is_place_holder(line) ? (struct span){0} : line, ret);
}

/* os-release(5): the value is a shell word, quoted or not. */
static void unquote(struct span value, char ret[FACT_MAX + 1])
{
	char plain[FACT_MAX];
	size_t n = 0;
	uint8_t quote = value.len > 0 && (value.data[0] == '"' || value.data[0] == '\'')
				? value.data[0]
				: 0;

	for (size_t i = quote != 0; i < value.len && value.data[i] != quote; i++) {
		if (quote != '\'' && value.data[i] == '\\' && i + 1 < value.len)
			i++;
		if (n == sizeof plain)
			break;
		plain[n++] = (char)value.data[i];
	}
	keep(span_of(plain, n), ret);
}

void fact_os_release(const char *root, const char *key, char ret[FACT_MAX + 1])
{
	char content[OS_RELEASE_MAX];
	size_t len = read_start(root, "/etc/os-release", content, sizeof content);
	size_t key_len = strlen(key);

	if (len == 0)
		len = read_start(root, "/usr/lib/os-release", content, sizeof content);

	ret[0] = '\0';
	for (struct span rest = span_of(content, len); rest.len > 0;) {
		struct span line = trim(next_line(&rest));

		if (line.len > key_len && line.data[key_len] == '=' &&
			memcmp(line.data, key, key_len) == 0)
			unquote(span_of(line.data + key_len + 1, line.len - key_len - 1), ret);
	}
}

void fact_timezone(const char *root, char ret[FACT_MAX + 1])
{
	static const char directory[] = "zoneinfo/";
	char name[PATH_MAX], target[PATH_MAX];

	ret[0] = '\0';
	if (!join(root, "/etc/localtime", name))
		return;

	ssize_t n = readlink(name, target, sizeof target - 1);

	if (n <= 0)
		return;
	target[n] = '\0';

	const char *zone = strstr(target, directory);

	if (zone)
		keep(span_of_text(zone + sizeof directory - 1), ret);
}

bool fact_number(const char *root, const char *path, int64_t *ret)
{
	char text[FACT_MAX + 1];

	fact_read(root, path, text);
	return parse_i64(span_of_text(text), ret) == 0;
}
