"""Eclipse Leshan 2.0.0-M15 as bootstrap server and as LwM2M server, on loopback: the whole way from
the Bootstrap-Request to the De-register against servers that others wrote.
"""
import json
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

import harness  # noqa: E402
import pki  # noqa: E402

LIB = harness.BUILD / "tests" / "interop" / "lib"
BOTH = pytest.mark.parametrize("security", ["nosec", "psk"])


@pytest.fixture(scope="session")
def libraries():
    """The jars, fetched once by Maven into the build directory."""
    for program in ("java", "mvn"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    modules = subprocess.run(["java", "--list-modules"], capture_output=True, text=True).stdout
    if "jdk.compiler" not in modules:
        pytest.skip("this java cannot run a source file (a JDK is needed)")
    if not list(LIB.glob("leshan-server-cf-*.jar")):
        done = subprocess.run(["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"),
                               "dependency:copy-dependencies", f"-DoutputDirectory={LIB}"],
                              capture_output=True, text=True)
        if done.returncode:
            pytest.skip("Maven cannot fetch Leshan: " + done.stdout[-300:])
    return LIB


class Leshan:
    def __init__(self, directory, libraries, identity=()):
        self.process = subprocess.Popen(
            ["java", "-XX:+UseSerialGC", "-Xmx128m",
             "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{libraries}/*",
             str(HERE / "LeshanPeer.java"), *identity], cwd=directory, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = harness.Lines(
            self.process.stdout, lambda line, when: json.loads(line) if line[:1] == "{" else None)
        self.at = self.wait("listening", timeout=60)

    def wait(self, event, timeout=15.0, **fields):
        return self.lines.wait(
            lambda e: e["event"] == event and all(e.get(k) == v for k, v in fields.items()),
            timeout, f"{event} {fields or ''}")

    def seen(self, event):
        return self.lines.all(lambda e: e["event"] == event)

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def accounts(self, dm_keys=None, bs_keys=None):
        words = ["nosec"] if not dm_keys else [
            "psk", dm_keys.identity, dm_keys.key.hex(), bs_keys.identity, bs_keys.key.hex()]
        self.send(f"accounts {harness.ENDPOINT} " + " ".join(words))
        self.wait("ok", command="accounts")

    def ask(self, command, path, *more):
        self.send(" ".join([command, harness.ENDPOINT, path, *more]))
        return self.wait("answer", command=command, path=path)

    def finish(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        print("--- Leshan\n" + "\n".join(self.lines.raw))


@pytest.fixture
def leshan(tmp_path, libraries):
    peer = Leshan(tmp_path, libraries)
    yield peer
    peer.finish()


@pytest.fixture
def daemon(tmp_path):
    if not pathlib.Path(harness.LWM2MD).exists():
        pytest.skip(f"{harness.LWM2MD} is not built")
    started = []

    def start(conf):
        started.append(harness.Daemon(tmp_path, conf).start())
        return started[-1]

    yield start
    for d in started:
        d.finish()


def pair(security):
    return (harness.Keys(), harness.Keys()) if security == "psk" else (None, None)


def manage(leshan, d):
    """What a server does with a registered client; ends with its De-register."""
    registered = leshan.wait("registered")
    assert registered["ep"] == harness.ENDPOINT and registered["lifetime"] == "300"
    assert registered["version"] in ("1.2", "1.1") and "</3/0>" in registered["links"]
    assert "</0" not in registered["links"]
    x = registered["links"].split("</1/")[1].split(">")[0]
    d.wait("registered", "123")

    for path in ("/3/0/0", "/3/0", "/3", f"/1/{x}/1", f"/1/{x}"):
        answer = leshan.ask("read", path)
        assert answer["code"] == "205", answer
    assert "Example Networks" in leshan.ask("read", "/3/0/0", "text")["text"]
    assert "Example Networks" in leshan.ask("read", "/3/0", "tlv")["text"]
    assert leshan.ask("read", "/0/0")["code"] == "401"
    assert leshan.ask("discover", "/3")["code"] == "205"
    assert leshan.ask("write", f"/1/{x}/1", "400")["code"] == "204"
    leshan.wait("updated", lifetime="400")
    assert leshan.ask("execute", f"/1/{x}/8")["code"] == "204"
    leshan.wait("updated")
    assert d.stop() == 0
    assert leshan.wait("unregistered")["expired"] == "false"


@BOTH
def test_bootstrapped_registered_read_updated_deregistered(leshan, daemon, security):
    dm_keys, bs_keys = pair(security)
    leshan.accounts(dm_keys, bs_keys)
    uri = leshan.at["bootstrap-coaps" if bs_keys else "bootstrap-coap"]
    d = daemon(harness.quick_conf(
        device={"manufacturer": "Example Networks"},
        bootstrap=harness.bootstrap_conf(uri, "1s", keys=bs_keys)))
    request = leshan.wait("bootstrap-request")
    assert request["ep"] == harness.ENDPOINT and request["format"] == "TLV(11542)"
    leshan.wait("bootstrap-end")
    d.wait("bootstrap-finished")
    assert not leshan.seen("bootstrap-error") and not leshan.seen("bootstrap-failed")
    requests = [e["request"] for e in leshan.seen("bootstrap-answer")]
    assert requests[0] == "BootstrapDiscoverRequest"
    assert requests[-1] == "BootstrapFinishRequest"
    assert requests.count("BootstrapWriteRequest") == 2
    assert requests.count("BootstrapDeleteRequest") == 2
    manage(leshan, d)


@BOTH
def test_a_factory_server_is_leshan(leshan, daemon, security):
    dm_keys, bs_keys = pair(security)
    leshan.accounts(dm_keys, bs_keys)
    uri = leshan.at["coaps" if dm_keys else "coap"]
    d = daemon(harness.quick_conf(
        device={"manufacturer": "Example Networks"},
        servers={"leshan": harness.server_conf(uri, 123, dm_keys, lifetime="5min")}))
    manage(leshan, d)


@BOTH
def test_values_are_observed_and_observations_cancelled(leshan, daemon, security):
    dm_keys, bs_keys = pair(security)
    leshan.accounts(dm_keys, bs_keys)
    uri = leshan.at["coaps" if dm_keys else "coap"]
    d = daemon(harness.quick_conf(
        servers={"leshan": harness.server_conf(uri, 123, dm_keys, lifetime="5min")}))
    x = leshan.wait("registered")["links"].split("</1/")[1].split(">")[0]
    d.wait("registered", "123")
    path = f"/1/{x}/5"
    assert leshan.ask("write", path, "1000")["code"] == "204"
    assert leshan.ask("attributes", path, "gt=1500&pmin=1")["code"] == "204"
    assert "gt=1500" in leshan.ask("discover", path)["text"]

    for form in ("text", "tlv", "senml_cbor", "senml_json"):
        assert leshan.ask("observe", path, form)["code"] == "205"
        assert leshan.ask("write", path, "1400")["code"] == "204"
        assert leshan.ask("write", path, "1600")["code"] == "204"
        assert "1600" in leshan.wait("notification", path=path)["text"]
        assert leshan.ask("cancel", path)["code"] == "205"
        assert leshan.ask("write", path, "1000")["code"] == "204"

    assert leshan.ask("observe-composite", path, "/3/0/16")["code"] == "205"
    assert leshan.ask("write", path, "1700")["code"] == "204"
    assert "1700" in leshan.wait("notification", path="composite")["text"]
    assert leshan.ask("cancel", path)["code"] == "205"

    assert leshan.ask("write", f"/1/{x}/26", "1")["code"] == "204"  # confirmable ones
    assert leshan.ask("attributes", path, "gt=1850")["code"] == "204"
    assert leshan.ask("observe", path)["code"] == "205"
    assert leshan.ask("forget", path)["code"] == "1"
    assert leshan.ask("write", path, "1900")["code"] == "204"  # what follows is reset
    assert leshan.ask("write", path, "1000")["code"] == "204"
    assert leshan.ask("write", path, "2000")["code"] == "204"
    assert len(leshan.seen("notification")) == 5


def test_every_operation_in_every_format_that_leshan_speaks(leshan, daemon):
    d = daemon(harness.quick_conf(device={"manufacturer": "Example Networks"}, servers={
        "leshan": harness.server_conf(leshan.at["coap"], 123, lifetime="5min")}))
    x = leshan.wait("registered")["links"].split("</1/")[1].split(">")[0]
    d.wait("registered", "123")

    path = f"/1/{x}/5"
    for n, form in enumerate(("text", "cbor", "tlv", "senml_json", "senml_cbor")):
        assert leshan.ask("write", path, str(1000 + n), form)["code"] == "204"
        answer = leshan.ask("read", path, form)
        assert answer["code"] == "205" and str(1000 + n) in answer["text"]
    for form in ("tlv", "senml_json", "senml_cbor"):
        for target in ("/3/0", "/3"):
            answer = leshan.ask("read", target, form)
            assert answer["code"] == "205" and "Example Networks" in answer["text"]
    for n, form in enumerate(("senml_json", "senml_cbor")):
        assert leshan.ask("write-composite", path, str(2000 + n), form)["code"] == "204"
        answer = leshan.ask("read-composite", path, form, "/3/0/0", "/3/0/99", "/4711")
        assert answer["code"] == "205" and str(2000 + n) in answer["text"]
        assert "Example Networks" in answer["text"]
    assert leshan.ask("write-composite", "/3/0/9", "1", "senml_cbor")["code"] == "405"
    assert leshan.ask("write-composite", "/1/99/5", "1", "senml_cbor")["code"] == "404"
    assert leshan.ask("delete", "/3/0")["code"] == "405"
    assert leshan.ask("execute", "/3/0/0")["code"] == "405"


def test_a_bootstrap_server_without_configuration_for_us_refuses(leshan, daemon):
    d = daemon(harness.quick_conf(
        bootstrap=harness.bootstrap_conf(leshan.at["bootstrap-coap"], "0s")))
    leshan.wait("bootstrap-request")
    d.wait("bootstrap-failed", reason="bs.refused")


def test_a_server_that_expects_a_key_refuses_without_one(leshan, daemon):
    leshan.accounts(harness.Keys(), harness.Keys())
    d = daemon(harness.quick_conf(
        servers={"leshan": harness.server_conf(leshan.at["coap"], 123)}))
    d.wait("register-failed", "123", "reg.forbidden")


def test_a_wrong_key_is_told(leshan, daemon):
    dm_keys = harness.Keys()
    leshan.accounts(dm_keys, harness.Keys())
    d = daemon(harness.quick_conf(servers={"leshan": harness.server_conf(
        leshan.at["coaps"], 123, harness.Keys(dm_keys.identity))}))
    d.wait("register-failed", "123", "dtls.psk-wrong-key", timeout=45)


# --- raw public keys and certificates --------------------------------------------------------------

class Shown:
    """Leshan with a key and certificate of its own, and a client that it knows."""

    def __init__(self, directory, libraries):
        (directory / "pki").mkdir()
        a = self.authority = pki.Pki(directory / "pki")
        self.server, self.client = (a.pair(n, issuer=a.root) for n in ("leshan", harness.ENDPOINT))
        files = [directory / n for n in ("key", "certificate", "ca")]
        for path, der in zip(files, (self.server.key_der(), self.server.certificate_der(),
                                     a.root.certificate_der())):
            path.write_bytes(der)
        self.peer = Leshan(directory, libraries, map(str, files))

    def known(self, *words):
        self.peer.send(" ".join(["known", harness.ENDPOINT, *words]))
        self.peer.wait("ok", command="known")

    def conf(self, keys):
        return harness.quick_conf(
            servers={"leshan": harness.server_conf(self.peer.at["coaps"], 123, keys)},
            security={"trust_store": self.authority.root.certificate})


@pytest.fixture
def shown(tmp_path, libraries):
    s = Shown(tmp_path, libraries)
    yield s
    s.peer.finish()


@pytest.mark.parametrize("usage", [None, 0, 1, 2, 3])
def test_certificates_are_accepted_by_both_sides(shown, daemon, usage):
    shown.known("x509")
    trust = shown.authority.root if usage in (0, 2) else shown.server
    d = daemon(shown.conf(pki.Signed(pki.CERTIFICATE, shown.client, shown.server, usage, trust)))
    shown.peer.wait("registered")
    d.wait("registered", "123")
    assert shown.peer.ask("read", "/1/0/1")["code"] == "205"


def test_a_certificate_that_leshan_does_not_trust_is_refused(shown, daemon):
    shown.known("x509")
    stranger = shown.authority.pair("stranger", issuer=shown.authority.pair("ca2", ca=True))
    d = daemon(shown.conf(pki.Signed(pki.CERTIFICATE, stranger, shown.server, 3, shown.server)))
    d.wait("register-failed", "123", "dtls.client-cert-refused")


def test_raw_public_keys_are_accepted_by_both_sides(shown, daemon):
    if not pki.has_raw_public_keys():
        pytest.skip("raw public keys need OpenSSL 3.2")
    shown.known("rpk", shown.client.public_der().hex())
    d = daemon(shown.conf(pki.Signed(pki.RPK, shown.client, shown.server)))
    shown.peer.wait("registered")
    d.wait("registered", "123")
