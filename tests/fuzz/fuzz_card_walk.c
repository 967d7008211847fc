#include "fuzz.h"

#include <assert.h>

#include "card/fcp.h"
#include "card/pkcs15.h"

static void walk_dir(struct span file)
{
	struct reader r = reader_of(file);
	struct pkcs15_application app;
	struct card_fault fault = {0};
	int got;

	while ((got = pkcs15_next_application(&r, &app, &fault)) > 0)
		assert(app.aid_len >= 12 && app.aid_len <= AID_MAX);
	assert(got == 0 || (fault.expected && fault.offset <= file.len));
}

static void walk_odf(struct span file)
{
	struct reader r = reader_of(file);
	struct card_fault fault = {0};
	struct card_path p, selected;
	int got;

	while ((got = pkcs15_next_directory(&r, &p, &fault)) > 0) {
		assert(p.len >= 2 && p.len <= CARD_PATH_MAX && p.len % 2 == 0);
		if (card_path_from_mf(&p, &selected) == 0)
			assert(selected.len >= 2 && selected.len <= CARD_PATH_MAX);
		card_path_is_in_application(&p, &selected);
	}
	assert(got == 0 || (fault.expected && fault.offset <= file.len));
}

/* All walks over the same octets: what a card says is whatever it likes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span file = span_of(data, size);
	struct pkcs15_object o;
	struct card_fault fault = {0};
	struct fcp fcp;

	walk_dir(file);
	walk_odf(file);

	int got = pkcs15_find_object(file, &o, &fault);

	assert(got <= 0 || (o.path.len >= 2 && o.path.len % 2 == 0));
	assert(got >= 0 || (fault.expected && fault.offset <= size));
	if (fcp_parse(file, &fcp) == 0)
		assert(fcp.n_pins <= FCP_PINS_MAX);
	return 0;
}
