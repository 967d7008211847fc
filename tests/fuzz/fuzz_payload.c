/* The first octet chooses the format, those not built in too; then see payload_target.h. */
#include "fuzz.h"

#include "codec/payload.h"
#include "payload_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int formats[] = {FORMAT_TEXT, FORMAT_LINK, FORMAT_OPAQUE, FORMAT_CBOR,
		FORMAT_SENML_JSON, FORMAT_SENML_CBOR, FORMAT_TLV, FORMAT_JSON, FORMAT_LWM2M_CBOR};

	if (size)
		payload_target(
			formats[data[0] % (sizeof formats / sizeof *formats)], data + 1, size - 1);
	return 0;
}
