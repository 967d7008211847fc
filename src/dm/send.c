#include "dm/send.h"

#include <errno.h>

#include "base/cleanup.h"

bool send_is_muted(const struct model *m, uint16_t server_instance)
{
	return model_get_bool(m, PATH3(OBJECT_SERVER, server_instance, SERVER_MUTE_SEND), true);
}

/* All at one moment: a server that gets it late, or twice, can tell. */
static size_t set_time(struct collection *c, int64_t time)
{
	struct record *records = c->many ? c->many : c->few;
	size_t n_values = 0;

	for (size_t i = 0; i < c->n; i++) {
		records[i].time = time;
		n_values += records[i].value.type != VALUE_NONE;
	}
	return n_values;
}

int send_make(struct model *m, const struct dm_peer *peer, uint16_t server_instance,
	struct path *paths, size_t n_paths, int64_t time, struct buf *out, int *ret_format)
{
	_cleanup_(collection_done) struct collection c;
	int format = collect_format(m, peer->version, PATH0());

	collection_init(&c);
	if (peer->version == LWM2M_1_0)
		return -EOPNOTSUPP;
	if (send_is_muted(m, server_instance))
		return -EPERM;

	n_paths = collect_order(paths, n_paths);
	for (size_t i = 0; i < n_paths; i++)
		model_refresh(m, paths[i]);

	int r = collect_paths(m, peer, paths, n_paths, &c);

	if (r == 0 && set_time(&c, time) == 0)
		r = -ENODATA;
	if (r == 0)
		r = payload_encode(format, PATH0(), collection_records(&c), c.n, out);
	if (r < 0)
		return r;
	*ret_format = format;
	return 0;
}
