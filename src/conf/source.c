#include "conf/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "conf/scan.h"

struct joining {
	struct source *source;
	struct file_set *files;
	struct conf_report *report;
	const char *root;
};

static int join(struct joining *j, const struct conf_file *file, unsigned depth);

int file_set_add(struct file_set *files, const char *path, struct conf_file **ret)
{
	struct conf_file **more = reallocarray(files->file, files->n + 1, sizeof *more);

	if (!more)
		return -ENOMEM;
	files->file = more;

	struct conf_file *f = calloc(1, sizeof *f);

	if (!f)
		return -ENOMEM;
	f->path = strdup(path);
	f->order = (unsigned)files->n;
	if (!f->path) {
		conf_file_free(f);
		return -ENOMEM;
	}
	files->file[files->n++] = f;
	*ret = f;
	return 0;
}

void file_set_done(struct file_set *files)
{
	for (size_t i = 0; i < files->n; i++)
		conf_file_free(files->file[i]);
	free(files->file);
	*files = (struct file_set){0};
}

static int file_read_fd(struct conf_file *f, int fd, size_t size)
{
	f->text = malloc(size + 2);
	if (!f->text)
		return -ENOMEM;

	/* one octet more than it should have shows that it grew meanwhile */
	for (size_t len = 0; len <= size; len = f->len) {
		ssize_t n = read(fd, f->text + len, size + 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		f->len += (size_t)n;
	}
	f->text[f->len] = '\0';
	return f->len > size ? -EAGAIN : 0;
}

/* What was opened is what is looked at: no second look by name. */
static int file_read(struct conf_file *f)
{
	_cleanup_(close_p) int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3)) /* a link to /dev/null: empty */
		return file_read_fd(f, fd, 0);
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -ENOTSUP;
	if (st.st_size > SOURCE_MAX)
		return -EFBIG;
	f->is_exposed = st.st_mode & S_IRWXO;
	return file_read_fd(f, fd, (size_t)st.st_size);
}

static const char *error_text(int error)
{
	switch (error) {
	case -EFBIG:
		return "it is larger than 1 MiB";
	case -EAGAIN:
		return "it changed while it was read";
	case -ENOTSUP:
		return "it is no regular file";
	default:
		return strerror(-error);
	}
}

static const char *error_hint(int error)
{
	switch (error) {
	case -EACCES:
		return "root and the user lwm2md must be able to read it: chown root:lwm2md, chmod "
		       "0640";
	case -ENOENT:
		return "create it, see lwm2md.conf(5), or name another one with --config";
	case -EISDIR:
		return "name a file; a directory of drop-in files goes with --conf-dir";
	default:
		return NULL;
	}
}

/* from: where it is included; no place for a file that is read by itself. */
static int file_load(struct joining *j, const char *path, struct place from, bool is_required,
	struct conf_file **ret)
{
	struct conf_file *f;
	int r = file_set_add(j->files, path, &f);

	if (r < 0)
		return r;
	*ret = f;
	r = file_read(f);
	if (r == -ENOMEM)
		return r;
	if (r == 0)
		return 0;

	if (f->text)
		explicit_bzero(f->text, f->len);
	free(TAKE_PTR(f->text));
	f->len = 0;
	if (r == -ENOENT && !is_required)
		return 0;
	j->source->has_failed = true;
	report_add(j->report, SEVERITY_ERROR, from.file ? from : (struct place){.file = f},
		"file-unreadable", error_hint(r), "cannot read %s: %s",
		from.file ? path : "this file", error_text(r));
	return 0;
}

static void report_too_big(struct joining *j, struct place at)
{
	j->source->has_failed = true;
	report_add(j->report, SEVERITY_ERROR, at, "file-unreadable", NULL,
		"with its included files it is larger than 1 MiB");
}

/* Appends lines of one file; the first of them is line. */
static int append(struct joining *j, struct span text, struct place at)
{
	struct source *s = j->source;
	int r = buf_append(&s->text, text);

	for (size_t i = 0; r == 0 && i < text.len; i++) {
		if (text.data[i] != '\n')
			continue;
		if (s->n_lines == s->n_allocated) {
			size_t n = s->n_allocated ? s->n_allocated * 2 : 256;
			struct place *more = reallocarray(s->line, n, sizeof *more);

			if (!more)
				return -ENOMEM;
			s->line = more;
			s->n_allocated = n;
		}
		s->line[s->n_lines++] = at;
		at.line++;
	}
	if (r == -ENOSPC)
		report_too_big(j, at);
	return r == -ENOSPC ? 0 : r;
}

static int refuse_line(struct source *s)
{
	unsigned line = (unsigned)s->n_lines + 1;

	if (s->n_refused == s->n_refused_allocated) {
		size_t n = s->n_refused_allocated ? s->n_refused_allocated * 2 : 16;
		unsigned *more = reallocarray(s->refused, n, sizeof *more);

		if (!more)
			return -ENOMEM;
		s->refused = more;
		s->n_refused_allocated = n;
	}
	s->refused[s->n_refused++] = line;
	return 0;
}

static void report_number(
	struct joining *j, struct place at, struct span word, enum scan_number verdict)
{
	const char *text = (const char *)word.data;
	int len = word.len < 40 ? (int)word.len : 40;
	char hint[160];

	switch (verdict) {
	case NUMBER_FITS:
		return;
	case NUMBER_NEEDS_L:
		snprintf(hint, sizeof hint,
			"write %.*sL, or a time or size as a string with its unit: \"%.*ss\"", len,
			text, len, text);
		report_add(j->report, SEVERITY_ERROR, at, "number-range", hint,
			"%.*s does not fit 32 bit", len, text);
		return;
	case NUMBER_TOO_BIG:
		report_add(j->report, SEVERITY_ERROR, at, "number-range", NULL,
			"%.*s does not fit 64 bit", len, text);
		return;
	case NUMBER_LEADING_ZERO:
		report_add(j->report, SEVERITY_ERROR, at, "number-range",
			"write it without the leading zero",
			"%.*s: with a leading zero it is octal for some and decimal for others",
			len, text);
		return;
	}
}

static void report_syntax(struct joining *j, struct place at, const char *hint, const char *what)
{
	report_add(j->report, SEVERITY_ERROR, at, "syntax", hint, "%s", what);
	j->source->has_failed = true;
}

/* The name between the quotes as a path: escapes removed, beside the including file, root. */
static int include_path(
	struct joining *j, const struct conf_file *from, struct span word, char **ret)
{
	_cleanup_(free_p) char *name = calloc(1, word.len + 1);
	const char *slash = strrchr(from->path, '/');
	size_t len = 0;

	if (!name)
		return -ENOMEM;
	for (size_t i = 0; i < word.len; i++) {
		if (word.data[i] == '\\' && i + 1 < word.len)
			i++;
		name[len++] = (char)word.data[i];
	}
	if (name[0] == '/')
		return asprintf(ret, "%s%s", j->root, name) < 0 ? -ENOMEM : 0;
	return asprintf(ret, "%.*s%s", slash ? (int)(slash + 1 - from->path) : 0, from->path,
		       name) < 0
		       ? -ENOMEM
		       : 0;
}

static int include(
	struct joining *j, const struct conf_file *from, const struct scan_token *t, unsigned depth)
{
	struct place at = {.file = from, .line = t->line};
	_cleanup_(free_p) char *path = NULL;
	struct conf_file *file;

	if (depth >= SOURCE_DEPTH_MAX) {
		report_syntax(j, at, NULL, "files include each other more than 8 deep");
		return 0;
	}

	int r = include_path(j, from, t->word, &path);

	if (r < 0)
		return r;
	r = file_load(j, path, at, true, &file);
	if (r < 0 || !file->text)
		return r;
	return join(j, file, depth + 1);
}

static bool is_text_utf8(struct joining *j, const struct conf_file *file)
{
	struct place at = {.file = file, .line = 1};

	for (size_t i = 0; i < file->len; at.line++) {
		const char *end = memchr(file->text + i, '\n', file->len - i);
		size_t len = end ? (size_t)(end - file->text) - i : file->len - i;

		if (!text_is_utf8(span_of(file->text + i, len))) {
			report_add(j->report, SEVERITY_ERROR, (struct place){.file = file},
				"syntax", "binary values are written as hex: or base64:",
				"line %u is not UTF-8 text", at.line);
			j->source->has_failed = true;
			return false;
		}
		i += len + 1;
	}
	return true;
}

static int join_token(struct joining *j, const struct conf_file *file, const struct scan_token *t,
	size_t *done, unsigned *line, unsigned depth)
{
	struct place at = {.file = file, .line = t->line};
	enum scan_number verdict;
	int r = 0;

	switch (t->kind) {
	case SCAN_NUMBER:
		verdict = scan_judge(t->word);
		report_number(j, at, t->word, verdict);
		if (verdict != NUMBER_FITS) {
			r = append(j,
				span_of(file->text + *done,
					(size_t)((const char *)t->word.data - file->text) - *done),
				(struct place){.file = file, .line = *line});
			*done = (size_t)((const char *)t->word.data - file->text);
			*line = t->line;
			if (r == 0)
				r = refuse_line(j->source);
		}
		return r;
	case SCAN_INCLUDE:
		r = append(j, span_of(file->text + *done, t->start - *done),
			(struct place){.file = file, .line = *line});
		*done = t->end + (t->end < file->len);
		*line = t->line + 1;
		return r < 0 ? r : include(j, file, t, depth);
	case SCAN_BAD_INCLUDE:
		report_syntax(j, at, "@include \"file\" stands alone on its line",
			"this is no @include of one file");
		return 0;
	case SCAN_OPEN_STRING:
		report_syntax(
			j, at, "the mistake can be above this line", "a string is not closed");
		return 0;
	case SCAN_OPEN_COMMENT:
		report_syntax(j, at, NULL, "a comment /* is not closed");
		return 0;
	case SCAN_END:
		return 0;
	}
	return 0;
}

static int join(struct joining *j, const struct conf_file *file, unsigned depth)
{
	struct scan scan = scan_of(span_of(file->text, file->len));
	size_t done = 0;
	unsigned line = 1;

	if (!is_text_utf8(j, file))
		return 0;
	for (struct scan_token t = scan_next(&scan); t.kind != SCAN_END; t = scan_next(&scan)) {
		int r = join_token(j, file, &t, &done, &line, depth);

		if (r < 0)
			return r;
	}

	struct place at = {.file = file, .line = line};
	int r = append(j, span_of(file->text + done, file->len - done), at);

	if (r < 0 || file->len == 0 || file->text[file->len - 1] == '\n')
		return r;
	at.line = scan.line;
	return append(j, span_of_text("\n"), at);
}

int source_read(struct source *s, struct file_set *files, struct conf_report *report,
	const char *root, const char *path, bool is_required)
{
	struct joining j = {.source = s, .files = files, .report = report, .root = root};
	_cleanup_(free_p) char *full = NULL;
	struct conf_file *file;
	uint8_t *to;

	if (asprintf(&full, "%s%s", root, path) < 0)
		return -ENOMEM;

	int r = file_load(&j, full, (struct place){0}, is_required, &file);

	if (r < 0)
		return r;
	s->file = file;
	/* all at once: a buffer that grows leaves copies of keys behind */
	s->text.max = SOURCE_MAX + 2;
	r = buf_reserve(&s->text, s->text.max, &to);
	if (r == 0 && file->text)
		r = join(&j, file, 0);
	if (r == 0 && buf_append_byte(&s->text, '\0') < 0)
		report_too_big(&j, (struct place){.file = file});
	return r;
}

void source_done(struct source *s)
{
	if (s->text.data)
		explicit_bzero(s->text.data, s->text.len);
	buf_done(&s->text);
	free(s->line);
	free(s->refused);
	*s = (struct source){0};
}

struct place source_place(const struct source *s, unsigned line)
{
	if (line >= 1 && line <= s->n_lines)
		return s->line[line - 1];
	/* libconfig names the line behind the last one for what is missing at the end */
	return s->n_lines ? s->line[s->n_lines - 1] : (struct place){.file = s->file};
}

bool source_is_refused(const struct source *s, unsigned line)
{
	for (size_t i = 0; i < s->n_refused; i++)
		if (s->refused[i] == line)
			return true;
	return false;
}
