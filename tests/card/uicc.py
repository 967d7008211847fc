"""A virtual UICC with a PKCS#15 application and the LwM2M bootstrap file, for tests with a real
PC/SC service: it is the card in a reader of the vpcd driver. Everything a test wants to be wrong
is an attribute. (TS core appendix G and H; ETSI TS 102 221)"""
import argparse
import os
import socket
import struct
import sys
import threading
import time

import aes

PKCS15 = bytes.fromhex("A000000063504B43532D3135")
LWM2M = bytes.fromhex("672B0901")  # 2.23.43.9.1
MF, ADF_NOW = 0x3F00, 0x7FFF
DIR, ICCID, ODF, DODF, CONTENT, ADF = 0x2F00, 0x2FE2, 0x5031, 0x6430, 0x6432, 0x7F50


def ber(tag, *values):
    value = b"".join(values)
    if len(value) < 0x80:
        return bytes([tag, len(value)]) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + value


class Status(Exception):
    def __init__(self, value, data=b""):
        super().__init__(f"{value:04X}")
        self.value, self.data = value, data


class Channel:
    def __init__(self):
        self.directory, self.file, self.answer, self.secure = MF, None, b"", None


class Secure:
    """The card's side of an SCP03 session."""

    def __init__(self, card, challenge, own_challenge=None):
        self.keys = {}
        self.unit = card.secure_unit
        if len(challenge) != self.unit:
            raise Status(0x6A80)
        self.challenge = own_challenge or os.urandom(self.unit)
        context = challenge + self.challenge

        def derive(key, what, length):
            out = b""
            while len(out) < length:
                out += aes.cmac(key, bytes(11) + bytes([what, 0]) + struct.pack(">HB", 8 * length, len(
                    out) // 16 + 1) + context)
            return out[:length]
        n = len(card.key_enc)
        self.enc, self.mac = derive(card.key_enc, 4, n), derive(card.key_mac, 6, n)
        self.rmac = derive(card.key_mac, 7, n)
        self.card, self.host = derive(self.mac, 0, self.unit), derive(self.mac, 1, self.unit)
        self.chaining, self.counter, self.is_open = bytes(16), 0, False

    def unseal(self, header, data):
        body, mac = data[:-self.unit], data[-self.unit:]
        covered = bytes([header[0] & 0xF0 | 4, *header[1:4], len(data)]) + body
        full = aes.cmac(self.mac, self.chaining + covered)
        if full[:self.unit] != mac:
            raise Status(0x6988)
        self.chaining = full
        return body

    def _iv(self, first):
        return aes.encrypt(self.enc, bytes([first]) + self.counter.to_bytes(15, "big"))

    def open(self, header, data):
        body = self.unseal(header, data)
        self.counter += 1
        if not body:
            return body
        plain = aes.cbc_decrypt(self.enc, self._iv(0), body).rstrip(b"\0")
        if not plain.endswith(b"\x80"):
            raise Status(0x6988)
        return plain[:-1]

    def close(self, data, status):
        if data:
            data = aes.cbc_encrypt(self.enc, self._iv(0x80), aes.pad(data))
        return data + aes.cmac(self.rmac, self.chaining + data + struct.pack(">H", status))[:self.unit]


class Uicc:
    def __init__(self, content=b"", **more):
        self.content = content
        self.iccid = bytes.fromhex("98940000000000000010")
        self.is_t0 = True
        self.paths = "short"        # short, full, application, full-application
        self.oid = LWM2M
        self.form = "oid"           # oid, field (as the TS example), bare, opaque
        self.has_dir = self.has_application = self.has_content = True
        self.has_path_select = True
        self.channels, self.channel_status = 4, None
        self.pin, self.tries, self.is_dodf_guarded = None, 3, False
        self.max_read, self.file_size, self.told_size = 256, 0, None
        self.odf = self.dodf = None  # octets instead of the right ones
        self.is_secure_needed = False
        self.key_enc = self.key_mac = None
        self.key_version = 0x30
        self.secure_unit = 8        # octets of challenges and MACs: 8 or 16
        for name, value in more.items():
            assert hasattr(self, name), name
            setattr(self, name, value)
        self.reset()

    def reset(self):
        self.open = {0: Channel()}
        self.is_verified = False

    # --- files ---

    def path_to(self, file):
        head = {"short": [], "full": [MF, ADF], "application": [ADF_NOW],
                "full-application": [MF, ADF_NOW]}[self.paths]
        return b"".join(struct.pack(">H", f) for f in [*head, file])

    def make_dodf(self):
        path = ber(0x30, ber(4, self.path_to(CONTENT)))
        label, name = ber(0x30, ber(0x0C, b"LwM2M Bootstrap")), ber(0x0C, b"lwm2m")
        if self.form == "opaque":
            return ber(0x30, label, ber(0x30, name, ber(6, self.oid)), ber(0xA1, path))
        if self.form == "field":
            return ber(0xA1, ber(0x30), label,
                       ber(0xA1, ber(0x30, ber(6, ber(6, self.oid)), path)))
        attributes = b"" if self.form == "bare" else ber(0x30, name, ber(6, self.oid))
        return ber(0xA1, label, attributes, ber(0xA1, ber(0x30, ber(6, self.oid), path)))

    def read_file(self, directory, file):
        if directory == MF:
            return {ICCID: self.iccid}.get(file)
        if file == ODF:
            right = ber(0xA7, ber(0x30, ber(4, self.path_to(DODF))))
            return right if self.odf is None else self.odf
        if file == DODF:
            return self.make_dodf() if self.dodf is None else self.dodf
        if file == CONTENT and self.has_content:
            return self.content.ljust(self.file_size, b"\xFF")
        return None

    def records(self):
        ours = ber(0x61, ber(0x4F, PKCS15), ber(0x50, b"LwM2M"), ber(0x51, b"\x3F\x00\x7F\x50"))
        other = ber(0x61, ber(0x4F, bytes.fromhex("A0000000871002")), ber(0x50, b"USIM"))
        return [r.ljust(40, b"\xFF") for r in (other, ours, b"")]

    def fcp(self, directory, file):
        if file is None:
            state = ber(0x90, b"\x80" if self.pin else b"\x00") + ber(0x83, b"\x01")
            return ber(0x62, ber(0x82, b"\x78\x21"), ber(0xC6, state))
        if file == DIR:
            return ber(0x62, ber(0x82, bytes([0x42, 0x21, 0, 40, 3])))
        size = len(self.read_file(directory, file))
        if file == CONTENT and self.told_size is not None:
            size = self.told_size
        return ber(0x62, ber(0x82, b"\x41\x21"), ber(0x83, struct.pack(">H", file)),
                   ber(0x80, size.to_bytes(2 if size < 65536 else 4, "big")))

    # --- commands ---

    def answer(self, command):
        """Data and status word of one command."""
        number = command[0] & 3 if not command[0] & 0x40 else 4 + (command[0] & 15)
        channel = self.open.get(number)
        if channel is None:
            return b"\x68\x81"
        try:
            data, status = self.dispatch(channel, command), 0x9000
        except Status as s:
            data, status = s.data, s.value
        return data + struct.pack(">H", status)

    def dispatch(self, channel, command):
        header, rest = command[:4], command[4:]
        has_data = len(rest) > 1
        data = rest[1:1 + rest[0]] if has_data else b""
        le = rest[0] or 256 if len(rest) == 1 else 256
        if header[1] == 0xC0:
            return self.get_response(channel, le)
        channel.answer = b""
        secure = channel.secure if channel.secure and channel.secure.is_open else None
        if secure:
            if not header[0] & 4:
                raise Status(0x6987)
            data, le = secure.open(header, data), min(le, 239)
        status = 0x9000
        try:
            out = self.run(channel, header, data, le, secure)
        except Status as s:
            out, status = s.data, s.value
            if secure and status >> 8 not in (0x62, 0x63):
                raise
        if secure:
            out = secure.close(out, status)
        if self.is_t0 and has_data and out:
            channel.answer = out
            raise Status(0x6100 | min(len(out), 255))
        if status != 0x9000:
            raise Status(status, out)
        return out

    def get_response(self, channel, le):
        out, channel.answer = channel.answer[:le], channel.answer[le:]
        if channel.answer:
            raise Status(0x6100 | min(len(channel.answer), 255), out)
        return out

    def run(self, channel, header, data, le, secure):
        _, ins, p1, p2 = header
        if ins == 0x70:
            return self.manage(p1, p2)
        if ins == 0xA4:
            return self.select(channel, p1, data)
        if ins == 0xB0:
            return self.read_binary(channel, p1 << 8 | p2, le, secure)
        if ins == 0xB2:
            if channel.file != DIR or p1 > 3:
                raise Status(0x6A83)
            if self.is_t0 and le != 40:
                raise Status(0x6C28)
            return self.records()[p1 - 1]
        if ins == 0x20:
            return self.verify(data)
        if ins in (0x50, 0x82) and self.key_enc:
            return self.authenticate(channel, header, data)
        raise Status(0x6D00)

    def manage(self, p1, p2):
        if self.channel_status:
            raise Status(self.channel_status)
        if p1 == 0x80:
            self.open.pop(p2, None)
            return b""
        free = [n for n in range(1, self.channels) if n not in self.open]
        if not free:
            raise Status(0x6A81)
        self.open[free[0]] = Channel()
        return bytes(free[:1])

    def select(self, channel, p1, data):
        if p1 == 4:
            if not self.has_application or not PKCS15.startswith(data):
                raise Status(0x6A82)
            channel.directory, channel.file = ADF, None
            return self.fcp(ADF, None)
        if p1 == 8 and not self.has_path_select or p1 not in (0, 8):
            raise Status(0x6A86)
        directory = MF if p1 == 8 else channel.directory
        for (file,) in struct.iter_unpack(">H", data):
            if file in (ADF, ADF_NOW):
                directory = ADF
                continue
            is_there = self.has_dir if (directory, file) == (MF, DIR) else \
                self.read_file(directory, file) is not None
            if not is_there:
                raise Status(0x6A82)
            channel.file = file
        channel.directory = directory
        return self.fcp(directory, channel.file)

    def read_binary(self, channel, offset, le, secure):
        if channel.file is None:
            raise Status(0x6986)
        octets = self.read_file(channel.directory, channel.file)
        guarded = [CONTENT, DODF] if self.is_dodf_guarded else [CONTENT]
        if channel.file in guarded and self.pin and not self.is_verified:
            raise Status(0x6982)
        if channel.file == CONTENT and self.is_secure_needed and not secure:
            raise Status(0x6982)
        if le > self.max_read and le != 256:
            raise Status(0x6700)
        if offset > len(octets):
            raise Status(0x6B00)
        part = octets[offset:offset + min(le, self.max_read)]
        if len(part) < min(le, self.max_read) and not secure:
            raise Status(0x6282, part)
        return part

    def verify(self, data):
        if not self.pin:
            raise Status(0x6A88)
        if not self.tries:
            raise Status(0x6983)
        if not data:
            raise Status(0x9000 if self.is_verified else 0x63C0 | self.tries)
        if data.rstrip(b"\xFF") != self.pin.encode():
            self.tries -= 1
            raise Status(0x63C0 | self.tries)
        self.tries, self.is_verified = 3, True
        return b""

    def authenticate(self, channel, header, data):
        if header[1] == 0x50:
            if header[2] not in (0, self.key_version):
                raise Status(0x6A88)
            channel.secure = Secure(self, data)
            return bytes(10) + bytes([self.key_version, 3, 0x71 if self.secure_unit == 16 else 0x70]) + channel.secure.challenge + \
                channel.secure.card + bytes(3)
        s = channel.secure
        if not s or header[2] != 0x33 or s.unseal(header, data) != s.host:
            raise Status(0x6300)
        s.is_open = True
        return b""


class Inserted:
    """A card in the virtual reader. faults: a function (number of the command, octets) that says
    None, "mute", "remove", seconds to wait, or the octets to answer with."""

    def __init__(self, card, port, host="127.0.0.1"):
        self.card, self.address, self.faults = card, (host, port), None
        self.commands = []
        self.lock = threading.Lock()
        self.socket = self.thread = None
        self.insert()

    def insert(self):
        end = time.monotonic() + 10
        while True:
            try:
                self.socket = socket.create_connection(self.address, 5)
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                threading.Event().wait(0.02)
        self.socket.settimeout(None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.card.reset()
        self.thread = threading.Thread(target=self._serve, args=(self.socket,), daemon=True)
        self.thread.start()

    def remove(self):
        if self.socket:
            try:
                self.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self.socket.close()
            self.socket = None

    def _take(self, s, n):
        out = b""
        while len(out) < n:
            # the driver writes length and octets apart: without this each command takes 40 ms
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            part = s.recv(n - len(out))
            if not part:
                raise ConnectionError
            out += part
        return out

    def atr(self):
        historical = bytes.fromhex("8031A073BE2113654C574D324D")
        body = bytes([0x90 | len(historical)]) + bytes.fromhex("96801FC7") if self.card.is_t0 else \
            bytes([0x80 | len(historical), 1])
        body += historical
        check = 0
        for octet in body:
            check ^= octet
        return b"\x3B" + body + bytes([check])

    def _serve(self, s):
        try:
            while True:
                message = self._take(s, struct.unpack(">H", self._take(s, 2))[0])
                if len(message) == 1 and message[0] in (0, 1, 2):
                    with self.lock:
                        self.card.reset()
                elif message == b"\4":
                    self._give(s, self.atr())
                elif not self._command(s, message):
                    return
        except OSError:
            pass

    def _give(self, s, octets):
        s.sendall(struct.pack(">H", len(octets)) + octets)

    def _command(self, s, message):
        with self.lock:
            self.commands.append(message)
            answer = self.card.answer(message)
        fault = self.faults(len(self.commands), message) if self.faults else None
        if fault == "mute":
            return True
        if fault == "remove":
            self.remove()
            return False
        if isinstance(fault, float):
            threading.Event().wait(fault)
        self._give(s, fault if isinstance(fault, bytes) else answer)
        return True


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--port", type=int, required=True)
    p.add_argument("--host", default="127.0.0.1")
    p.add_argument("content", help="file with the content of EF LwM2M_Bootstrap")
    arguments = p.parse_args()
    with open(arguments.content, "rb") as f:
        inserted = Inserted(Uicc(f.read()), arguments.port, arguments.host)
    print("inserted", flush=True)
    inserted.thread.join()


if __name__ == "__main__":
    sys.exit(main())
