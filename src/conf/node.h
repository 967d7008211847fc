#pragma once
/*
 * A configuration as a tree of our own, made from one file or merged from several; every node
 * knows where it is written. Layer: conf.
 */
#include "conf/report.h"

enum node_type {
	NODE_GROUP,
	NODE_LIST,  /* ( ) */
	NODE_ARRAY, /* [ ] */
	NODE_TEXT,
	NODE_NUMBER,
	NODE_REAL,
	NODE_BOOL,
	NODE_REFUSED, /* a number that was reported already: whoever looks at it says no more */
};

struct node {
	enum node_type type;
	char *name; /* NULL: the root, or an element of a list or array */
	struct place at;
	char *text; /* wiped at the end: it may be a key */
	int64_t number;
	double real;
	bool boolean;
	struct node **child;
	size_t n_children, n_allocated;
};

/* name may be NULL. */
int node_new(enum node_type type, const char *name, struct place at, struct node **ret);
/* The parent owns the child then, on failure as well. */
int node_add_take(struct node *parent, struct node *child);
struct node *node_free(struct node *n);
void node_free_p(struct node **n);

/* NULL: not there, or n is no group. */
struct node *node_child(const struct node *n, const char *name);
/* A way through groups: "bootstrap.server_initiated". */
const struct node *node_find(const struct node *n, const char *path);
const char *node_type_name(enum node_type type);

/*
 * Puts over on top of base: groups merge key by key, lists append, all else is replaced.
 * over is empty afterwards. (lwm2md.conf(5))
 */
int node_merge(struct node *base, struct node *over);
