#pragma once
/*
 * What the parts of the store share. Layer: store, private to it.
 */

struct store {
	int directory; /* descriptor */
	int lock;
};
