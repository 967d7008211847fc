#pragma once
/*
 * One operation of a server on its client, read from a line of text:
 *   READ PATH [ACCEPT]        DISCOVER PATH            OBSERVE PATH [ACCEPT]
 *   PUT PATH FORMAT VALUE     POST PATH [FORMAT VALUE] EXECUTE PATH [ARGUMENTS]
 *   DELETE PATH               FINISH                   WAIT MILLISECONDS
 *   FETCH|PATCH|IPATCH PATH FORMAT VALUE                ATTRIBUTES PATH
 * Words in any case; WRITE is PUT, ATTRIBUTES a PUT without a payload. FORMAT: text, link, opaque,
 * tlv or a number, and ":ACCEPT" behind it where the answer has one, too; VALUE: the rest of the
 * line for text and link, else hex. PATH may have "?a=b&c".
 */
#include "base/buf.h"

enum { OP_TEXT_MAX = 160, OP_FORMAT_NONE = -1 };

struct op {
	struct op *next;
	char name[OP_TEXT_MAX]; /* word and path: what events show, no values */
	char path[OP_TEXT_MAX];
	uint8_t method; /* 0: only a wait */
	bool is_finish;
	int accept, content_format;
	bool has_observe;
	uint64_t wait; /* usec */
	struct buf payload;
};

/* -EINVAL: no such operation. */
int op_parse(const char *line, struct op **ret);
/* Appends the operations of a file, one a line, '#' starts a comment; *ret_line: the bad one. */
int op_load(const char *path, struct op **list, unsigned *ret_line);
void op_append(struct op **list, struct op *op);
struct op *op_free(struct op *op); /* one; returns the next */
void op_free_all(struct op **list);
