/* See payload_target.h. */
#include "fuzz.h"

#include "codec/payload.h"
#include "payload_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	payload_target(FORMAT_JSON, data, size);
	return 0;
}
