"""A day of traffic, without the waits between: nothing grows."""
import pathlib
import re

import pytest

from harness import Keys, quick_conf, server_conf

A_DAY = 10000  # a request each 9 seconds
UPDATES = 288  # one each 5 minutes
LIFETIMES = ("600", "900")
REQUESTS = ("READ /3/0 tlv", "READ /1/0/1 text", "DISCOVER /3", "READ /9/9/9 text",
            "WRITE /1/0/2 text 1", "WRITE /1/0/2 text 99999999999")


def resident(d):
    """Memory in KiB."""
    status = pathlib.Path(f"/proc/{d.pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s*(\d+)", status, re.M)[1])


def descriptors(d):
    return len(list(pathlib.Path(f"/proc/{d.pid}/fd").iterdir()))


def traffic(dm, n):
    for i in range(n):
        dm.ask(REQUESTS[i % len(REQUESTS)])
        if i % (A_DAY // UPDATES) == 0:
            dm.ask("EXECUTE /1/0/8")
            dm.wait("update")
        if i % 1000 == 500:
            dm.ask(f"WRITE /1/0/1 text {LIFETIMES[i // 1000 % 2]}")
            dm.wait("update")


@pytest.mark.slow
@pytest.mark.parametrize("security", ["nosec", "psk"])
def test_a_day_of_traffic_leaves_it_as_large_as_it_was(server, daemon, security):
    keys = Keys() if security == "psk" else None
    dm = server.listen("dm", keys)
    d = daemon(quick_conf(servers={"main": server_conf(dm, keys=keys)}), level="info")
    dm.wait("register")
    d.wait("registered")
    traffic(dm, 500)
    memory, files = resident(d), descriptors(d)
    traffic(dm, A_DAY)
    grown = resident(d) - memory
    print(f"{memory} KiB, grown by {grown} KiB")
    assert grown <= 128
    assert descriptors(d) == files
