"""Device management, the minimum: Read, Write, Execute, Discover on objects 1 and 3."""
import pytest

from coap import RESOURCE, boottime, links, tlv, tlv_decode, tlv_resources
from harness import (Keys, assert_on_time, at, bootstrap_conf, full_bootstrap, instance_of,
                     quick_conf, server_conf, write_account)

DEVICE = {"device": {"manufacturer": "Example Networks", "model": "GW-200", "serial": "4711"}}


@pytest.fixture(params=["nosec", "psk"])
def managed(server, daemon, request):
    """A registered client: (server, instance of /1, daemon)."""
    keys = Keys() if request.param == "psk" else None
    dm = server.listen("dm", keys)
    d = daemon(quick_conf(servers={"main": server_conf(dm, 101, keys)}, **DEVICE))
    x = instance_of(dm.wait("register"))
    d.wait("registered", "101")
    return dm, x, d


def resources(answer):
    """{rid: value} of a TLV read of an instance or of an object with one instance."""
    records = tlv_decode(answer.payload)
    if records and records[0][0] == 0:
        records = records[0][2]
    return {id: value for _, id, value in records}


@pytest.mark.ets("1.1-int-201", "1.1-int-224", "1.1-int-401")
def test_read_of_resources_as_text(managed):
    dm, x, _ = managed
    assert dm.ask("READ /3/0/0 text").text == "Example Networks"
    assert dm.ask("READ /3/0/1 text").text == "GW-200"
    assert dm.ask("READ /3/0/2 text").text == "4711"
    assert dm.ask(f"READ /1/{x}/0 text").text == "101"
    assert dm.ask(f"READ /1/{x}/1 text").text == "86400"
    answer = dm.ask(f"READ /1/{x}/7 text")
    assert (answer.code, answer.format, answer.text) == ("2.05", 0, "U")


@pytest.mark.ets("1.1-int-203", "1.1-int-222", "1.1-int-223")
def test_read_of_objects_and_instances_as_tlv(managed):
    dm, x, _ = managed
    for path in ("/3/0", "/3"):
        answer = dm.ask(f"READ {path} tlv")
        assert (answer.code, answer.format) == ("2.05", 11542)
        assert resources(answer)[0] == b"Example Networks"
    assert tlv_decode(dm.ask("READ /3 tlv").payload)[0][0] == 0
    found = resources(dm.ask(f"READ /1/{x} tlv"))
    assert int.from_bytes(found[1], "big") == 86400 and found[7] == b"U"


def test_read_without_accept_is_answered_in_some_format(managed):
    dm, _, _ = managed
    answer = dm.ask("READ /3/0")
    assert answer.code == "2.05" and answer.format == 112  # SenML CBOR, of many values


@pytest.mark.parametrize("operation, code", [
    ("READ /3/0/4 text", "4.05"),       # Reboot is executable only
    ("READ /3/1 tlv", "4.04"), ("READ /3/0/999 text", "4.04"), ("READ /4711 tlv", "4.04"),
    ("READ /4711/0/1 text", "4.04"), ("READ /3/0 text", "4.06"), ("READ /3/0/0 11060", "4.06"),
    ("PUT /3/0/0 text x", "4.05"), ("PUT /4711/0/1 text x", "4.04"), ("DELETE /3/0", "4.05"),
    ("DELETE /1/0/1", "4.05"), ("EXECUTE /3/0/0", "4.05"), ("EXECUTE /4711/0/1", "4.04"),
    ("POST /3 tlv 0801", "4.05"), ("DISCOVER /4711", "4.04"), ("DISCOVER /3/7", "4.04")])
def test_what_cannot_be_done_has_the_right_code(managed, operation, code):
    dm, _, _ = managed
    assert dm.ask(operation).code == code


@pytest.mark.parametrize("value, code", [
    ("text 0", None), ("text -1", "4.00"), ("text abc", "4.00"), ("text 4294967296", "4.00"),
    ("text ", "4.00"), ("tlv c1", "4.00"), ("opaque 01", "4.15"), ("11060 01", "4.15")])
def test_a_bad_value_of_a_write_is_refused_and_nothing_changes(managed, value, code):
    dm, x, _ = managed
    if code is None:  # 0 is "infinite" in LwM2M 1.2
        assert dm.ask(f"PUT /1/{x}/1 {value}").code in ("2.04", "4.00")
        return
    assert dm.ask(f"PUT /1/{x}/1 {value}").code == code
    assert dm.ask(f"READ /1/{x}/1 text").text == "86400"


@pytest.mark.ets("1.1-int-102", "1.1-int-107", "1.1-int-227")
def test_a_written_lifetime_brings_an_update_with_it(managed):
    dm, x, _ = managed
    assert dm.ask(f"PUT /1/{x}/1 text 310").code == "2.04"
    assert dm.wait("update", 3)["queries"] == ["lt=310"]
    assert dm.ask(f"READ /1/{x}/1 text").text == "310"


@pytest.mark.ets("1.1-int-215", "1.1-int-226")
def test_a_partial_write_of_the_instance_changes_only_what_it_names(managed):
    dm, x, _ = managed
    records = tlv(RESOURCE, 2, 101) + tlv(RESOURCE, 5, 2000) + tlv(RESOURCE, 1, 61)
    assert dm.ask(f"POST /1/{x} tlv {records.hex()}").code == "2.04"
    found = resources(dm.ask(f"READ /1/{x} tlv"))
    assert {rid: int.from_bytes(found[rid], "big") for rid in (0, 1, 2, 5)} == {
        0: 101, 1: 61, 2: 101, 5: 2000}
    assert found[7] == b"U"
    assert dm.wait("update", 3)["queries"] == ["lt=61"]


@pytest.mark.ets("1.1-int-215")
def test_a_replacing_write_of_the_instance_removes_what_it_does_not_name(managed):
    dm, x, _ = managed
    assert dm.ask(f"PUT /1/{x}/5 text 2000").code == "2.04"
    written = tlv_resources({1: 120, 6: True, 7: "U"})
    assert dm.ask(f"PUT /1/{x} tlv {written.hex()}").code == "2.04"
    found = resources(dm.ask(f"READ /1/{x} tlv"))
    assert 5 not in found and found[0] == b"\x65" and found[1] == b"\x78"


@pytest.mark.ets("1.1-int-256")
def test_the_short_server_id_cannot_be_written(managed):
    dm, x, _ = managed
    assert dm.ask(f"PUT /1/{x}/0 text 102").code == "4.05"
    assert dm.ask(f"READ /1/{x}/0 text").text == "101"


@pytest.mark.ets("1.1-int-104")
def test_the_update_trigger_brings_an_update_without_parameters(managed):
    dm, x, _ = managed
    assert dm.ask(f"EXECUTE /1/{x}/8").code == "2.04"
    update = dm.wait("update", 3)
    assert update["queries"] == [] and update["payload"] == ""


@pytest.mark.ets("1.1-int-103")
def test_disable_deregisters_is_quiet_for_its_time_and_registers_again(managed):
    dm, x, _ = managed
    assert dm.ask(f"PUT /1/{x}/5 text 2").code == "2.04"
    first = at(dm.seen("register")[0])
    assert dm.ask(f"EXECUTE /1/{x}/4").code == "2.04"
    left = at(dm.wait("deregister", 3))
    again = at(dm.wait("register", 5))
    assert again >= left + 1.9 and again - left < 2.5 and again > first


def test_the_bootstrap_trigger_without_account_is_not_allowed(managed):
    dm, x, _ = managed
    assert dm.ask(f"EXECUTE /1/{x}/9").code == "4.05"
    assert dm.ask("READ /3/0/0 text").code == "2.05"


@pytest.mark.ets("1.1-int-5")
def test_the_bootstrap_trigger_brings_a_bootstrap_request_without_hold_off(server, daemon):
    dm, new, bs = server.listen(), server.listen("new"), server.listen("bs")
    bs.bootstrap(full_bootstrap(new, 102))
    d = daemon(quick_conf(servers={"main": server_conf(dm)}, bootstrap=bootstrap_conf(bs, "1h")))
    x = instance_of(dm.wait("register"))
    answered = boottime()
    assert dm.ask(f"EXECUTE /1/{x}/9").code == "2.04"
    assert_on_time("Bootstrap-Request", at(bs.wait("bootstrap-request")), answered)
    new.wait("register")
    d.wait("registered", "102")
    dm.wait("deregister", 5)


def test_a_refused_bootstrap_trigger_keeps_the_registration(server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    d = daemon(quick_conf(servers={"main": server_conf(dm)}, bootstrap=bootstrap_conf(bs, "1h")))
    x = instance_of(dm.wait("register"))
    assert dm.ask(f"EXECUTE /1/{x}/9").code == "2.04"
    assert bs.wait("bootstrap-request")["code"] == "4.00"
    d.wait("bootstrap-failed", reason="bs.refused")
    assert dm.ask("READ /3/0/16 text").text == "UT"


def test_a_trigger_switched_off_by_the_configuration_is_not_allowed(server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    daemon(quick_conf(servers={"main": server_conf(dm)}, bootstrap=bootstrap_conf(
        bs, "1h", server_initiated={"trigger": False})))
    x = instance_of(dm.wait("register"))
    assert dm.ask(f"EXECUTE /1/{x}/9").code == "4.05"


def test_discover_lists_objects_instances_and_resources(managed):
    dm, x, _ = managed
    answer = dm.ask("DISCOVER /3")
    assert (answer.code, answer.format) == ("2.05", 40)
    found = links(answer.text)
    assert {"/3", "/3/0", "/3/0/0", "/3/0/4", "/3/0/16"} <= set(found)
    found = links(dm.ask(f"DISCOVER /1/{x}").text)
    assert {f"/1/{x}", f"/1/{x}/0", f"/1/{x}/1", f"/1/{x}/8"} <= set(found)
    assert not [path for path in found if path.startswith("/0")]
    assert set(links(dm.ask("DISCOVER /3/0/0").text)) == {"/3/0/0"}


def test_the_device_object_has_its_mandatory_resources(managed):
    dm, _, _ = managed
    found = resources(dm.ask("READ /3/0 tlv"))
    assert found[16] == b"UT" and 11 in found


@pytest.mark.ets("1.1-int-950")
def test_two_servers_see_their_own_server_instance(server, daemon):
    one, two = server.listen("one"), server.listen("two")
    daemon(quick_conf(servers={"a": server_conf(one, 101), "b": server_conf(two, 102)}))
    first, second = one.wait("register"), two.wait("register")
    ids = {one.ask(f"READ /1/{instance_of(first, n=n)}/0 text").text for n in range(2)}
    assert ids == {"101", "102"}
    assert first["payload"] == second["payload"]


def access(object_id, instance, owner, rights):
    """Resources of an instance of object 2; rights: {short id: bits}, 1 read 2 write 4 execute."""
    entries = b"".join(tlv(1, ssid, bits) for ssid, bits in rights.items())
    return (tlv_resources({0: object_id, 1: instance, 3: owner}) + tlv(2, 2, entries)).hex()


@pytest.mark.ets("1.1-int-8")
def test_access_control_decides_between_servers(server, daemon):
    one, two, bs = server.listen("one"), server.listen("two"), server.listen("bs")
    bs.bootstrap(["DELETE /", *write_account(one, 101, 10), *write_account(two, 102, 11),
                  f"PUT /2/0 tlv {access(3, 0, 102, {101: 1, 102: 31})}",
                  f"PUT /2/1 tlv {access(1, 10, 101, {101: 31})}",
                  f"PUT /2/2 tlv {access(1, 11, 102, {101: 1, 102: 31})}", "FINISH"])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    bs.wait("played")
    assert [a.code for a in bs.answers()] == ["2.02", *["2.04"] * 8]
    d.wait("registered", "101"), d.wait("registered", "102")
    expected = [(one, "READ /3/0/16 text", "2.05"), (one, "EXECUTE /3/0/12", "4.01"),
                (one, "READ /1/11/1 text", "2.05"), (one, "PUT /1/11/1 text 5", "4.01"),
                (one, "EXECUTE /1/11/8", "4.01"), (one, "PUT /1/10/1 text 500", "2.04"),
                (two, "READ /1/10/1 text", "4.01"), (two, "PUT /1/11/1 text 600", "2.04")]
    assert [s.ask(operation).code for s, operation, _ in expected] == [c for _, _, c in expected]


def test_reboot_without_permission_is_not_allowed(server, daemon):
    dm = server.listen()
    daemon(quick_conf(servers={"main": server_conf(dm)}, device={"allow_reboot": False}))
    dm.wait("register")
    assert dm.ask("EXECUTE /3/0/4").code == "4.05"
