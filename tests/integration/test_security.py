"""Every security mode, in both directions: who is let in, and what is said of who is not."""
import subprocess

import pytest

from harness import (Keys, Lines, bootstrap_conf, free_port, full_bootstrap, merged, quick_conf,
                     server_conf)
from pki import CERTIFICATE, RPK, Signed, has_raw_public_keys

MODES = ["psk", "rpk", "usage0", "usage1", "usage2", "usage3", "usage-absent"]
CERTIFICATES = [m for m in MODES if m.startswith("usage")]
each_mode = pytest.mark.parametrize("mode", MODES)


def each_mode_proving(case):
    """Each mode; those with certificates are what the interoperability case asks for."""
    return pytest.mark.parametrize(
        "mode", [pytest.param(m, marks=pytest.mark.ets(case)) if m in CERTIFICATES else m
                 for m in MODES])


each_certificate = pytest.mark.parametrize("mode", CERTIFICATES)
signed = pytest.mark.parametrize("mode", MODES[1:])
has_path = [m for m in CERTIFICATES if m in ("usage0", "usage1", "usage2")]


def skip_unless_possible(mode):
    if mode == "rpk" and not has_raw_public_keys():
        pytest.skip("raw public keys need OpenSSL 3.2")


def keys_for(mode, authority, server=None, client=None, **more):
    """The credentials of client and server that belong together; server: how the certificate of
    the server is wanted."""
    skip_unless_possible(mode)
    if mode == "psk":
        return Keys()
    theirs = authority.pair("server", issuer=authority.root, **(server or {}))
    ours = authority.pair("client", issuer=authority.root, **(client or {}))
    if mode == "rpk":
        return Signed(RPK, ours, theirs, **more)
    usage = None if mode == "usage-absent" else int(mode[-1])
    trust = authority.root if usage in (0, 2) else theirs
    return Signed(CERTIFICATE, ours, theirs, **{"usage": usage, "trust": trust,
                                                "root": authority.root, **more})


def conf_for(dm, keys, authority, server=None, **more):
    return quick_conf(**merged({"servers": {"dm": server_conf(dm, keys=keys, **(server or {}))},
                                "security": {"trust_store": authority.root.certificate}}, more))


def refused(server, daemon, authority, keys, reason, timeout=10):
    dm = server.listen("dm", keys)
    d = daemon(conf_for(dm, keys, authority))
    event = d.wait("register-failed", "101", timeout=timeout)
    assert event.reason == reason, event
    assert not dm.seen("register")
    return event


@each_mode_proving("1.1-int-402")
def test_who_has_the_right_keys_registers(server, daemon, authority, mode):
    keys = keys_for(mode, authority)
    dm = server.listen("dm", keys)
    d = daemon(conf_for(dm, keys, authority))
    dm.wait("register")
    d.wait("registered", "101")
    for form in keys.forms():
        assert form not in d.log_bytes()


@each_certificate
def test_a_server_with_another_certificate_is_refused(server, daemon, authority, mode):
    keys = keys_for(mode, authority)
    # of an issuer that nobody knows
    stranger = authority.pair("stranger", ca=True)
    keys.server = authority.pair("impostor", issuer=stranger)
    refused(server, daemon, authority, keys, "dtls.cert-untrusted")


def test_a_server_with_another_raw_public_key_is_refused(server, daemon, authority):
    keys = keys_for("rpk", authority)
    keys.server = authority.pair("impostor")
    event = refused(server, daemon, authority, keys, "dtls.rpk-mismatch")
    assert event.message.count("sha256:") == 2, event


@pytest.mark.ets("1.1-int-403")
@pytest.mark.parametrize("mode", has_path)
def test_a_certificate_for_another_name_is_refused(server, daemon, authority, mode):
    keys = keys_for(mode, authority, server={"san": "IP:127.0.0.9,DNS:other.example"})
    event = refused(server, daemon, authority, keys, "dtls.cert-name")
    assert "127.0.0.1" in event.message


@pytest.mark.parametrize("mode", has_path)
def test_the_name_of_0_x_14_is_the_one_that_counts(server, daemon, authority, mode):
    keys = keys_for(mode, authority, server={"san": "DNS:dm.example"})
    dm = server.listen("dm", keys)
    d = daemon(conf_for(dm, keys, authority, server={"sni": "dm.example"}))
    d.wait("registered", "101")


def test_a_pinned_certificate_needs_no_name(server, daemon, authority):
    keys = keys_for("usage3", authority, server={"san": "DNS:other.example"})
    dm = server.listen("dm", keys)
    d = daemon(conf_for(dm, keys, authority))
    d.wait("registered", "101")


@each_certificate
def test_an_expired_certificate_is_refused(server, daemon, authority, mode):
    keys = keys_for(mode, authority, server={"start": -2, "end": -1})
    refused(server, daemon, authority, keys, "dtls.cert-expired")


@each_certificate
def test_a_certificate_of_the_future_is_refused(server, daemon, authority, mode):
    keys = keys_for(mode, authority, server={"start": 1, "end": 2})
    refused(server, daemon, authority, keys, "dtls.cert-not-yet-valid")


@signed
def test_a_client_that_the_server_does_not_know_is_told_so(server, daemon, authority, mode):
    keys = keys_for(mode, authority)
    stranger = authority.pair("stranger", ca=True)
    keys.client_root = keys.expected_client = stranger
    event = refused(server, daemon, authority, keys, "dtls.client-cert-refused")
    assert "alert" in event.message


@each_mode
def test_a_server_that_forgot_the_session_is_met_by_a_new_handshake(server, daemon, authority,
                                                                    mode):
    keys = keys_for(mode, authority)
    dm = server.listen("dm", keys)
    d = daemon(conf_for(dm, keys, authority, server={"lifetime": "4s"}))
    d.wait("registered", "101")
    dm.wait("register")
    dm.do("restart")
    dm.wait("register", 15)
    d.wait("registered", "101", timeout=15)


@each_mode_proving("1.1-int-2")
def test_the_bootstrap_server_is_asked_with_each_mode(server, daemon, authority, mode):
    keys = keys_for(mode, authority)
    bs, dm = server.listen("bs", keys), server.listen("dm", keys)
    bs.bootstrap(full_bootstrap(dm, keys=keys))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, keys=keys),
                          security={"trust_store": authority.root.certificate}))
    d.wait("bootstrap-finished")
    dm.wait("register")
    d.wait("registered", "101")
    for form in keys.forms():
        assert form not in d.log_bytes()


@each_mode
def test_the_bootstrap_server_may_speak_first_with_each_mode(server, daemon, authority, mode,
                                                             listen_address):
    keys = keys_for(mode, authority)
    bs, dm = server.listen("bs", keys), server.listen("dm")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "1h", listen_address, keys),
                          security={"trust_store": authority.root.certificate}))
    d.wait_listening()
    bs.speak_first(f"coaps://{listen_address}", full_bootstrap(dm))
    d.wait("bootstrap-finished")
    d.wait("registered", "101")


@signed
def test_nobody_else_may_speak_first(server, daemon, authority, mode, listen_address):
    keys = keys_for(mode, authority)
    bs, dm = server.listen("bs", keys), server.listen("dm")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "1h", listen_address, keys),
                          security={"trust_store": authority.root.certificate}))
    d.wait_listening()
    stranger = authority.pair("stranger", issuer=authority.pair("unknown", ca=True))
    other = keys_like(keys, stranger)
    bs.speak_first(f"coaps://{listen_address}", full_bootstrap(dm), keys=other)
    d.wait_text("bs.peer-refused")
    assert not d.events("server-bootstrap-started")


def keys_like(keys, server):
    """The same client, met by another server."""
    other = Signed.__new__(Signed)
    other.__dict__.update(keys.__dict__, server=server)
    return other


def test_raw_public_keys_are_refused_where_openssl_lacks_them(server, daemon, authority):
    if has_raw_public_keys():
        pytest.skip("this OpenSSL has them")
    ours, theirs = authority.pair("client"), authority.pair("server")
    rpk = Signed(RPK, ours, theirs)
    bs = server.listen("bs")
    bs.bootstrap(full_bootstrap("coaps://127.0.0.1:1", keys=rpk))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    event = d.wait("bootstrap-failed", reason="security.unsupported")
    assert "OpenSSL 3.2" in event.message
    # and in the configuration
    broken = daemon.prepare(conf_for("coaps://127.0.0.1:1", rpk, authority)).start()
    assert broken.wait_exit() != 0
    assert "OpenSSL 3.2" in broken.log_text()


@pytest.mark.parametrize("field, value", [("identity", b"no certificate"), ("key", b"no key"),
                                          ("server_key", b""), ("server_key", b"\x30\x03\x02\x01\x00")])
def test_credentials_that_cannot_work_are_refused_at_finish(server, daemon, authority, field, value):
    keys = keys_for("usage2", authority)
    tlv = keys.tlv()
    tlv[field] = value
    keys.tlv = lambda: tlv
    bs = server.listen("bs")
    bs.bootstrap(full_bootstrap("coaps://127.0.0.1:1", keys=keys))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    event = d.wait("bootstrap-failed", reason="bs.inconsistent")
    number = {"identity": 3, "server_key": 4, "key": 5}[field]
    assert f"/0/10/{number}" in event.message


def test_a_key_of_another_certificate_is_refused_at_finish(server, daemon, authority):
    keys = keys_for("usage2", authority)
    keys.client.key = authority.pair("another").key
    bs = server.listen("bs")
    bs.bootstrap(full_bootstrap("coaps://127.0.0.1:1", keys=keys))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    event = d.wait("bootstrap-failed", reason="bs.inconsistent")
    assert "/0/10/5: the private key belongs to another certificate" in event.message


# --- a server that is not ours: it speaks DTLS and no CoAP ---

@pytest.fixture
def s_server():
    """s_server(option, …) starts "openssl s_server" and gives the URI."""
    started = []

    def start(*options):
        port = free_port()
        process = subprocess.Popen(["openssl", "s_server", "-dtls1_2", "-accept", f"127.0.0.1:{port}",
                                    *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True, errors="replace")
        started.append(process)
        Lines(process.stdout, lambda line, when: line).wait(
            lambda line: "ACCEPT" in line, 10, "openssl s_server")
        return f"coaps://127.0.0.1:{port}"

    yield start
    for process in started:
        process.kill()
        process.wait()


def options_of(keys, client_root=None):
    return ["-cert", keys.server.certificate, "-key", keys.server.key, "-verify_return_error",
            "-CAfile", (client_root or keys.client_root).certificate, "-Verify", "1"]


def failed(daemon, uri, keys, authority, timeout=10):
    d = daemon(conf_for(uri, keys, authority))
    return d.wait("register-failed", "101", timeout=timeout).reason


@each_certificate
def test_openssl_and_its_certificate_are_accepted(s_server, daemon, authority, mode):
    keys = keys_for(mode, authority)
    uri = s_server(*options_of(keys))
    assert failed(daemon, uri, keys, authority) == "reg.timeout"


def test_openssl_with_another_certificate_is_refused(s_server, daemon, authority):
    keys = keys_for("usage3", authority)
    keys.server = authority.pair("impostor", issuer=authority.root)
    assert failed(daemon, s_server(*options_of(keys)), keys, authority) == "dtls.cert-untrusted"


def test_openssl_may_refuse_our_certificate(s_server, daemon, authority):
    keys = keys_for("usage2", authority)
    uri = s_server(*options_of(keys, authority.pair("stranger", ca=True)))
    assert failed(daemon, uri, keys, authority) == "dtls.client-cert-refused"


def test_openssl_without_one_of_our_suites_is_told(s_server, daemon, authority):
    keys = keys_for("usage2", authority)
    uri = s_server(*options_of(keys), "-cipher", "ECDHE-ECDSA-AES256-SHA384")
    assert failed(daemon, uri, keys, authority) == "dtls.no-common-cipher"


@pytest.mark.parametrize("suite, number", [("PSK-AES128-CCM8", 0xc0a8),
                                           ("PSK-AES128-CBC-SHA256", 0x00ae)])
def test_openssl_and_the_suites_that_servers_must_have(s_server, daemon, authority, suite, number):
    keys = Keys()
    uri = s_server("-nocert", "-psk_identity", keys.identity, "-psk", keys.key.hex(), "-cipher",
                   f"{suite}:@SECLEVEL=0")
    d = daemon(conf_for(uri, keys, authority, server={"ciphersuites": [number]}))
    assert d.wait("register-failed", "101").reason == "reg.timeout"


def test_openssl_with_another_key_repeats_itself(s_server, daemon, authority):
    keys = Keys()
    uri = s_server("-nocert", "-psk_identity", keys.identity, "-psk", "00" * 16)
    assert failed(daemon, uri, keys, authority, 45) == "dtls.psk-wrong-key"


def test_openssl_and_its_raw_public_key_are_accepted(s_server, daemon, authority):
    keys = keys_for("rpk", authority)
    uri = s_server("-key", keys.server.key, "-cert", keys.server.certificate, "-enable_server_rpk",
                   "-enable_client_rpk", "-verify", "1")
    assert failed(daemon, uri, keys, authority) == "reg.timeout"


def test_openssl_with_a_certificate_instead_of_its_raw_key_is_refused(s_server, daemon, authority):
    keys = keys_for("rpk", authority)
    uri = s_server(*options_of(keys, authority.root))
    assert failed(daemon, uri, keys, authority) in ("dtls.alert", "dtls.rpk-mismatch",
                                                   "dtls.no-common-cipher")


@each_mode
def test_each_mode_works_over_tls_as_well(server, daemon, authority, mode):
    keys = keys_for(mode, authority)
    dm = server.listen("dm", keys, tcp=True)
    d = daemon(conf_for(dm, keys, authority))
    assert "b=T" in dm.wait("register")["queries"]
    d.wait("registered", "101")


@pytest.mark.ets("1.1-int-404")
def test_bootstrap_and_registration_with_certificates_over_tcp(server, daemon, authority):
    keys = keys_for("usage2", authority)
    bs, dm = server.listen("bs", keys, tcp=True), server.listen("dm", keys, tcp=True)
    bs.bootstrap(full_bootstrap(dm, keys=keys))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, keys=keys),
                          security={"trust_store": authority.root.certificate}))
    d.wait("bootstrap-finished")
    dm.wait("register")
    d.wait("registered", "101")
