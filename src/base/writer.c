#include "base/writer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

void wr_bytes(struct writer *w, struct span bytes)
{
	if (!w->err)
		w->err = buf_append(w->out, bytes);
}

void wr_u8(struct writer *w, uint8_t v)
{
	wr_bytes(w, span_of(&v, 1));
}

void wr_be(struct writer *w, uint64_t v, size_t len)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(v >> 8 * (len - 1 - i));
	wr_bytes(w, span_of(bytes, len));
}

void wr_text(struct writer *w, const char *text)
{
	wr_bytes(w, span_of_text(text));
}

void wr_printf(struct writer *w, const char *format, ...)
{
	va_list args;
	uint8_t *to;

	if (w->err)
		return;

	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);

	/* vsnprintf writes a NUL behind the text: room for it is reserved, not kept */
	w->err = len < 0 ? -EINVAL : buf_reserve(w->out, (size_t)len + 1, &to);
	if (w->err)
		return;

	va_start(args, format);
	vsnprintf((char *)to, (size_t)len + 1, format, args);
	va_end(args);
	w->out->len += (size_t)len;
}
