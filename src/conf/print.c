#include "conf/conf.h"

#include "base/cleanup.h"
#include "conf/load.h"

int conf_check_main(const struct conf_paths *paths, bool strict, bool json, FILE *out)
{
	_cleanup_(conf_report_free_p) struct conf_report *report = NULL;
	_cleanup_(conf_free_p) struct conf *conf = NULL;
	struct conf_paths check = *paths;

	check.is_check = true;

	int r = conf_report_new(&report);

	if (r == 0)
		r = conf_load(&check, report, &conf);
	if (report && json)
		conf_report_print_json(report, out);
	else if (report)
		conf_report_print(report, out);
	return r < 0 || (strict && conf_report_warnings(report) > 0);
}

void conf_list_options(FILE *out)
{
	for (const struct option *o = options; o->name; o++)
		fprintf(out, "%s.%s\t%s\t%s\n", o->section, o->name, option_type_name(o->type),
			o->value ? o->value : "");
}
