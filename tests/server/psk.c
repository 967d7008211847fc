#include "psk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/encoding.h"

static void fclose_p(FILE **f)
{
	if (*f)
		fclose(*f);
}

static int take_line(struct psk_list *list, const char *line)
{
	size_t id_len = strcspn(line, " \t\n");
	const char *key = line + id_len + strspn(line + id_len, " \t");
	size_t key_len = strcspn(key, " \t\r\n");

	if (id_len == 0 || line[0] == '#')
		return 0;
	if (list->n == PSK_MAX)
		return -E2BIG;

	int r = buf_set(&list->entry[list->n].identity, span_of(line, id_len));

	if (r == 0)
		r = hex_decode(span_of(key, key_len), &list->entry[list->n].key);
	list->n++;
	return r;
}

int psk_load(const char *path, struct psk_list *ret)
{
	_cleanup_(fclose_p) FILE *f = fopen(path, "re");
	_cleanup_(free_p) char *line = NULL;
	size_t size = 0;
	int r = 0;

	if (!f)
		return -errno;
	*ret = (struct psk_list){0};
	while (r == 0 && getline(&line, &size, f) > 0)
		r = take_line(ret, line);
	if (line)
		explicit_bzero(line, size);
	if (r < 0)
		psk_done(ret);
	return r;
}

const struct buf *psk_find(const struct psk_list *list, struct span identity)
{
	for (size_t i = 0; i < list->n; i++)
		if (span_is_equal(buf_span(&list->entry[i].identity), identity))
			return &list->entry[i].key;
	return NULL;
}

void psk_done(struct psk_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		buf_done(&list->entry[i].identity);
		if (list->entry[i].key.data)
			explicit_bzero(list->entry[i].key.data, list->entry[i].key.len);
		buf_done(&list->entry[i].key);
	}
	*list = (struct psk_list){0};
}
