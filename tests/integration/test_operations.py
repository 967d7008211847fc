"""Device management operations, complete: each with its codes, at each level, all or nothing."""
import pytest

from coap import MULTIPLE, RESOURCE, RESOURCE_INSTANCE, links, tlv, tlv_resources
from harness import (bootstrap_conf, instance_of, quick_conf, server_conf, write_account)

DEVICE = {"device": {"manufacturer": "Example Networks", "model": "GW-200", "serial": "4711",
                     "firmware_version": "1.0"}}


@pytest.fixture
def managed(server, daemon):
    """A registered client: (server, instance of /1)."""
    dm = server.listen("dm")
    d = daemon(quick_conf(servers={"main": server_conf(dm, 101)}, **DEVICE))
    x = instance_of(dm.wait("register"))
    d.wait("registered", "101")
    return dm, x


# --- Write, Execute, Create, Delete on what this client always has ---

@pytest.mark.ets("1.1-int-205")
def test_single_resources_are_written_as_text_and_read_back(managed):
    dm, x = managed
    for rid, value in ((2, "101"), (3, "1010"), (5, "2000")):
        assert dm.ask(f"PUT /1/{x}/{rid} text {value}").code == "2.04"
        assert dm.ask(f"READ /1/{x}/{rid} text").text == value


@pytest.mark.ets("1.1-int-215")
def test_the_instance_write_of_the_specification_is_taken(managed):
    dm, x = managed
    written = "c10265 c20303f2 c20507d0 c10601 c10755".replace(" ", "")
    assert dm.ask(f"POST /1/{x} tlv {written}").code == "2.04"
    for rid, value in ((2, "101"), (3, "1010"), (5, "2000"), (6, "1"), (7, "U")):
        assert dm.ask(f"READ /1/{x}/{rid} text").text == value
    replaced = tlv_resources({1: 86400, 6: False, 7: "U"}).hex()
    assert dm.ask(f"PUT /1/{x} tlv {replaced}").code == "2.04"
    assert dm.ask(f"READ /1/{x}/2 text").code == "4.04"
    assert dm.ask(f"READ /1/{x}/6 text").text == "0"


@pytest.mark.ets("1.1-int-225")
def test_a_resource_instance_is_read_alone(managed):
    dm, _ = managed
    assert dm.ask("READ /3/0/11/0 text").text == "0"
    assert dm.ask("READ /3/0/11/0 tlv").payload == tlv(RESOURCE_INSTANCE, 0, 0)
    assert dm.ask("READ /3/0/11 tlv").payload == tlv(MULTIPLE, 11, [tlv(RESOURCE_INSTANCE, 0, 0)])
    assert dm.ask("READ /3/0/11/9 text").code == "4.04"
    assert dm.ask("READ /3/0/0/0 text").code == "4.05"


@pytest.mark.ets("1.1-int-652")
def test_the_firmware_version_is_read(managed):
    dm, _ = managed
    assert dm.ask("READ /3/0/3 text").text == "1.0"


@pytest.mark.ets("1.1-int-680", "1.1-int-685")
def test_the_device_is_neither_created_nor_deleted(managed):
    dm, _ = managed
    assert dm.ask(f"POST /3 tlv {tlv(RESOURCE, 0, 'x').hex()}").code == "4.05"
    assert dm.ask("DELETE /3/0").code == "4.05"
    assert dm.ask("READ /3/0/0 text").text == "Example Networks"


@pytest.mark.ets("1.1-int-221")
@pytest.mark.parametrize("operation", [
    "READ /0", "READ /0/0/5 tlv", "DISCOVER /0", "PUT /0/0/0 text coap://x", "POST /0/0 tlv c000",
    "ATTRIBUTES /0?pmin=1", "ATTRIBUTES /0/0?pmin=1", "EXECUTE /0/0/0", "POST /0 tlv c000",
    "DELETE /0/0", "OBSERVE /0", "READ /21/0", "READ /23", "DELETE /21/0"])
def test_hidden_objects_are_4_01_in_every_operation(managed, operation):
    dm, _ = managed
    assert dm.ask(operation).code == "4.01"


# --- Discover ---

@pytest.mark.ets("1.2-int-264", "1.2-int-266")
def test_discover_goes_as_deep_as_it_is_asked(managed):
    dm, _ = managed
    found = [list(links(dm.ask(f"DISCOVER /3?depth={depth}").text)) for depth in range(4)]
    assert found[0] == ["/3"]
    assert found[1] == ["/3", "/3/0"]
    assert "/3/0/0" in found[2] and "/3/0/11/0" not in found[2]
    assert found[3] == [p for path in found[2]
                        for p in ([path, "/3/0/11/0"] if path == "/3/0/11" else [path])]
    assert links(dm.ask("DISCOVER /3?depth=0").text) == {"/3": {"ver": "1.2"}}
    assert dm.ask("DISCOVER /3?depth=9").text == dm.ask("DISCOVER /3").text
    assert dm.ask("DISCOVER /3/0/11").text == "</3/0/11>;dim=1,</3/0/11/0>"


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
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs), **DEVICE))
    bs.wait("played")
    d.wait("registered", "101"), d.wait("registered", "102")
    return one, two


def test_only_the_owner_manages_an_access_control_instance(two_servers):
    one, two = two_servers
    assert two.ask("READ /2/0/3 text").code == "4.01"
    assert two.ask(f"POST /2/0/2 tlv {tlv(MULTIPLE, 2, [tlv(1, 102, 31)]).hex()}").code == "4.01"
    assert one.ask("READ /2/0/3 text").text == "101"
    assert two.ask("EXECUTE /3/0/12").code == "4.01"
    # 101 lets 102 execute
    assert one.ask("PUT /2/0/2/102 text 5").code == "2.04"
    assert two.ask("EXECUTE /3/0/12").code != "4.01"
    # and gives the instance away
    assert one.ask("PUT /2/0/3 text 102").code == "2.04"
    assert one.ask("READ /2/0/3 text").code == "4.01"
    assert two.ask("READ /2/0/3 text").text == "102"


# --- attributes and Discover ---

@pytest.mark.ets("1.1-int-260")
def test_discover_shows_attributes_where_they_belong(server, daemon):
    dm = server.listen("dm")
    dm.do("answer register 4.12 x1")  # LwM2M 1.1: the periods of the Server object are not shown
    daemon(quick_conf(servers={"main": server_conf(dm, 101)}, **DEVICE))
    dm.wait("register")
    x = instance_of(dm.wait("register"))
    server_object, lifetime = dm.ask(f"DISCOVER /1/{x}").text, f"/1/{x}/1"
    before = dm.ask("DISCOVER /3/0").text
    assert dm.ask("DISCOVER /3").text == f"</3>;ver=1.2,{before}"
    for path, said in (("/3", "pmin=10&pmax=60"), (lifetime, "gt=50&lt=42.2&st=0.1"),
                       ("/3/0/11", "pmax=120")):
        assert dm.ask(f"ATTRIBUTES {path}?{said}").code == "2.04"
    # the object's own on its line; what is inherited on the line that was asked for
    assert dm.ask("DISCOVER /3").text.startswith("</3>;ver=1.2;pmin=10;pmax=60,</3/0>,")
    text = dm.ask("DISCOVER /3/0").text
    assert text.startswith("</3/0>;pmin=10;pmax=60,</3/0/0>,")
    assert "</3/0/11>;dim=1;pmax=120," in text and text.count(";pm") == 3
    assert f"<{lifetime}>;gt=50;lt=42.2;st=0.1," in dm.ask(f"DISCOVER /1/{x}").text
    assert dm.ask(f"DISCOVER {lifetime}").text == f"<{lifetime}>;gt=50;lt=42.2;st=0.1"
    assert dm.ask("DISCOVER /3/0/0").text == "</3/0/0>;pmin=10;pmax=60"
    assert dm.ask("DISCOVER /3/0/11").text == "</3/0/11>;dim=1;pmin=10;pmax=120,</3/0/11/0>"
    for path, said in (("/3", "pmin&pmax"), (lifetime, "gt&lt&st"), ("/3/0/11", "pmax")):
        assert dm.ask(f"ATTRIBUTES {path}?{said}").code == "2.04"
    assert dm.ask("DISCOVER /3/0").text == before
    assert dm.ask(f"DISCOVER /1/{x}").text == server_object


@pytest.mark.ets("1.1-int-261")
def test_attributes_are_kept_at_each_level(managed):
    dm, _ = managed
    for path, said in (("/3", "pmin=5&pmax=60"), ("/3/0", "epmin=10&epmax=20"),
                       ("/3/0/11", "pmin=7"), ("/3/0/11/0", "pmax=30")):
        assert dm.ask(f"ATTRIBUTES {path}?{said}").code == "2.04"
    found = links(dm.ask("DISCOVER /3?depth=3").text)
    assert found["/3"] == {"ver": "1.2", "pmin": "5", "pmax": "60"}
    assert found["/3/0"] == {"epmin": "10", "epmax": "20"}
    assert found["/3/0/11"] == {"dim": "1", "pmin": "7"}
    assert found["/3/0/11/0"] == {"pmax": "30"}
    assert found["/3/0/0"] == {}


@pytest.mark.parametrize("path, said", [
    ("/3/0", "gt=5"), ("/3", "st=1"), ("/3/0/0", "gt=5"), ("/1/0/1", "unknown=1"),
    ("/1/0/1", "pmin=-1"), ("/1/0/1", "pmin=x"), ("/1/0/1", "gt=1e3"), ("/1/0/1", "gt=5&lt=5"),
    ("/1/0/1", "gt=10&lt=5&st=3"), ("/1/0/1", "epmin=9&epmax=3"), ("/1/0/1", "edge=1"),
    ("/1/0/1", "con=2"), ("/1/0/1", "dim=1")])
def test_wrong_attributes_are_4_00_and_leave_none(managed, path, said):
    dm, x = managed
    path = path.replace("/1/0", f"/1/{x}")
    assert dm.ask(f"ATTRIBUTES {path}?{said}").code == "4.00"
    found = links(dm.ask(f"DISCOVER {path}?depth=0").text)
    assert {k: v for k, v in found[path].items() if k not in ("ver", "dim")} == {}


@pytest.mark.ets("1.1-int-951")
def test_each_server_has_attributes_of_its_own(server, daemon):
    one, two = server.listen("one"), server.listen("two")
    d = daemon(quick_conf(servers={"a": server_conf(one, 101), "b": server_conf(two, 102)}))
    d.wait("registered", "101"), d.wait("registered", "102")
    assert one.ask("ATTRIBUTES /3/0/11?pmin=5").code == "2.04"
    assert two.ask("ATTRIBUTES /3/0/11?pmax=50").code == "2.04"
    assert links(one.ask("DISCOVER /3/0/11?depth=0").text) == {"/3/0/11": {"dim": "1", "pmin": "5"}}
    assert links(two.ask("DISCOVER /3/0/11?depth=0").text) == {"/3/0/11": {"dim": "1", "pmax": "50"}}
