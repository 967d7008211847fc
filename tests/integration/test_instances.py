"""Instances that servers create and delete, of objects that a definition adds at run time; values
larger than one message.
"""
import json
import secrets

import pytest

from coap import (BLOCK1, BLOCK2, CONTENT_FORMAT, INSTANCE, MULTIPLE, OPAQUE, RESOURCE,
                  RESOURCE_INSTANCE, SIZE1, TLV, Message, block, links, tlv, tlv_decode,
                  tlv_resources, uint)
from harness import bootstrap_conf, quick_conf, server_conf, write_account

PORTFOLIO, BOX, SENML_JSON, LWM2M_CBOR = 16, 33000, 110, 11544
CREATE = 16
REQUEST_TAG, ETAG = 292, 4

ITEM = """<Item ID="{}"><Name>{}</Name><Operations>{}</Operations>
<MultipleInstances>{}</MultipleInstances><Mandatory>{}</Mandatory><Type>{}</Type>
<RangeEnumeration></RangeEnumeration><Units></Units></Item>"""


def definition(oid, *items):
    rows = "\n".join(ITEM.format(*item) for item in items)
    return f"""<LWM2M><Object><Name>Test object</Name><ObjectID>{oid}</ObjectID>
<ObjectVersion>1.0</ObjectVersion><MultipleInstances>Multiple</MultipleInstances>
<Mandatory>Optional</Mandatory><Resources>{rows}</Resources></Object></LWM2M>"""


@pytest.fixture
def objects(tmp_path):
    """The key "objects": servers may create instances of these two."""
    place = tmp_path / "objects"
    place.mkdir()
    (place / f"{PORTFOLIO}.xml").write_text(definition(
        PORTFOLIO, (0, "Identity", "RW", "Multiple", "Mandatory", "String"),
        (3, "AuthStatus", "R", "Single", "Optional", "Integer")))
    (place / f"{BOX}.xml").write_text(definition(
        BOX, (0, "Bytes", "RW", "Single", "Optional", "Opaque"),
        (1, "Name", "RW", "Single", "Optional", "String"),
        (2, "Count", "RW", "Single", "Optional", "Integer")))
    return {"definitions": [str(place)], "create": [f"/{PORTFOLIO}", f"/{BOX}"]}


@pytest.fixture
def managed(server, daemon, objects):
    dm = server.listen("dm")
    d = daemon(quick_conf(servers={"main": server_conf(dm, 101)}, objects=objects))
    dm.wait("register")
    d.wait("registered", "101")
    return dm


def identity(*names):
    return tlv(MULTIPLE, 0, [tlv(RESOURCE_INSTANCE, n, name) for n, name in enumerate(names)])


def value(format, text):
    return f"{format} {(text if isinstance(text, bytes) else text.encode()).hex()}"


# --- Create and Delete ---

@pytest.mark.ets("1.1-int-1630", "1.1-int-1635")
def test_instances_are_created_and_deleted(managed):
    dm = managed
    # the bytes of the specification, with the type that its lengths need
    made = tlv(INSTANCE, 1, identity("Host Device ID #2", "Host Device Model #2"))
    assert made.hex().startswith("08012e88002b4800")
    answer = dm.ask(f"POST /{PORTFOLIO} tlv {made.hex()}")
    assert (answer.code, answer.location) == ("2.01", f"/{PORTFOLIO}/1")
    assert dm.wait("update", 15)["payload"].count(f"</{PORTFOLIO}/1>") == 1
    assert dm.ask(f"READ /{PORTFOLIO}/1/0/1 text").text == "Host Device Model #2"
    assert dm.ask(f"POST /{PORTFOLIO} tlv {made.hex()}").code == "4.00"
    answer = dm.ask(f"POST /{PORTFOLIO} tlv {identity('another').hex()}")
    assert (answer.code, answer.location) == ("2.01", f"/{PORTFOLIO}/0")
    assert set(links(dm.ask(f"DISCOVER /{PORTFOLIO}?depth=1").text)) == {
        f"/{PORTFOLIO}", f"/{PORTFOLIO}/0", f"/{PORTFOLIO}/1"}
    for iid in (0, 1):
        assert dm.ask(f"DELETE /{PORTFOLIO}/{iid}").code == "2.02"
        assert dm.ask(f"DELETE /{PORTFOLIO}/{iid}").code == "4.04"
    assert dm.ask(f"DISCOVER /{PORTFOLIO}").text == f"</{PORTFOLIO}>"
    assert dm.ask(f"READ /{PORTFOLIO} tlv").payload == b""


@pytest.mark.parametrize("how, location", [
    (value(SENML_JSON, json.dumps([{"bn": f"/{BOX}/7/", "n": "1", "vs": "x"}, {"n": "2", "v": 5}])),
     f"/{BOX}/7"),
    (value(LWM2M_CBOR, b"\xa1\x09\xa2\x01\x61x\x02\x05"), f"/{BOX}/9"),
    ("tlv " + tlv_resources({1: "x", 2: 5}).hex(), f"/{BOX}/0"), ("", f"/{BOX}/0")])
def test_create_works_in_each_format_and_without_payload(managed, how, location):
    answer = managed.ask(f"POST /{BOX} {how}".rstrip())
    assert (answer.code, answer.location) == ("2.01", location)
    if how:
        assert managed.ask(f"READ {location}/1 text").text == "x"
        assert managed.ask(f"READ {location}/2 text").text == "5"


@pytest.mark.parametrize("operation, code", [
    (f"POST /{PORTFOLIO}", "4.00"), (f"POST /{PORTFOLIO} tlv", "4.00"),
    (f"POST /{PORTFOLIO} tlv {tlv(INSTANCE, 3, b'').hex()}", "4.00"),
    (f"POST /{BOX} tlv {tlv_resources({2: 'x' * 9}).hex()}", "4.00"),
    (f"POST /{BOX} text x", "4.15"), (f"POST /{BOX} 60 01", "4.15"), (f"POST /{BOX} tlv c1", "4.00"),
    (f"POST /{BOX}?pmin=1 tlv {tlv_resources({2: 5}).hex()}", "4.00"),
    (f"DELETE /{BOX}", "4.05"), (f"DELETE /{BOX}/0", "4.04"), ("POST /4711 tlv c10001", "4.04")])
def test_a_bad_create_or_delete_has_its_code_and_makes_nothing(managed, operation, code):
    assert managed.ask(operation).code == code
    for oid in (PORTFOLIO, BOX):
        assert managed.ask(f"DISCOVER /{oid}").text == f"</{oid}>"


@pytest.mark.ets("1.1-int-228")
def test_a_resource_instance_is_written_alone_and_deleted(managed):
    dm, path = managed, f"/{PORTFOLIO}/0/0"
    assert dm.ask(f"POST /{PORTFOLIO} tlv {identity('a', 'b', 'c').hex()}").code == "2.01"
    assert dm.ask(f"PUT {path}/1 text changed").code == "2.04"
    found = {id: v for _, id, v in tlv_decode(dm.ask(f"READ {path} tlv").payload)[0][2]}
    assert found == {0: b"a", 1: b"changed", 2: b"c"}
    assert dm.ask(f"PUT {path}/9 text new").code == "4.04"
    assert dm.ask(f"DELETE {path}/1").code == "2.02"
    assert dm.ask(f"READ {path}/1 text").code == "4.04"
    assert dm.ask(f"DELETE {path}").code == "4.05"
    removal = json.dumps([{"n": f"{path}/2", "v": None}])
    assert dm.ask(f"IPATCH / {value(320, removal)}").code == "2.04"
    assert set(links(dm.ask(f"DISCOVER {path}").text)) == {path, f"{path}/0"}


@pytest.mark.ets("1.1-int-202", "1.1-int-210")
def test_an_opaque_resource_is_written_and_read(managed):
    dm, path = managed, f"/{BOX}/0/0"
    assert dm.ask(f"POST /{BOX}").code == "2.01"
    assert dm.ask(f"PUT {path} opaque 00ff10").code == "2.04"
    answer = dm.ask(f"READ {path}")
    assert (answer.format, answer.payload) == (OPAQUE, b"\x00\xff\x10")
    assert dm.ask(f"READ {path} text").text == "AP8Q"
    assert dm.ask(f"PUT {path} text AAH/").code == "2.04"
    assert dm.ask(f"READ {path} opaque").payload == b"\x00\x01\xff"
    assert dm.ask(f"PUT {path} text A=B").code == "4.00"


# --- access control ---

def access(object_id, instance, owner, rights):
    entries = b"".join(tlv(RESOURCE_INSTANCE, ssid, bits) for ssid, bits in rights.items())
    return (tlv_resources({0: object_id, 1: instance, 3: owner}) + tlv(MULTIPLE, 2, entries)).hex()


def test_the_server_that_creates_an_instance_owns_it(server, daemon, objects):
    one, two, bs = server.listen("one"), server.listen("two"), server.listen("bs")
    bs.bootstrap(["DELETE /", *write_account(one, 101, 10), *write_account(two, 102, 11),
                  f"PUT /2/0 tlv {access(3, 0, 101, {})}", f"PUT /2/1 tlv {access(1, 10, 101, {})}",
                  f"PUT /2/2 tlv {access(1, 11, 102, {})}",
                  f"PUT /2/3 tlv {access(BOX, 65535, 65535, {101: CREATE})}", "FINISH"])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs), objects=objects))
    bs.wait("played")
    d.wait("registered", "101"), d.wait("registered", "102")

    made = tlv_resources({1: "mine"}).hex()
    assert two.ask(f"POST /{BOX} tlv {made}").code == "4.01"
    assert one.ask(f"POST /{PORTFOLIO} tlv {identity('x').hex()}").code == "4.01"
    assert one.ask(f"POST /{BOX} tlv {made}").location == f"/{BOX}/0"
    # the instance of object 2 that came with it
    found = {id: v for _, id, v in tlv_decode(one.ask("READ /2/4 tlv").payload)}
    assert int.from_bytes(found[0], "big") == BOX and found[1] == b"\0" and found[3] == b"\x65"
    assert found[2] == [(RESOURCE_INSTANCE, 101, b"\x0f")]
    assert two.ask(f"READ /{BOX}/0/1 text").code == "4.01"
    assert two.ask(f"DELETE /{BOX}/0").code == "4.01"
    # 102 may read from now on, and no more than that
    assert one.ask("POST /2/4/2 tlv " + tlv(MULTIPLE, 2, [tlv(RESOURCE_INSTANCE, 102, 1)]).hex()
                   ).code == "2.04"
    assert two.ask(f"READ /{BOX}/0/1 text").text == "mine"
    assert two.ask(f"PUT /{BOX}/0/1 text yours").code == "4.01"
    assert one.ask(f"DELETE /{BOX}/0").code == "2.02"
    assert one.ask("READ /2/4 tlv").code == "4.04"


# --- large values, block by block, on a plain socket ---

@pytest.fixture
def registered(peer, daemon, objects):
    """A fake server at which the client is registered; /33000/0 is there."""
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm, 101)}, objects=objects,
                          coap={"max_body": 8192}))
    dm.accept_register()
    d.wait("registered", "101")
    assert dm.ask("POST", f"/{BOX}").text == "2.01"
    update = dm.wait_request("POST", "/rd", 15)
    dm.reply(update, "2.04")
    return dm


def put(dm, num, more, payload, szx=6, path=f"/{BOX}/0/0", **options):
    found = [(BLOCK1, block(num, more, szx))]
    found += [({"size1": SIZE1, "tag": REQUEST_TAG}[k], v) for k, v in options.items()]
    return dm.ask("PUT", path, format=OPAQUE, payload=payload, options=found)


def get(dm, num, szx=6, path=f"/{BOX}/0/0"):
    return dm.ask("GET", path, options=[(BLOCK2, block(num, 0, szx))])


def test_a_large_value_is_written_and_read_in_blocks(registered):
    dm, body = registered, secrets.token_bytes(3000)
    assert put(dm, 0, 1, body[:1024]).text == "2.31"
    assert put(dm, 1, 1, body[1024:2048]).text == "2.31"
    assert dm.ask("GET", f"/{BOX}/0/0").text == "4.04"  # nothing of it before the end
    assert put(dm, 2, 0, body[2048:]).text == "2.04"
    for szx in (6, 2):
        size, found, tags = 16 << szx, b"", set()
        for num in range(-(-len(body) // size)):
            answer = get(dm, num, szx)
            found += answer.payload
            tags.add(answer.all(ETAG)[0])
            assert answer.number(BLOCK2) == num << 4 | (len(found) < len(body)) << 3 | szx
        assert found == body and len(tags) == 1 and tags != {b""}
    first = dm.ask("GET", f"/{BOX}/0/0")  # without a word of blocks
    assert first.payload == body[:1024] and first.number(28) == len(body)
    # other bytes have another ETag
    assert put(dm, 0, 0, b"short").text == "2.04"
    assert get(dm, 0).all(ETAG)[0] not in tags


def test_what_is_beyond_the_limit_is_4_13_with_the_limit(registered):
    dm = registered
    answer = put(dm, 0, 1, bytes(1024), size1=uint(8193))
    assert (answer.text, answer.number(SIZE1)) == ("4.13", 8192)
    for num in range(8):
        assert put(dm, num, 1, bytes(1024)).text == "2.31"
    answer = put(dm, 8, 0, b"x")
    assert (answer.text, answer.number(SIZE1)) == ("4.13", 8192)
    assert dm.ask("GET", f"/{BOX}/0/0").text == "4.04"


def test_blocks_out_of_order_are_4_08_and_change_nothing(registered):
    dm = registered
    assert put(dm, 1, 0, bytes(1024)).text == "4.08"
    assert put(dm, 0, 1, bytes(1024)).text == "2.31"
    assert put(dm, 2, 0, b"x").text == "4.08"
    assert put(dm, 1, 0, b"x").text == "4.08"  # it was given up
    assert put(dm, 0, 1, b"too short").text == "4.00"
    assert dm.ask("GET", f"/{BOX}/0/0").text == "4.04"


def test_request_tags_keep_two_bodies_apart(registered):
    dm = registered
    assert put(dm, 0, 1, b"a" * 1024, tag=b"1").text == "2.31"
    assert put(dm, 0, 1, b"b" * 1024, tag=b"2").text == "2.31"
    assert put(dm, 1, 0, b"A", tag=b"1").text == "2.04"
    assert dm.ask("GET", f"/{BOX}/0/0").payload == b"a" * 1024
    assert get(dm, 1).payload == b"A"
    assert put(dm, 1, 0, b"B", tag=b"2").text == "2.04"
    assert get(dm, 1).payload == b"B"


def test_what_servers_fill_has_a_limit(peer, daemon, objects):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm, 101)},
                          objects={**objects, "max_octets": 65536}))
    dm.accept_register()
    d.wait("registered", "101")
    assert dm.ask("POST", f"/{BOX}").text == "2.01"
    body, n = bytes(16384), 16

    def fill(path):
        for num in range(n):
            answer = put(dm, num, num < n - 1, body[:1024], path=path)
        return answer.text

    made = 1
    while (text := fill(f"/{BOX}/{made - 1}/0")) == "2.04":
        assert dm.ask("POST", f"/{BOX}").text == "2.01"
        made += 1
    assert (text, made) == ("5.00", 4)  # three times 16 KiB, and what the accounts take
    assert dm.ask("GET", f"/{BOX}/3/0").text == "4.04"
    assert dm.ask("DELETE", f"/{BOX}/0").text == "2.02"
    assert fill(f"/{BOX}/3/0") == "2.04"


def test_ten_thousand_instances_are_registered_in_136_datagrams(peer, daemon, objects):
    """Created by the server, in composites of a few hundred; the next Register names them all."""
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm, 101)}, objects=objects,
                          coap={"max_body": 1 << 20}), level="info")
    dm.accept_register()
    d.wait("registered", "101")
    ids = list(range(10000))
    body = b"".join(tlv(INSTANCE, n, tlv(RESOURCE, 2, n % 100)) for n in ids)
    chunks = [body[at:at + 1024] for at in range(0, len(body), 1024)]
    for num, chunk in enumerate(chunks):
        answer = dm.ask("POST", f"/{BOX}", options=[
            (BLOCK1, block(num, num < len(chunks) - 1, 6)), (CONTENT_FORMAT, uint(TLV))], payload=chunk)
        assert answer.text == ("2.01" if num == len(chunks) - 1 else "2.31")

    # an Update with the list of all of them
    received, datagrams = b"", 0
    while True:
        m = dm.wait(lambda m: m.text == "POST" and m.path.startswith("/rd"), 15)
        received, datagrams = received + m.payload, datagrams + 1
        number = m.number(BLOCK1)
        options = [(BLOCK1, uint(number))]
        if not number & 8:
            dm.reply(m, "2.04", options)
            break
        dm.reply(m, "2.31", options)
    assert sum(path.startswith(f"/{BOX}/") for path in links(received)) == 10000
    assert datagrams <= 136 + 1  # objects 1 and 3 are in it as well
    assert dm.ask("GET", f"/{BOX}/9999/2").payload == b"99"
