"""The listener for server-initiated bootstrap: when it is open, and to whom."""
import pytest

from coap import Message, Peer, boottime, links
from harness import (Keys, bootstrap_conf, full_bootstrap, quick_conf, server_conf, write_account)

BOTH = pytest.mark.parametrize("security", ["nosec", "psk"])


def is_open(address):
    """Whether a socket is bound there: a closed port answers a connected socket by ICMP."""
    probe = Peer()
    host, port = address.split(":")
    try:
        probe.socket.connect((host, int(port)))
        probe.socket.send(b"\0")
        probe.socket.settimeout(0.3)
        probe.socket.recv(100)
    except ConnectionRefusedError:
        return False
    except TimeoutError:
        pass
    finally:
        probe.close()
    return True


def holding_off(server, daemon, address, security="psk", hold_off="1h", **more):
    keys = Keys() if security == "psk" else None
    bs = server.listen("bs", keys)
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, hold_off, address, keys, **more)))
    d.wait("holdoff-started")
    if "server_initiated" not in more:
        d.wait_listening()
    return bs, keys, d, f"{bs.scheme}://{address}"


def codes_of(bs):
    bs.wait("played")
    return [a.code for a in bs.answers()]


@BOTH
def test_every_operation_works_there(server, daemon, listen_address, security):
    dm = server.listen()
    bs, _, d, uri = holding_off(server, daemon, listen_address, security)
    bs.speak_first(uri, ["DISCOVER /", "DELETE /", *write_account(dm), "READ /1", "FINISH"])
    assert codes_of(bs) == ["2.05", "2.02", "2.04", "2.04", "2.05", "2.04"]
    d.wait("server-bootstrap-started")
    d.wait("bootstrap-finished")
    d.wait("registered", "101")


def test_the_port_is_open_during_the_hold_off_only(server, daemon, listen_address):
    dm = server.listen()
    bs, _, d, uri = holding_off(server, daemon, listen_address, "nosec")
    assert is_open(listen_address)
    bs.speak_first(uri, full_bootstrap(dm))
    d.wait("registered", "101")
    # for some seconds it answers a Finish that is repeated
    end = boottime() + 13
    while is_open(listen_address):
        assert boottime() < end


def test_the_port_is_closed_before_the_client_asks_by_itself(server, daemon, listen_address):
    bs, _, d, _ = holding_off(server, daemon, listen_address, "nosec", "1s")
    bs.wait("bootstrap-request")
    assert not is_open(listen_address)


def test_never_means_never(server, daemon, listen_address):
    holding_off(server, daemon, listen_address, server_initiated={"listen": "never"})
    assert not is_open(listen_address)


@BOTH
def test_always_means_as_long_as_there_is_an_account(server, daemon, listen_address, security):
    keys = Keys() if security == "psk" else None
    bs, dm, new = server.listen("bs", keys), server.listen(), server.listen("new")
    d = daemon(quick_conf(servers={"main": server_conf(dm)}, bootstrap=bootstrap_conf(
        bs, "1h", listen_address, keys, server_initiated={"listen": "always"})))
    d.wait("registered", "101")
    d.wait_listening()
    bs.speak_first(f"{bs.scheme}://{listen_address}", full_bootstrap(new, 102))
    assert codes_of(bs) == ["2.02", "2.04", "2.04", "2.04"]
    d.wait("registered", "102")


def test_even_always_is_closed_while_the_client_asks_with_the_same_key(
        server, daemon, listen_address, keys):
    """Our own ClientHello, sent back to us, must find nobody (RFC 9257 "Selfie")."""
    bs = server.listen("bs", keys)
    bs.do("answer bootstrap none")
    d = daemon(quick_conf(coap={"ack_timeout": "3s"}, bootstrap=bootstrap_conf(
        bs, "1s", listen_address, keys, server_initiated={"listen": "always"})))
    d.wait("holdoff-started")
    d.wait_listening()
    bs.wait("bootstrap-request")
    assert not is_open(listen_address)
    d.wait("bootstrap-failed", timeout=8)
    end = boottime() + 3
    while not is_open(listen_address):
        assert boottime() < end, "not open again"


@BOTH
def test_a_post_of_bs_with_a_query_is_never_a_finish(server, daemon, listen_address, security):
    dm = server.listen()
    bs, _, d, uri = holding_off(server, daemon, listen_address, security)
    bs.speak_first(uri, [*write_account(dm), "POST /bs?ep=x&pct=11542", "DISCOVER /", "FINISH"])
    assert codes_of(bs) == ["2.04", "2.04", "4.00", "2.05", "2.04"]
    d.wait("registered", "101")


def test_a_wrong_identity_is_reported_and_gets_nothing(server, daemon, listen_address):
    bs, _, d, uri = holding_off(server, daemon, listen_address)
    bs.speak_first(uri, ["DISCOVER /"], Keys("somebody"))
    d.lines.wait(lambda e: e.reason == "bs.peer-refused", 10, "reason bs.peer-refused")
    assert not bs.seen("answer")


def test_without_security_another_port_is_a_stranger(server, daemon, listen_address, peer):
    bs, _, d, _ = holding_off(server, daemon, listen_address, "nosec")
    stranger = peer()
    host, port = listen_address.split(":")
    stranger.peer = (host, int(port))
    stranger.send(Message.request("GET", "/", options=[(17, b"\x28")]))
    answer = stranger.receive(0.5)
    assert answer is None or answer.code >> 5 == 4 or answer.code == 0
    d.lines.wait(lambda e: e.reason == "bs.peer-refused", 5, "reason bs.peer-refused")


def test_without_permission_there_is_no_listener_without_security(server, daemon, listen_address):
    bs = server.listen("bs")
    conf = quick_conf(bootstrap=bootstrap_conf(bs, "1h", listen_address))
    conf["security"]["allow_nosec"] = "no"
    d = daemon(conf)
    assert d.wait_exit() == 78


def test_a_datagram_without_security_on_the_secure_port_is_dropped(
        server, daemon, listen_address, peer):
    bs, _, d, uri = holding_off(server, daemon, listen_address)
    stranger, dm = peer(), server.listen()
    host, port = listen_address.split(":")
    for data in (Message.request("DELETE", "/").encode(), b"\x16\xfe\xfd" + b"\0" * 40, b"\xff"):
        stranger.send_raw(data, (host, int(port)))
    bs.speak_first(uri, full_bootstrap(dm))
    assert codes_of(bs) == ["2.02", "2.04", "2.04", "2.04"]
    assert not [m for m in stranger.log if m.code]


def test_management_is_not_served_there(server, daemon, listen_address):
    dm = server.listen()
    bs, _, _, uri = holding_off(server, daemon, listen_address)
    bs.speak_first(uri, ["READ /3/0/0 text", "EXECUTE /3/0/4", "READ /0/0/5", *full_bootstrap(dm)])
    codes = codes_of(bs)
    assert all(code[0] == "4" for code in codes[:3]) and codes[3:] == ["2.02", "2.04", "2.04", "2.04"]


def test_the_hold_off_account_is_not_listed_with_a_short_id(server, daemon, listen_address):
    bs, _, _, uri = holding_off(server, daemon, listen_address)
    bs.speak_first(uri, ["DISCOVER /0"])
    bs.wait("played")
    found = {k: v for k, v in links(bs.answers()[0].text).items() if k.startswith("/0/")}
    assert len(found) == 1 and all("ssid" not in v for v in found.values())


def test_a_taken_port_is_told_and_the_hold_off_goes_on(server, daemon, peer):
    taken, bs = peer(), server.listen("bs")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "1s", f"127.0.0.1:{taken.port}")))
    d.lines.wait(lambda e: e.reason == "net.port-busy", 5, "reason net.port-busy")
    bs.wait("bootstrap-request")


def test_a_second_session_of_the_bootstrap_server_replaces_a_stalled_one(
        server, daemon, listen_address):
    dm = server.listen()
    bs, _, d, uri = holding_off(server, daemon, listen_address, session_timeout="2s")
    bs.speak_first(uri, write_account(dm, 102, 12))
    bs.wait("played")
    d.wait("bootstrap-failed", timeout=5)
    bs.speak_first(uri, full_bootstrap(dm))
    bs.wait("played")
    assert [a.code for a in bs.answers()][2:] == ["2.02", "2.04", "2.04", "2.04"]
    d.wait("registered", "101")
