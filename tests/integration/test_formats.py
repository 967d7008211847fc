"""Content formats at each level, both ways; the coders here are written from the standards."""
import json
import struct

import pytest

from coap import RESOURCE, tlv
from harness import instance_of, quick_conf, server_conf

TEXT, CBOR, SENML_JSON, SENML_CBOR, TLV, JSON, LWM2M_CBOR = 0, 60, 110, 112, 11542, 11543, 11544
DEVICE = {"device": {"manufacturer": "Example Networks", "model": "GW-200", "serial": "4711"}}
REFUSALS = {"1.2": 0, "1.1": 1, "1.0": 2}  # 4.12 so often brings that version


@pytest.fixture
def managed(server, daemon):
    """managed(version) is a registered client: (server, instance of /1)."""
    def start(version="1.2"):
        dm = server.listen("dm")
        if REFUSALS[version]:
            dm.do(f"answer register 4.12 x{REFUSALS[version]}")
        d = daemon(quick_conf(servers={"main": server_conf(dm, 101)}, **DEVICE))
        for _ in range(REFUSALS[version]):
            dm.wait("register")
        x = instance_of(dm.wait("register"))
        d.wait("registered", "101")
        return dm, x
    return start


# --- CBOR (RFC 8949), as much as SenML and LwM2M CBOR need ---

def cbor(value):
    def head(major, n):
        for limit, more, form in ((24, n, ""), (1 << 8, 24, "B"), (1 << 16, 25, "!H"),
                                  (1 << 32, 26, "!I"), (1 << 64, 27, "!Q")):
            if n < limit:
                return bytes([major << 5 | more]) + (struct.pack(form, n) if form else b"")
        raise ValueError(n)
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack("!d", value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, (list, tuple)):
        return head(4, len(value)) + b"".join(cbor(v) for v in value)
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def cbor_decode(data):
    def item(pos):
        major, n = data[pos] >> 5, data[pos] & 31
        pos += 1
        if n >= 24:
            size = 1 << n - 24
            raw, n, pos = data[pos:pos + size], int.from_bytes(data[pos:pos + size], "big"), pos + size
        if major == 7:
            simple = {20: False, 21: True, 22: None}
            return (simple[n] if n in simple else
                    struct.unpack({2: "!e", 4: "!f", 8: "!d"}[len(raw)], raw)[0]), pos
        if major in (2, 3):
            value = data[pos:pos + n]
            return (value if major == 2 else value.decode()), pos + n
        if major in (0, 1):
            return (n if major == 0 else -1 - n), pos
        found = []
        for _ in range(n * (2 if major == 5 else 1)):
            value, pos = item(pos)
            found.append(tuple(value) if isinstance(value, list) and major == 5 else value)
        return (found if major == 4 else dict(zip(found[::2], found[1::2]))), pos
    value, end = item(0)
    assert end == len(data)
    return value


# --- SenML (RFC 8428) and LwM2M CBOR as {path: value} ---

LABELS = {-3: "bt", -2: "bn", 0: "n", 6: "t", 2: "v", 3: "vs", 4: "vb", 8: "vd", "vlo": "vlo"}
KEYS = {str: "vs", bool: "vb", int: "v", float: "v", bytes: "vd"}


def senml_read(answer):
    records = json.loads(answer.payload) if answer.format == SENML_JSON else [
        {LABELS[key]: value for key, value in record.items()}
        for record in cbor_decode(answer.payload)]
    found, base = {}, ""
    for record in records:
        base = record.get("bn", base)
        found[base + record.get("n", "")] = next(
            v for k, v in record.items() if k not in ("bn", "bt", "n", "t"))
    return found


def senml_write(values, format):
    """FORMAT VALUE of an operation of the scripted server."""
    records = [{"n": path, KEYS[type(value)]: value} for path, value in values.items()]
    if format == SENML_JSON:
        return f"{format} {json.dumps(records).encode().hex()}"
    labels = {name: key for key, name in LABELS.items()}
    return f"{format} {cbor([{labels[k]: v for k, v in r.items()} for r in records]).hex()}"


def flat(tree, path=()):
    """{path: value} of the nested maps of LwM2M CBOR, whose keys may join several levels."""
    found = {}
    for key, value in tree.items():
        at = path + (key if isinstance(key, tuple) else (key,))
        if isinstance(value, dict):
            found.update(flat(value, at))
        else:
            found["/" + "/".join(map(str, at))] = value
    return found


# --- Reads ---

@pytest.mark.parametrize("format", [
    pytest.param(SENML_JSON, marks=pytest.mark.ets("1.1-int-231")),
    pytest.param(SENML_CBOR, marks=pytest.mark.ets("1.1-int-232"))])
def test_senml_is_read_at_all_levels(managed, format):
    dm, x = managed()
    expected = {"/3/0/0": "Example Networks", "/3/0/11/0": 0, f"/1/{x}/1": 86400, f"/1/{x}/6": True}
    for path in ("/3", "/3/0", "/3/0/0", "/3/0/11", "/3/0/11/0", "/1", f"/1/{x}", f"/1/{x}/6"):
        answer = dm.ask(f"READ {path} {format}")
        assert (answer.code, answer.format) == ("2.05", format)
        found = senml_read(answer)
        below = {p: v for p, v in expected.items() if (p + "/").startswith(path + "/")}
        assert below and below.items() <= found.items()
        assert all((p + "/").startswith(path + "/") for p in found)


def test_lwm2m_cbor_is_read_at_all_levels(managed):
    dm, x = managed()
    for path, value in (("/3/0/0", "Example Networks"), ("/3/0/11/0", 0), (f"/1/{x}/1", 86400)):
        for target in (path, path.rsplit("/", 1)[0], "/" + path.split("/")[1]):
            answer = dm.ask(f"READ {target} {LWM2M_CBOR}")
            assert (answer.code, answer.format) == ("2.05", LWM2M_CBOR)
            assert flat(cbor_decode(answer.payload))[path] == value


@pytest.mark.ets("1.1-int-211")
def test_a_single_resource_is_read_as_cbor(managed):
    dm, x = managed()
    for path, value in (("/3/0/0", "Example Networks"), ("/3/0/11/0", 0), (f"/1/{x}/1", 86400),
                        (f"/1/{x}/6", True)):
        answer = dm.ask(f"READ {path} {CBOR}")
        assert (answer.code, answer.format) == ("2.05", CBOR)
        assert cbor_decode(answer.payload) == value
    assert dm.ask(f"READ /3/0 {CBOR}").code == "4.06"
    assert dm.ask(f"READ /3/0/11 {CBOR}").code == "4.06"


@pytest.mark.ets("1.1-int-204")
def test_the_json_of_1_0_is_read(managed):
    dm, _ = managed("1.0")
    answer = dm.ask(f"READ /3/0 {JSON}")
    assert (answer.code, answer.format) == ("2.05", JSON)
    tree = json.loads(answer.payload)
    found = {tree["bn"] + e["n"]: next(v for k, v in e.items() if k != "n") for e in tree["e"]}
    assert found["/3/0/0"] == "Example Networks" and found["/3/0/11/0"] == 0


@pytest.mark.ets("1.1-int-237")
@pytest.mark.parametrize("version, single, multi", [
    ("1.0", TLV, TLV), ("1.1", TEXT, SENML_CBOR), ("1.2", TEXT, SENML_CBOR)])
def test_without_a_wish_the_version_decides_on_the_format(managed, version, single, multi):
    dm, _ = managed(version)
    assert dm.ask("READ /3/0/0").format == single
    for path in ("/3", "/3/0", "/3/0/11"):
        assert dm.ask(f"READ {path}").format == multi


# --- Writes ---

@pytest.mark.ets("1.1-int-212")
def test_single_resources_are_written_as_cbor(managed):
    dm, x = managed()
    for rid, value, text in ((2, 101, "101"), (3, 1010, "1010"), (6, False, "0")):
        assert dm.ask(f"PUT /1/{x}/{rid} {CBOR} {cbor(value).hex()}").code == "2.04"
        assert dm.ask(f"READ /1/{x}/{rid} text").text == text
    assert dm.ask(f"PUT /1/{x}/2 {CBOR} {cbor('x').hex()}").code == "4.00"
    assert dm.ask(f"PUT /1/{x} {CBOR} {cbor(1).hex()}").code == "4.15"


@pytest.mark.parametrize("format", [
    pytest.param(SENML_CBOR, marks=pytest.mark.ets("1.1-int-233")),
    pytest.param(SENML_JSON, marks=pytest.mark.ets("1.1-int-234"))])
def test_senml_is_written_at_all_levels(managed, format):
    dm, x = managed()
    # an instance in part, one resource, the instance as a whole
    assert dm.ask(f"POST /1/{x} " + senml_write({f"/1/{x}/2": 101, f"/1/{x}/5": 2000},
                                               format)).code == "2.04"
    assert dm.ask(f"PUT /1/{x}/3 " + senml_write({f"/1/{x}/3": 1010}, format)).code == "2.04"
    found = senml_read(dm.ask(f"READ /1/{x} {format}"))
    assert (found[f"/1/{x}/2"], found[f"/1/{x}/3"], found[f"/1/{x}/5"]) == (101, 1010, 2000)
    # a resource with instances, one of them
    assert dm.ask(f"PUT /1/{x}/25 " + senml_write({f"/1/{x}/25/0": "1.0", f"/1/{x}/25/1": "1.1"},
                                                 format)).code == "2.04"
    assert dm.ask(f"PUT /1/{x}/25/1 " + senml_write({f"/1/{x}/25/1": "1.2"}, format)).code == "2.04"
    found = senml_read(dm.ask(f"READ /1/{x}/25 {format}"))
    assert found == {f"/1/{x}/25/0": "1.0", f"/1/{x}/25/1": "1.2"}
    whole = {f"/1/{x}/1": 86400, f"/1/{x}/6": False, f"/1/{x}/7": "U"}
    assert dm.ask(f"PUT /1/{x} " + senml_write(whole, format)).code == "2.04"
    found = senml_read(dm.ask(f"READ /1/{x} {format}"))
    assert f"/1/{x}/2" not in found and f"/1/{x}/25/0" not in found and found[f"/1/{x}/6"] is False


@pytest.mark.ets("1.1-int-220")
def test_the_json_of_1_0_is_written(managed):
    dm, x = managed("1.0")
    written = json.dumps({"e": [{"n": "2", "v": 101}, {"n": "3", "v": 1010}, {"n": "6", "bv": True}]})
    assert dm.ask(f"POST /1/{x} {JSON} {written.encode().hex()}").code == "2.04"
    for rid, text in ((2, "101"), (3, "1010"), (6, "1")):
        assert dm.ask(f"READ /1/{x}/{rid} text").text == text


def test_lwm2m_cbor_is_written_relative_to_the_path(managed):
    dm, x = managed()
    assert dm.ask(f"POST /1/{x} {LWM2M_CBOR} {cbor({2: 101, 25: {0: '1.0', 3: '1.2'}}).hex()}"
                  ).code == "2.04"
    assert dm.ask(f"READ /1/{x}/2 text").text == "101"
    assert dm.ask(f"READ /1/{x}/25/3 text").text == "1.2"


@pytest.mark.parametrize("path, format, payload, code", [
    ("/1/0/2", SENML_JSON, b"[", "4.00"), ("/1/0/2", SENML_CBOR, b"\x81", "4.00"),
    ("/1/0/2", LWM2M_CBOR, b"\xa1", "4.00"), ("/1/0", SENML_JSON, b'[{"n":"/3/0/0","vs":"x"}]', "4.00"),
    ("/1/0/2", SENML_JSON, b'[{"n":"/1/0/2","v":1.5}]', "4.00"), ("/1/0/2", 40, b"x", "4.15"),
    ("/1/0", SENML_JSON, b'[{"n":"/1/0/2","v":1},{"n":"/1/0/2","v":2}]', "4.00"),
    ("/1/0", SENML_JSON, b'[{"n":"/1/0/2","v":1},{"n":"/1/0/0","v":2}]', "4.05"),
    ("/1/0/2", 320, b'[{"n":"/1/0/2","v":1}]', "4.15"), ("/1/0/2", TLV, tlv(RESOURCE, 3, 1), "4.00")])
def test_a_bad_payload_of_any_format_changes_nothing(managed, path, format, payload, code):
    dm, x = managed()
    path, payload = path.replace("/1/0", f"/1/{x}"), payload.replace(b"/1/0", f"/1/{x}".encode())
    method = "PUT" if path.count("/") == 3 else "POST"
    assert dm.ask(f"{method} {path} {format} {payload.hex()}").code == code
    assert dm.ask(f"READ /1/{x}/2 text").code == "4.04"
