#include "conf/node.h"

#include <errno.h>

#include "base/cleanup.h"

int node_new(enum node_type type, const char *name, struct place at, struct node **ret)
{
	struct node *n = calloc(1, sizeof *n);

	if (!n)
		return -ENOMEM;
	n->type = type;
	n->at = at;
	if (name) {
		n->name = strdup(name);
		if (!n->name) {
			node_free(n);
			return -ENOMEM;
		}
	}
	*ret = n;
	return 0;
}

int node_add_take(struct node *parent, struct node *child)
{
	if (parent->n_children == parent->n_allocated) {
		size_t n = parent->n_allocated ? parent->n_allocated * 2 : 8;
		struct node **more = reallocarray(parent->child, n, sizeof *more);

		if (!more) {
			node_free(child);
			return -ENOMEM;
		}
		parent->child = more;
		parent->n_allocated = n;
	}
	parent->child[parent->n_children++] = child;
	return 0;
}

struct node *node_free(struct node *n)
{
	if (!n)
		return NULL;
	for (size_t i = 0; i < n->n_children; i++)
		node_free(n->child[i]);
	if (n->text)
		explicit_bzero(n->text, strlen(n->text));
	free(n->text);
	free(n->name);
	free(n->child);
	free(n);
	return NULL;
}

void node_free_p(struct node **n)
{
	*n = node_free(*n);
}

struct node *node_child(const struct node *n, const char *name)
{
	for (size_t i = 0; n->type == NODE_GROUP && i < n->n_children; i++)
		if (strcmp(n->child[i]->name, name) == 0)
			return n->child[i];
	return NULL;
}

const struct node *node_find(const struct node *n, const char *path)
{
	while (n && *path) {
		char name[64];
		size_t len = strcspn(path, ".");

		if (len >= sizeof name)
			return NULL;
		memcpy(name, path, len);
		name[len] = '\0';
		n = node_child(n, name);
		path += len + (path[len] == '.');
	}
	return n;
}

const char *node_type_name(enum node_type type)
{
	static const char *const names[] = {
		[NODE_GROUP] = "a group { }",
		[NODE_LIST] = "a list ( )",
		[NODE_ARRAY] = "an array [ ]",
		[NODE_TEXT] = "a string",
		[NODE_NUMBER] = "an integer",
		[NODE_REAL] = "a number with a fraction",
		[NODE_BOOL] = "a boolean",
		[NODE_REFUSED] = "a number that does not fit",
	};

	return names[type];
}

/* Hands the children of from over to to. */
static int node_move_children(struct node *to, struct node *from)
{
	for (size_t i = 0; i < from->n_children; i++) {
		int r = node_add_take(to, TAKE_PTR(from->child[i]));

		if (r < 0)
			return r;
	}
	from->n_children = 0;
	return 0;
}

int node_merge(struct node *base, struct node *over)
{
	for (size_t i = 0; i < over->n_children; i++) {
		struct node *new = TAKE_PTR(over->child[i]);
		struct node *old = node_child(base, new->name);
		int r = 0;

		if (!old) {
			r = node_add_take(base, new);
		} else if (old->type == new->type &&
			   (old->type == NODE_GROUP || old->type == NODE_LIST)) {
			r = old->type == NODE_GROUP ? node_merge(old, new)
						    : node_move_children(old, new);
			node_free(new);
		} else {
			/* the place in the order stays, the value is the new one */
			struct node was = *old;

			*old = *new;
			*new = was;
			node_free(new);
		}
		if (r < 0)
			return r;
	}
	over->n_children = 0;
	return 0;
}
