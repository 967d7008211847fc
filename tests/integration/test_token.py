"""Private keys in a PKCS#11 token: SoftHSM where the provider is (Debian 13), else a refusal."""
import os
import re
import subprocess

import pytest

import openssl
from harness import quick_conf

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
URI = "pkcs11:token=lwm2md;object=device;type=private"


def has_provider():
    got = subprocess.run(["openssl", "list", "-providers", "-provider", "pkcs11"],
                         capture_output=True, text=True)
    return got.returncode == 0 and "pkcs11" in got.stdout


TOKEN = pytest.mark.skipif(not (has_provider() and os.path.exists(MODULE)),
                           reason="no pkcs11-provider or no SoftHSM here")


@pytest.fixture
def token(tmp_path):
    """A token with the device's key; the PKI, the environment."""
    pki = openssl.Pki(tmp_path)
    conf = tmp_path / "softhsm2.conf"
    (tmp_path / "tokens").mkdir()
    conf.write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    env = {"SOFTHSM2_CONF": str(conf), "PKCS11_PROVIDER_MODULE": MODULE}
    for args in (["--init-token", "--free", "--label", "lwm2md", "--so-pin", "12345678", "--pin",
                  "4711-0815"],
                 ["--import", pki.path("device.key"), "--token", "lwm2md", "--label", "device",
                  "--id", "01", "--pin", "4711-0815"]):
        subprocess.run(["softhsm2-util", *args], check=True, env={**os.environ, **env},
                       capture_output=True)
    return pki, env


def secret(directory, text):
    path = directory / "pin"
    path.write_text(text + "\n")
    path.chmod(0o600)
    return f"file:{path}"


def conf_for(s, pki, pin, **more):
    account = {"short_id": 101, "uri": s.uri, "lifetime": "1d",
               **pki.conf(private_key=URI, **more)}
    return quick_conf(servers={"main": account}, security={"pkcs11_pin": pin})


@TOKEN
@pytest.mark.parametrize("options", [(False,), (True, "-tls1_2"), (True, "-tls1_3")],
                         ids=["dtls", "tls1.2", "tls1.3"])
def test_the_key_of_a_token_makes_the_handshake(s_server, daemon, token, tmp_path, options):
    pki, env = token
    s = s_server(*options, "-cert", pki.path("server.crt"), "-key", pki.path("server.key"),
                 "-Verify", "2", "-CAfile", pki.path("ca.crt"), "-verify_return_error")
    d = daemon(conf_for(s, pki, secret(tmp_path, "4711-0815")), env=env)
    s.register()
    d.wait("registered", "101")
    assert "4711-0815" not in d.log_text()
    with open(f"/proc/{d.pid}/cmdline", "rb") as f:
        assert b"4711-0815" not in f.read()


@TOKEN
def test_a_wrong_pin_is_tried_once(s_server, daemon, token, tmp_path):
    pki, env = token
    s = s_server(False, "-cert", pki.path("server.crt"), "-key", pki.path("server.key"))
    d = daemon({**conf_for(s, pki, secret(tmp_path, "wrong-pin")),
                "retry": {"count": 5, "timer": "1s", "jitter": "0"}}, env=env)
    d.wait("register-failed", "101", "token.unavailable")
    assert "PIN is wrong" in d.log_text()
    d.wait_text("attempt 3")
    assert d.log_text().count("PIN is wrong") == 1


@TOKEN
def test_another_certificate_than_the_keys_is_refused(s_server, daemon, token, tmp_path):
    pki, env = token
    s = s_server(False, "-cert", pki.path("server.crt"), "-key", pki.path("server.key"))
    d = daemon(conf_for(s, pki, secret(tmp_path, "4711-0815"),
                        certificate=f"file:{pki.path('ca.crt')}"), env=env)
    failed = d.wait("register-failed", "101", "token.unavailable")
    assert "belongs to another public key" in failed.message


@pytest.mark.skipif(has_provider(), reason="the provider is here")
def test_without_the_provider_a_key_in_a_token_is_refused(daemon, tmp_path):
    pki = openssl.Pki(tmp_path)
    account = {"short_id": 101, "uri": "coaps://127.0.0.1:5684", **pki.conf(private_key=URI)}
    d = daemon.prepare(quick_conf(servers={"main": account}))
    got = subprocess.run(d.command("--check-config"), capture_output=True, text=True)
    assert got.returncode != 0
    assert re.search(r"unsupported.*pkcs11-provider|pkcs11-provider", got.stdout + got.stderr)


def test_a_pin_in_the_uri_is_refused(daemon, tmp_path):
    pki = openssl.Pki(tmp_path)
    account = {"short_id": 101, "uri": "coaps://127.0.0.1:5684",
               **pki.conf(private_key=URI + "?pin-value=4711-0815")}
    d = daemon.prepare(quick_conf(servers={"main": account}))
    got = subprocess.run(d.command("--check-config"), capture_output=True, text=True)
    assert got.returncode != 0
    assert "secret-in-clear" in got.stdout + got.stderr
    assert "4711-0815" not in got.stdout + got.stderr.replace(str(d.file), "")
