#pragma once
/*
 * The one place where an errno becomes a CoAP response code. Layer: dm.
 */
#include <stdint.h>

/*
 * error: negative errno. Two errnos have the meaning of this layer alone, since ENOTSUP of the
 * codecs and EOPNOTSUPP of the model are the same number: -EMEDIUMTYPE, the format of the request
 * is none for this path; -ENOMEDIUM, no acceptable format for the answer.
 */
uint8_t response_code_of(int error);
