#pragma once
/*
 * Secure channel between this device and a card: GlobalPlatform SCP03 at level 33, the one that
 * protects commands and answers both ways. Only the cryptography; APDUs are the caller's. On
 * OpenSSL. Layer: keys. (TS core appendix H; GlobalPlatform card specification, amendment D)
 */
#include "base/buf.h"
#include "base/secret.h"

enum {
	SCP03_LEVEL = 0x33, /* C-DECRYPTION, R-ENCRYPTION, C-MAC, R-MAC */
	/* Octets of challenges, cryptograms and MACs: mode S8, and S16 of newer cards. */
	SCP03_S8 = 8,
	SCP03_S16 = 16,
};

/* AES keys of 16, 24 or 32 octets, all of the same length. */
struct scp03_keys {
	struct span enc, mac;
};

struct scp03;

/* Octets nobody can guess, for the host challenge. 0 or -EIO. */
int scp03_challenge(uint8_t *ret, size_t len);
/*
 * From the host challenge, whose length is the mode, and the answer to INITIALIZE UPDATE. -EINVAL:
 * keys or a challenge of another length; -EPROTO: not the answer of SCP03 in this mode;
 * -EKEYREJECTED: the card has other keys; -ENOMEM, -EIO.
 */
int scp03_new(const struct scp03_keys *keys, struct span challenge, struct span answer,
	struct scp03 **ret);
/* Wipes the session keys. NULL is fine. Returns NULL. */
struct scp03 *scp03_free(struct scp03 *s);
void scp03_free_p(struct scp03 **s);

/* Octets of an answer that still fit a short APDU when protected. */
size_t scp03_data_max(const struct scp03 *s);

/* The data of EXTERNAL AUTHENTICATE, appended to out; class: its CLA, with channel. */
int scp03_authenticate(struct scp03 *s, uint8_t class, struct buf *out);
/*
 * The protected data of a command, appended to out. header: CLA INS P1 P2, CLA with the secure
 * messaging bit and the channel. -EMSGSIZE: too long for a short APDU.
 */
int scp03_wrap(struct scp03 *s, const uint8_t header[4], struct span data, struct buf *out);
/*
 * The plain data of an answer, appended to out. -EBADMSG: the MAC or the padding is wrong; the
 * session is of no use any more.
 */
int scp03_unwrap(struct scp03 *s, struct span answer, uint16_t status, struct buf *out);
