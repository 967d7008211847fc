"""The acceptance scenarios of the four steps, each named after its number: real processes, times on
CLOCK_BOOTTIME. H is ClientHoldOffTime, T0 the moment when the step-4 condition becomes true.
The first /bs is the Bootstrap-Request itself or, over DTLS, its ClientHello.
"""
import os
import signal

import pytest

from coap import Message, boottime, tlv_decode
from harness import (Keys, assert_on_time, at, bootstrap_conf, full_bootstrap, instance_of,
                     quick_conf, server_conf, write_account)

BOTH = pytest.mark.parametrize("security", ["nosec", "psk"])
ACK_TIMEOUT = 1.0  # of quick_conf(), and the whole of an exchange without retransmission


def bootstrap_server(server, security, name="bs"):
    keys = Keys() if security == "psk" else None
    return server.listen(name, keys), keys


def first_bs(bs, timeout):
    """When the client first turns to the bootstrap server by itself."""
    return at(bs.wait("client-hello" if bs.scheme == "coaps" else "bootstrap-request", timeout))


def no_bs(bs, seconds):
    bs.quiet("client-hello" if bs.scheme == "coaps" else "bootstrap-request", seconds)


def fails_at(dm):
    """T0 for a server that is silent: the end of the exchange that it ignored."""
    return at(dm.wait("ignored")) + ACK_TIMEOUT


def silent(server, name="dm"):
    dm = server.listen(name)
    dm.do("silent on")
    return dm


def test_scenario_03_a_reachable_server_is_registered_and_the_bootstrap_server_left_alone(
        server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    d = daemon(quick_conf(servers={"main": server_conf(dm)}, bootstrap=bootstrap_conf(bs, "1s")))
    dm.wait("register")
    d.wait("registered", "101")
    no_bs(bs, 3)


def test_scenario_04_one_of_two_reachable_is_enough(server, daemon):
    dm, dead, bs = server.listen(), silent(server, "dead"), server.listen("bs")
    d = daemon(quick_conf(servers={"a": server_conf(dead, 101), "b": server_conf(dm, 102)},
                          bootstrap=bootstrap_conf(bs, "1s")))
    dm.wait("register")
    d.wait("register-failed", "101", "reg.timeout", timeout=5)
    no_bs(bs, 2)
    assert len(dm.seen("register")) == 1
    assert not d.events("holdoff-started")


@BOTH
@pytest.mark.ets("1.1-int-6", "1.1-int-7")
def test_scenario_05_all_unreachable_first_bs_exactly_at_hold_off(server, daemon, security):
    bs, keys = bootstrap_server(server, security)
    one, two = silent(server, "one"), silent(server, "two")
    d = daemon(quick_conf(servers={"a": server_conf(one, 101), "b": server_conf(two, 102)},
                          bootstrap=bootstrap_conf(bs, "2s", keys=keys)))
    t0 = max(fails_at(one), fails_at(two))
    d.wait("holdoff-started")
    assert_on_time(f"first /bs over {security}", first_bs(bs, 10), t0 + 2)


@BOTH
def test_scenario_05_all_rejecting_first_bs_exactly_at_hold_off(server, daemon, security):
    bs, keys = bootstrap_server(server, security)
    dm = server.listen()
    dm.do("answer register 4.03")
    d = daemon(quick_conf(servers={"a": server_conf(dm)},
                          bootstrap=bootstrap_conf(bs, "1s", keys=keys)))
    t0 = at(dm.wait("register"))
    d.wait("all-servers-failed")
    assert_on_time(f"first /bs over {security}", first_bs(bs, 10), t0 + 1)


def test_scenario_05_a_closed_port_is_a_failure_like_silence(server, daemon):
    bs, dm = server.listen("bs"), server.listen()
    dm.do("close")
    started = boottime()
    daemon(quick_conf(servers={"a": server_conf(dm)}, bootstrap=bootstrap_conf(bs, "1s")))
    assert first_bs(bs, 10) >= started + 1


@BOTH
def test_scenario_06_without_server_instance_the_hold_off_starts_after_step_2(
        server, daemon, security):
    bs, keys = bootstrap_server(server, security)
    started = boottime()
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "2s", keys=keys)))
    begun = d.wait("holdoff-started").time
    first = first_bs(bs, 10)
    assert first >= started + 2
    print(f"lateness: first /bs after the log line: {(first - begun - 2) * 1000:.1f} ms")
    assert first <= begun + 2.5


@BOTH
def test_scenario_06_a_hold_off_of_0_asks_at_once(server, daemon, security):
    bs, keys = bootstrap_server(server, security)
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "0s", keys=keys)))
    ready = d.wait("started").time
    assert first_bs(bs, 5) - ready < 1


def test_scenario_07_an_absent_hold_off_is_the_configured_default(server, daemon):
    bs = server.listen("bs")
    conf = bootstrap_conf(bs)
    del conf["client_hold_off_time"]
    d = daemon(quick_conf(bootstrap=conf))
    ready = d.wait("started").time
    assert first_bs(bs, 5) - ready < 1


def test_scenario_07_a_hold_off_of_4294967295_is_accepted_without_overflow(server, daemon):
    bs = server.listen("bs")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "4294967295s")))
    d.wait("holdoff-started")
    if os.geteuid() == 0:  # the process is not dumpable
        d.wait_timer(lambda left: 4294967295 - 60 < left <= 4294967295)
    no_bs(bs, 2)


def test_scenario_08_a_late_registration_inside_the_hold_off_cancels_it(server, daemon):
    refusing, late, bs = server.listen("refusing"), silent(server, "late"), server.listen("bs")
    refusing.do("answer register 4.03")
    d = daemon(quick_conf(
        retry={"count": 3, "timer": "1s"},
        servers={"a": server_conf(refusing, 101, bootstrap_on_registration_failure=True),
                 "b": server_conf(late, 102)},
        bootstrap=bootstrap_conf(bs, "6s")))
    d.wait("holdoff-started")
    late.wait("ignored")
    late.do("silent off")
    late.wait("register", 5)
    d.wait("registered", "102")
    no_bs(bs, 6)


@BOTH
@pytest.mark.ets("1.1-int-6")
def test_scenario_09_a_bootstrap_by_the_server_inside_the_hold_off_replaces_ours(
        server, daemon, listen_address, security):
    bs, keys = bootstrap_server(server, security)
    dm = server.listen()
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "3s", listen_address, keys)))
    started = d.wait("holdoff-started").time
    d.wait_listening()
    bs.speak_first(f"{bs.scheme}://{listen_address}", full_bootstrap(dm, lifetime=1234))
    bs.wait("played")
    assert [a.code for a in bs.answers()] == ["2.02", "2.04", "2.04", "2.04"]
    assert "lt=1234" in dm.wait("register")["queries"]
    d.wait("bootstrap-finished")
    d.wait("registered", "101")
    hello = [e for e in bs.seen("client-hello")] + bs.seen("bootstrap-request")
    assert not hello, "the client asked as well"
    no_bs(bs, max(0, started + 3.5 - boottime()))


def test_scenario_09_a_bare_handshake_does_not_end_the_hold_off(
        server, daemon, listen_address, keys):
    bs, dm = server.listen("bs", keys), server.listen()
    dm.do("answer register 4.03")
    d = daemon(quick_conf(servers={"a": server_conf(dm)},
                          bootstrap=bootstrap_conf(bs, "2s", listen_address, keys)))
    t0 = at(dm.wait("register"))
    d.wait("holdoff-started")
    d.wait_listening()
    bs.speak_first(f"coaps://{listen_address}", [])
    bs.wait("session", state="open", role="client")
    assert_on_time("first /bs", first_bs(bs, 10), t0 + 2)


def test_scenario_09_an_unauthenticated_write_does_not_end_the_hold_off(
        server, daemon, listen_address, peer):
    bs, dm = server.listen("bs"), server.listen()
    dm.do("answer register 4.03")
    d = daemon(quick_conf(servers={"a": server_conf(dm)},
                          bootstrap=bootstrap_conf(bs, "2s", listen_address)))
    t0 = at(dm.wait("register"))
    d.wait("holdoff-started")
    d.wait_listening()
    stranger = peer()
    host, port = listen_address.split(":")
    stranger.peer = (host, int(port))
    stranger.send(Message.request("PUT", "/0/10/0", format=0, payload="coap://127.0.0.1"))
    stranger.send(Message.request("DELETE", "/"))
    assert_on_time("first /bs", first_bs(bs, 10), t0 + 2)
    assert not [m for m in stranger.log if m.code >> 5 == 2]


def test_scenario_09_wrong_credentials_do_not_end_the_hold_off(
        server, daemon, listen_address, keys):
    bs, dm = server.listen("bs", keys), server.listen()
    dm.do("answer register 4.03")
    d = daemon(quick_conf(servers={"a": server_conf(dm)},
                          bootstrap=bootstrap_conf(bs, "2s", listen_address, keys)))
    t0 = at(dm.wait("register"))
    d.wait("holdoff-started")
    d.wait_listening()
    bs.speak_first(f"coaps://{listen_address}", ["DELETE /"], Keys())
    assert_on_time("first /bs", first_bs(bs, 10), t0 + 2)
    assert not bs.seen("answer")


@pytest.mark.parametrize("hold_off", [5, 1])
def test_scenario_10_a_stalled_session_is_rolled_back_and_the_rest_of_the_hold_off_counts(
        server, daemon, listen_address, keys, hold_off):
    bs, dm, new = server.listen("bs", keys), server.listen(), server.listen("new")
    dm.do("answer register 4.03")
    d = daemon(quick_conf(
        servers={"a": server_conf(dm)},
        bootstrap=bootstrap_conf(bs, f"{hold_off}s", listen_address, keys, session_timeout="2s")))
    t0 = at(dm.wait("register"))
    d.wait("holdoff-started")
    d.wait_listening()
    bs.speak_first(f"coaps://{listen_address}", write_account(new, 102))
    bs.wait("played")
    last = at(bs.seen("answer")[-1])
    failed = d.wait("bootstrap-failed", reason="bs.no-finish", timeout=5)
    assert failed.time >= last + 1.9
    seen = first_bs(bs, 10)
    if hold_off > 2:
        assert_on_time("first /bs: remaining hold-off", seen, t0 + hold_off)
    else:
        assert seen >= last + 1.9 and seen - failed.time < 1
    bs.bootstrap(["DISCOVER /", "FINISH"])
    bs.do("answer bootstrap usual")
    listed = bs.wait("answer", 30, request="DISCOVER /")
    assert listed["code"] == "2.05" and "/0/10" not in bytes.fromhex(listed["payload"]).decode()


def test_scenario_11_without_bootstrap_account_nothing_is_asked(server, daemon):
    dm = server.listen()
    dm.do("answer register 4.03")
    d = daemon(quick_conf(servers={"a": server_conf(dm)}))
    dm.wait("register")
    d.lines.wait(lambda e: e.reason == "bs.no-account", 5, "reason bs.no-account")
    dm.quiet("bootstrap-request", 1)


@pytest.mark.slow
def test_scenario_11_without_bootstrap_account_the_round_is_repeated_after_60_s(server, daemon):
    dm = server.listen()
    dm.do("answer register 4.03 x1")
    d = daemon(quick_conf(servers={"a": server_conf(dm)}))
    first = at(dm.wait("register"))
    assert_on_time("second round", at(dm.wait("register", 70)), first + 60)
    d.wait("registered", "101")


def test_scenario_12_accounts_are_stored_after_finish_only(server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap(full_bootstrap(dm))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    dm.wait("register")
    d.kill()
    bs.do("silent on")
    d.start()
    dm.wait("register")
    d.wait("registered", "101")


@pytest.mark.parametrize("operations", range(4))
def test_scenario_12_kill_9_before_finish_leaves_the_old_state(server, daemon, operations):
    old, new, bs = server.listen("old"), server.listen("new"), server.listen("bs")
    bs.bootstrap(full_bootstrap(old))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    x = instance_of(old.wait("register"))
    d.wait("registered", "101")
    bs.wait("played")
    script = ["DELETE /", *write_account(new, 102, instance=11)][:operations]
    bs.bootstrap([*script, "WAIT 60000", "FINISH"])
    assert old.ask(f"EXECUTE /1/{x}/9").code == "2.04"
    bs.wait("bootstrap-request")
    for _ in script:
        bs.wait("answer")
    d.kill()
    bs.do("silent on")
    d.start()
    old.wait("register")
    d.wait("registered", "101")
    assert not new.seen("register")


def test_scenario_13_finish_4_06_then_a_correcting_write_and_finish_2_04(server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    security, registration = write_account(dm)
    bs.bootstrap(["DELETE /", security, "FINISH", registration, "FINISH"])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    bs.wait("played")
    assert [a.code for a in bs.answers()] == ["2.02", "2.04", "4.06", "2.04", "2.04"]
    assert len(bs.seen("bootstrap-request")) == 1
    dm.wait("register")
    d.wait("registered", "101")


@pytest.mark.parametrize("operation", [
    "READ /0", "READ /0/0", "READ /0/0/0", "READ /0/0/5", "DISCOVER /0", "DISCOVER /0/0",
    "OBSERVE /0", "OBSERVE /0/0/0", "PUT /0/0/0 text coap://127.0.0.1", "DELETE /0/0",
    "POST /0 tlv 080100", "PUT /0/0?pmin=10 text x", "EXECUTE /0/0/3"])
@pytest.mark.ets("1.1-int-221")
def test_scenario_14_a_server_has_no_access_to_object_0(server, daemon, operation):
    dm = server.listen()
    daemon(quick_conf(servers={"main": server_conf(dm)}))
    dm.wait("register")
    assert dm.ask(operation).code == "4.01"


def test_scenario_14_keys_are_in_no_log_and_in_no_answer(server, daemon):
    bs_keys, dm_keys = Keys(), Keys()
    bs, dm = server.listen("bs", bs_keys), server.listen("dm", dm_keys)
    bs.bootstrap(["DISCOVER /", "READ /1", *full_bootstrap(dm, keys=dm_keys)])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, keys=bs_keys)))
    dm.wait("register")
    for path in ("/", "/1", "/3", "/0", "/0/10/5"):
        dm.ask(f"READ {path}")
        dm.ask(f"DISCOVER {path}")
    d.send_signal(signal.SIGHUP)
    d.wait("config-loaded")
    assert d.stop() == 0
    payloads = b"".join(a.payload for a in dm.answers() + bs.answers())
    runtime = b"".join(p.read_bytes() for p in d.runtime.rglob("*") if p.is_file())
    for key in bs_keys, dm_keys:
        for form in key.forms():
            assert form not in d.log_bytes()
            assert form not in payloads
            assert form not in runtime
    for file in d.state.rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, f"{file} can be read by others"


def test_scenario_14_a_crash_leaves_no_core_dump(server, daemon, tmp_path):
    dm = server.listen()
    d = daemon.prepare(quick_conf(servers={"main": server_conf(dm)}),
                       prefix=["prlimit", "--core=unlimited"],
                       env={"ASAN_OPTIONS": "disable_coredump=0"})
    d.start()
    d.wait("registered", "101")
    d.send_signal(signal.SIGABRT)
    _, status = os.waitpid(d.pid, 0)
    assert os.WIFSIGNALED(status) and not os.WCOREDUMP(status)


@pytest.mark.parametrize("restart", [False, True])
def test_scenario_15_the_bootstrap_account_ends_after_its_time(server, daemon, restart):
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap(full_bootstrap(dm, lifetime=4))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, account_timeout="2s")))
    dm.wait("register")
    d.wait("bootstrap-finished")
    if restart:
        d.kill()
        d.start()
        dm.wait("register")
    d.lines.wait(lambda e: e.reason == "bs.account-purged", 6, "reason bs.account-purged")
    dm.do("silent on")
    if restart:
        d.kill()
        d.start()
    d.lines.wait(lambda e: e.reason == "bs.no-account", 20, "reason bs.no-account")
    assert len(bs.seen("bootstrap-request")) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="fdinfo of a process that is not dumpable needs root")
def test_scenario_16_the_hold_off_is_a_timerfd_on_clock_boottime(server, daemon):
    bs = server.listen("bs")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "1000s")))
    d.wait("holdoff-started")
    assert d.wait_timer(lambda left: 990 < left <= 1000)["clockid"] == "7"


def test_the_written_account_is_the_one_that_is_used(server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap(full_bootstrap(dm, short_id=4242, lifetime=777))
    daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    seen = dm.wait("register")
    assert "lt=777" in seen["queries"]
    x = instance_of(seen)
    records = tlv_decode(dm.ask(f"READ /1/{x} tlv").payload)
    if records[0][0] == 0:  # the instance around its resources
        records = records[0][2]
    assert int.from_bytes(dict((r[1], r[2]) for r in records)[0], "big") == 4242
