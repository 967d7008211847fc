"""CoAP over TCP and TLS (RFC 8323): the binding T."""
import signal

import pytest

from coap import links
from harness import (ENDPOINT, Keys, bootstrap_conf, full_bootstrap, instance_of, parameters,
                     quick_conf, server_conf)

BOTH = pytest.mark.parametrize("security", ["nosec", "psk"])


def listen(server, security, name="dm"):
    keys = Keys() if security == "psk" else None
    return server.listen(name, keys, tcp=True), keys


def conf_for(dm, keys=None, **more):
    return quick_conf(servers={"main": server_conf(dm, 101, keys, **more)})


@BOTH
@pytest.mark.ets("1.1-int-106")
def test_register_over_tcp_comes_after_the_csm_and_says_b_t(server, daemon, security):
    dm, keys = listen(server, security)
    d = daemon(conf_for(dm, keys))
    seen = dm.wait("register")
    said = parameters(seen)
    assert said["b"] == "T" and said["ep"] == ENDPOINT
    assert links(seen["payload"])["/"]["rt"] == "oma.lwm2m"
    d.wait("registered", "101")
    assert d.stop() == 0
    dm.wait("deregister", code="2.02")


@BOTH
@pytest.mark.ets("1.1-int-406")
def test_requests_are_served_inside_the_connection(server, daemon, security):
    dm, keys = listen(server, security)
    daemon(conf_for(dm, keys))
    x = instance_of(dm.wait("register"))
    assert dm.ask("READ /3/0/3 text").code == "2.05"
    assert dm.ask(f"WRITE /1/{x}/1 text 3600").code == "2.04"
    assert parameters(dm.wait("update"))["lt"] == "3600"
    assert dm.ask(f"EXECUTE /1/{x}/8").code == "2.04"
    dm.wait("update")
    assert dm.ask("READ /9999 text").code == "4.04"


@BOTH
def test_a_lost_connection_brings_a_new_registration(server, daemon, security):
    dm, keys = listen(server, security)
    d = daemon(conf_for(dm, keys))
    d.wait("registered", "101")
    dm.do("restart")
    dm.wait("register")
    d.wait("registered", "101")


@BOTH
def test_bootstrap_and_server_over_tcp(server, daemon, security):
    bs, bs_keys = listen(server, security, "bs")
    dm, keys = listen(server, security)
    bs.bootstrap(full_bootstrap(dm, keys=keys))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, keys=bs_keys)))
    bs.wait("bootstrap-request")
    bs.wait("played")
    said = parameters(dm.wait("register"))
    assert said["b"] == "T"
    d.wait("registered", "101")


def test_wrong_key_over_tls_has_its_reason(server, daemon):
    dm = server.listen(keys=Keys("id", b"0123456789abcdef"), tcp=True)
    d = daemon(conf_for(dm, Keys("id", b"fedcba9876543210")))
    d.wait("register-failed", "101", "dtls.psk-wrong-key")
    assert not dm.seen("register")


def test_unknown_identity_over_tls_has_its_reason(server, daemon):
    dm = server.listen(keys=Keys("id", b"0123456789abcdef"), tcp=True)
    d = daemon(conf_for(dm, Keys("other", b"0123456789abcdef")))
    d.wait("register-failed", "101", "dtls.psk-unknown-identity")


def test_silent_tcp_server_delays_no_other(server, daemon, tcp_silent):
    """A connection without CSM blocks nothing: libcoap would wait for 5 s in a send."""
    dm = server.listen()
    d = daemon(quick_conf(servers={"mute": server_conf(tcp_silent, 102), "main": server_conf(dm)}))
    dm.wait("register", timeout=0.9)
    d.wait("register-failed", "102", "tcp.no-csm")


def test_closed_port_over_tcp_is_refused_at_once(daemon, tcp_closed):
    d = daemon(quick_conf(servers={"main": server_conf(tcp_closed)}))
    d.wait("register-failed", "101", "net.refused", timeout=0.9)


def test_a_restart_over_plain_tcp_keeps_the_registration(server, daemon):
    dm = server.listen(tcp=True)
    d = daemon(conf_for(dm))
    d.wait("registered", "101")
    assert d.stop(signal.SIGUSR1) == 0
    d.start()
    assert dm.wait("update")["code"] == "2.04"
    assert len(dm.seen("register")) == 1 and not dm.seen("deregister")
