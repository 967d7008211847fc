"""Objects 4 and 7: what the kernel tells of links, addresses and routes."""
import os
import subprocess

import pytest

from coap import tlv_decode
from harness import Server, quick_conf, server_conf


@pytest.fixture
def net():
    """A network namespace with one wired link to a router; run(command…) runs in it."""
    if os.geteuid() != 0:
        pytest.skip("a network namespace needs root")
    setup = " && ".join([
        "ip link set lo up",
        "ip link add wan type veth peer name router",
        # with a broadcast address: else libcoap 4.3.4 takes our own for one
        "ip address add 198.51.100.7/24 brd + dev wan",
        "ip link set wan up", "ip link set router up",
        "ip route add default via 198.51.100.1 dev wan",
        "echo up && cat"])
    holder = subprocess.Popen(["unshare", "-n", "sh", "-c", setup], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if holder.stdout.readline() != "up\n":
        pytest.skip("no network namespace can be made here")
    enter = ["nsenter", "-t", str(holder.pid), "-n"]

    def run(*command):
        subprocess.run([*enter, *command], check=True)

    run.enter = enter
    yield run
    holder.stdin.close()
    holder.wait()


@pytest.fixture
def managed(net, tmp_path, daemon):
    """managed(configuration…) is a registered client in that namespace: (server, daemon)."""
    server = Server(tmp_path, net.enter)

    def start(**more):
        dm = server.listen("dm", host="198.51.100.7")
        d = daemon(quick_conf(servers={"main": server_conf(dm, 101)}, **more), prefix=net.enter)
        start.register = dm.wait("register")
        d.wait("registered", "101")
        start.daemon = d
        return dm
    yield start
    start.daemon.finish()
    server.finish()


def resources(answer):
    records = tlv_decode(answer.payload)
    if records and records[0][0] == 0:
        records = records[0][2]
    return {id: value for _, id, value in records}


def number(value):
    return int.from_bytes(value, "big")


@pytest.mark.ets("1.1-int-701")
def test_connectivity_monitoring_tells_bearer_addresses_and_router(managed):
    dm = managed()
    assert "</4>;ver=1.3,</4/0>" in str(managed.register)
    found = resources(dm.ask("READ /4/0 tlv"))
    assert {0, 1, 2, 4} <= set(found)
    # a server of this host is reached over the loopback link, so the wire shows up as available
    assert number(found[0]) == 41 and number(found[2]) == 0
    assert [number(value) for _, _, value in found[1]] == [41]
    assert dm.ask("WRITE /4/0/2 text 1").code == "4.05"
    assert dm.ask("READ /4/0/8 text").code == "4.04"


@pytest.mark.ets("1.1-int-710")
def test_a_new_address_is_told_to_who_observes(managed, net):
    dm = managed()
    assert dm.ask("OBSERVE /4/0/4 tlv").code == "2.05"
    net("ip", "address", "add", "203.0.113.9/32", "dev", "lo")
    assert b"203.0.113.9" in bytes.fromhex(dm.wait("unasked", 15)["payload"])


@pytest.mark.ets("1.1-int-901")
def test_connectivity_statistics_count_between_start_and_stop(managed):
    dm = managed()
    assert "</7/0>" in str(managed.register)
    assert number(resources(dm.ask("READ /7/0 tlv"))[2]) == 0
    assert dm.ask("EXECUTE /7/0/6").code == "2.04"
    for _ in range(20):
        dm.ask("READ /3/0 tlv")
    counted = number(resources(dm.ask("READ /7/0 tlv"))[2])
    assert counted >= 3
    assert dm.ask("EXECUTE /7/0/7").code == "2.04"
    stopped = resources(dm.ask("READ /7/0 tlv"))
    for _ in range(20):
        dm.ask("READ /3/0 tlv")
    assert resources(dm.ask("READ /7/0 tlv")) == stopped
    assert dm.ask("EXECUTE /7/0/6").code == "2.04"
    assert number(resources(dm.ask("READ /7/0 tlv"))[2]) < counted


@pytest.mark.ets("1.1-int-905")
def test_the_collection_period_is_written_and_ends_the_counting(managed):
    dm = managed()
    assert dm.ask("WRITE /7/0/8 text 1").code == "2.04"
    assert dm.ask("READ /7/0/8 text").text == "1"
    assert dm.ask("WRITE /7/0/8 text -1").code == "4.00"
    assert dm.ask("EXECUTE /7/0/6").code == "2.04"
    dm.quiet("deregister", 1.5)
    counted = resources(dm.ask("READ /7/0 tlv"))
    for _ in range(20):
        dm.ask("READ /3/0 tlv")
    assert resources(dm.ask("READ /7/0 tlv")) == counted


@pytest.mark.ets("1.1-int-910")
def test_statistics_that_are_observed_are_told(managed):
    dm = managed()
    assert dm.ask("ATTRIBUTES /7/0?pmin=1&pmax=2").code == "2.04"
    assert dm.ask("OBSERVE /7/0 tlv").code == "2.05"
    assert dm.ask("EXECUTE /7/0/6").code == "2.04"
    for _ in range(20):
        dm.ask("READ /3/0 tlv")
    told = tlv_decode(bytes.fromhex(dm.wait("unasked", 15)["payload"]))
    assert {2, 3, 8} <= {id for _, id, _ in told}


def test_objects_that_are_disabled_are_not_offered(managed):
    dm = managed(objects={"disable": ["/4", "/7"]})
    assert "</4" not in str(managed.register) and "</7" not in str(managed.register)
    assert dm.ask("READ /4/0 tlv").code == "4.04"
