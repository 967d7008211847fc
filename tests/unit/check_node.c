#include "conf/node.h"

#include <errno.h>

#include "alloc.h"
#include "base/cleanup.h"
#include "runner.h"

static struct node *make(enum node_type type, const char *name)
{
	struct node *n;

	ck_assert_int_eq(node_new(type, name, (struct place){0}, &n), 0);
	return n;
}

static struct node *add(struct node *parent, struct node *child)
{
	ck_assert_int_eq(node_add_take(parent, child), 0);
	return child;
}

static struct node *add_number(struct node *parent, const char *name, int64_t number)
{
	struct node *n = add(parent, make(NODE_NUMBER, name));

	n->number = number;
	return n;
}

/* { g = { a = 1; b = 2; }; l = ( 1 ); s = 5; } */
static struct node *base_tree(void)
{
	struct node *root = make(NODE_GROUP, NULL);
	struct node *g = add(root, make(NODE_GROUP, "g"));

	add_number(g, "a", 1);
	add_number(g, "b", 2);
	add_number(add(root, make(NODE_LIST, "l")), NULL, 1);
	add_number(root, "s", 5);
	return root;
}

START_TEST(node_find_walks_through_groups)
{
	_cleanup_(node_free_p) struct node *root = base_tree();

	ck_assert_int_eq(node_find(root, "g.b")->number, 2);
	ck_assert_ptr_eq(node_find(root, ""), root);
	ck_assert_ptr_null(node_find(root, "g.c"));
	ck_assert_ptr_null(node_find(root, "s.a"));
	ck_assert_ptr_null(node_find(root, "l.a"));
}
END_TEST

START_TEST(node_merge_merges_groups_key_by_key)
{
	_cleanup_(node_free_p) struct node *base = base_tree();
	_cleanup_(node_free_p) struct node *over = make(NODE_GROUP, NULL);
	struct node *g = add(over, make(NODE_GROUP, "g"));

	add_number(g, "b", 20);
	add_number(g, "c", 30);
	ck_assert_int_eq(node_merge(base, over), 0);
	ck_assert_uint_eq(over->n_children, 0);
	ck_assert_int_eq(node_find(base, "g.a")->number, 1);
	ck_assert_int_eq(node_find(base, "g.b")->number, 20);
	ck_assert_int_eq(node_find(base, "g.c")->number, 30);
}
END_TEST

START_TEST(node_merge_appends_lists_and_replaces_arrays)
{
	_cleanup_(node_free_p) struct node *base = base_tree();
	_cleanup_(node_free_p) struct node *over = make(NODE_GROUP, NULL);

	add_number(add(base, make(NODE_ARRAY, "r")), NULL, 1);
	add_number(add(over, make(NODE_LIST, "l")), NULL, 2);
	add_number(add(over, make(NODE_ARRAY, "r")), NULL, 2);
	ck_assert_int_eq(node_merge(base, over), 0);

	const struct node *l = node_find(base, "l"), *r = node_find(base, "r");

	ck_assert_uint_eq(l->n_children, 2);
	ck_assert_int_eq(l->child[1]->number, 2);
	ck_assert_uint_eq(r->n_children, 1);
	ck_assert_int_eq(r->child[0]->number, 2);
}
END_TEST

START_TEST(node_merge_replaces_where_the_types_differ)
{
	_cleanup_(node_free_p) struct node *base = base_tree();
	_cleanup_(node_free_p) struct node *over = make(NODE_GROUP, NULL);

	add_number(over, "g", 7);
	add(over, make(NODE_GROUP, "s"));
	ck_assert_int_eq(node_merge(base, over), 0);
	ck_assert_int_eq(node_find(base, "g")->number, 7);
	ck_assert_int_eq(node_find(base, "s")->type, NODE_GROUP);
	ck_assert_str_eq(base->child[0]->name, "g");
}
END_TEST

static int build_and_merge(void)
{
	_cleanup_(node_free_p) struct node *base = NULL, *over = NULL;
	struct node *child;
	int r = node_new(NODE_GROUP, NULL, (struct place){0}, &base);

	if (r == 0)
		r = node_new(NODE_GROUP, NULL, (struct place){0}, &over);
	for (int i = 0; r == 0 && i < 10; i++) {
		char name[2] = {(char)('a' + i), '\0'};

		r = node_new(NODE_GROUP, name, (struct place){0}, &child);
		if (r == 0)
			r = node_add_take(i % 2 ? base : over, child);
	}
	return r < 0 ? r : node_merge(base, over);
}

START_TEST(node_without_memory_fails_and_leaks_nothing)
{
	for (unsigned n = 1;; n++) {
		alloc_fail_at(n);

		int r = build_and_merge();
		bool failed = alloc_failed();

		alloc_fail_off();
		if (!failed) {
			ck_assert_int_eq(r, 0);
			ck_assert_uint_gt(n, 10);
			return;
		}
		ck_assert_int_eq(r, -ENOMEM);
	}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("node");
	TCase *t = tcase_create("node");

	tcase_add_test(t, node_find_walks_through_groups);
	tcase_add_test(t, node_merge_merges_groups_key_by_key);
	tcase_add_test(t, node_merge_appends_lists_and_replaces_arrays);
	tcase_add_test(t, node_merge_replaces_where_the_types_differ);
	tcase_add_test(t, node_without_memory_fails_and_leaks_nothing);
	suite_add_tcase(s, t);
	return s;
}
