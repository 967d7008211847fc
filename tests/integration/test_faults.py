"""Bad input from the network: garbage, replays, duplicates, disorder, truncation, excess."""
import os
import random

import pytest

from coap import (ACK, BLOCK1, CON, LOCATION_PATH, NON, OBSERVE, RST, SIZE1, Message, block, links,
                  tlv_resources, uint)
from harness import (bootstrap_conf, full_bootstrap, quick_conf, server_conf, write_account)


@pytest.fixture
def client(peer, daemon):
    """A fake server with a registered client: (peer, /1 instance, daemon)."""
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    register = dm.accept_register()
    d.wait("registered", "101")
    x = [p for p in links(register.payload) if p.startswith("/1/")][0]
    return dm, x, d


def is_alive(dm):
    return dm.ask("GET", "/3/0/16", options=[(17, b"")]).payload == b"UT"


def garbage():
    rng = random.Random(20170915)
    valid = Message.request("GET", "/3/0/0").encode()
    yield from (valid[:n] for n in range(len(valid)))
    yield from (rng.randbytes(rng.choice((1, 3, 4, 20, 300, 1400))) for _ in range(200))
    for _ in range(200):
        data = bytearray(valid)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        yield bytes(data)
    yield b"\x7f\xff\xff\xff" + b"\xff" * 60000
    yield b"\x40\x01\x00\x01" + b"\xdd\xff\xff" * 100
    yield b"\x41\x45\x12"  # a cut response


def test_garbage_is_survived(client):
    dm, _, d = client
    for data in garbage():
        dm.send_raw(data)
    while dm.receive(0.3):
        pass
    assert is_alive(dm) and d.process.poll() is None


def test_a_stranger_is_not_served(client, peer):
    dm, _, _ = client
    stranger = peer()
    stranger.peer = dm.peer
    stranger.send(Message.request("GET", "/3/0/0"))
    answer = stranger.receive(0.5)
    assert answer is None or answer.code == 0
    assert is_alive(dm)


def test_a_duplicated_execute_is_done_once_and_answered_alike(client):
    dm, x, _ = client
    request = Message.request("POST", f"{x}/8")
    seen, updates = [], []
    for _ in range(3):
        dm.send(request)

    def update(m):
        if m.text == "POST" and m.path.startswith("/rd/"):
            updates.append(m)
            dm.reply(m, "2.04")

    while len(seen) < 3:
        seen.append(dm.wait(lambda m: m.token == request.token, 3, update))
    while (m := dm.receive(2.5)) is not None:  # Updates are put together for a second
        update(m)
    assert [m.text for m in seen] == ["2.04"] * 3 and len({m.mid for m in updates}) == 1
    assert len({m.raw for m in seen}) == 1


def test_a_duplicated_non_request_is_done_once(client):
    dm, x, _ = client
    request = Message.request("POST", f"{x}/8", type=NON)
    dm.send(request), dm.send(request)
    first = dm.wait_request("POST", "/rd/")
    dm.reply(first, "2.04")
    while (m := dm.receive(2.5)) is not None:
        assert m.text != "POST" or m.mid == first.mid
    assert is_alive(dm)


def test_a_replay_with_another_token_is_answered_by_its_own(client):
    dm, _, _ = client
    request = Message.request("GET", "/3/0/16", mid=4711, token=b"a")
    assert dm.exchange(request).token == b"a"
    again = Message.request("GET", "/3/0/16", mid=4712, token=b"a")
    assert dm.exchange(again).text == "2.05"


def test_answers_out_of_order_are_matched_by_their_tokens(client):
    dm, _, _ = client
    requests = [Message.request("GET", path) for path in ("/3/0/16", "/3/0/9999", "/3/0/0")]
    for request in reversed(requests):
        dm.send(request)
    codes = {}
    while len(codes) < 3:
        m = dm.wait(lambda m: m.code >= 64, 3)
        codes[m.token] = m.text
    assert [codes[r.token] for r in requests][:2] == ["2.05", "4.04"]


def test_a_late_or_unknown_response_changes_nothing(client):
    dm, _, d = client
    for type in (CON, NON, ACK):
        dm.send(Message(type, "2.05", token=os.urandom(4), payload=b"x"))
        dm.send(Message(type, "4.04", token=b""))
    dm.send(Message(RST, 0)), dm.send(Message(ACK, 0)), dm.send(Message(CON, 0))
    assert is_alive(dm)
    assert not d.events("update-failed")


@pytest.mark.parametrize("code", [0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xFF])
@pytest.mark.parametrize("type", [CON, NON])
def test_signalling_codes_do_not_end_the_client(client, code, type):
    dm, x, d = client
    dm.send(Message(type, code, token=b"x"))
    while dm.receive(0.3):
        pass
    # they are for TCP; libcoap 4.3.4 would close its socket at an Abort
    assert is_alive(dm)
    assert d.process.poll() is None


def test_an_unknown_critical_option_is_a_bad_option(client):
    dm, _, _ = client
    assert dm.ask("GET", "/3/0/16", options=[(65001, b"x")]).text == "4.02"
    assert dm.ask("GET", "/3/0/16", options=[(65000, b"x")]).text == "2.05"


@pytest.mark.parametrize("path", ["/3/0/0/0/0", "/a", "/3/x", "/3/0/-1", "/3/65536", "/65535",
                                  "/" + "/".join("1" * 40), "/3/0/00000000000000000000",
                                  "/.well-known/core", "/rd", "/bs", "/dp"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_odd_paths_have_an_error(client, method, path):
    dm, _, _ = client
    payload = b"x" if method in ("PUT", "POST") else b""
    answer = dm.ask(method, path, format=0 if payload else None, payload=payload)
    assert answer.code >> 5 == 4, answer
    assert is_alive(dm)


def test_odd_methods_have_an_error(client):
    dm, _, _ = client
    for method in (5, 6, 7, 8, 31):
        answer = dm.ask(method, "/3/0", format=112, payload=b"\x80")
        assert answer.type == RST or answer.code >> 5 in (4, 5), answer
    assert is_alive(dm)


def test_many_options_and_long_ones_have_an_answer(client):
    dm, _, _ = client
    for options in ([(15, b"x" * 255)] * 4, [(15, b"a=b")] * 100, [(11, b"y" * 255)] * 4,
                    [(3, b"h" * 255)], [(17, b"\xff\xff")], [(12, b"\xff\xff")]):
        m = dm.ask("GET", "/3/0/16", options=options)
        assert m.code >= 64 or m.type == RST
    assert is_alive(dm)


# --- block-wise (RFC 7959); without Size1, as peers may ---

def send_blocks(dm, path, data, size=16, order=None, options=()):
    """Answers to the blocks of a PUT; order: numbers of the blocks as sent."""
    szx = size.bit_length() - 5
    last = (len(data) - 1) // size
    found = []
    for num in order or range(last + 1):
        part = data[num * size:(num + 1) * size]
        found.append(dm.ask("PUT", path, format=11542, payload=part, options=[
            (BLOCK1, block(num, num < last, szx)), *options]))
    return found


def test_a_block_wise_write_is_put_together(client):
    dm, x, _ = client
    data = tlv_resources({1: 4321, 5: 2000, 6: True, 7: "U", 2: 1000, 3: 2000})
    answers = send_blocks(dm, x, data)
    assert [m.text for m in answers] == ["2.31"] * (len(answers) - 1) + ["2.04"]
    assert [m.number(BLOCK1) is not None for m in answers]
    update = dm.wait_request("POST", "/rd/")
    assert update.query == ["lt=4321"]
    dm.reply(update, "2.04")


def test_a_missing_block_is_incomplete_and_writes_nothing(client):
    dm, x, _ = client
    data = tlv_resources({1: 4321, 5: 2000, 6: True, 7: "U", 2: 1000, 3: 2000})
    assert [m.text for m in send_blocks(dm, x, data, order=[0, 2])] == ["2.31", "4.08"]
    assert send_blocks(dm, x, data, order=[1])[0].text == "4.08"
    assert dm.ask("GET", f"{x}/1", options=[(17, b"")]).payload == b"86400"


def test_a_repeated_block_is_no_harm(client):
    dm, x, _ = client
    data = tlv_resources({1: 4321, 5: 2000, 6: True, 7: "U", 2: 1000, 3: 2000})
    requests = [Message.request("PUT", x, format=11542, payload=data[i * 16:i * 16 + 16], options=[
        (BLOCK1, block(i, (i + 1) * 16 < len(data), 0))]) for i in range((len(data) + 15) // 16)]
    for request in requests:
        first, second = dm.exchange(request), dm.exchange(request)
        assert first.raw == second.raw
    update = dm.wait_request("POST", "/rd/")
    dm.reply(update, "2.04")
    assert update.query == ["lt=4321"]


def test_a_body_beyond_the_limit_is_too_large(client):
    dm, x, _ = client
    announced = dm.ask("PUT", x, format=11542, payload=b"\0" * 1024, options=[
        (BLOCK1, block(0, True, 6)), (SIZE1, uint(100_000_000))])
    assert announced.text in ("4.13", "2.31")
    for num in range(0, 2000):
        m = dm.ask("PUT", x, format=11542, payload=b"\0" * 1024, options=[
            (BLOCK1, block(num, True, 6))])
        if m.text != "2.31":
            break
    assert m.text == "4.13", f"{m} at block {num}"
    assert is_alive(dm)


@pytest.mark.parametrize("blocks", [
    [(0, True, b""), (1, False, b"")],
    [(0, True, b"\0" * 16), (1, False, b"")],
    [(0, True, b"\0" * 15), (1, False, b"\0")],
    [(0, False, b"\0" * 100)],
    [(1048575, True, b"\0" * 16)],
    [(1048575, False, b"")]])
def test_odd_blocks_are_survived(client, blocks):
    dm, x, _ = client
    for num, more, data in blocks:
        m = dm.ask("PUT", x, format=11542, payload=data,
                   options=[(BLOCK1, block(num, more, 0))])
        assert m.text in ("2.31", "2.04", "4.00", "4.02", "4.08", "4.13"), m
    m = dm.ask("PUT", x, format=11542, payload=b"x", options=[(BLOCK1, b"\x0f")])  # reserved size
    assert m.text in ("4.00", "4.02")
    assert is_alive(dm)


def test_a_block_wise_bootstrap_write(peer, daemon, server):
    bs, dm = peer(), server.listen()
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    bs.reply(bs.wait_request("POST", "/bs"), "2.04")
    security, registration = (bytes.fromhex(line.split()[-1]) for line in write_account(dm))
    assert send_blocks(bs, "/0/10", security)[-1].text == "2.04"
    assert send_blocks(bs, "/1/10", registration)[-1].text == "2.04"
    assert bs.ask("POST", "/bs").text == "2.04"
    d.wait("registered", "101")


def test_a_big_answer_comes_in_blocks(client):
    dm, _, _ = client
    whole = dm.ask("GET", "/3/0", options=[(17, uint(11542))]).payload
    found, num, more = b"", 0, True
    while more:
        m = dm.ask("GET", "/3/0", options=[(17, uint(11542)), (23, block(num, False, 1))])
        assert m.text == "2.05" and len(m.payload) <= 32
        found += m.payload
        more, num = bool(m.number(23) & 8), num + 1
    # the time of the device may have gone on in between
    assert len(found) == len(whole)


# --- bootstrap ---

def test_operations_of_a_bootstrap_server_before_its_2_04_are_taken(peer, daemon, server):
    bs, dm = peer(), server.listen()
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    request = bs.wait_request("POST", "/bs")
    assert bs.ask("DELETE", "/").text == "2.02"
    bs.reply(request, "2.04")
    for line in write_account(dm):
        _, path, _, value = line.split()
        assert bs.ask("PUT", path, format=11542, payload=bytes.fromhex(value)).text == "2.04"
    assert bs.ask("POST", "/bs").text == "2.04"
    d.wait("registered", "101")


def test_a_duplicated_finish_is_answered_alike(peer, daemon, server):
    bs, dm = peer(), server.listen()
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    bs.reply(bs.wait_request("POST", "/bs"), "2.04")
    for line in full_bootstrap(dm)[1:-1]:
        _, path, _, value = line.split()
        bs.ask("PUT", path, format=11542, payload=bytes.fromhex(value))
    finish = Message.request("POST", "/bs")
    assert bs.exchange(finish).text == "2.04"
    bs.send(finish)
    again = bs.receive(1)
    assert again is None or again.text == "2.04"
    d.wait("registered", "101")
    assert len(d.events("bootstrap-finished")) == 1


def test_max_retransmit_0_means_one_datagram(peer, daemon):
    dm = peer()
    daemon(quick_conf(servers={"main": server_conf(dm)}))
    dm.wait_request("POST", "/rd")
    assert dm.receive(2) is None


def test_a_retransmission_is_the_same_datagram_and_comes_in_time(peer, daemon):
    dm = peer()
    daemon(quick_conf(servers={"main": server_conf(dm)}, coap={"max_retransmit": 2}))
    sent = [dm.wait_request("POST", "/rd", 5) for _ in range(3)]
    assert len({m.raw for m in sent}) == 1
    assert [round(b.time - a.time) for a, b in zip(sent, sent[1:])] == [1, 2]


def test_a_reset_to_the_register_is_a_failure(peer, daemon):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}, retry={"count": 1}))
    request = dm.wait_request("POST", "/rd")
    dm.send(Message(RST, 0, request.mid), request.source)
    d.wait("register-failed", "101", timeout=5)


def test_a_separate_response_to_the_register_is_accepted(peer, daemon):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}, coap={"ack_timeout": "4s"}))
    request = dm.wait_request("POST", "/rd")
    dm.send(Message(ACK, 0, request.mid), request.source)
    late = dm.send(Message(CON, "2.01", token=request.token, options=[(LOCATION_PATH, b"rd"),
                                                                     (LOCATION_PATH, b"7")]))
    assert dm.wait(lambda m: m.type == ACK and m.mid == late.mid, 3)
    d.wait("registered", "101")


@pytest.mark.parametrize("location", [(), ("rd",), ("rd", ""), tuple("abcdefghij"), ("x" * 255,)])
def test_odd_locations(peer, daemon, location):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm, lifetime=4)}, retry={"count": 1}))
    dm.accept_register(location=location)
    try:
        update = dm.wait_request("POST", "/", 4)
    except AssertionError:
        assert d.process.poll() is None and d.events("register-failed")
        return
    assert d.process.poll() is None
    if update.path != "/rd":
        assert update.path.strip("/") == "/".join(location).strip("/")


def test_a_success_code_that_does_not_fit_is_no_registration(peer, daemon):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}, retry={"count": 1}))
    dm.reply(dm.wait_request("POST", "/rd"), "2.05")
    d.wait("register-failed", "101", timeout=5)
    assert not d.events("registered")


def test_observe_of_what_cannot_be_observed_yet_is_answered_as_a_read(client):
    dm, _, _ = client
    m = dm.ask("GET", "/3/0/16", options=[(OBSERVE, b""), (17, b"")])
    assert m.text in ("2.05", "4.05")
