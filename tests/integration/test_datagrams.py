"""Datagrams that are wrong in any way, from the server that the client is registered at: none ends
the daemon, none makes it forget its registration or leak. LWM2MD_DATAGRAMS says how many (make
check-datagrams: a million), LWM2MD_SEED repeats a run.
"""
import itertools
import json
import os
import pathlib
import random
import secrets
import struct

from coap import (ACCEPT, ACK, BLOCK1, BLOCK2, CON, LOCATION_PATH, NON, OBSERVE, RST,
                  SIZE1, URI_PATH, Message, block, tlv_resources, uint)
from harness import LWM2MD, instance_of, quick_conf, server_conf

COUNT = int(os.environ.get("LWM2MD_DATAGRAMS", "100000"))
BURST = 32  # so many, then it has to show that it lives
LEAK_LIMIT = 4096  # KiB that the process may grow after the first quarter


def seeds(x):
    """A sound message of each operation and format."""
    def request(method, path, accept=None, **more):
        options = list(more.pop("options", ()))
        if accept is not None:
            options.append((ACCEPT, uint(accept)))
        return Message.request(method, path, options=options, **more)

    senml = json.dumps([{"bn": "/3/0/", "n": "0"}, {"n": "9"}, {"bn": "/"}])
    values = json.dumps([{"bn": "/3/0/", "n": "14", "vs": "+01:00"}, {"n": "13", "v": 1e9}])
    record = tlv_resources({14: "+01:00", 15: "Europe/Berlin"})
    found = [request("GET", path, accept) for path in ("/3", "/3/0", "/3/0/0", "/3/0/11", "/3/0/11/0",
                                                      f"/1/{x}", "/", "/0/0", "/2", "/bs", "/rd")
             for accept in (None, 0, 40, 42, 60, 110, 112, 11542, 11543, 11544)]
    found += [request("GET", path, options=[(OBSERVE, uint(n))])
              for path in ("/3/0/9", "/3/0", "/3") for n in (0, 1)]
    found += [request("GET", "/3", query=[f"depth={n}"], accept=40) for n in range(4)]
    found += [request("PUT", "/3/0/9", query=[q]) for q in
              ("pmin=1", "pmax=60", "gt=5.5", "lt=-1", "st=0.1", "epmin=1", "con=1", "hqmax=3", "pmin")]
    found += [request("PUT", "/3/0/14", format=f, payload=p) for f, p in
              ((0, "+01:00"), (60, b"\x66+01:00"), (110, values), (112, b"\x81\xa2\x21\x67/3/0/14\x03\x61a"),
               (11542, record), (11543, '{"e":[{"n":"14","sv":"x"}]}'), (11544, b"\xa1\x0e\x61a"))]
    found += [request("POST", "/3/0", format=f, payload=p) for f, p in
              ((11542, record), (110, values), (11544, b"\xa2\x0d\x01\x0e\x61a"))]
    found += [request("POST", "/3/0/12", format=0, payload="0='a',1"), request("POST", "/3/0/12"),
              request("POST", "/3", format=11542, payload=record), request("DELETE", "/3/0"),
              request("DELETE", "/3/0/11/0"), request("PATCH", "/3")]
    found += [request("FETCH", "/", a, format=f, payload=senml) for f in (110, 320) for a in (None, 110, 11544)]
    found += [request("FETCH", "/", format=110, payload=senml, options=[(OBSERVE, b"")])]
    found += [request("IPATCH", "/", format=f, payload=values) for f in (110, 320)]
    found += [request("PUT", "/3/0", format=11542, payload=bytes(64),
                      options=[(BLOCK1, block(n, more, 2)), (SIZE1, uint(size))])
              for n, more, size in ((0, 1, 192), (1, 1, 192), (2, 0, 192), (0, 1, 1 << 24), (9, 0, 0))]
    found += [request("GET", "/3", 40, options=[(BLOCK2, block(n, 0, szx))]) for n in (0, 1, 7) for szx in (0, 6)]
    found += [Message(type=t, code=c, token=secrets.token_bytes(4)) for t in (CON, NON, ACK, RST)
              for c in (0, "2.05", "2.31", "4.04", "7.01")]
    return found


def mutated(random, messages):
    data = bytearray(random.choice(messages))
    for _ in range(random.choice((0, 1, 1, 1, 2, 3, 8))):
        how, at = random.randrange(6), random.randrange(len(data) + 1)
        if how == 0 and data:
            data[at % len(data)] ^= 1 << random.randrange(8)
        elif how == 1 and data:
            data[at % len(data)] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
        elif how == 2:
            del data[at:at + random.choice((1, 2, 4, len(data)))]
        elif how == 3:
            data[at:at] = random.randbytes(random.choice((1, 1, 2, 16, 300)))
        elif how == 4:
            other = random.choice(messages)
            data[at:] = other[random.randrange(len(other) + 1):]
        elif how == 5:
            data[at:at] = data[at:at + random.randrange(64)]
    if len(data) >= 4:  # a repeated message id would be a duplicate; the high ones are for lives()
        data[2:4] = random.randrange(0xF000).to_bytes(2, "big")
    return bytes(data[:1400])


def is_harmless(data):
    """Not what rightly ends the registration: nothing is changed or executed in object 1."""
    try:
        m = Message.decode(data)
    except (ValueError, IndexError, struct.error):
        m = None
    if not m or not 1 < m.code < 8:
        return b"\x011" not in data  # an option of one octet, "1"
    segments = m.all(URI_PATH)
    return segments[:1] != [b"1"] and not (m.code in (6, 7) and b"1" in m.payload[:16])


class Client:
    """The registered client, seen from its server."""

    def __init__(self, peer):
        self.peer, self.registers, self.mids = peer, 0, itertools.cycle(range(0xF000, 0x10000))

    def answer(self, m):
        """Its own requests, and what is nothing to wait for."""
        if m.text == "POST" and m.path == "/rd":
            self.registers += 1
            self.peer.reply(m, "2.01", [(LOCATION_PATH, b"rd"), (LOCATION_PATH, b"1")])
        elif m.text == "POST":
            self.peer.reply(m, "2.04")
        elif m.text == "DELETE":
            self.peer.reply(m, "2.02")

    def lives(self):
        # all it sent goes away unread, but for its own requests
        del self.peer.log[:]
        answer = self.peer.ask("GET", "/3/0/16", 20, self.answer, options=[(ACCEPT, uint(0))],
                               mid=next(self.mids))
        assert (answer.text, answer.payload) == ("2.05", b"UT"), answer


def resident(d):
    return int(d.status("VmRSS").split()[0])


def test_mutated_datagrams_harm_nobody(peer, daemon):
    seed = int(os.environ.get("LWM2MD_SEED", secrets.randbits(32)))
    print(f"LWM2MD_SEED={seed}")
    source = random.Random(seed)
    server = peer()
    d = daemon(quick_conf(servers={"main": server_conf(server, 101, lifetime="1d")}), level="info")
    x = instance_of({"payload": server.accept_register().payload})
    d.wait("registered", "101")
    client, messages = Client(server), [m.encode() for m in seeds(x)]

    for data in messages:
        server.send_raw(data)
        client.lives()
    first = 0
    for n in range(COUNT // BURST):
        for data in (mutated(source, messages) for _ in range(BURST)):
            if is_harmless(data):
                server.send_raw(data)
        client.lives()
        if n == COUNT // BURST // 4:
            first = resident(d)

    grown = resident(d) - first
    assert b"__asan_init" in pathlib.Path(LWM2MD).read_bytes() or grown < LEAK_LIMIT, f"{grown} KiB"
    assert client.registers == 0, "it has registered anew"
    client.lives()
    assert not d.events("registration-failed")
    assert d.process.poll() is None
    # what a peer does wrong is for those who debug
    loud = [e for e in d.events() if e.level in ("error", "warning")]
    assert not loud, loud[:5]
