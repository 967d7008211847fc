"""The operations of a bootstrap server, the consistency check, and what happens when it fails."""
import pytest

from coap import PSK, links, security_tlv, server_tlv, tlv
from harness import (ENDPOINT, Keys, at, bootstrap_conf, full_bootstrap,
                     parameters, quick_conf, server_conf, write_account)

BOTH = pytest.mark.parametrize("security", ["nosec", "psk"])


@pytest.fixture
def playing(server, daemon):
    """play(operations) starts a daemon that is bootstrapped with them: (bs, codes, daemon)."""
    def play(operations, **more):
        bs = server.listen("bs")
        bs.bootstrap(operations)
        d = daemon(quick_conf(bootstrap=bootstrap_conf(bs), **more))
        bs.wait("played")
        return bs, [a.code for a in bs.answers()], d
    return play


def answer_to(bs, operation):
    return [a for a in bs.answers() if a.event["request"] == operation]


@BOTH
def test_the_request_says_who_asks_and_for_which_format(server, daemon, security):
    keys = Keys() if security == "psk" else None
    bs = server.listen("bs", keys)
    daemon(quick_conf(bootstrap=bootstrap_conf(bs, keys=keys)))
    seen = bs.wait("bootstrap-request")
    assert parameters(seen) == {"ep": ENDPOINT, "pct": "11542"}
    assert seen["payload"] == ""


def test_4_15_brings_the_request_again_without_the_format(server, daemon):
    bs = server.listen("bs")
    bs.do("answer bootstrap 4.15 x1")
    daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    first, second = bs.wait("bootstrap-request"), bs.wait("bootstrap-request", 2)
    assert "pct" in parameters(first) and parameters(second) == {"ep": ENDPOINT}
    assert at(second) - at(first) < 0.5


@pytest.mark.ets("1.1-int-0")
def test_discover_lists_instances_with_short_ids_and_hides_the_bootstrap_account(server, playing):
    dm = server.listen()
    bs, codes, _ = playing([*write_account(dm, 4711), "DISCOVER /", "DISCOVER /1", "DISCOVER /3",
                            "DISCOVER /3/0", "FINISH"])
    assert codes == ["2.04", "2.04", "2.05", "2.05", "2.05", "4.00", "2.04"]
    whole = answer_to(bs, "DISCOVER /")[0]
    found = links(whole.text)
    assert whole.format == 40 and found["/"]["lwm2m"] in ("1.1", "1.2")
    assert found["/0/10"]["ssid"] == "4711" and found["/1/10"]["ssid"] == "4711"
    assert found["/0/10"].get("uri", dm.uri) == dm.uri
    other = [v for k, v in found.items() if k.startswith("/0/") and k != "/0/10"]
    assert len(other) == 1 and "ssid" not in other[0]
    assert not [path for path in found if path.count("/") > 2]
    one = links(answer_to(bs, "DISCOVER /1")[0].text)
    assert {path for path in one if path.startswith("/1/")} == {"/1/10"} and "/3/0" not in one


@pytest.mark.ets("1.1-int-8")
def test_read_is_allowed_on_objects_1_and_2_only(server, playing):
    dm = server.listen()
    bs, codes, _ = playing([*write_account(dm), "READ /1", "READ /1/10 tlv", "READ /2",
                            "READ /0", "READ /0/10/5", "READ /3/0", "READ /1/11", "FINISH"])
    assert codes[2:4] == ["2.05", "2.05"]
    assert codes[4] in ("2.05", "4.04")
    assert codes[5] == codes[7] == "4.05" and codes[6] in ("4.00", "4.05")
    assert codes[8:] == ["4.04", "2.04"]
    assert b"\x65" in answer_to(bs, "READ /1/10")[0].payload


def test_one_resource_at_a_time_is_enough(server, playing):
    dm = server.listen()
    _, codes, _ = playing([
        f"PUT /0/10/0 text {dm.uri}", "PUT /0/10/1 text 0", "PUT /0/10/2 text 3",
        "PUT /0/10/10 text 101", "PUT /1/10/0 text 101", "PUT /1/10/1 text 60",
        "PUT /1/10/6 text 1", "PUT /1/10/7 text U", "FINISH"])
    assert codes == ["2.04"] * 9
    assert "lt=60" in dm.wait("register")["queries"]


def test_an_object_is_written_with_several_instances(server, playing):
    dm = server.listen()
    security = tlv(0, 10, security_tlv(dm.uri, 101))
    registration = tlv(0, 10, server_tlv(101, 99))
    _, codes, _ = playing([f"PUT /0 tlv {security.hex()}", f"PUT /1 tlv {registration.hex()}",
                           "FINISH"])
    assert codes == ["2.04"] * 3
    assert "lt=99" in dm.wait("register")["queries"]


def test_a_write_of_an_instance_replaces_it_and_unknown_resources_are_ignored(server, playing):
    dm = server.listen()
    security, _ = write_account(dm)
    with_more = server_tlv(101, 60, r5=77, r4242=1)
    bs, codes, _ = playing([
        security, f"PUT /1/10 tlv {with_more.hex()}", "READ /1/10",
        f"PUT /1/10 tlv {server_tlv(101, 61).hex()}", "READ /1/10", "FINISH"])
    assert codes == ["2.04", "2.04", "2.05", "2.04", "2.05", "2.04"]
    before, after = answer_to(bs, "READ /1/10")
    assert b"\xc1\x05\x4d" in before.payload and b"\xc1\x05" not in after.payload
    assert "lt=61" in dm.wait("register")["queries"]


def test_what_leshan_writes_is_taken(server, playing):
    """Captured from Leshan 2.0.0-M15: empty keys, SMS keys and number, a hold-off for a server."""
    dm = server.listen()
    security = tlv(3, 0, dm.uri) + bytes.fromhex(
        "c10100c10203c003c004c005c10603c007c008c009c10a7bc10b01c10c00")
    _, codes, _ = playing(["DISCOVER /", "DELETE /0", "DELETE /1", f"PUT /0/1 tlv {security.hex()}",
                           "PUT /1/0 tlv c1007bc201012cc10201c10601c10755", "FINISH"])
    assert codes == ["2.05", "2.02", "2.02", "2.04", "2.04", "2.04"]
    assert "lt=300" in dm.wait("register")["queries"]


def test_a_bootstrap_account_with_short_id_0_is_tolerated(server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    account = security_tlv(bs.uri, 0, bootstrap=True, hold_off=5)
    bs.bootstrap([*(f"DELETE /0/{i}" for i in range(2)), f"PUT /0/0 tlv {account.hex()}",
                  *write_account(dm), "FINISH"])
    daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    bs.wait("played")
    assert [a.code for a in bs.answers()][2:] == ["2.04"] * 4


@pytest.mark.parametrize("operation, code", [
    ("PUT /4711/0 tlv c10001", "4.00"), ("PUT /0/10 tlv c1", "4.00"), ("PUT /0/10 tlv ffff", "4.00"),
    ("PUT /0/10 text x", "4.15"), ("PUT /1/10/1 text x", "4.00"), ("PUT /1/10/1 61 01", "4.15"),
    ("DELETE /0/10/1", "4.00"), ("DELETE /bs", "4.00"), ("DELETE /1/99", "2.02"),
    ("DELETE /4711", "2.02"), ("DELETE /3", "2.02"), ("DISCOVER /1/0", "4.00"),
    ("DISCOVER /4711", "4.04"), ("POST /bs?ep=x", "4.00")])
def test_bad_operations_are_refused_and_the_session_goes_on(server, playing, operation, code):
    dm = server.listen()
    _, codes, _ = playing([operation, *full_bootstrap(dm)])
    assert codes == [code, "2.02", "2.04", "2.04", "2.04"]
    dm.wait("register")


@pytest.mark.ets("1.1-int-4")
def test_delete_of_all_spares_the_bootstrap_account_and_the_device(server, playing):
    dm = server.listen()
    bs, codes, _ = playing([*write_account(dm, 102, 12), "DELETE /", "DISCOVER /",
                            *write_account(dm), "FINISH"])
    assert codes == ["2.04", "2.04", "2.02", "2.05", "2.04", "2.04", "2.04"]
    found = links(answer_to(bs, "DISCOVER /")[0].text)
    assert "/3/0" in found and "/0/12" not in found and "/1/12" not in found
    assert len([path for path in found if path.startswith("/0/")]) == 1


def test_the_bootstrap_account_itself_cannot_be_deleted(server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap([*(f"DELETE /0/{i}" for i in range(3)), "DISCOVER /0", *full_bootstrap(dm)])
    daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    bs.wait("played")
    codes = [a.code for a in bs.answers()]
    assert sorted(codes[:3]) == ["2.02", "2.02", "4.00"] and codes[3:] == [
        "2.05", "2.02", "2.04", "2.04", "2.04"]


FLAWED = {
    "nothing written": [],
    "server without security": [f"PUT /1/10 tlv {server_tlv(101).hex()}"],
    "security without server": [f"PUT /0/10 tlv {security_tlv('coap://127.0.0.1', 101).hex()}"],
    "no URI": [f"PUT /0/10 tlv {security_tlv('', 101).hex()}",
               f"PUT /1/10 tlv {server_tlv(101).hex()}"],
    "bad URI": [f"PUT /0/10 tlv {security_tlv('http://x', 101).hex()}",
                f"PUT /1/10 tlv {server_tlv(101).hex()}"],
    "coaps without security": [f"PUT /0/10 tlv {security_tlv('coaps://127.0.0.1', 101).hex()}",
                               f"PUT /1/10 tlv {server_tlv(101).hex()}"],
    "pre-shared key without key": [
        f"PUT /0/10 tlv {security_tlv('coaps://127.0.0.1', 101, mode=PSK, identity=b'x').hex()}",
        f"PUT /1/10 tlv {server_tlv(101).hex()}"],
    "short id 0": [f"PUT /0/10 tlv {security_tlv('coap://127.0.0.1', 0).hex()}",
                   f"PUT /1/10 tlv {server_tlv(0).hex()}"],
    "short id 65535": [f"PUT /0/10 tlv {security_tlv('coap://127.0.0.1', 65535).hex()}",
                       f"PUT /1/10 tlv {server_tlv(65535).hex()}"],
    "two short ids": [*(f"PUT /0/{i} tlv {security_tlv('coap://127.0.0.1', 101).hex()}"
                        for i in (10, 11)), f"PUT /1/10 tlv {server_tlv(101).hex()}"],
    "two bootstrap accounts": [
        f"PUT /0/11 tlv {security_tlv('coap://127.0.0.1:1', bootstrap=True).hex()}",
        f"PUT /0/10 tlv {security_tlv('coap://127.0.0.1', 101).hex()}",
        f"PUT /1/10 tlv {server_tlv(101).hex()}"],
    "lifetime only": ["PUT /1/10/5 text 5"],
    "unknown security mode": [f"PUT /0/10 tlv {security_tlv('coaps://x', 101, mode=9).hex()}",
                              f"PUT /1/10 tlv {server_tlv(101).hex()}"],
}


@pytest.mark.parametrize("what", FLAWED)
@pytest.mark.ets("1.1-int-9")
def test_an_inconsistent_configuration_is_refused_at_finish(server, playing, what):
    dm = server.listen()
    bs, codes, d = playing(["DELETE /", *FLAWED[what], "FINISH", "DELETE /",
                            *write_account(dm, instance=11), "FINISH"])
    finish = [a.code for a in answer_to(bs, "FINISH /bs")]
    assert finish == ["4.06", "2.04"], codes
    d.lines.wait(lambda e: e.reason == "bs.inconsistent", 3, "reason bs.inconsistent")
    dm.wait("register")


def test_finish_twice_is_no_error_for_the_client(server, playing):
    dm = server.listen()
    _, codes, d = playing([*full_bootstrap(dm), "FINISH"])
    assert codes[:4] == ["2.02", "2.04", "2.04", "2.04"]
    d.wait("registered", "101")


def test_the_bootstrap_account_can_be_replaced(server, daemon):
    dm, bs, next_bs = server.listen(), server.listen("bs"), server.listen("next")
    bs.bootstrap(["DISCOVER /0", *full_bootstrap(dm)])
    next_bs.bootstrap(full_bootstrap(dm, 103))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    found = links(bytes.fromhex(bs.wait("answer", request="DISCOVER /0")["payload"]).decode())
    own = [p for p in found if p.startswith("/0/")][0]
    register = dm.wait("register")
    account = security_tlv(next_bs.uri, bootstrap=True, hold_off=0)
    bs.bootstrap([f"PUT {own} tlv {account.hex()}", "FINISH"])
    x = [p for p in links(register["payload"]) if p.startswith("/1/")][0]
    assert dm.ask(f"EXECUTE {x}/9").code == "2.04"
    d.wait("bootstrap-finished"), d.wait("bootstrap-finished")
    dm.wait("update")  # the server's account is the same
    assert dm.ask(f"EXECUTE {x}/9").code == "2.04"
    next_bs.wait("bootstrap-request", 5)
    d.wait("registered", "103")


def test_a_new_account_without_security_needs_the_permission_of_the_configuration(server, daemon):
    keys, dm = Keys(), server.listen()
    bs = server.listen("bs", keys)
    bs.bootstrap(full_bootstrap(dm))
    d = daemon(quick_conf(security={"allow_nosec": "no"}, bootstrap=bootstrap_conf(bs, keys=keys)))
    bs.wait("played")
    assert [a.code for a in bs.answers()][-1] == "4.06"
    d.lines.wait(lambda e: e.reason == "bs.inconsistent", 3, "reason bs.inconsistent")
    dm.quiet("register", 0.5)


@pytest.mark.ets("1.1-int-1")
def test_a_psk_account_is_used_with_its_new_key(server, daemon):
    bs_keys, dm_keys = Keys(), Keys()
    bs, dm = server.listen("bs", bs_keys), server.listen("dm", dm_keys)
    bs.bootstrap(full_bootstrap(dm, keys=dm_keys))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, keys=bs_keys)))
    dm.wait("session", state="open")
    dm.wait("register")
    d.wait("registered", "101")


def test_factory_servers_are_left_for_those_of_the_bootstrap_server(server, daemon):
    old, new, bs = server.listen("old"), server.listen("new"), server.listen("bs")
    old.do("answer register 4.03 x1")
    bs.bootstrap(full_bootstrap(new, 102))
    d = daemon(quick_conf(servers={"a": server_conf(old, 101)}, bootstrap=bootstrap_conf(bs)))
    d.wait("registered", "102")
    d.kill()
    d.start()
    d.wait("registered", "102")
    assert len(old.seen("register")) == 1


@pytest.mark.parametrize("code, reason", [
    ("4.00", "bs.refused"), ("4.03", "bs.refused"), ("5.00", "bs.server-error")])
def test_a_refused_request_backs_off(server, daemon, code, reason):
    bs = server.listen("bs")
    bs.do(f"answer bootstrap {code}")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    first = at(bs.wait("bootstrap-request"))
    d.wait("bootstrap-failed", reason=reason)
    second = at(bs.wait("bootstrap-request", 8))
    assert 5 <= second - first <= 6.5  # max(hold-off, 5 s) and up to 20 % more


def test_a_silent_bootstrap_server_is_a_timeout(server, daemon):
    bs = server.listen("bs")
    bs.do("silent on")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    first = at(bs.wait("ignored"))
    d.wait("bootstrap-failed", reason="bs.timeout", timeout=5)
    bs.do("silent off")
    assert at(bs.wait("bootstrap-request", 10)) >= first + 5


@pytest.mark.parametrize("operations", [0, 2])
def test_a_session_without_finish_is_rolled_back(server, daemon, operations):
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap([*write_account(dm, 102, 12)[:operations], "WAIT 60000", "FINISH"])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, session_timeout="1s")))
    begun = bs.wait("bootstrap-request")
    failed = d.wait("bootstrap-failed", reason="bs.no-finish", timeout=5)
    assert failed.time >= at(begun) + 0.95
    bs.bootstrap(["DISCOVER /", *full_bootstrap(dm)])
    listed = bs.wait("answer", 15, request="DISCOVER /")
    assert "/0/12" not in links(bytes.fromhex(listed["payload"]).decode())
    d.wait("registered", "101")


def test_each_operation_starts_the_session_timeout_anew(server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    security, registration = write_account(dm)
    bs.bootstrap([security, "WAIT 1500", registration, "WAIT 1500", "FINISH"])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, session_timeout="2s")))
    d.wait("registered", "101")
    assert not d.events("bootstrap-failed")


def test_registrations_stand_and_are_not_served_while_the_session_is_open(server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap(["WAIT 60000", "FINISH"])
    d = daemon(quick_conf(servers={"main": server_conf(dm)}, bootstrap=bootstrap_conf(
        bs, "1h", session_timeout="1s")))
    x = [p for p in links(dm.wait("register")["payload"]) if p.startswith("/1/")][0]
    assert dm.ask(f"EXECUTE {x}/9").code == "2.04"
    bs.wait("bootstrap-request")
    dm.do("READ /3/0/16 text")
    d.wait("bootstrap-failed", timeout=5)
    assert not dm.seen("answer", code="2.05")
    # a retransmission of the same Read, when the session is over
    assert dm.wait("answer", 10, request="READ /3/0/16")["code"] == "2.05"
    assert not dm.seen("deregister") and len(dm.seen("register")) == 1


def test_after_a_finish_kept_servers_stay_and_deleted_ones_are_left(server, daemon):
    kept, gone, bs = server.listen("kept"), server.listen("gone"), server.listen("bs")
    bs.bootstrap(["DELETE /", *write_account(gone, 101, 10), "FINISH"])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    x = [p for p in links(gone.wait("register")["payload"]) if p.startswith("/1/")][0]
    d.wait("registered", "101")
    bs.bootstrap(["DELETE /0/10", "DELETE /1/10", *write_account(kept, 102, 11), "FINISH"])
    assert gone.ask(f"EXECUTE {x}/9").code == "2.04"
    kept.wait("register")
    d.wait("registered", "102")
    gone.wait("deregister", 5)


def triggered(server, daemon, second):
    """Bootstrapped at "old", then bootstrapped again with other operations: (old, bs, daemon)."""
    old, bs = server.listen("old"), server.listen("bs")
    bs.bootstrap(full_bootstrap(old))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    old.wait("register")
    d.wait("bootstrap-finished"), d.wait("registered", "101")
    bs.bootstrap(second)
    assert old.ask("EXECUTE /1/10/9").code == "2.04"
    d.wait("bootstrap-finished")
    return old, bs, d


def test_an_account_that_stays_the_same_keeps_its_registration(server, daemon):
    old, bs, d = triggered(server, daemon, ["DISCOVER /", "FINISH"])
    assert old.ask("READ /3/0/16 text").text == "UT"
    assert len(old.seen("register")) == 1 and not old.seen("deregister")


def test_a_new_lifetime_of_an_account_brings_an_update(server, daemon):
    old, bs, d = triggered(server, daemon, ["PUT /1/10/1 text 4000", "FINISH"])
    assert "lt=4000" in old.wait("update")["queries"]
    assert len(old.seen("register")) == 1


def test_a_new_uri_of_an_account_brings_a_register_there(server, daemon):
    new = server.listen("new")
    old, bs, d = triggered(server, daemon, [f"PUT /0/10/0 text {new.uri}", "FINISH"])
    new.wait("register")
    old.wait("deregister")


def test_a_new_key_of_an_account_brings_a_new_session_and_a_register(server, daemon):
    first, second, bs_keys = Keys("one"), Keys("two"), Keys()
    dm, bs = server.listen("dm", [first, second]), server.listen("bs", bs_keys)
    bs.bootstrap(full_bootstrap(dm, keys=first))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, keys=bs_keys)))
    dm.wait("register")
    d.wait("registered", "101")
    bs.bootstrap([*write_account(dm, keys=second), "FINISH"])
    assert dm.ask("EXECUTE /1/10/9").code == "2.04"
    dm.wait("register")
    assert len(dm.seen("session", state="open")) == 2


@pytest.mark.slow
def test_after_five_failures_the_sequence_starts_again_at_step_1(server, daemon):
    bs = server.listen("bs")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    d.wait("card-skipped")
    times = [at(bs.wait("bootstrap-request", 60)) for _ in range(5)]
    gaps = [b - a for a, b in zip(times, times[1:])]
    for gap, least in zip(gaps, (5, 10, 20, 40)):
        assert least <= gap <= least * 1.2 + 0.5
    again = d.wait("card-skipped", timeout=110)
    assert 80 <= again.time - times[-1] <= 96.5


def test_the_back_off_begins_with_a_hold_off_that_is_longer_than_5_s(server, daemon):
    bs = server.listen("bs")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "6s")))
    d.wait("holdoff-started")
    first = at(bs.wait("bootstrap-request"))
    second = at(bs.wait("bootstrap-request", 10))
    assert 6 <= second - first <= 7.7
