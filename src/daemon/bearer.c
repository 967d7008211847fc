#include "daemon/bearer.h"

#include <fcntl.h>
#include <linux/if_arp.h>
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/wireless.h>

#include "base/cleanup.h"
#include "objects/connectivity.h"

static bool has_entry(const char *root, const struct net_link *link, const char *name)
{
	char path[512];

	return snprintf(path, sizeof path, "%s/sys/class/net/%s/%s", root, link->name, name) <
		       (int)sizeof path &&
	       access(path, F_OK) == 0;
}

/* DEVTYPE of the link's uevent: "wlan", "wwan", "bluetooth", … */
static bool is_device_type(const char *root, const struct net_link *link, const char *type)
{
	char path[512], text[512], wanted[32];

	snprintf(path, sizeof path, "%s/sys/class/net/%s/uevent", root, link->name);

	_cleanup_(close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;

	if (n < 0)
		return false;
	text[n] = '\0';
	snprintf(wanted, sizeof wanted, "DEVTYPE=%s\n", type);
	return strstr(text, wanted);
}

uint8_t bearer_of(const char *root, const struct net_link *link)
{
	/* which generation a modem has found only its manager knows; LTE is the likely one */
	if (is_device_type(root, link, "wwan") || link->type == ARPHRD_RAWIP)
		return BEARER_LTE_FDD;
	if (has_entry(root, link, "wireless") || has_entry(root, link, "phy80211"))
		return BEARER_WLAN;
	if (is_device_type(root, link, "bluetooth"))
		return BEARER_BLUETOOTH;
	if (link->type == ARPHRD_IEEE802154 || link->type == ARPHRD_6LOWPAN)
		return BEARER_802_15_4;
	if (link->type == ARPHRD_PPP)
		return BEARER_DSL;
	return BEARER_ETHERNET;
}

int64_t bearer_signal(const struct net_link *link)
{
	_cleanup_(close_p) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct iw_statistics stats = {0};
	struct iwreq request = {.u.data = {
					.pointer = &stats,
					.length = sizeof stats,
					.flags = 1,
				}};

	memcpy(request.ifr_name, link->name, sizeof request.ifr_name);
	if (fd < 0 || ioctl(fd, SIOCGIWSTATS, &request) < 0 ||
		!(stats.qual.updated & IW_QUAL_DBM) || stats.qual.updated & IW_QUAL_LEVEL_INVALID)
		return 0;
	return (int64_t)stats.qual.level - 256;
}
