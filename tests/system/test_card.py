"""A smart card in a booted gateway: pcscd as the distribution starts it, polkit where it asks, the
package's rule; only the reader and the card are virtual."""
import contextlib
import pathlib
import subprocess
import sys

import pytest

import cards
import machine as machines
from conftest import image_of
from harness import Keys, conf_text, quick_conf, server_conf

CONF = "/etc/lwm2md/lwm2md.conf"
HELPER = "/usr/libexec/lwm2md/lwm2md-card"
PORT = 35963  # of the driver's package, on every address
UICC = pathlib.Path(__file__).resolve().parents[1] / "card" / "uicc.py"


@pytest.fixture(scope="session")
def base_with_reader(suite, package):
    return image_of(suite, machines.needed_by(package) + ["pcscd", "vsmartcard-vpcd"])


@pytest.fixture
def gateway(machine, base_with_reader, package, network):
    """Installed, with a reader that the PC/SC service opens at the first question."""
    m = machine([base_with_reader], network.client).boot().follow()
    m.install(package)
    m.wait_reason("config.no-server")
    return m


def refused(text):
    """pcscd answers so, or closes the connection before the question is heard."""
    return "card.denied" in text or "card.no-service" in text


@contextlib.contextmanager
def card_in(network, tmp_path, octets):
    """The card comes over the network: the driver listens there."""
    content = tmp_path / "content"
    content.write_bytes(octets)
    card = subprocess.Popen([*network.inside(), sys.executable, "-B", str(UICC), "--host",
                             "10.77.0.1", "--port", str(PORT), str(content)],
                            stdout=subprocess.PIPE, text=True)
    try:
        assert card.stdout.readline() == "inserted\n"
        yield
    finally:
        card.kill()
        card.wait()


def configure(m, **conf):
    m.write(CONF, conf_text(quick_conf(**conf)) + "\n", 0o640, "lwm2md")
    m.run("systemctl", "reload", "lwm2md")


def test_a_card_configures_the_gateway_and_takes_its_accounts_along(
        gateway, network, server, tmp_path):
    keys = Keys()
    dm, factory = server.listen("dm", keys), server.listen("factory")
    with card_in(network, tmp_path, cards.account(dm, keys=keys)):
        gateway.wait("card-read")
        gateway.wait("registered")
        dm.wait("register")
        assert dm.ask("READ /3/0/16 text").text == "UT"
        gateway.run("systemctl", "restart", "lwm2md")
        gateway.wait("card-read")
        dm.server.lines.wait(lambda e: e["event"] in ("update", "register"), 20,
                             "message after the restart")
        configure(gateway, servers={"factory": server_conf(factory, 102)})
    gateway.journal.wait(lambda r: r.get("LWM2M_REASON") == "card.removed", 20, "card.removed")
    dm.wait("deregister")
    factory.wait("register")
    assert not any(form in gateway.log_text().encode() for form in keys.forms())


def test_only_root_and_the_daemon_may_use_cards_where_polkit_decides(
        gateway, network, tmp_path, suite):
    """Debian 12's PC/SC service asks nobody."""
    gateway.run(HELPER, "list")
    with card_in(network, tmp_path, cards.account("coaps://10.77.0.2", keys=Keys())):
        gateway.wait("card-read")
        for user in ("root", "lwm2md"):
            assert "card, ATR" in gateway.run(HELPER, "list", user=user).stdout
        other = gateway.run(HELPER, "show", user="nobody", check=False)
    if suite == "bookworm":
        assert other.returncode == 0
    else:
        assert other.returncode == 1 and refused(other.stdout)


def test_without_the_rule_the_daemon_says_that_it_is_refused(machine, base_with_reader, package,
                                                             network, suite):
    if suite == "bookworm":
        pytest.skip("the PC/SC service of Debian 12 does not ask polkit")
    m = machine([base_with_reader], network.client).boot().follow()
    m.write("/etc/dpkg/dpkg.cfg.d/test", "path-exclude=/usr/share/polkit-1/rules.d/*\n")
    m.install(package)
    m.journal.wait(lambda r: refused(r.get("LWM2M_REASON") or ""), 20, "refusal")
    assert m.show("ActiveState") == {"ActiveState": "active"}


def test_a_service_that_dies_is_no_removed_card(gateway, network, server, tmp_path):
    dm = server.listen()
    with card_in(network, tmp_path, cards.account(dm)):
        configure(gateway)
        gateway.wait("card-read")
        dm.wait("register")
        gateway.run("systemctl", "stop", "pcscd.socket", "pcscd.service")
        gateway.run("systemctl", "restart", "lwm2md")
        assert dm.ask("READ /3/0/16 text", 20).text == "UT"
    assert not dm.seen("deregister")
