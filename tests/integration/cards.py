"""Smart cards for the tests: a PC/SC service of the test's own and virtual cards in its reader."""
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import threading

import harness
from coap import boottime, security_tlv, server_tlv, tlv

sys.path.insert(0, str(harness.TOP / "tests" / "card"))

import service  # noqa: E402
import uicc  # noqa: E402

HELPER = str(harness.BUILD / "lwm2md-card")
KEY = bytes.fromhex("404142434445464748494A4B4C4D4E4F")


def missing():
    if not pathlib.Path(HELPER).exists():
        return "lwm2md-card is not built"
    return service.missing()


def content(objects):
    """{object: [(instance, resources as TLV)]} as EF(LwM2M_Bootstrap)."""
    out = b""
    for number, instances in objects.items():
        octets = b"".join(tlv(0, instance, resources) for instance, resources in instances)
        out += struct.pack(">HBH", number, 0, len(octets)) + octets
    return struct.pack(">HH", len(objects), len(out)) + out


def account(endpoint, short_id=101, keys=None, bootstrap=None, lifetime=86400, **more):
    """The content of a card with one server account; bootstrap: a bootstrap account, too."""
    uri = endpoint if isinstance(endpoint, str) else endpoint.uri
    security = [(1, security_tlv(uri, short_id, **(keys.tlv() if keys else {}), **more))]
    if bootstrap:
        security.insert(0, (0, security_tlv(bootstrap.uri, bootstrap=True, hold_off=0)))
    return content({0: security, 1: [(0, server_tlv(short_id, lifetime))]})


class Reader:
    """The virtual reader, and what is in it."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="lwm2md-card-")  # a short path for the socket
        self.service = service.Service(self.directory)
        self.cards = []
        self.env = {"PCSCLITE_CSOCK_NAME": self.service.path, "LWM2MD_CARD_HELPER": HELPER}
        self.wait_for(lambda text: "Test Reader" in text)

    def run(self, *arguments):
        return subprocess.run([HELPER, *arguments], capture_output=True, text=True, timeout=90,
                              env={**harness.os.environ, **self.env})

    def wait_for(self, wanted, timeout=10.0):
        """The service polls the reader every 400 ms."""
        end = boottime() + timeout
        while not wanted(self.run("list").stdout):
            assert boottime() < end, self.run("list")
            threading.Event().wait(0.02)

    def insert(self, octets, **more):
        card = uicc.Inserted(uicc.Uicc(octets, **more), self.service.port)
        self.cards.append(card)
        self.wait_for(lambda text: "card, ATR" in text)
        return card

    def remove(self, card):
        card.remove()
        self.wait_for(lambda text: "card, ATR" not in text)

    def without_reader(self):
        """The service starts again and finds none."""
        self.service.stop()
        (self.service.readers / "virtual").unlink()
        self.service.start()
        self.wait_for(lambda text: "Test Reader" not in text)

    def put_back(self, card):
        card.insert()
        self.wait_for(lambda text: "card, ATR" in text)

    def finish(self):
        for card in self.cards:
            card.remove()
        self.service.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


class Program:
    """A program that carries commands to a virtual card of its own, as one for a modem does."""

    TEXT = """#!/usr/bin/python3
import json, os, signal, sys
sys.path.insert(0, {library!r})
sys.dont_write_bytecode = True
here = {directory!r}
with open(here + "/program.pids", "a") as f:
    print(os.getpid(), file=f)
how = json.load(open(here + "/program.json"))
fault = how["fault"]
if fault == "exit":
    sys.exit(3)
import uicc
card = uicc.Uicc(bytes.fromhex(how["content"]), is_t0=False)
for line in sys.stdin:
    if fault == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            signal.pause()
    answer = card.answer(bytes.fromhex(line)).hex()
    said = dict(silent="", words="ERROR", endless="90" * 5000, absent="absent").get(fault, answer)
    print(said, flush=True)
"""

    def __init__(self, directory, content_octets, fault=None):
        self.directory = pathlib.Path(directory)
        self.path = self.directory / "program"
        self.path.write_text(self.TEXT.format(library=str(harness.TOP / "tests" / "card"),
                                              directory=str(directory)))
        self.path.chmod(0o755)
        self.command = [str(self.path)]
        self.content, self.fault = content_octets, fault
        self.set()

    def set(self, content=None, is_absent=False):
        self.content = content or self.content
        part = self.directory / "program.part"
        part.write_text(json.dumps({"content": self.content.hex(),
                                    "fault": "absent" if is_absent else self.fault}))
        part.rename(self.directory / "program.json")

    def pids(self):
        file = self.directory / "program.pids"
        return [int(word) for word in file.read_text().split()] if file.exists() else []

    def runs(self):
        return len(self.pids())

    def is_running(self):
        return any(pathlib.Path(f"/proc/{pid}").exists() for pid in self.pids())

    def wait_gone(self, timeout=10.0):
        end = boottime() + timeout
        while self.is_running():
            assert boottime() < end, "the program runs on"
            threading.Event().wait(0.02)
