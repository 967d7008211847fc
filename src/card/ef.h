#pragma once
/*
 * Files of a card, selected and read through one channel. What a card cannot do (SELECT by path,
 * long reads) is noticed once and remembered. Layer: card. (TS 102 221 11.1.1 to 11.1.5)
 */
#include "card/apdu.h"
#include "card/fcp.h"
#include "card/pkcs15.h"

struct card_files {
	struct card_channel *channel;
	struct card_path application; /* len 0: not known */
	bool has_no_path_select;
	uint8_t chunk; /* octets of one READ BINARY; 0: the most that fits */
};

/* The card's answer is *ret_status; *ret is filled only if that is STATUS_OK. */
int ef_select_application(
	struct card_files *f, struct span aid, struct fcp *ret, uint16_t *ret_status);
/* A file of the MF; the MF must be the current directory if the card does not select by path. */
int ef_select_mf(struct card_files *f, uint16_t file, struct fcp *ret, uint16_t *ret_status);
/* A file by a path from the application. -EXDEV: out of reach without SELECT by path. */
int ef_select(
	struct card_files *f, const struct card_path *p, struct fcp *ret, uint16_t *ret_status);

/*
 * Appends len octets of the selected transparent file from offset on, fewer if the file ends
 * (status is STATUS_OK then, too). Otherwise *ret_status is what the card said.
 */
int ef_read(struct card_files *f, size_t offset, size_t len, struct buf *out, uint16_t *ret_status);
/* One record of the selected file, from 1; length 0: not known. */
int ef_read_record(struct card_files *f, uint8_t number, uint8_t length, struct buf *out,
	uint16_t *ret_status);
