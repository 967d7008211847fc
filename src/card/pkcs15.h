#pragma once
/*
 * The way to the bootstrap file through the files of a PKCS#15 application: EF(DIR) names the
 * application, EF(ODF) the data object directories, EF(DODF) the LwM2M data object. Each walk is
 * bounded: five fixed levels, no recursion, no allocation. Pure. Layer: card.
 * (TS core appendix G.2, G.3; PKCS#15 1.1)
 */
#include "base/reader.h"
#include "card/fault.h"

enum {
	AID_MAX = 16,
	CARD_PATH_MAX = 16,
	PKCS15_DIRECTORIES_MAX = 8, /* DODFs that are looked into */
	PKCS15_ENTRIES_MAX = 64,    /* entries of one of them */
};

/* The application identifier of PKCS#15, without a provider's own ending. */
struct span pkcs15_aid(void);

/* A file by the identifiers on the way to it, two octets each. */
struct card_path {
	uint8_t octets[CARD_PATH_MAX];
	size_t len; /* even, 2 to CARD_PATH_MAX */
};

bool card_path_is_equal(const struct card_path *a, const struct card_path *b);
/* The identifier of the file itself. */
uint16_t card_path_file(const struct card_path *p);
/*
 * The same path as SELECT by path from the MF wants it: 3F00 is left out, and what does not begin
 * there begins at 7FFF, the application. -EINVAL for the MF itself.
 */
int card_path_from_mf(const struct card_path *p, struct card_path *ret);
/* Whether the file lies directly in the application, whose own path is app (may be empty). */
bool card_path_is_in_application(const struct card_path *p, const struct card_path *app);

/* A PKCS#15 application, from EF(DIR). */
struct pkcs15_application {
	uint8_t aid[AID_MAX];
	size_t aid_len;
	struct card_path path; /* len 0: not told */
};

/*
 * The next PKCS#15 application in EF(DIR), or in one of its records: 1, 0 = no more, -EBADMSG
 * (then *ret_fault). file: what r reads, for the offset of a fault.
 */
int pkcs15_next_application(
	struct reader *r, struct pkcs15_application *ret, struct card_fault *ret_fault);

/* The next data object directory of EF(ODF), in order of priority: as above. */
int pkcs15_next_directory(struct reader *r, struct card_path *ret, struct card_fault *ret_fault);

/* The LwM2M data object of an EF(DODF). */
struct pkcs15_object {
	struct card_path path;
	bool has_range;
	uint32_t index, length; /* the part of the file that counts, if has_range */
	bool is_private;	/* a PIN is needed for reading */
};

/* 1 = the first LwM2M data object, 0 = there is none, -EBADMSG (then *ret_fault). */
int pkcs15_find_object(struct span dodf, struct pkcs15_object *ret, struct card_fault *ret_fault);
