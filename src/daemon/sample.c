#include "daemon/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "conf/literal.h"

/* --- reading ---------------------------------------------------------------------------------- */

static int read_all(int fd, struct buf *ret)
{
	uint8_t *room;
	ssize_t n;

	do {
		int r = buf_reserve(ret, 4096, &room);

		if (r < 0)
			return r == -ENOSPC ? -EFBIG : r;
		n = read(fd, room, 4096);
		if (n < 0 && errno != EINTR)
			return -errno;
		ret->len += n > 0 ? (size_t)n : 0;
	} while (n != 0);
	return ret->len > SAMPLE_MAX ? -EFBIG : 0;
}

int sample_read(const char *file, struct buf *ret, char why[SAMPLE_WHY_MAX])
{
	/* a FIFO without a writer must not hold up the loop */
	_cleanup_(close_p) int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (r == 0 && !S_ISREG(st.st_mode))
		r = -EINVAL;
	ret->max = SAMPLE_MAX + 8192;
	buf_truncate(ret, 0);
	if (r == 0)
		r = read_all(fd, ret);
	if (r < 0)
		snprintf(why, SAMPLE_WHY_MAX, "%.100s: %s", file,
			r == -EINVAL ? "this is no ordinary file" : strerror(-r));
	return r;
}

/* --- understanding ---------------------------------------------------------------------------- */

static struct span trim(struct span text)
{
	while (text.len > 0 && strchr(" \t\r\n", text.data[0]))
		text = span_of(text.data + 1, text.len - 1);
	while (text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1]))
		text.len--;
	return text;
}

static int pick(const char *expression, struct span *text)
{
	regmatch_t match[2] = {{.rm_so = 0, .rm_eo = (regoff_t)text->len}};
	const char *start = (const char *)text->data;
	regex_t regex;

	if (regcomp(&regex, expression, REG_EXTENDED | REG_NEWLINE) != 0)
		return -EINVAL;

	int r = regexec(&regex, start, 2, match, REG_STARTEND);

	regfree(&regex);
	if (r != 0 || match[1].rm_so < 0)
		return -ENODATA;
	*text = span_of(start + match[1].rm_so, (size_t)(match[1].rm_eo - match[1].rm_so));
	return 0;
}

/* 0.001 has no exact binary form, 1000 has: divided, 21537 becomes 21.537 and not 21.5370…4. */
static double scale(double number, double by)
{
	double divisor = 1 / by;

	if (fabs(by) < 1 && fabs(divisor - rint(divisor)) < 1e-9 * fabs(divisor))
		return number / rint(divisor);
	return number * by;
}

static int take_number(double number, enum value_type type, struct value *ret)
{
	struct value v = {.type = type};

	if (!isfinite(number))
		return -EINVAL;
	if (type == VALUE_FLOAT) {
		v.f = number;
	} else if (type == VALUE_UNSIGNED) {
		number = rint(number);
		if (number < 0 || number >= 0x1p64)
			return -EINVAL;
		v.u = (uint64_t)number;
	} else {
		number = rint(number);
		if (number < -0x1p63 || number >= 0x1p63)
			return -EINVAL;
		v.i = (int64_t)number;
	}
	*ret = v;
	return 0;
}

static int parse(
	const struct conf_resource *r, struct span text, struct buf *room, struct value *ret)
{
	double number;

	if (r->is_scaled) {
		int e = parse_double(text, &number);

		return e < 0 ? e : take_number(scale(number, r->scale) + r->offset, r->type, ret);
	}
	/* as the kernel writes them */
	if (r->type == VALUE_BOOLEAN && (span_is_text(text, "0") || span_is_text(text, "1"))) {
		*ret = VALUE_BOOL(text.data[0] == '1');
		return 0;
	}
	if (r->type == VALUE_OPAQUE) {
		*ret = VALUE_BYTES(text);
		return 0;
	}
	return literal_parse(text, r->type, room, ret);
}

int sample_parse(const struct conf_resource *r, struct buf *text, struct buf *room,
	struct value *ret, char why[SAMPLE_WHY_MAX])
{
	struct span part = buf_span(text);
	int e = buf_append_byte(text, '\0');

	if (e < 0)
		return e;
	/* the byte is only there for regexec(), and may have moved the rest */
	part.data = text->data;
	if (r->match) {
		e = pick(r->match, &part);
		if (e < 0) {
			snprintf(why, SAMPLE_WHY_MAX, "\"%.80s\" matches nothing", r->match);
			return -EINVAL;
		}
	}
	if (r->type != VALUE_OPAQUE)
		part = trim(part);
	e = parse(r, part, room, ret);
	if (e < 0)
		snprintf(why, SAMPLE_WHY_MAX, "\"%.*s\" is no %s",
			part.len < 40 ? (int)part.len : 40, (const char *)part.data,
			value_type_name(r->type));
	return e == -ENOMEM || e == 0 ? e : -EINVAL;
}
