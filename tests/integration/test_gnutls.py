"""Handshakes with a server of another TLS library: libcoap's programs built with GnuTLS. The
resource directory answers Register as a LwM2M server does; the plain server knows no /rd: 4.04."""
import os
import re
import shutil
import subprocess

import pytest

import harness
from harness import quick_conf, server_conf
from pki import has_raw_public_keys
from test_security import keys_for

RD = os.environ.get("COAP_RD_GNUTLS") or shutil.which("coap-rd-gnutls")
SERVER = os.environ.get("COAP_SERVER_GNUTLS") or shutil.which("coap-server-gnutls")
BOTH = pytest.mark.parametrize("tcp", [False, True], ids=["dtls", "tls"])
pytestmark = pytest.mark.skipif(not (RD and SERVER), reason="no coap-server-gnutls here")


class Server:
    """A program of libcoap3-bin: coap on a port, coaps on the next one."""

    def __init__(self, program, *options, host=None):
        self.host = host or harness.own_address()
        self.port = harness.free_port(self.host)
        self.process = subprocess.Popen(
            [program, "-A", self.host, "-p", str(self.port), "-v", "7", *options], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="backslashreplace")
        self.lines = harness.Lines(self.process.stdout, lambda line, when: line)
        self.lines.wait(lambda line: re.search(r"created (DTLS|TLS ) *endpoint", line), 10,
                        "DTLS endpoint")

    def uri(self, tcp):
        return f"coaps{'+tcp' if tcp else ''}://{self.host}:{self.port + 1}"

    def finish(self):
        self.process.kill()
        self.process.wait()
        self.lines.thread.join(5)
        print("--- GnuTLS server\n" + "\n".join(self.lines.raw))


@pytest.fixture
def gnutls():
    made = []

    def make(*args, **more):
        made.append(Server(*args, **more))
        return made[-1]

    yield make
    for s in made:
        s.finish()


def conf_for(uri, keys, authority):
    return quick_conf(servers={"main": server_conf(uri, 101, keys)},
                      security={"trust_store": authority.root.certificate})


def both_in_one(directory, pair):
    path = directory / "both.pem"
    path.write_text(open(pair.certificate).read() + open(pair.key).read())
    return str(path)


@BOTH
def test_psk(gnutls, daemon, authority, tcp):
    keys = harness.Keys(key=b"0123456789abcdef")
    s = gnutls(RD, "-k", keys.key.decode())
    d = daemon(conf_for(s.uri(tcp), keys, authority))
    d.wait("registered", "101")


@BOTH
def test_a_wrong_psk_is_refused(gnutls, daemon, authority, tcp):
    s = gnutls(RD, "-k", "fedcba9876543210")
    d = daemon(conf_for(s.uri(tcp), harness.Keys(key=b"0123456789abcdef"), authority))
    # that server falls silent, over TLS as well
    d.wait("registering", "101")
    d.quiet("registered", 1)


@BOTH
@pytest.mark.parametrize("mode", ["usage0", "usage2", "usage3"])
def test_certificates(gnutls, daemon, authority, tmp_path, mode, tcp):
    keys = keys_for(mode, authority)
    host = harness.own_address()
    keys.server = authority.pair("gnutls", issuer=authority.root, san=f"IP:{host}")
    if mode == "usage3":
        keys.trust = keys.server
    s = gnutls(RD, "-c", both_in_one(tmp_path, keys.server), "-C", authority.root.certificate,
               host=host)
    d = daemon(conf_for(s.uri(tcp), keys, authority))
    d.wait("registered", "101")


@BOTH
@pytest.mark.skipif(not has_raw_public_keys(), reason="raw public keys need OpenSSL 3.2")
def test_raw_public_keys(gnutls, daemon, authority, tmp_path, tcp):
    keys = keys_for("rpk", authority)
    path = tmp_path / "rpk.pem"
    path.write_text(open(keys.server.key).read() + open(keys.server.public).read())
    s = gnutls(SERVER, "-M", str(path))
    d = daemon(conf_for(s.uri(tcp), keys, authority))
    # the handshake is made and the request answered
    d.wait("register-failed", "101", "reg.not-found")
