"""A bad network between the gateway and its servers: it ends registered, nothing is done twice, and
nobody is asked for a bootstrap that is not needed."""
import subprocess

import pytest

from harness import Keys, bootstrap_conf, conf_text, quick_conf, server_conf

CONF = "/etc/lwm2md/lwm2md.conf"
PATIENT = {"ack_timeout": "1s", "ack_random_factor": 1.5, "max_retransmit": 4}


def configure(m, **conf):
    text = conf_text(quick_conf(coap=PATIENT, retry={"count": 9}, **conf))
    m.write(CONF, text + "\n", 0o640, "lwm2md")


@pytest.fixture
def managed(gateway, server):
    """managed(keys): a gateway with one server and a bootstrap server that must be left alone."""
    def make(keys=None):
        dm, bs = server.listen("dm", keys), server.listen("bs")
        configure(gateway, servers={"main": server_conf(dm, keys=keys)},
                  bootstrap=bootstrap_conf(bs, "1h"))
        return dm, bs
    return make


def answers(dm, timeout=60):
    """A request gets through, at last."""
    assert dm.ask("READ /3/0/16 text", timeout).text == "UT"


FAULTS = {
    "a third of the packets lost": "loss=30",
    "half a second of delay with jitter": "delay=500 jitter=100",
    "packets in another order": "delay=20 jitter=20 reorder=40",
    "packets twice": "dup=100",
    "packets damaged": "corrupt=20",
}


@pytest.mark.parametrize("security", ["nosec", "psk"])
@pytest.mark.parametrize("fault", FAULTS)
def test_it_registers_through(gateway, network, managed, fault, security):
    dm, bs = managed(Keys() if security == "psk" else None)
    network.set(FAULTS[fault])
    gateway.boot().follow()
    gateway.wait("registered", 150)  # an attempt takes up to 46 s
    dm.wait("register")
    network.set("loss=0 delay=0 jitter=0 reorder=0 corrupt=0")
    answers(dm)
    assert not bs.seen("bootstrap-request")
    assert gateway.show("NRestarts") == {"NRestarts": "0"}


def test_an_execute_that_arrives_twice_is_done_once(gateway, network, managed):
    dm, _ = managed()
    gateway.boot().follow()
    gateway.wait("registered")
    network.set("dup=100")
    assert dm.ask("EXECUTE /1/0/8").code == "2.04"  # Registration Update Trigger
    dm.wait("update")
    answers(dm)
    network.set("dup=0")
    answers(dm)
    updates = {e.get("mid", e["t"]) for e in dm.seen("update")}
    print(f"updates seen: {dm.seen('update')}")
    assert len(updates) == 1


def test_a_carrier_that_goes_and_comes_is_followed_by_an_update(gateway, network, managed):
    dm, bs = managed()
    gateway.boot().follow()
    gateway.wait("registered")
    dm.wait("register")
    network.set("carrier=0")
    network.set("carrier=1")
    answers(dm)
    assert gateway.show("ActiveState") == {"ActiveState": "active"}
    assert not bs.seen("bootstrap-request")


def test_a_line_that_is_down_at_boot_is_waited_for(gateway, network, managed):
    dm, bs = managed()
    network.set("carrier=0")
    gateway.boot().follow()
    assert gateway.state == "running"
    gateway.wait("started")
    network.set("carrier=1")
    gateway.wait("registered", 60)
    dm.wait("register")
    assert not bs.seen("bootstrap-request")


def test_darkness_during_the_registration_is_retried(gateway, network, managed):
    dm, bs = managed()
    network.set("dark=1")
    gateway.boot().follow()
    gateway.wait("registering")
    network.set("dark=0")
    gateway.wait("registered", 60)
    answers(dm)
    assert not bs.seen("bootstrap-request")


def test_a_server_that_forgot_the_registration_gets_it_anew(gateway, managed):
    dm, bs = managed()
    gateway.boot().follow()
    gateway.wait("registered")
    dm.wait("register")
    dm.do("forget")
    gateway.run("systemctl", "restart", "lwm2md")  # its first Update meets the server's 4.04
    dm.wait("register")
    gateway.wait("registered")
    answers(dm)
    assert not bs.seen("bootstrap-request")


def test_a_nat_that_gives_another_port_does_not_end_the_registration(gateway, network, managed):
    dm, bs = managed()
    gateway.boot().follow()
    gateway.wait("registered")
    dm.wait("register")
    before = dm.seen("register")[0]["peer"]
    network.set("nat=1000")
    for way in (("lwm2mctl", "update"), ("systemctl", "restart", "lwm2md")):
        gateway.run(*way)
        assert dm.wait("update")["peer"] != before
        answers(dm)
    assert len(dm.seen("register")) == 1
    assert not bs.seen("bootstrap-request")


def test_a_port_that_is_closed_is_told_and_tried_again(gateway, server):
    dm = server.listen()
    dm.do("close")
    configure(gateway, servers={"main": server_conf(dm)})
    gateway.boot().follow()
    gateway.wait_reason("net.refused")
    told = gateway.run("lwm2mctl", "why", check=False).stdout
    assert "net.refused" in told and f"10.77.0.2:{dm.port}" in told
    again = server.listen("again", port=dm.port)
    again.wait("register", 60)


def test_an_address_that_changes_is_followed(gateway, network, managed):
    dm, bs = managed()
    gateway.boot().follow()
    gateway.wait("registered")
    dm.wait("register")
    ip = ["ip", "-n", network.client, "addr"]
    subprocess.run([*ip, "add", "10.77.0.9/24", "dev", "wan"], check=True)
    subprocess.run([*ip, "del", "10.77.0.1/24", "dev", "wan"], check=True)
    subprocess.run([*ip, "replace", "10.77.0.9/24", "dev", "wan"], check=True)
    gateway.run("systemctl", "restart", "lwm2md")
    seen = dm.wait("update", 30)
    assert seen["peer"].startswith("10.77.0.9:")
    answers(dm)
    assert not bs.seen("bootstrap-request")


def test_an_address_that_changes_under_a_running_daemon_is_followed(gateway, network, managed):
    dm, bs = managed()
    gateway.boot().follow()
    gateway.wait("registered")
    ip = ["ip", "-n", network.client, "addr"]
    subprocess.run([*ip, "add", "10.77.0.9/24", "dev", "wan"], check=True)
    subprocess.run([*ip, "del", "10.77.0.1/24", "dev", "wan"], check=True)
    subprocess.run([*ip, "replace", "10.77.0.9/24", "dev", "wan"], check=True)
    gateway.run("lwm2mctl", "update", check=False)
    dm.server.lines.wait(lambda e: e["event"] in ("update", "register") and
                         e.get("peer", "").startswith("10.77.0.9:"), 60, "the new address")
    answers(dm)
    assert not bs.seen("bootstrap-request")


def test_corruption_and_duplication_do_an_execute_once(gateway, network, managed):
    """DTLS: what was damaged is dropped, what was sent again is answered alike."""
    dm, bs = managed(Keys())
    gateway.boot().follow()
    gateway.wait("registered")
    dm.wait("register")
    network.set("dup=100 corrupt=20 jitter=20 reorder=30")
    sent = answered = 0
    for sent in range(1, 9):
        dm.do("EXECUTE /1/0/8")
        end = dm.server.lines.wait(lambda e: e["event"] in ("answer", "no-answer") and
                                   e.get("request") == "EXECUTE /1/0/8", 30, "end of the request")
        answered += end["event"] == "answer"
    network.set("dup=0 corrupt=0 jitter=0 reorder=0")
    dm.wait("update", 60)
    answers(dm)
    updates = len({e.get("mid", e["t"]) for e in dm.seen("update")})
    print(f"{sent} sent, {answered} answered, {updates} updates")
    assert answered and 1 <= updates <= sent
    assert not bs.seen("bootstrap-request")


def test_a_name_service_that_is_silent_blocks_nothing(gateway, server):
    """The watchdog of 2 s would end a daemon that waits for it in its loop."""
    dm = server.listen()
    gateway.write("/etc/resolv.conf", "nameserver 10.77.0.77\noptions timeout:2 attempts:2\n")
    configure(gateway, servers={
        "named": server_conf(f"coap://lwm2m.example.net:{dm.port}", 102),
        "plain": server_conf(dm, 101)})
    gateway.write("/etc/systemd/system/lwm2md.service.d/test.conf", "[Service]\nWatchdogSec=2\n")
    gateway.boot().follow()
    gateway.wait("registered", server="101")
    gateway.wait("register-failed", 60, server="102")
    gateway.write("/etc/hosts", "127.0.0.1 localhost\n10.77.0.2 lwm2m.example.net\n")
    gateway.wait("registered", 60, server="102")
    assert gateway.show("NRestarts") == {"NRestarts": "0"}
