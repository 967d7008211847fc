"""Smart cards for the tests: a PC/SC service of the test's own and virtual cards in its reader."""
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

    def put_back(self, card):
        card.insert()
        self.wait_for(lambda text: "card, ATR" in text)

    def finish(self):
        for card in self.cards:
            card.remove()
        self.service.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
