"""Composite operations: several paths in one request, of objects that may belong to others."""
import json

import pytest

from coap import MULTIPLE, RESOURCE_INSTANCE, tlv, tlv_resources
from harness import bootstrap_conf, instance_of, quick_conf, server_conf, write_account

SENML_JSON = 110


@pytest.fixture
def managed(server, daemon):
    """A registered client: (server, instance of /1)."""
    dm = server.listen("dm")
    device = {"manufacturer": "Example Networks", "serial": "4711"}
    d = daemon(quick_conf(servers={"main": server_conf(dm, 101)}, device=device))
    x = instance_of(dm.wait("register"))
    d.wait("registered", "101")
    return dm, x


def senml(*records, format=SENML_JSON, accept=None):
    """FORMAT VALUE of an operation of the scripted server."""
    shown = str(format) if accept is None else f"{format}:{accept}"
    return f"{shown} {json.dumps(records).encode().hex()}"


def paths(*names):
    return [{"n": name} for name in names]


def resolved(answer):
    """{path: value} of SenML JSON."""
    found, base = {}, ""
    for record in json.loads(answer.payload):
        base = record.get("bn", base)
        value = [record[key] for key in ("v", "vs", "vb", "vd", "vlo") if key in record]
        found[base + record.get("n", "")] = value[0] if value else None
    return found


@pytest.mark.ets("1.1-int-229", "1.1-int-280", "1.1-int-281")
def test_read_composite_reads_paths_of_all_levels(managed):
    dm, x = managed
    asked = paths("/3/0/0", "/3/0/4", "/3/0/11/0", f"/1/{x}/1", "/3/0/11")
    answer = dm.ask(f"FETCH / {senml(*asked, accept=SENML_JSON)}")
    assert (answer.code, answer.format) == ("2.05", SENML_JSON)
    assert resolved(answer) == {f"/1/{x}/1": 86400, "/3/0/0": "Example Networks", "/3/0/11/0": 0}
    answer = dm.ask(f"FETCH / {senml(*paths('/3/0'), accept=SENML_JSON)}")
    assert resolved(answer)["/3/0/2"] == "4711"


@pytest.mark.ets("1.1-int-235")
def test_read_composite_of_the_root_shows_no_hidden_object(managed):
    dm, x = managed
    found = resolved(dm.ask(f"FETCH / {senml(*paths('/'), accept=SENML_JSON)}"))
    objects = {path.split("/")[1] for path in found}
    assert {"1", "3"} <= objects and not objects & {"0", "21", "23"}
    assert found[f"/1/{x}/0"] == 101
    assert dm.ask(f"FETCH / {senml(*paths('/0'))}").code == "4.01"


@pytest.mark.ets("1.1-int-236")
def test_read_composite_leaves_out_what_is_missing(managed):
    dm, _ = managed
    asked = paths("/3/0/0", "/3/0/99", "/3/1", "/4711", "/3/0/11/7")
    found = resolved(dm.ask(f"FETCH / {senml(*asked, accept=SENML_JSON)}"))
    assert found == {"/3/0/0": "Example Networks"}
    answer = dm.ask(f"FETCH / {senml(*paths('/4711'), accept=SENML_JSON)}")
    assert (answer.code, answer.payload) == ("2.05", b"[]")


def test_composites_in_other_forms_have_their_codes(managed):
    dm, _ = managed
    asked = paths("/3/0/0")
    assert dm.ask(f"FETCH / {senml(*asked, accept=0)}").code == "4.06"
    assert dm.ask(f"FETCH / {senml(*asked, format=11542)}").code == "4.15"
    assert dm.ask(f"FETCH /3/0 {senml(*asked)}").code == "4.05"
    assert dm.ask("FETCH / 110 5b7b").code == "4.00"
    assert dm.ask(f"PATCH / {senml(*asked)}").code == "4.05"


@pytest.mark.ets("1.1-int-230", "1.1-int-257")
def test_write_composite_writes_to_several_resources_and_updates_the_lifetime(managed):
    dm, x = managed
    written = [{"n": f"/1/{x}/2", "v": 101}, {"n": f"/1/{x}/6", "vb": False},
               {"n": f"/1/{x}/1", "v": 310}]
    assert dm.ask(f"IPATCH / {senml(*written)}").code == "2.04"
    assert dm.wait("update", 3)["queries"] == ["lt=310"]
    for rid, value in ((2, "101"), (6, "0"), (1, "310")):
        assert dm.ask(f"READ /1/{x}/{rid} text").text == value


@pytest.mark.parametrize("record, code", [
    ({"n": "/3/0/0", "vs": "x"}, "4.05"), ({"n": "/3/0/4", "v": 1}, "4.05"),
    ({"n": "/3/7/13", "v": 1}, "4.04"), ({"n": "/4711/0/0", "v": 1}, "4.04"),
    ({"n": "/0/0/0", "vs": "coap://x"}, "4.01"), ({"n": "/1/0/1", "v": -1}, "4.00"),
    ({"n": "/1/0/1", "vs": "x"}, "4.00"), ({"n": "/1/0", "v": 1}, "4.00")])
def test_write_composite_is_all_or_nothing(managed, record, code):
    dm, x = managed
    record["n"] = record["n"].replace("/1/0", f"/1/{x}")
    assert dm.ask(f"IPATCH / {senml({'n': f'/1/{x}/2', 'v': 7}, record)}").code == code
    assert dm.ask(f"READ /1/{x}/2 text").code == "4.04"


# --- access control ---

def access(object_id, instance, owner, rights):
    entries = b"".join(tlv(RESOURCE_INSTANCE, ssid, bits) for ssid, bits in rights.items())
    return (tlv_resources({0: object_id, 1: instance, 3: owner}) + tlv(MULTIPLE, 2, entries)).hex()


@pytest.fixture
def two_servers(server, daemon):
    """Server 101 owns /2/0 that guards the device; 102 may read it."""
    one, two, bs = server.listen("one"), server.listen("two"), server.listen("bs")
    bs.bootstrap(["DELETE /", *write_account(one, 101, 10), *write_account(two, 102, 11),
                  f"PUT /2/0 tlv {access(3, 0, 101, {102: 1})}",
                  f"PUT /2/1 tlv {access(1, 10, 101, {0: 1})}",
                  f"PUT /2/2 tlv {access(1, 11, 102, {})}", "FINISH"])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    bs.wait("played")
    d.wait("registered", "101"), d.wait("registered", "102")
    return one, two


def test_an_object_shows_the_instances_that_a_server_may_read(two_servers):
    one, two = two_servers
    answer = one.ask("READ /1 tlv")
    assert answer.code == "2.05" and answer.payload[1] == 10 and b"\x00\x66" not in answer.payload
    found = resolved(two.ask(f"FETCH / {senml(*paths('/1'), accept=SENML_JSON)}"))
    # its own, and 101's by the default entry
    assert {path.split("/")[2] for path in found} == {"10", "11"}
    found = resolved(one.ask(f"FETCH / {senml(*paths('/1'), accept=SENML_JSON)}"))
    assert {path.split("/")[2] for path in found} == {"10"}


def test_a_composite_write_needs_the_right_everywhere(two_servers):
    one, _ = two_servers
    records = [{"n": "/1/10/2", "v": 7}, {"n": "/1/11/2", "v": 7}]
    assert one.ask(f"IPATCH / {senml(*records)}").code == "4.01"
    assert one.ask("READ /1/10/2 text").code == "4.04"
    assert one.ask(f"IPATCH / {senml(records[0])}").code == "2.04"
