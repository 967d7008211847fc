"""CoAP messages, LwM2M TLV and link format for tests, written from the standards and not from
the C code: RFC 7252 sections 3 and 5, RFC 7959 section 2.2, LwM2M core 7.4.3, RFC 6690.
Two peers to test with: a fake server or client on a plain UDP socket (no security), driven step
by step by the test, so that it can do what no sane server does.
"""
import os
import socket
import struct
import time

CON, NON, ACK, RST = range(4)
IF_MATCH, OBSERVE, LOCATION_PATH, URI_PATH = 1, 6, 8, 11
CONTENT_FORMAT, URI_QUERY, ACCEPT, BLOCK2, BLOCK1, SIZE1 = 12, 15, 17, 23, 27, 60
TEXT, LINK, OPAQUE, TLV = 0, 40, 42, 11542
METHODS = {"GET": 1, "POST": 2, "PUT": 3, "DELETE": 4, "FETCH": 5, "PATCH": 6, "IPATCH": 7}


def boottime():
    """Seconds on the clock that all waits of the daemon are on."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def code_number(code):
    """'2.04', 'GET' or a number."""
    if isinstance(code, int):
        return code
    if code in METHODS:
        return METHODS[code]
    return int(code[0]) << 5 | int(code[2:])


def code_text(number):
    return f"{number >> 5}.{number & 31:02d}"


def uint(number):
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def block(num, more, szx):
    return uint(num << 4 | more << 3 | szx)


class Message:
    def __init__(self, type=CON, code=0, mid=None, token=b"", options=(), payload=b""):
        self.type, self.code, self.token = type, code_number(code), token
        self.mid = struct.unpack("!H", os.urandom(2))[0] if mid is None else mid
        self.options = list(options)
        self.payload = payload

    @classmethod
    def request(cls, method, path, query=(), format=None, payload=b"", options=(), **more):
        """path: '/3/0/0'; query: list of 'a=b'."""
        found = [(URI_PATH, p.encode()) for p in path.split("/") if p]
        found += [(URI_QUERY, q.encode()) for q in query]
        if format is not None:
            found.append((CONTENT_FORMAT, uint(format)))
        if isinstance(payload, str):
            payload = payload.encode()
        more.setdefault("token", os.urandom(4))
        return cls(code=method, options=found + list(options), payload=payload, **more)

    def encode(self):
        out = struct.pack("!BBH", 0x40 | self.type << 4 | len(self.token), self.code, self.mid)
        out += self.token
        last = 0
        for number, value in sorted(self.options, key=lambda o: o[0]):
            head, tail = [], b""
            for n in (number - last, len(value)):
                if n < 13:
                    head.append(n)
                elif n < 269:
                    head.append(13)
                    tail += struct.pack("!B", n - 13)
                else:
                    head.append(14)
                    tail += struct.pack("!H", n - 269)
            out += bytes([head[0] << 4 | head[1]]) + tail + value
            last = number
        return out + (b"\xff" + self.payload if self.payload else b"")

    @classmethod
    def decode(cls, data):
        first, code, mid = struct.unpack("!BBH", data[:4])
        if first >> 6 != 1:
            raise ValueError("not CoAP version 1")
        pos = 4 + (first & 15)
        m = cls(first >> 4 & 3, code, mid, data[4:pos])
        number = 0
        while pos < len(data):
            if data[pos] == 0xFF:
                m.payload = data[pos + 1:]
                if not m.payload:
                    raise ValueError("payload marker without payload")
                break
            lengths = [data[pos] >> 4, data[pos] & 15]
            pos += 1
            for i, n in enumerate(lengths):
                if n == 13:
                    lengths[i] = data[pos] + 13
                    pos += 1
                elif n == 14:
                    lengths[i] = struct.unpack("!H", data[pos:pos + 2])[0] + 269
                    pos += 2
                elif n == 15:
                    raise ValueError("reserved option length")
            number += lengths[0]
            if pos + lengths[1] > len(data):
                raise ValueError("option beyond the end")
            m.options.append((number, data[pos:pos + lengths[1]]))
            pos += lengths[1]
        return m

    def all(self, number):
        return [v for n, v in self.options if n == number]

    def number(self, option):
        values = self.all(option)
        return int.from_bytes(values[0], "big") if values else None

    @property
    def path(self):
        return "/" + "/".join(v.decode() for v in self.all(URI_PATH))

    @property
    def query(self):
        return [v.decode() for v in self.all(URI_QUERY)]

    @property
    def text(self):
        """'2.04' for responses, 'GET' for requests."""
        names = {v: k for k, v in METHODS.items()}
        return names.get(self.code) or code_text(self.code)

    def __repr__(self):
        path = self.path if 0 < self.code < 32 else ""
        return f"<{'CON NON ACK RST'.split()[self.type]} {self.text} {path} mid={self.mid} " \
               f"{len(self.payload)} octets>"


class Peer:
    """A UDP socket that speaks CoAP without security; nothing happens behind the test's back."""

    def __init__(self, host="127.0.0.1", port=0):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((host, port))
        self.port = self.socket.getsockname()[1]
        self.uri = f"coap://[{host}]:{self.port}" if ":" in host else f"coap://{host}:{self.port}"
        self.peer = None
        self.log = []

    def close(self):
        self.socket.close()

    def send_raw(self, data, to=None):
        self.socket.sendto(data, to or self.peer)

    def send(self, message, to=None):
        self.send_raw(message.encode(), to)
        return message

    def receive(self, timeout=5.0):
        """The next message, or None; its .time and .source are set."""
        self.socket.settimeout(max(timeout, 0.001))
        try:
            data, source = self.socket.recvfrom(65536)
        except (socket.timeout, BlockingIOError):
            return None
        m = Message.decode(data)
        m.time, m.source, m.raw = boottime(), source[:2], data
        self.log.append(m)
        return m

    def wait(self, wanted, timeout=10.0, answer=None):
        """The first message for which wanted(m) is true; others are given to answer(m)."""
        end = boottime() + timeout
        while boottime() < end:
            m = self.receive(end - boottime())
            if m is None:
                break
            if wanted(m):
                return m
            if answer:
                answer(m)
        raise AssertionError(f"port {self.port}: nothing like that in {timeout} s; saw {self.log[-8:]}")

    def wait_request(self, method, path, timeout=10.0, answer=None):
        m = self.wait(lambda m: m.text == method and m.path.startswith(path), timeout, answer)
        self.peer = m.source
        return m

    def reply(self, request, code, options=(), payload=b"", format=None):
        """Piggybacked response."""
        if format is not None:
            options = list(options) + [(CONTENT_FORMAT, uint(format))]
        if isinstance(payload, str):
            payload = payload.encode()
        m = Message(ACK if request.type == CON else NON, code, request.mid, request.token, options,
                    payload)
        return self.send(m, request.source)

    def accept_register(self, timeout=10.0, location=("rd", "1")):
        """Waits for a Register and answers 2.01."""
        m = self.wait_request("POST", "/rd", timeout)
        self.reply(m, "2.01", [(LOCATION_PATH, part.encode()) for part in location])
        return m

    def exchange(self, message, to=None, timeout=5.0, answer=None):
        """Sends and returns the response with this token (an empty ACK is passed over)."""
        self.send(message, to)
        return self.wait(lambda m: m.token == message.token and (m.code >= 64 or m.type == RST) or
                         m.type == RST and m.mid == message.mid, timeout, answer)

    def ask(self, method, path, timeout=5.0, answer=None, **more):
        return self.exchange(Message.request(method, path, **more), None, timeout, answer)


# --- TLV (LwM2M core 7.4.3) ---

INSTANCE, RESOURCE_INSTANCE, MULTIPLE, RESOURCE = range(4)


def tlv(kind, id, value):
    if isinstance(value, (list, tuple)):
        value = b"".join(value)
    elif isinstance(value, str):
        value = value.encode()
    elif isinstance(value, bool):
        value = bytes([value])
    elif isinstance(value, int):
        for size in (1, 2, 4, 8):
            if -(1 << 8 * size - 1) <= value < 1 << 8 * size - 1:
                break
        value = value.to_bytes(size, "big", signed=True)
    head = kind << 6 | (0x20 if id > 255 else 0)
    id = struct.pack("!H" if id > 255 else "!B", id)
    if len(value) < 8:
        return bytes([head | len(value)]) + id + value
    size = (len(value).bit_length() + 7) // 8
    return bytes([head | size << 3]) + id + len(value).to_bytes(size, "big") + value


def tlv_resources(values):
    """{rid: value} as records of one instance."""
    return b"".join(tlv(RESOURCE, rid, value) for rid, value in values.items() if value is not None)


def tlv_decode(data):
    """[(kind, id, value)] with nested lists for instances and multiple resources."""
    found, pos = [], 0
    while pos < len(data):
        head, pos = data[pos], pos + 1
        width = 2 if head & 0x20 else 1
        id, pos = int.from_bytes(data[pos:pos + width], "big"), pos + width
        size = head >> 3 & 3
        length = int.from_bytes(data[pos:pos + size], "big") if size else head & 7
        pos += size
        value, pos = data[pos:pos + length], pos + length
        if len(value) != length:
            raise ValueError("record beyond the end")
        kind = head >> 6
        found.append((kind, id, tlv_decode(value) if kind in (INSTANCE, MULTIPLE) else value))
    return found


NOSEC, PSK = 3, 0


def security_tlv(uri, short_id=None, bootstrap=False, mode=NOSEC, identity=b"", key=b"",
                 hold_off=None, account_timeout=None, server_key=b"", usage=None):
    return tlv_resources({0: uri, 1: bootstrap, 2: mode, 3: identity, 4: server_key, 5: key,
                          10: short_id, 11: hold_off, 12: account_timeout, 15: usage})


def server_tlv(short_id, lifetime=86400, binding="U", storing=True, **more):
    """more: further resources as r16=True."""
    values = {0: short_id, 1: lifetime, 6: storing, 7: binding}
    values.update({int(name[1:]): value for name, value in more.items()})
    return tlv_resources(values)


# --- link format (RFC 6690) ---

def links(text):
    """{'/3/0': {'ver': '1.1'}} of a link list; quotes are taken off."""
    found, pos = {}, 0
    if isinstance(text, bytes):
        text = text.decode()
    while pos < len(text):
        if text[pos] != "<":  # LwM2M 1.0: lwm2m="1.0", without a link
            end = text.find(",", pos)
            end = len(text) if end < 0 else end
            name, _, value = text[pos:end].partition("=")
            found[name] = {"": value.strip('"')}
            pos = end + 1
            continue
        end = text.index(">", pos)
        target, attributes, pos = text[pos + 1:end], {}, end + 1
        while pos < len(text) and text[pos] == ";":
            start = pos = pos + 1
            while pos < len(text) and text[pos] not in "=;,":
                pos += 1
            name, value = text[start:pos], ""
            if pos < len(text) and text[pos] == "=":
                pos += 1
                if pos < len(text) and text[pos] == '"':
                    close = text.index('"', pos + 1)
                    value, pos = text[pos + 1:close], close + 1
                else:
                    start = pos
                    while pos < len(text) and text[pos] not in ";,":
                        pos += 1
                    value = text[start:pos]
            attributes[name] = value
        found[target] = attributes
        if pos < len(text) and text[pos] != ",":
            raise ValueError(f"no comma at {pos} of {text!r}")
        pos += 1
    return found
