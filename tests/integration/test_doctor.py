"""lwm2mctl doctor, report, execute, card, observe against a real daemon and real servers."""
import json
import os
import pathlib
import subprocess

import pytest

from harness import LWM2MD, Keys, bootstrap_conf, quick_conf, server_conf
from test_ctl import LWM2MCTL, MANAGE, Ctl, connect, hear

PATH = f"{pathlib.Path(LWM2MD).parent}:{os.environ['PATH']}"


def findings(ctl, *words):
    code, out, err = ctl("--json", "doctor", *words, timeout=60)
    print(ctl("doctor", *words, timeout=60)[1] + err)
    return code, {(f["check"], f.get("ssid")): f for f in map(json.loads, out.splitlines())}


def test_doctor_finds_nothing_wrong(peer, daemon):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    dm.accept_register()
    d.wait("registered", "101")
    code, found = findings(Ctl(d))
    assert code == 0
    assert [c for c, _ in found][:5] == ["config", "keys", "state", "clock", "card"]
    assert found["reach", 101]["result"] == "skip"
    assert found["register", 101]["result"] == "ok"
    # nothing was sent to a server with a session
    assert dm.receive(0.2) is None


def test_doctor_tells_a_closed_port(peer, daemon):
    gone = peer()
    uri = gone.uri
    gone.close()
    d = daemon(quick_conf(servers={"main": server_conf(uri)}))
    d.wait("register-failed", "101")
    code, found = findings(Ctl(d), "101")
    assert code == 1
    assert found["name", 101]["result"] == found["route", 101]["result"] == "ok"
    assert found["reach", 101]["reason"] == "net.refused"


def test_doctor_tells_a_wrong_key_where_the_port_answers(server, daemon):
    dm = server.listen("dm", keys=[Keys("dev")])
    d = daemon(quick_conf(servers={"main": server_conf(dm, keys=Keys("dev"))}))
    d.wait("register-failed", "101", timeout=60)
    code, found = findings(Ctl(d), "101")
    assert code == 1
    assert found["reach", 101]["result"] == "ok"
    assert found["register", 101]["result"] == "fail"
    assert found["register", 101]["reason"] in ("dtls.psk-wrong-key", "dtls.alert")


def test_doctor_checks_the_bootstrap_account_too(peer, daemon):
    bs = peer()
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "3600s")))
    d.wait("holdoff-started")
    code, found = findings(Ctl(d))
    assert ("name", 0) in found and ("route", 0) in found
    assert found["reach", 0]["reason"] == "reg.timeout" and code == 1


def test_doctor_without_the_daemon(tmp_path):
    done = subprocess.run([LWM2MCTL, "--socket", str(tmp_path / "none"), "doctor"], text=True,
                          capture_output=True, check=False, env={**os.environ, "PATH": PATH})
    assert done.returncode == 1
    assert "FAIL  daemon" in done.stdout and "config" in done.stdout


def test_report_has_everything_but_secrets(server, daemon, keys):
    dm = server.listen("dm", keys=[keys])
    d = daemon(quick_conf(servers={"main": server_conf(dm, keys=keys)}))
    d.wait("registered", "101")
    code, out, err = Ctl(d)("report", timeout=60)
    assert code == 0, err
    for part in ("system", "daemon", "configuration", "status", "why", "metrics", "journal"):
        assert f"\n== {part}" in out
    for form in keys.forms():
        assert form not in (out + err).encode()


def test_execute_as_a_server_would(peer, daemon):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    dm.accept_register()
    d.wait("registered", "101")
    ctl = Ctl(d)
    assert ctl("execute", "/3/0/12")[0] == 0  # Reset Error Code
    code, _, err = ctl("execute", "/3/0/0")
    assert code == 9 and "cannot be executed" in err
    assert ctl("execute", "/99/0/0")[0] == 8
    code, _, err = ctl("execute", "/3/0/12", "what")
    assert code == 9 and "0,1='text'" in err


def test_card_that_is_switched_off(peer, daemon):
    d = daemon(quick_conf(servers={"main": server_conf(peer())}, smartcard={"enabled": "no"}))
    d.wait("registering")
    code, _, err = Ctl(d)("card")
    assert code == 1 and 'smartcard.enabled is "no"' in err


def test_card_without_a_service_or_a_reader(peer, daemon):
    d = daemon(quick_conf(servers={"main": server_conf(peer())}))
    d.wait("registering")
    reply_code, out, _ = Ctl(d)("--json", "card", timeout=90)
    reply = json.loads(out)
    assert reply["result"] != "read" and reply_code in (1, 8)
    assert reply["reason"]["id"] in ("card.no-service", "card.no-reader", "card.denied")
    assert reply["reason"]["id"] in reply["text"]


def test_diagnose_streams_and_the_connection_goes_on(daemon):
    d = daemon(quick_conf(servers={"main": server_conf("coap://127.0.0.1:9")}))
    d.wait("registering")
    with connect(d) as s:
        s.sendall(json.dumps({"method": MANAGE + "Diagnose", "more": True}).encode() + b"\0")
        replies = [hear(s)]
        while replies[-1].get("continues"):
            replies.append(hear(s))
        assert len(replies) >= 5
        s.sendall(json.dumps({"method": MANAGE + "GetStatus"}).encode() + b"\0")
        assert hear(s)["parameters"]["state"]


@pytest.mark.parametrize("words", [("observe", "/3/0/9x"), ("execute", "x"), ("observe",)])
def test_paths_that_are_none(tmp_path, words):
    done = subprocess.run([LWM2MCTL, "--socket", str(tmp_path / "none"), *words], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 2
