#pragma once
/*
 * libcoap's headers without their log levels: libcoap 4.3.1 takes the names of syslog.h, which
 * are ours too. Include it instead of <coap3/coap.h>. Layer: transport.
 */
#include "base/log.h"

#include <coap3/coap.h>

#undef LOG_DEBUG
#undef LOG_INFO
#undef LOG_NOTICE
#undef LOG_WARNING

#if LIBCOAP_VERSION >= 4003004
#define COAP_HAS_NACK_LAYERS 1 /* COAP_NACK_BAD_RESPONSE, COAP_NACK_TLS_LAYER_FAILED, ... */
#else
#define COAP_HAS_NACK_LAYERS 0
#endif
