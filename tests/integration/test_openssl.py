"""Handshakes with a server that is not ours: openssl s_server."""
import re
import signal

import pytest

import openssl
from harness import Keys, quick_conf, server_conf

BOTH = pytest.mark.parametrize("tcp", [False, True], ids=["dtls", "tls"])
TLS = pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
REUSED = re.compile(rb"Reused session-id")


@pytest.fixture
def pki(tmp_path):
    return openssl.Pki(tmp_path)


def psk_options(keys):
    return "-nocert", "-psk_identity", keys.identity, "-psk", keys.key.hex()


def certificate_options(pki):
    """It insists on a certificate of our CA."""
    return ("-cert", pki.path("server.crt"), "-key", pki.path("server.key"), "-Verify", "2",
            "-CAfile", pki.path("ca.crt"), "-verify_return_error")


def account(s, security):
    return {"short_id": 101, "uri": s.uri, "lifetime": "1d", **security}


def conf_for(s, security, **more):
    return quick_conf(servers={"main": account(s, security)}, **more)


def test_psk_over_dtls(s_server, daemon, keys):
    s = s_server(False, *psk_options(keys))
    d = daemon(conf_for(s, keys.conf()))
    s.register()
    d.wait("registered", "101")


@TLS
def test_psk_over_tls(s_server, daemon, keys, version):
    s = s_server(True, version, *psk_options(keys))
    d = daemon(conf_for(s, keys.conf()))
    s.register()
    d.wait("registered", "101")


def test_certificate_over_dtls(s_server, daemon, pki):
    s = s_server(False, *certificate_options(pki))
    d = daemon(conf_for(s, pki.conf()))
    s.register()
    d.wait("registered", "101")


@TLS
def test_certificate_over_tls(s_server, daemon, pki, version):
    s = s_server(True, version, *certificate_options(pki))
    d = daemon(conf_for(s, pki.conf()))
    s.register()
    d.wait("registered", "101")


@BOTH
def test_a_server_with_another_certificate_is_refused(s_server, daemon, pki, tcp):
    s = s_server(tcp, *certificate_options(pki))
    d = daemon(conf_for(s, pki.conf(trust=f"file:{pki.path('device.crt')}")))
    d.wait("register-failed", "101")
    assert b"\xb2rd" not in s.data


@BOTH
def test_alpn_is_coap_over_tls(s_server, daemon, keys, tcp):
    s = s_server(tcp, *psk_options(keys), *(["-alpn", "coap"] if tcp else []))
    daemon(conf_for(s, keys.conf()))
    s.register()
    assert (b"ALPN protocols selected: coap" in s.data) == tcp


@pytest.mark.parametrize("options", [(False,), (True, "-tls1_2"), (True, "-tls1_3")],
                         ids=["dtls", "tls1.2", "tls1.3"])
def test_a_restart_resumes_the_session_and_sends_update(s_server, daemon, pki, options):
    s = s_server(*options, *certificate_options(pki))
    d = daemon(conf_for(s, pki.conf()))
    s.register()
    d.wait("registered", "101")
    assert not REUSED.search(s.data)
    assert d.stop(signal.SIGUSR1) == 0
    d.start()
    s.update()
    assert REUSED.search(s.data)
