"""Registration interface: what is sent, when, and what each answer brings about."""
import signal

import pytest

from coap import LOCATION_PATH, Message, boottime, links, tlv_decode
from harness import (ENDPOINT, Keys, assert_on_time, at, bootstrap_conf, instance_of, parameters,
                     quick_conf, server_conf)

BOTH = pytest.mark.parametrize("security", ["nosec", "psk"])


def conf_for(dm, keys=None, retry=None, **more):
    extra = {"retry": retry} if retry else {}
    return quick_conf(servers={"main": server_conf(dm, 101, keys, **more)}, **extra)


@BOTH
@pytest.mark.ets("1.1-int-101")
def test_register_says_who_we_are_and_what_we_have(server, daemon, security):
    keys = Keys() if security == "psk" else None
    dm = server.listen("dm", keys)
    d = daemon(conf_for(dm, keys, lifetime="5min"))
    seen = dm.wait("register")
    said = parameters(seen)
    assert said["ep"] == ENDPOINT and said["lt"] == "300" and said["lwm2m"] == "1.2"
    assert said.get("b", "U") == "U" and "Q" not in said and "sms" not in said
    assert seen["format"] == 40 and seen["path"] == "rd"
    listed = links(seen["payload"])
    assert listed["/"]["rt"] == "oma.lwm2m"
    objects = {path.split("/")[1] for path in listed if path != "/"}
    assert {"1", "3"} <= objects and not objects & {"0", "21", "23"}
    assert "/3/0" in listed
    d.wait("registered", "101")


def test_the_path_of_the_uri_stays_in_front_of_rd_and_not_of_the_location(peer, daemon):
    dm = peer()
    daemon(quick_conf(servers={"main": server_conf(dm.uri + "/a/b", lifetime=4)}))
    request = dm.wait_request("POST", "/a/b/rd")
    dm.reply(request, "2.01", [(8, b"rd"), (8, b"x y")])
    update = dm.wait_request("POST", "/rd/")
    assert update.path == "/rd/x y"
    dm.reply(update, "2.04")


@pytest.mark.parametrize("code, reason", [
    ("4.00", "reg.bad-request"), ("4.03", "reg.forbidden"), ("4.04", "reg.not-found"),
    ("4.09", "reg.conflict"), ("4.06", "reg.refused")])
def test_a_rejection_is_permanent(server, daemon, code, reason):
    dm = server.listen()
    dm.do(f"answer register {code}")
    d = daemon(conf_for(dm, retry={"count": 3}))
    first = at(dm.wait("register"))
    d.wait("register-failed", "101", reason)
    retries = 1 if code == "4.09" else 0  # "retry once with full list"
    dm.quiet("duplicate", 2.5)
    assert len(dm.seen("register")) <= 1 + retries
    assert at(dm.seen("register")[-1]) - first < 1


@pytest.mark.parametrize("refusals, version", [(1, "1.1"), (2, "1.0")])
def test_4_12_brings_the_next_lower_version(server, daemon, refusals, version):
    dm = server.listen()
    dm.do(f"answer register 4.12 x{refusals}")
    d = daemon(conf_for(dm))
    for expected in ["1.2", "1.1", "1.0"][:refusals]:
        assert parameters(dm.wait("register"))["lwm2m"] == expected
    seen = dm.wait("register")
    said = parameters(seen)
    assert said["lwm2m"] == version and seen["code"] == "2.01"
    assert "oma.lwm2m" in seen["payload"]
    d.wait("registered", "101")


def test_4_12_to_every_version_is_a_rejection(server, daemon):
    dm = server.listen()
    dm.do("answer register 4.12")
    d = daemon(conf_for(dm, retry={"count": 3}))
    d.wait("register-failed", "101", "reg.precondition")
    dm.quiet("duplicate", 2)
    assert [parameters(e)["lwm2m"] for e in dm.seen("register")] == ["1.2", "1.1", "1.0"]


def test_5_xx_is_tried_again_with_doubled_waits(server, daemon):
    dm = server.listen()
    dm.do("answer register 5.03 x2")
    daemon(conf_for(dm, retry={"count": 3, "timer": "1s"}))
    times = [at(dm.wait("register", 6)) for _ in range(3)]
    assert_on_time("second attempt", times[1], times[0] + 1)
    assert_on_time("third attempt", times[2], times[1] + 2)


def test_attempts_and_sequences_are_counted(server, daemon):
    dm = server.listen()
    dm.do("answer register 5.00")
    d = daemon(conf_for(dm, retry={"count": 2, "timer": "1s", "sequence_count": 2,
                                   "sequence_delay": "2s"}))
    times = [at(dm.wait("register", 6)) for _ in range(4)]
    assert_on_time("attempt 2 of sequence 1", times[1], times[0] + 1)
    assert_on_time("sequence 2", times[2], times[1] + 2)
    assert_on_time("attempt 2 of sequence 2", times[3], times[2] + 1)
    d.wait("all-servers-failed", reason="retry.exhausted")


def test_a_server_of_its_own_retry(server, daemon):
    dm = server.listen()
    dm.do("answer register 5.00")
    d = daemon(conf_for(dm, retry={"count": 1}) | {"servers": {"main": server_conf(
        dm, retry={"count": 2, "timer": "1s"})}})
    dm.wait("register")
    dm.wait("register", 3)
    d.wait("all-servers-failed", reason="retry.exhausted")


def test_silence_is_a_timeout_and_tried_again(server, daemon):
    dm = server.listen()
    dm.do("silent on")
    d = daemon(conf_for(dm, retry={"count": 2, "timer": "1s"}))
    dm.wait("ignored")
    d.wait("register-failed", "101", "reg.timeout", timeout=5)
    dm.do("silent off")
    dm.wait("register", 5)
    d.wait("registered", "101")


def test_an_acknowledged_register_that_is_never_answered_is_a_timeout(server, daemon):
    dm = server.listen()
    dm.do("answer register none x1")
    d = daemon(conf_for(dm, retry={"count": 2, "timer": "1s"}))
    dm.wait("register")
    d.wait("register-failed", "101", "reg.timeout", timeout=5)
    dm.wait("register", 5)
    d.wait("registered", "101")


def test_a_silent_dtls_server_is_told_apart_from_a_silent_one_without_security(server, daemon, keys):
    dm = server.listen("dm", keys)
    dm.do("silent on")
    d = daemon(conf_for(dm, keys))
    dm.wait("client-hello")
    d.wait("register-failed", "101", "dtls.timeout", timeout=40)


def test_a_wrong_key_is_told(server, daemon, keys):
    dm = server.listen("dm", keys)
    d = daemon(conf_for(dm, Keys(keys.identity)))
    d.wait("register-failed", "101", "dtls.psk-wrong-key", timeout=40)


def test_an_unknown_identity_is_told(server, daemon, keys):
    dm = server.listen("dm", keys)
    d = daemon(conf_for(dm, Keys("nobody")))
    dm.wait("unknown-identity")
    d.wait("register-failed", "101", "dtls.psk-unknown-identity", timeout=40)


def test_update_comes_at_half_of_a_short_lifetime_without_parameters(server, daemon):
    dm = server.listen()
    daemon(conf_for(dm, lifetime="4s"))
    registered = at(dm.wait("register"))
    first = dm.wait("update", 5)
    assert first["queries"] == [] and first["payload"] == ""
    # such timers may be a second late: they are put together with others
    for before, update in ((registered, first), (at(first), dm.wait("update", 5))):
        assert before + 2 <= at(update) <= before + 3.5


@pytest.mark.ets("1.1-int-105")
def test_update_answered_4_04_brings_a_new_register(server, daemon):
    dm = server.listen()
    d = daemon(conf_for(dm, lifetime="4s"))
    dm.wait("register")
    dm.do("forget")
    assert dm.wait("update", 5)["code"] == "4.04"
    d.wait("update-failed", "101", "reg.lost")
    dm.wait("register")
    d.wait("registered", "101")


def test_update_answered_4_00_brings_a_new_register(server, daemon):
    dm = server.listen()
    daemon(conf_for(dm, lifetime="4s"))
    dm.wait("register")
    dm.do("answer update 4.00 x1")
    dm.wait("update", 5)
    dm.wait("register")


def test_an_update_without_answer_brings_a_register(server, daemon):
    dm = server.listen()
    daemon(conf_for(dm, lifetime="4s"))
    dm.wait("register")
    dm.do("silent on")
    dm.wait("ignored", 5)
    dm.do("silent off")
    dm.wait("register", 10)


def test_a_registration_that_cannot_be_renewed_before_its_end_is_made_anew(server, daemon):
    dm = server.listen()
    daemon(conf_for(dm, lifetime="3s", retry={"count": 10, "timer": "1s"}))
    registered = at(dm.wait("register"))
    dm.do("silent on")
    dm.wait("ignored", 5)
    dm.quiet("register", max(0, registered + 4 - boottime()), after=registered)
    dm.do("silent off")
    dm.wait("register", 20)
    assert not dm.seen("update")


def test_a_restarted_dtls_server_gets_a_new_session_and_a_register(server, daemon, keys):
    dm = server.listen("dm", keys)
    d = daemon(conf_for(dm, keys, lifetime="6s"))
    dm.wait("register")
    dm.wait("client-hello")
    dm.do("restart")
    dm.wait("register", 60)
    d.wait("registered", "101")
    assert len(dm.seen("session", state="open")) == 2


def test_sigterm_deregisters_everywhere_and_ends_with_0(server, daemon):
    one, two = server.listen("one"), server.listen("two")
    d = daemon(quick_conf(servers={"a": server_conf(one, 101), "b": server_conf(two, 102)}))
    one.wait("register"), two.wait("register")
    d.wait("registered", "101"), d.wait("registered", "102")
    assert d.stop() == 0
    assert one.wait("deregister")["code"] == two.wait("deregister")["code"] == "2.02"
    assert d.events("stopped")


def test_sigterm_ends_within_the_deadline_when_nobody_answers(server, daemon):
    dm = server.listen()
    d = daemon(conf_for(dm) | {"coap": {"ack_timeout": "2s", "max_retransmit": 4}})
    dm.wait("register")
    d.wait("registered", "101")
    dm.do("silent on")
    began = boottime()
    assert d.stop() == 0
    assert boottime() - began < 6.5
    dm.wait("ignored")


def test_sigusr1_keeps_the_registration_over_a_restart_without_security(server, daemon):
    dm = server.listen()
    d = daemon(conf_for(dm))
    first = dm.wait("register")
    d.wait("registered", "101")
    assert d.stop(signal.SIGUSR1) == 0
    dm.quiet("deregister", 0.3)
    d.start()
    update = dm.wait("update")
    assert update["path"] == f"rd/{first['location']}" and update["code"] == "2.04"
    assert update["peer"] == first["peer"], "the port changed, the server sees another client"
    dm.quiet("register", 0.5, after=at(first))


def test_sigusr1_makes_a_new_registration_where_the_server_forgot_the_session(server, daemon, keys):
    dm = server.listen("dm", keys)
    d = daemon(conf_for(dm, keys))
    first = dm.wait("register")
    d.wait("registered", "101")
    assert d.stop(signal.SIGUSR1) == 0
    dm.quiet("deregister", 0.3)
    dm.do("restart")
    d.start()
    dm.wait("register")
    dm.quiet("update", 0.3, after=at(first))


def test_a_kept_registration_that_the_server_forgot_is_made_anew(server, daemon):
    dm = server.listen()
    d = daemon(conf_for(dm))
    dm.wait("register")
    d.wait("registered", "101")
    assert d.stop(signal.SIGUSR1) == 0
    dm.do("forget")
    d.start()
    assert dm.wait("update")["code"] == "4.04"
    dm.wait("register")


def test_a_crash_keeps_nothing_and_registers_again(server, daemon):
    dm = server.listen()
    d = daemon(conf_for(dm))
    dm.wait("register")
    d.wait("registered", "101")
    d.kill()
    d.start()
    dm.wait("register")
    dm.quiet("update", 0.3)


def test_requests_of_a_server_are_ignored_before_its_2_01(peer, daemon):
    dm = peer()
    daemon(quick_conf(servers={"main": server_conf(dm)}, coap={"ack_timeout": "5s"}))
    request = dm.wait_request("POST", "/rd")
    early = dm.send(Message.request("GET", "/3/0/16"), request.source)
    while (m := dm.receive(1)) is not None:
        assert m.token != early.token or m.code == 0 or m.code >> 5 in (4, 5), f"answered {m}"
    dm.reply(request, "2.01", [(LOCATION_PATH, b"rd"), (LOCATION_PATH, b"1")])
    assert dm.ask("GET", "/3/0/16").text == "2.05"


def test_ipv6(server, daemon):
    dm = server.listen("dm", host="::1")
    daemon(conf_for(dm))
    assert dm.wait("register")["peer"].startswith("[::1]:")


def test_a_name_is_resolved(server, daemon):
    dm = server.listen()
    d = daemon(quick_conf(servers={"main": server_conf(f"coap://localhost:{dm.port}")},
                          network={"family": "inet"}))
    dm.wait("register")
    d.wait("registered", "101")


def test_a_name_that_does_not_exist_is_told(daemon):
    d = daemon(quick_conf(servers={"main": server_conf("coap://nowhere.invalid")}))
    d.lines.wait(lambda e: e.event == "register-failed" and e.reason in ("dns.not-found",
                                                                         "dns.timeout"),
                 40, "register-failed because of the name")


def test_a_dead_server_never_delays_another(server, daemon, keys):
    dead, dtls, dm = server.listen("dead"), server.listen("dtls", keys), server.listen()
    dead.do("silent on"), dtls.do("silent on")
    d = daemon(quick_conf(servers={"a": server_conf(dead, 1), "b": server_conf(dtls, 2, keys),
                                   "c": server_conf("coap://nowhere.invalid", 3),
                                   "d": server_conf(dm, 4)}))
    started = d.wait("started").time
    assert at(dm.wait("register")) - started < 0.9
    d.wait("registered", "4")


@pytest.mark.ets("1.1-int-7")
def test_bootstrap_waits_for_the_last_of_them(server, daemon):
    slow, quick, bs = server.listen("slow"), server.listen("quick"), server.listen("bs")
    slow.do("answer register 5.03"), quick.do("answer register 4.03")
    daemon(quick_conf(
        servers={"a": server_conf(slow, 1, retry={"count": 2, "timer": "2s"}),
                 "b": server_conf(quick, 2)}, bootstrap=bootstrap_conf(bs, "0s")))
    slow.wait("register")
    last = at(slow.wait("register", 5))
    assert at(bs.wait("bootstrap-request")) >= last


def test_the_server_object_is_what_the_configuration_says(server, daemon):
    dm = server.listen()
    daemon(quick_conf(servers={"main": server_conf(
        dm, 101, lifetime="1000s", min_period="11s", max_period="12s", disable_timeout="13s",
        store_notifications=False, mute_send=True, registration_priority_order=5,
        registration_failure_block=True, bootstrap_on_registration_failure=False,
        retry={"count": 2, "timer": "14s", "sequence_count": 3, "sequence_delay": "15s",
               "initial_delay": "1s"})}))
    x = instance_of(dm.wait("register"))
    records = tlv_decode(dm.ask(f"READ /1/{x} tlv").payload)
    if records[0][0] == 0:
        records = records[0][2]
    found = {rid: value if rid == 7 else int.from_bytes(value, "big") for _, rid, value in records}
    assert {rid: found.get(rid) for rid in (0, 1, 2, 3, 5, 6, 7, 13, 14, 15, 16, 17, 18, 19, 20, 23)
            } == {0: 101, 1: 1000, 2: 11, 3: 12, 5: 13, 6: 0, 7: b"U", 13: 5, 14: 1, 15: 1, 16: 0,
                  17: 2, 18: 14, 19: 15, 20: 3, 23: 1}


def test_the_instance_of_the_server_tells_its_short_id(server, daemon):
    dm = server.listen()
    daemon(conf_for(dm))
    x = instance_of(dm.wait("register"))
    assert dm.ask(f"READ /1/{x}/0 text").text == "101"


# --- queue mode (TS core 6.5) ---

@pytest.mark.ets("1.1-int-108")
def test_queue_mode_is_told_by_q(server, daemon):
    dm = server.listen("dm")
    d = daemon(conf_for(dm, queue_mode=True))
    seen = dm.wait("register")
    assert "Q" in seen["queries"] and parameters(seen).get("b", "U") == "U"
    d.wait("registered", "101")


def test_queue_mode_is_a_letter_of_the_binding_in_1_0(server, daemon):
    dm = server.listen("dm")
    dm.do("answer register 4.12 x2")
    daemon(conf_for(dm, queue_mode=True))
    for _ in range(2):
        dm.wait("register")
    seen = dm.wait("register")
    assert parameters(seen)["b"] == "UQ" and "Q" not in seen["queries"]


@pytest.mark.ets("1.1-int-109")
def test_what_a_server_held_back_is_answered_after_the_update(server, daemon):
    dm = server.listen("dm")
    d = daemon(conf_for(dm, queue_mode=True, lifetime=4))
    x = instance_of(dm.wait("register"))
    d.wait("registered", "101")
    dm.wait("update")
    answer = dm.ask(f"READ /1/{x}/1 text")
    assert (answer.code, answer.text) == ("2.05", "4")
