"""openssl s_server as a peer that is not ours: it makes the handshake, the test speaks CoAP through
its standard input and reads what it prints."""
import os
import re
import subprocess
import threading

import harness
from coap import boottime

# Confirmable POST with a token of eight octets, Uri-Path "rd"
REGISTER_UDP = re.compile(rb"\x48\x02(..)(.{8})\xb2rd", re.S)
REGISTER_TCP = re.compile(rb"\x02(.{8})\xb2rd", re.S)
UPDATE_UDP = re.compile(rb"\x48\x02(..)(.{8})\xb2rd\x01x", re.S)
UPDATE_TCP = re.compile(rb"\x02(.{8})\xb2rd\x01x", re.S)
LOCATION = b"\x82rd\x01x"  # /rd/x


def run(*args, **more):
    return subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, **more)


class Pki:
    """A CA, a server and a device with certificates of it, as files."""

    def __init__(self, directory, name="127.0.0.1"):
        self.directory = directory
        self.ca = self._certificate("ca", None)
        self.server = self._certificate("server", "ca", f"subjectAltName=IP:{name}")
        self.device = self._certificate("device", "ca")

    def path(self, name):
        return str(self.directory / name)

    def _certificate(self, name, issuer, extension=None):
        key, crt = self.path(f"{name}.key"), self.path(f"{name}.crt")
        run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
        os.chmod(key, 0o600)
        command = ["req", "-x509", "-new", "-key", key, "-subj", f"/CN={name}", "-days", "2",
                   "-out", crt]
        if issuer:
            command += ["-CA", self.path(f"{issuer}.crt"), "-CAkey", self.path(f"{issuer}.key"),
                        "-addext", "basicConstraints=critical,CA:FALSE"]
        if extension:
            command += ["-addext", extension]
        run(*command)
        run("pkey", "-in", key, "-pubout", "-out", self.path(f"{name}.pub"))
        return name

    def conf(self, **more):
        """Certificate mode, the server's certificate pinned."""
        return {"security": "certificate", "certificate": f"file:{self.path('device.crt')}",
                "private_key": f"file:{self.path('device.key')}",
                "trust": f"file:{self.path('server.crt')}", **more}


class Server:
    def __init__(self, tcp, *options):
        self.tcp, self.host = tcp, harness.own_address()
        self.port = harness.free_port(self.host)
        self.uri = f"coaps{'+tcp' if tcp else ''}://{self.host}:{self.port}"
        command = ["openssl", "s_server", "-accept", f"{self.host}:{self.port}",
                   *([] if tcp else ["-dtls1_2"]), *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, bufsize=0)
        self.data, self.seen = b"", 0
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        self.wait(re.compile(rb"ACCEPT"))

    def _read(self):
        while chunk := os.read(self.process.stdout.fileno(), 65536):
            with self.changed:
                self.data += chunk
                self.changed.notify_all()

    def wait(self, pattern, timeout=10.0):
        """The next match in what it prints."""
        end = boottime() + timeout
        with self.changed:
            while not (match := pattern.search(self.data, self.seen)):
                assert boottime() < end, f"no {pattern.pattern}: {self.data[-2000:]!r}"
                self.changed.wait(max(0.0, end - boottime()))
            self.seen = match.end()
            return match

    def send(self, data):
        self.process.stdin.write(data)

    def open(self):
        """Over TCP: our CSM, without options."""
        if self.tcp:
            self.wait(re.compile(rb"CIPHER is|Reused session-id"))
            self.send(b"\x00\xe1")

    def register(self):
        self.open()
        self.reply(self.wait(REGISTER_TCP if self.tcp else REGISTER_UDP), 0x41, LOCATION)

    def update(self):
        self.open()
        self.reply(self.wait(UPDATE_TCP if self.tcp else UPDATE_UDP), 0x44, b"")

    def reply(self, match, code, options):
        if self.tcp:
            self.send(bytes([len(options) << 4 | 8, code]) + match[1] + options)
        else:
            self.send(bytes([0x68, code]) + match[1] + match[2] + options)

    def finish(self):
        self.process.kill()
        self.process.wait()
        self.thread.join(5)
        print("--- openssl s_server\n" + self.data.decode(errors="backslashreplace"))
