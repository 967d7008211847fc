#pragma once
/*
 * The types of org.lwm2md.Manage as they are written into a reply. Layer: ctl.
 * (lwm2md-varlink(7))
 */
#include "ctl/manage_private.h"

/* Members; _if: left out when "" or negative. */
void manage_put_text(struct json_writer *w, const char *key, const char *text);
void manage_put_text_if(struct json_writer *w, const char *key, const char *text);
void manage_put_int(struct json_writer *w, const char *key, int64_t v);
void manage_put_int_if(struct json_writer *w, const char *key, int64_t v);
void manage_put_bool(struct json_writer *w, const char *key, bool v);
void manage_put_path(struct json_writer *w, const char *key, struct path p);
/* Left out when there is none. */
void manage_put_reason(struct json_writer *w, const char *key, enum reason reason, uint64_t when,
	const char *detail);
void manage_put_state(struct json_writer *w, const struct manage *m);
void manage_put_advice(struct json_writer *w, const struct manage *m);

/* One object each; to is a struct json_writer. */
void manage_write_warning(void *to, const struct manage_warning *warning);
void manage_write_server(void *to, const struct manage_server *s);
void manage_write_step(void *to, const struct manage_step *s);
void manage_write_advice(void *to, const struct manage_advice *a);
void manage_write_value(void *to, const struct manage_value *v);
void manage_write_instance(void *to, const struct manage_instance *i);
void manage_write_observation(void *to, const struct manage_observation *o);
