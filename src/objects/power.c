#include "objects/power.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "objects/fact.h"

#define CLASS "/sys/class/power_supply"

struct word {
	const char *name;
	uint8_t number;
};

/* kernel: Documentation/ABI/testing/sysfs-class-power, "type" and "status" */
static const struct word sources[] = {
	{"Battery", POWER_INTERNAL_BATTERY},
	{"UPS", POWER_EXTERNAL_BATTERY},
	{"Mains", POWER_AC},
	{"USB", POWER_USB},
	{"Wireless", POWER_DC},
};

static const struct word states[] = {
	{"Charging", BATTERY_CHARGING},
	{"Full", BATTERY_FULL},
	{"Discharging", BATTERY_NORMAL},
	{"Not charging", BATTERY_NORMAL},
};

static bool look_up(const struct word *words, size_t n, const char *name, uint8_t *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(words[i].name, name) != 0)
			continue;
		*ret = words[i].number;
		return true;
	}
	return false;
}

static void read_text(const char *root, const char *name, const char *file, char ret[FACT_MAX + 1])
{
	char path[PATH_MAX];

	ret[0] = '\0';
	if (snprintf(path, sizeof path, CLASS "/%s/%s", name, file) < (int)sizeof path)
		fact_read(root, path, ret);
}

static bool read_number(const char *root, const char *name, const char *file, int64_t *ret)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof path, CLASS "/%s/%s", name, file) < (int)sizeof path &&
	       fact_number(root, path, ret);
}

/* The kernel counts in millionths. */
static bool read_milli(const char *root, const char *name, const char *file, int64_t *ret)
{
	if (!read_number(root, name, file, ret))
		return false;
	*ret /= 1000;
	return true;
}

static void read_battery(const char *root, const char *name, struct power *p)
{
	char text[FACT_MAX + 1];
	int64_t level, present;

	if (p->has_status)
		return;
	p->has_status = true;
	p->has_level = read_number(root, name, "capacity", &level) && level >= 0 && level <= 100;
	p->level = p->has_level ? level : 0;

	read_text(root, name, "status", text);
	if (!look_up(states, sizeof states / sizeof *states, text, &p->status))
		p->status = BATTERY_UNKNOWN;
	read_text(root, name, "capacity_level", text);
	if (p->status == BATTERY_NORMAL &&
		(strcmp(text, "Low") == 0 || strcmp(text, "Critical") == 0))
		p->status = BATTERY_LOW;
	read_text(root, name, "health", text);
	if (strcmp(text, "Dead") == 0)
		p->status = BATTERY_DAMAGED;
	if (read_number(root, name, "present", &present) && present == 0)
		p->status = BATTERY_NOT_INSTALLED;
}

static void read_supply(const char *root, const char *name, struct power *p)
{
	struct power_supply s = {0};
	char type[FACT_MAX + 1], scope[FACT_MAX + 1];
	int64_t online;

	read_text(root, name, "type", type);
	read_text(root, name, "scope", scope);
	/* a supply with scope Device feeds a mouse or a keyboard, not this gateway */
	if (!look_up(sources, sizeof sources / sizeof *sources, type, &s.source) ||
		strcmp(scope, "Device") == 0)
		return;
	if (read_number(root, name, "online", &online) && online == 0)
		return;
	if (s.source == POWER_INTERNAL_BATTERY)
		read_battery(root, name, p);
	s.has_voltage = read_milli(root, name, "voltage_now", &s.millivolt);
	s.has_current = read_milli(root, name, "current_now", &s.milliampere);
	p->supply[p->n++] = s;
}

static int is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

void power_read(const char *root, struct power *ret)
{
	char path[PATH_MAX];
	struct dirent **entries;

	*ret = (struct power){0};
	if (snprintf(path, sizeof path, "%s" CLASS, root ? root : "") >= (int)sizeof path)
		return;

	int n = scandir(path, &entries, is_name, alphasort);

	if (n < 0)
		return;
	for (int i = 0; i < n; i++) {
		if (ret->n < POWER_SUPPLIES_MAX)
			read_supply(root, entries[i]->d_name, ret);
		free(entries[i]);
	}
	free(entries);
}
