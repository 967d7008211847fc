#!/usr/bin/python3
"""A bad network: joins two network namespaces by a link that loses, delays and damages packets.

  link.py CLIENT SERVER [--seed N]

Makes the device "wan" in both namespaces, 10.77.0.1 and fd77::1 for CLIENT, 10.77.0.2 and fd77::2
for SERVER, and carries the packets in user space. Each line on standard input changes the faults:
"key=value ...", for both ways or with "up." (to the server) or "down." in front:

  loss dup reorder corrupt    chance in percent
  delay jitter                milliseconds; a reordered packet is held back three times as long
  dark                        1: nothing passes
  nat                         N: the server sees the client's UDP ports N higher

"carrier=0" takes the line away on both sides, "carrier=1" brings it back. Each line is answered by
one line of JSON with what has passed since the start. Ends with its input. The same seed and
traffic make the same faults.
"""
import argparse
import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000
UDP, IPV6_HEADER = 17, 40
FAULTS = ("loss", "dup", "reorder", "corrupt", "delay", "jitter", "dark", "nat")
DEVICE = "wan"
libc = ctypes.CDLL(None, use_errno=True)


def enter(namespace_fd):
    if libc.setns(namespace_fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def open_device(namespace, host):
    """The program's end of the device; its addresses end in host."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + namespace, os.O_RDONLY)
    enter(there)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    enter(home)
    for words in (f"addr add 10.77.0.{host}/24 dev {DEVICE}",
                  f"addr add fd77::{host}/64 dev {DEVICE} nodad", f"link set {DEVICE} up"):
        subprocess.run(["ip", "-n", namespace, *words.split()], check=True)
    return tun


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    return total ^ 0xFFFF


def shift_port(packet, by, offset):
    """The UDP packet with another port at that offset of its header, checksums right."""
    if packet[0] >> 4 == 4:
        start, protocol, addresses = (packet[0] & 15) * 4, packet[9], packet[12:20]
    else:
        start, protocol, addresses = IPV6_HEADER, packet[6], packet[8:40]
    if protocol != UDP:
        return packet
    udp = bytearray(packet[start:])
    port = struct.unpack_from("!H", udp, offset)[0]
    struct.pack_into("!H", udp, offset, (port + by) % 65536)
    struct.pack_into("!H", udp, 6, 0)
    total = checksum(addresses + struct.pack("!HH", UDP, len(udp)) + bytes(udp))
    struct.pack_into("!H", udp, 6, total or 0xFFFF)
    return packet[:start] + bytes(udp)


class Way:
    """One direction."""

    def __init__(self, source, target, port_offset, seed):
        self.source, self.target, self.port_offset = source, target, port_offset
        self.random = random.Random(seed)
        self.faults = dict.fromkeys(FAULTS, 0.0)
        self.count = {"seen": 0, "passed": 0, "lost": 0, "doubled": 0, "late": 0, "damaged": 0}

    def chance(self, fault):
        return self.random.random() * 100 < self.faults[fault]

    def fate(self, packet, now):
        """[(when, packet)]: what becomes of it."""
        f, count = self.faults, self.count
        count["seen"] += 1
        lost, double, late, bad = (self.chance(k) for k in ("loss", "dup", "reorder", "corrupt"))
        if lost or f["dark"]:
            count["lost"] += 1
            return []
        if f["nat"]:
            packet = shift_port(packet, int(f["nat"]) * (-1 if self.port_offset else 1),
                                self.port_offset)
        if bad and len(packet) > 28:
            count["damaged"] += 1
            at = self.random.randrange(28, len(packet))
            flipped = packet[at] ^ 1 << self.random.randrange(8)
            packet = packet[:at] + bytes([flipped]) + packet[at + 1:]
        due = now + (f["delay"] + self.random.random() * f["jitter"]) / 1000
        if late:
            count["late"] += 1
            due += 3 * (f["delay"] + f["jitter"] + 10) / 1000
        if double:
            count["doubled"] += 1
        return [(due, packet)] * (2 if double else 1)


class Link:
    def __init__(self, client, server, seed):
        self.namespaces = (client, server)
        near, far = open_device(client, 1), open_device(server, 2)
        self.ways = {"up": Way(near, far, 0, f"{seed}up"), "down": Way(far, near, 2, f"{seed}down")}
        self.queue, self.number = [], 0

    def command(self, line):
        for word in line.split():
            key, _, value = word.partition("=")
            if key == "carrier":
                for namespace in self.namespaces:
                    subprocess.run(["ip", "-n", namespace, "link", "set", DEVICE, "carrier",
                                    "on" if value == "1" else "off"], check=True)
                continue
            way, _, fault = key.rpartition(".")
            for name in [way] if way else self.ways:
                if fault not in FAULTS:
                    raise KeyError(fault)
                self.ways[name].faults[fault] = float(value)
        print(json.dumps({name: way.count for name, way in self.ways.items()}), flush=True)

    def receive(self, way):
        now = time.monotonic()
        for _ in range(64):
            try:
                packet = os.read(way.source, 65536)
            except OSError:  # nothing more, or the line is down
                return
            for due, copy in way.fate(packet, now):
                self.number += 1
                heapq.heappush(self.queue, (due, self.number, way, copy))

    def deliver(self):
        now = time.monotonic()
        while self.queue and self.queue[0][0] <= now:
            _, _, way, packet = heapq.heappop(self.queue)
            try:
                os.write(way.target, packet)
                way.count["passed"] += 1
            except OSError:
                way.count["lost"] += 1

    def run(self):
        sources = {way.source: way for way in self.ways.values()}
        pending = b""
        while True:
            wait = max(0.0, self.queue[0][0] - time.monotonic()) if self.queue else None
            ready, _, _ = select.select([0, *sources], [], [], wait)
            if 0 in ready:
                more = os.read(0, 4096)
                if not more:
                    return
                *lines, pending = (pending + more).split(b"\n")
                for line in lines:
                    self.command(line.decode())
            for source, way in sources.items():
                if source in ready:
                    self.receive(way)
            self.deliver()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("client")
    arguments.add_argument("server")
    arguments.add_argument("--seed", default="1")
    given = arguments.parse_args()
    link = Link(given.client, given.server, given.seed)
    link.command("")
    link.run()


if __name__ == "__main__":
    sys.exit(main())
