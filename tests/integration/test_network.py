"""Lossy, slow and absent networks."""
import os
import signal
import subprocess

import pytest

from harness import (Keys, Server, assert_on_time, at, bootstrap_conf, full_bootstrap, instance_of,
                     quick_conf, server_conf)

BOTH = pytest.mark.parametrize("security", ["nosec", "psk"])


@BOTH
@pytest.mark.parametrize("fault", ["drop in 1", "drop out 1", "duplicate in 9", "duplicate out 9",
                                   "delay 400"])
def test_a_faulty_network_does_not_keep_it_from_registering_once(server, daemon, security, fault):
    keys = Keys() if security == "psk" else None
    dm = server.listen("dm", keys)
    dm.do(fault)
    d = daemon(quick_conf(servers={"main": server_conf(dm, 101, keys)},
                          coap={"max_retransmit": 2}))
    dm.wait("register")
    d.wait("registered", "101")
    assert len(dm.seen("register")) == 1


@BOTH
def test_a_bootstrap_over_a_faulty_network(server, daemon, security):
    keys = Keys() if security == "psk" else None
    bs, dm = server.listen("bs", keys), server.listen()
    bs.bootstrap(full_bootstrap(dm))
    bs.do("delay 100")
    bs.do("duplicate out 20")
    bs.do("duplicate in 20")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, keys=keys)))
    d.wait("registered", "101", timeout=20)
    assert [a.code for a in bs.answers()] == ["2.02", "2.04", "2.04", "2.04"]
    assert len(d.events("bootstrap-finished")) == 1


@BOTH
def test_a_duplicated_execute_makes_one_update(server, daemon, security):
    keys = Keys() if security == "psk" else None
    dm = server.listen("dm", keys)
    daemon(quick_conf(servers={"main": server_conf(dm, 101, keys)}))
    x = instance_of(dm.wait("register"))
    dm.do("duplicate out 1")
    assert dm.ask(f"EXECUTE /1/{x}/8").code == "2.04"
    first = at(dm.wait("update"))
    dm.quiet("update", 1.5, after=first)


def test_a_bootstrap_server_with_a_name_is_asked_in_time(server, daemon):
    bs, dm = server.listen("bs"), server.listen()
    dm.do("answer register 4.03")
    daemon(quick_conf(servers={"main": server_conf(dm)}, network={"family": "inet"},
                      bootstrap=bootstrap_conf(f"coap://localhost:{bs.port}", "1s")))
    t0 = at(dm.wait("register"))
    assert_on_time("first /bs to a name", at(bs.wait("bootstrap-request")), t0 + 1)


@pytest.fixture
def namespace():
    """enter: a command prefix for a network namespace of its own, with the loopback up."""
    if os.geteuid() != 0:
        pytest.skip("a network namespace needs root")
    holder = subprocess.Popen(["unshare", "-n", "sh", "-c", "ip link set lo up && echo up && cat"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if holder.stdout.readline() != "up\n":
        pytest.skip("no network namespace can be made here")
    yield ["nsenter", "-t", str(holder.pid), "-n"]
    holder.stdin.close()
    holder.wait()


def test_without_a_route_it_is_quiet_and_registers_when_one_comes(tmp_path, daemon, namespace):
    server = Server(tmp_path, namespace)
    try:
        address = [*namespace, "ip", "address"]
        subprocess.run([*address, "add", "198.51.100.1/32", "dev", "lo"], check=True)
        dm, bs = (server.listen(name, host="198.51.100.1") for name in ("dm", "bs"))
        subprocess.run([*address, "del", "198.51.100.1/32", "dev", "lo"], check=True)
        d = daemon(quick_conf(network={"wait_online": True}, servers={"main": server_conf(dm)},
                              bootstrap=bootstrap_conf(bs, "1s")), prefix=namespace)
        d.lines.wait(lambda e: e.reason == "net.offline", 5, "reason net.offline")
        d.quiet("registering", 1.5)
        d.quiet("holdoff-started", 0)
        subprocess.run([*address, "add", "198.51.100.1/32", "dev", "lo"], check=True)
        dm.wait("register")
        d.wait("registered", "101")
        assert not bs.seen("bootstrap-request")
        d.finish()
    finally:
        server.finish()


def test_a_registration_kept_over_a_restart_outlives_a_start_without_a_route(tmp_path, daemon,
                                                                             namespace):
    server = Server(tmp_path, namespace)
    try:
        address = [*namespace, "ip", "address"]
        subprocess.run([*address, "add", "198.51.100.1/32", "dev", "lo"], check=True)
        dm = server.listen("dm", host="198.51.100.1")
        conf = quick_conf(network={"wait_online": True}, servers={"main": server_conf(dm)})
        d = daemon(conf, prefix=namespace)
        dm.wait("register")
        d.wait("registered", "101")
        assert d.stop(signal.SIGUSR1) == 0
        subprocess.run([*address, "del", "198.51.100.1/32", "dev", "lo"], check=True)
        d.start()
        d.lines.wait(lambda e: e.reason == "net.offline", 5, "reason net.offline")
        subprocess.run([*address, "add", "198.51.100.1/32", "dev", "lo"], check=True)
        dm.wait("update")
        assert len(dm.seen("register")) == 1
        d.finish()
    finally:
        server.finish()
