"""Each failure that can befall a client, caused for real: lwm2mctl why shows its reason and a hint
on one screen. Those of the first hour of work are in test_ctl.py, cards in test_card.py as well.
"""
import os
import shutil
import socket
import struct
import threading
import time

import pytest

import cards
from cards import account
from coap import security_tlv, server_tlv
from harness import (Keys, as_nobody, bootstrap_conf, full_bootstrap, instance_of, open_directory,
                     own_address, quick_conf, remove, server_conf, write_account)
from test_card import reader, start  # noqa: F401  (fixtures)
from test_ctl import Ctl
from test_metrics import figures
from test_security import conf_for, keys_for

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
NEEDS_CARD = pytest.mark.skipif(cards.missing() is not None, reason=str(cards.missing()))


def in_network(d, *setup):
    """The daemon gets a network of its own, made by these commands."""
    d.prefix = ["unshare", "-n", "sh", "-c", " && ".join([*setup, 'exec "$@"']), "sh"]
    return d


# --- names and routes ---

class NameServer:
    """Answers every question with this response code, or not at all."""

    def __init__(self, code=None):
        self.address, self.code = own_address(), code
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.address, 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        try:
            while True:
                data, peer = self.socket.recvfrom(1500)
                if self.code is not None:
                    head = data[:2] + struct.pack(">HHHHH", 0x8180 | self.code, 1, 0, 0, 0)
                    question = data[12:data.index(b"\0", 12) + 5]
                    self.socket.sendto(head + question, peer)
        except (OSError, ValueError):
            pass

    def resolve_for(self, d, tmp_path):
        """The daemon's own resolv.conf and nsswitch.conf."""
        resolv, switch = tmp_path / "resolv.conf", tmp_path / "nsswitch.conf"
        resolv.write_text(f"nameserver {self.address}\noptions timeout:1 attempts:1\n")
        switch.write_text("hosts: files dns\n")
        real = os.path.realpath("/etc/resolv.conf")
        mounts = [f"mount --bind {resolv} {real}"]
        if os.path.exists("/etc/nsswitch.conf"):
            mounts.append(f"mount --bind {switch} /etc/nsswitch.conf")
        d.prefix = ["unshare", "-m", "sh", "-c", " && ".join([*mounts, 'exec "$@"']), "sh"]


@NEEDS_ROOT
@pytest.mark.parametrize("code, reason", [(None, "dns.timeout"), (3, "dns.not-found")])
def test_resolver(daemon, tmp_path, code, reason):
    if not os.path.exists("/etc/resolv.conf"):
        pytest.skip("no /etc/resolv.conf to put another in place of")
    names = NameServer(code)
    d = daemon.prepare(quick_conf(servers={"main": server_conf("coap://dm.lwm2m.example:5683")}))
    names.resolve_for(d, tmp_path)
    d.start()
    d.wait("register-failed", "101", reason=reason, timeout=45)
    names.socket.close()
    Ctl(d).why(reason)


def test_no_address_of_the_wanted_family(daemon):
    d = daemon(quick_conf(servers={"main": server_conf("coap://127.0.0.1:5683")},
                          network={"family": "inet6"}))
    d.wait("register-failed", "101", reason="dns.no-family", timeout=20)
    Ctl(d).why("dns.no-family")


@NEEDS_ROOT
def test_no_route(daemon):
    d = daemon.prepare(quick_conf(servers={"main": server_conf("coap://192.0.2.1:5683")}))
    in_network(d, "ip link set lo up").start()
    d.wait("register-failed", "101", reason="net.unreachable", timeout=20)
    Ctl(d).why("net.unreachable")


@NEEDS_ROOT
def test_offline(daemon):
    d = daemon.prepare(quick_conf(servers={"main": server_conf("coap://192.0.2.1:5683")},
                                  network={"wait_online": True}))
    in_network(d, "ip link set lo up").start()
    d.lines.wait(lambda e: e.reason == "net.offline", 20, "reason net.offline")
    ctl = Ctl(d)
    ctl.why("net.offline")
    assert ctl.json("status")["state"]["phase"] == "offline"


# --- connections over TCP ---

def test_tcp_that_nobody_answers(daemon):
    """The queue of the listener is full: the kernel drops what comes."""
    with socket.socket() as s:
        s.bind((own_address(), 0))
        s.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for w in waiting:
            w.setblocking(False)
            w.connect_ex(s.getsockname())
        d = daemon(quick_conf(servers={
            "main": server_conf("coap+tcp://{}:{}".format(*s.getsockname()))}))
        d.wait("register-failed", "101", reason="tcp.timeout", timeout=60)
        Ctl(d).why("tcp.timeout")
        for w in waiting:
            w.close()


def test_tcp_that_is_closed_by_the_server(daemon):
    with socket.create_server(("127.0.0.1", 0)) as s:
        def hang_up():
            try:
                while True:
                    s.accept()[0].close()
            except OSError:
                pass
        threading.Thread(target=hang_up, daemon=True).start()
        d = daemon(quick_conf(servers={
            "main": server_conf(f"coap+tcp://127.0.0.1:{s.getsockname()[1]}")}))
        d.wait("register-failed", "101", reason="tcp.closed", timeout=30)
        Ctl(d).why("tcp.closed")


# --- keys ---

def test_a_handshake_that_falls_silent(peer, daemon):
    """A HelloVerifyRequest (RFC 6347, 4.2.1), then nothing."""
    dm = peer()

    def verify():
        try:
            while True:
                data, source = dm.socket.recvfrom(2048)
                if data[13] == 1 and not said:
                    cookie = b"\xfe\xff\x08" + bytes(range(8))
                    body = bytes([3, 0, 0, len(cookie), 0, 0, 0, 0, 0, 0, 0, len(cookie)]) + cookie
                    dm.socket.sendto(b"\x16\xfe\xff" + bytes(8) + struct.pack(">H", len(body)) +
                                     body, source)
                    said.append(True)
        except (OSError, IndexError):
            pass
    said = []
    dm.socket.settimeout(None)
    threading.Thread(target=verify, daemon=True).start()
    d = daemon(quick_conf(servers={"main": server_conf(dm.uri.replace("coap:", "coaps:"),
                                                       keys=Keys("dev"))}))
    d.wait("register-failed", "101", reason="dtls.half-open", timeout=60)
    Ctl(d).why("dtls.half-open")


def test_unknown_identity(server, daemon):
    dm = server.listen("dm", keys=[Keys("somebody-else")])
    d = daemon(quick_conf(servers={"main": server_conf(dm, keys=Keys("dev"))}))
    event = d.wait("register-failed", "101", timeout=60)
    assert event.reason in ("dtls.psk-unknown-identity", "dtls.psk-wrong-key", "dtls.alert")
    Ctl(d).why(event.reason)


def test_an_expired_certificate(server, daemon, authority):
    keys = keys_for("usage2", authority, server={"start": -2, "end": -1})
    dm = server.listen("dm", keys)
    d = daemon(conf_for(dm, keys, authority))
    d.wait("register-failed", "101", reason="dtls.cert-expired", timeout=60)
    ctl = Ctl(d)
    ctl.why("dtls.cert-expired")
    assert ctl("status")[0] == 5
    expiry = figures(ctl("metrics")[1])[
        'lwm2m_certificate_expiry_timestamp_seconds{ssid="101",kind="client"}']
    assert expiry > time.time()


# --- bootstrap ---

def test_bootstrap_without_finish(server, daemon):
    dm, bs = server.listen("dm"), server.listen("bs")
    bs.bootstrap(["DELETE /", *write_account(dm)])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, session_timeout="1s")))
    d.wait("bootstrap-failed", reason="bs.no-finish", timeout=15)
    Ctl(d).why("bs.no-finish")


def test_bootstrap_that_is_inconsistent(server, daemon):
    bs = server.listen("bs")
    bs.bootstrap(["DELETE /", f"PUT /1/10 tlv {server_tlv(101).hex()}", "FINISH"])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, session_timeout="1s")))
    d.lines.wait(lambda e: e.reason == "bs.inconsistent", 15, "reason bs.inconsistent")
    Ctl(d).why("bs.inconsistent")


def test_bootstrap_to_a_server_without_security(server, daemon):
    bs = server.listen("bs")
    bs.bootstrap(["DELETE /", f"PUT /0/10 tlv {security_tlv('coap://127.0.0.1', 101).hex()}",
                  f"PUT /1/10 tlv {server_tlv(101).hex()}", "FINISH"])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, session_timeout="1s"),
                          security={"allow_nosec": "bootstrap"}))
    d.lines.wait(lambda e: e.reason == "bs.inconsistent", 15, "reason bs.inconsistent")
    assert "no security is not allowed" in Ctl(d)("why")[1]
    Ctl(d).why("bs.inconsistent")


def test_bootstrap_server_that_is_silent(peer, daemon):
    d = daemon(quick_conf(bootstrap=bootstrap_conf(peer())))
    d.wait("bootstrap-failed", reason="bs.timeout", timeout=20)
    Ctl(d).why("bs.timeout")


def test_a_bootstrap_that_succeeded_is_in_the_steps(server, daemon):
    dm, bs = server.listen("dm"), server.listen("bs")
    bs.bootstrap(full_bootstrap(dm))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    d.wait("registered", "101")
    reasons = {s.get("reason", {}).get("id") for s in Ctl(d).json("why")["steps"]}
    assert "bs.finished" in reasons


def test_a_bootstrap_that_a_server_begins(server, daemon, listen_address):
    dm, bs = server.listen("dm"), server.listen("bs")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "1h", listen_address)))
    d.wait_listening()
    bs.speak_first(f"coap://{listen_address}", full_bootstrap(dm))
    d.wait("registered", "101")
    steps = Ctl(d).json("why")["steps"]
    assert "bs.server-started" in [s.get("reason", {}).get("id") for s in steps]


def test_a_bootstrap_that_a_server_asks_for(server, daemon):
    dm, bs = server.listen("dm"), server.listen("bs")
    bs.bootstrap(full_bootstrap(dm))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    x = instance_of(dm.wait("register"))
    d.wait("registered", "101")
    assert dm.ask(f"EXECUTE /1/{x}/9").code == "2.04"
    d.lines.wait(lambda e: e.reason == "bs.triggered", 10, "reason bs.triggered")
    steps = Ctl(d).json("why")["steps"]
    assert "bs.triggered" in [s.get("reason", {}).get("id") for s in steps]


# --- waits ---

def test_a_wait_before_the_next_try(peer, daemon):
    bs = peer()
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    bs.reply(bs.wait(lambda m: m.path.startswith("/bs"), 10), "4.00")
    d.lines.wait(lambda e: e.reason == "retry.waiting", 10, "reason retry.waiting")
    ctl = Ctl(d)
    steps = ctl.json("why")["steps"]
    assert "retry.waiting" in [s.get("reason", {}).get("id") for s in steps]
    assert "next: client-initiated bootstrap with" in ctl("why")[1]


def test_waits_have_a_reason_and_an_end(peer, daemon, listen_address):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)},
                          bootstrap=bootstrap_conf("coap://127.0.0.1:9", "300s", listen_address)))
    d.wait("holdoff-started", timeout=20)
    steps = Ctl(d).json("why")["steps"]
    waits = {s["reason"]["id"] for s in steps if s["result"] == "running" and "reason" in s}
    assert "holdoff.waiting" in waits


def test_a_server_that_disabled_itself(server, daemon):
    dm = server.listen("dm")
    d = daemon(quick_conf(servers={"main": server_conf(dm, disable_timeout="60s")}))
    d.wait("registered", "101")
    assert dm.ask("EXECUTE /1/0/4").code == "2.04"
    dm.wait("deregister")
    d.lines.wait(lambda e: e.reason == "reg.disabled", 10, "reason reg.disabled")
    ctl = Ctl(d)
    assert ctl.json("servers", "101")["servers"][0]["state"] == "disabled"
    steps = ctl.json("why")["steps"]
    assert "reg.disabled" in [s.get("reason", {}).get("id") for s in steps]


# --- cards ---

@NEEDS_CARD
@pytest.mark.parametrize("how, reason", [("absent", "card.absent"), ("broken", "card.data-invalid")])
def test_card(start, reader, how, reason):  # noqa: F811
    if how == "broken":
        right = account("coap://127.0.0.1:9")
        reader.insert(right[:-3])
    d = start()
    d.wait("card-skipped", reason=reason, timeout=20)
    d.lines.wait(lambda e: e.reason == "bs.no-account" or "idle until" in e.line, 10, "the next round")
    Ctl(d).why(reason)


@NEEDS_CARD
def test_card_that_is_another_one(server, start, reader):  # noqa: F811
    dm = server.listen("dm")
    octets = account(dm)
    card = reader.insert(octets)
    d = start()
    d.wait("registered", "101", timeout=20)
    assert d.stop() == 0
    reader.remove(card)
    reader.insert(octets, iccid=bytes.fromhex("98940000000000000020"))
    d.start()
    d.lines.wait(lambda e: e.reason == "card.swapped", 20, "reason card.swapped")
    steps = Ctl(d).json("why")["steps"]
    assert "card.swapped" in [s.get("reason", {}).get("id") for s in steps]


@NEEDS_CARD
def test_card_whose_pin_is_blocked(start, reader, tmp_path):  # noqa: F811
    pin = tmp_path / "pin"
    pin.write_text("1234\n")
    pin.chmod(0o600)
    reader.insert(account("coap://127.0.0.1:9"), pin="1234", tries=0)
    d = start(smartcard={"pin": f"file:{pin}"})
    d.wait("card-skipped", reason="card.pin-blocked", timeout=20)
    d.lines.wait(lambda e: e.reason == "bs.no-account" or "idle until" in e.line, 10, "the end")
    Ctl(d).why("card.pin-blocked")


def test_card_service_that_is_not_installed(daemon, tmp_path):
    d = daemon(quick_conf(smartcard={"enabled": "yes"}),
               env={"PCSCLITE_CSOCK_NAME": str(tmp_path / "none")})
    event = d.lines.wait(lambda e: (e.reason or "").startswith("card."), 60, "reason card.…")
    assert event.reason in ("card.no-service", "card.no-reader")
    Ctl(d).why(event.reason)


# --- state ---

@NEEDS_ROOT
@pytest.mark.parametrize("how", ["full", "read-only"])
def test_state_directory(server, daemon, how):
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap(full_bootstrap(dm))
    d = daemon.prepare(quick_conf(bootstrap=bootstrap_conf(bs, session_timeout="1s")))
    if how == "full":
        mount = 'mount -t tmpfs -o size=4k,mode=700 none "$0" && ' \
                'head -c 4096 /dev/zero >"$0/fill" || test -s "$0/fill" || exit 77; exec "$@"'
    else:
        mount = 'mount -t tmpfs -o ro,mode=700 none "$0" && exec "$@"'
    d.prefix = ["unshare", "-m", "sh", "-c", mount, str(d.state)]
    d.start()
    told = d.wait("state-problem", timeout=15)
    assert told.reason in ("state.full", "state.unwritable")
    d.wait("bootstrap-failed", timeout=15)
    ctl = Ctl(d)
    reply = ctl.json("why")
    print(ctl("why")[1], ctl("status")[1])
    told_to_people = [a["reason"] for a in reply["advice"]] + \
                     [w["code"] for w in reply["state"]["warnings"]]
    assert told.reason in told_to_people
    found = [w for w in reply["state"]["warnings"] if w["code"] == told.reason]
    assert found and found[0]["text"]


def test_state_directory_of_somebody_else(server, daemon):
    dm = server.listen()
    shared = open_directory()
    try:
        d = daemon.prepare(quick_conf(servers={"main": server_conf(dm)}), directory=shared,
                           prefix=as_nobody())
        for path in (d.directory, d.file, d.runtime, d.conf_dir):
            shutil.chown(path, 65534 if os.geteuid() == 0 else os.geteuid())
        d.state.chmod(0o555)
        d.start()
        d.wait("registered", "101")
        ctl = Ctl(d)
        assert "state.unwritable" in [w["code"] for w in ctl.json("status")["state"]["warnings"]]
        assert "state.unwritable" in ctl("status")[1]
        d.stop()
    finally:
        remove(shared)


# --- configuration ---

def test_a_configuration_that_is_refused_at_start(daemon):
    d = daemon.prepare("nonsense = 1;")
    d.start()
    d.wait("config-refused", reason="config.invalid")
    assert d.wait_exit() == 78
    code, _, err = Ctl(d)("why")
    assert code == 6 and "lwm2mctl log" in err


def test_a_key_that_others_can_read(daemon, tmp_path):
    key = tmp_path / "key"
    key.write_text(Keys().key.hex())
    key.chmod(0o644)
    d = daemon(quick_conf(servers={"main": {**server_conf("coap://127.0.0.1:9"), "enabled": False}},
                          bootstrap=bootstrap_conf("coap://127.0.0.1:9", "3600s")))
    d.wait("holdoff-started")
    account = {**server_conf("coaps://127.0.0.1:9", keys=Keys()), "psk_key": f"file:{key}"}
    for text, reason in [(f"file:{key}", "secret.exposed"), (f"file:{tmp_path}/none", "secret.missing"),
                         ("hex:00", "secret.format")]:
        d.write_conf(quick_conf(servers={"main": {**account, "psk_key": text}}))
        found = Ctl(d)("--json", "doctor", timeout=60)[1]
        assert f'"{reason}"' in found, found
