#include "ctl/parameters.h"

static bool has_type(const struct json *value, enum varlink_type type)
{
	int64_t i;

	switch (type) {
	case VARLINK_TEXT:
		return json_kind(value) == JSON_TEXT;
	case VARLINK_INT:
		return json_int(value, &i) == 0;
	case VARLINK_BOOL:
		return json_kind(value) == JSON_BOOLEAN;
	case VARLINK_TEXTS:
		for (size_t n = 0; n < json_count(value); n++)
			if (json_kind(json_item(value, n)) != JSON_TEXT)
				return false;
		return json_kind(value) == JSON_ARRAY;
	case VARLINK_OBJECTS:
		for (size_t n = 0; n < json_count(value); n++)
			if (json_kind(json_item(value, n)) != JSON_OBJECT)
				return false;
		return json_kind(value) == JSON_ARRAY;
	}
	return false;
}

static const struct varlink_parameter *find_parameter(
	const struct varlink_method *method, const char *name)
{
	for (size_t i = 0; i < VARLINK_PARAMETERS_MAX && method->parameters[i].name; i++)
		if (strcmp(method->parameters[i].name, name) == 0)
			return &method->parameters[i];
	return NULL;
}

const char *parameters_find_wrong(const struct varlink_method *method, const struct json *given)
{
	const void *cursor = NULL;
	const struct json *value;
	const char *name;

	if (given && json_kind(given) != JSON_OBJECT)
		return "parameters";
	while (json_next_member(given, &cursor, &name, &value)) {
		const struct varlink_parameter *p = find_parameter(method, name);

		if (!p || (value && !has_type(value, p->type)))
			return name;
	}
	for (size_t i = 0; i < VARLINK_PARAMETERS_MAX && method->parameters[i].name; i++)
		if (!method->parameters[i].is_optional &&
			!json_member(given, method->parameters[i].name))
			return method->parameters[i].name;
	return NULL;
}
