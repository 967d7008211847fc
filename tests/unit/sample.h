#pragma once
/*
 * An object with every kind of resource, for tests of the model and of device management.
 */
#include "model/model.h"

enum { SAMPLE = 30000, SAMPLE_SINGLE = 30001, SAMPLE_HIDDEN = 30002, SAMPLE_OPTIONAL = 30003 };

enum sample_resource {
	SAMPLE_TEXT = 0, /* 0..10 octets, mandatory */
	SAMPLE_INT = 1,	 /* -5..100 */
	SAMPLE_UNSIGNED = 2,
	SAMPLE_FLOAT = 3,
	SAMPLE_BOOL = 4,
	SAMPLE_BYTES = 5,
	SAMPLE_TIME = 6,
	SAMPLE_LINK = 7,
	SAMPLE_CORELNK = 8,
	SAMPLE_RUN = 9,	     /* executable */
	SAMPLE_INTS = 10,    /* multiple */
	SAMPLE_TEXTS = 11,   /* multiple, mandatory */
	SAMPLE_SECRET = 12,  /* write only */
	SAMPLE_SENSOR = 13,  /* read only */
	SAMPLE_COUNTERS = 20 /* multiple, read only */
};

/* Data of the hooks: what they answer, and what they were asked last. */
struct sample {
	int check, execute;
	unsigned n_checks, n_executes, n_refreshes;
	struct path checked, executed, refreshed;
	uint16_t ssid;
	char args[64];
};

extern const struct object_def object_sample;	     /* many instances, version 2.1, hooks */
extern const struct object_def object_sample_single; /* one instance, 1.0, no hooks */
extern const struct object_def object_sample_hidden;
extern const struct object_def object_sample_optional; /* many instances, nothing mandatory */

/* A model with the first three objects and the instance /30000/0 without values. */
struct model *sample_model(struct sample *data);

/* Every path and value in it and every origin as one text, to compare models; freed by the caller.
 */
char *model_dump(const struct model *m);
