"""(D)TLS sessions that are resumed: after a restart the registration goes on (doc/decisions.md)."""
import os
import signal
import stat

import pytest

from harness import Keys, quick_conf, server_conf

BOTH = pytest.mark.parametrize("tcp", [False, True], ids=["dtls", "tls"])


def conf_for(dm, keys, **more):
    return quick_conf(servers={"main": server_conf(dm, 101, keys, **more)})


def registered(server, daemon, tcp):
    keys = Keys()
    dm = server.listen(keys=keys, tcp=tcp)
    d = daemon(conf_for(dm, keys))
    dm.wait("register")
    d.wait("registered", "101")
    return dm, d, keys


def restart(d):
    assert d.stop(signal.SIGUSR1) == 0
    kept = d.state / "registrations.cbor"
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o600
    return kept


@BOTH
def test_after_a_restart_the_registration_goes_on_over_the_resumed_session(server, daemon, tcp):
    dm, d, _ = registered(server, daemon, tcp)
    kept = restart(d)
    d.start()
    assert dm.wait("update")["code"] == "2.04"
    assert len(dm.seen("register")) == 1 and not dm.seen("deregister")
    assert not kept.exists()


@BOTH
def test_a_session_that_the_server_forgot_brings_a_full_handshake_and_register(
        server, daemon, tcp):
    dm, d, _ = registered(server, daemon, tcp)
    restart(d)
    dm.do("restart")
    d.start()
    dm.wait("register")
    d.wait("registered", "101", timeout=3)
    assert not dm.seen("update")


@BOTH
def test_a_replayed_old_session_does_no_harm(server, daemon, tcp):
    """The file of an earlier run, put back: it is good for one start, what came later is not lost."""
    dm, d, _ = registered(server, daemon, tcp)
    old = restart(d).read_bytes()
    d.start()
    dm.wait("update")
    d.kill()
    kept = d.state / "registrations.cbor"
    kept.write_bytes(old)
    kept.chmod(0o600)
    d.start()
    event = dm.server.lines.wait(
        lambda e: e["event"] in ("register", "update") and e["t"] > 0, 10, "Register or Update")
    assert event["code"] in ("2.01", "2.04")


@BOTH
def test_new_keys_drop_the_old_session(server, daemon, tcp):
    dm, d, keys = registered(server, daemon, tcp)
    restart(d)
    d.write_conf(conf_for(dm, Keys(keys.identity, b"another-key-1234")))
    d.start()
    if tcp:
        d.wait("register-failed", "101", "dtls.psk-wrong-key")
    else:  # a wrong key is answered with silence there
        dm.wait("client-hello")
        dm.quiet("update", 1)
    assert len(dm.seen("register")) == 1 and not dm.seen("update")


@BOTH
def test_a_damaged_session_file_is_put_aside(server, daemon, tcp):
    dm, d, _ = registered(server, daemon, tcp)
    kept = restart(d)
    data = bytearray(kept.read_bytes())
    data[len(data) // 2] ^= 1
    kept.write_bytes(data)
    d.start()
    dm.wait("register")
    assert (d.state / "registrations.cbor.corrupt").exists()


@BOTH
def test_no_key_stands_in_what_is_kept(server, daemon, tcp):
    _, d, keys = registered(server, daemon, tcp)
    kept = restart(d).read_bytes()
    assert not any(form in kept for form in keys.forms())
