"""Fixtures: a booted machine of each release, with the package of this build, and the network to the
servers, which are in a network namespace of their own."""
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

import machine as machines
from harness import BUILD, TESTSERVER, Keys, Lines, Server

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = pathlib.Path(os.environ.get("LWM2MD_PACKAGES", BUILD / "packages"))
SUITES = os.environ.get("LWM2MD_SUITES", "bookworm trixie").split()
GATEWAY, FAR = "10.77.0.1", "10.77.0.2"
numbers = itertools.count(1)


@pytest.fixture(scope="session", params=SUITES)
def suite(request):
    return request.param


def pytest_collection_modifyitems(items):
    reason = machines.obstacle()
    if not reason and not os.access(TESTSERVER, os.X_OK):
        reason = f"{TESTSERVER} is not built"
    for item in items:
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def measured(record_property, suite):
    """measured(text): a line of the summary."""
    return lambda text: record_property("measured", f"{suite}: {text}")


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.stats.get("passed", []):
        for name, text in report.user_properties:
            if name == "measured":
                terminalreporter.write_line(text)


def unique(kind):
    return f"lwm2md-{kind}-{os.getpid()}-{next(numbers)}"


@pytest.fixture(scope="session")
def package(suite):
    """The .deb of this build for the release."""
    found = sorted((PACKAGES / suite).glob("lwm2md_*.deb"))
    if not found:
        pytest.skip(f"there is no package for {suite} in {PACKAGES}")
    return found[-1]


def image_of(suite, packages):
    try:
        return machines.image(suite, packages)
    except subprocess.CalledProcessError:
        pytest.skip(f"an image of {suite} could not be made (is there a mirror?)")


@pytest.fixture(scope="session")
def base(suite, package):
    """A system without the package, but with what it depends on."""
    return image_of(suite, machines.needed_by(package))


@pytest.fixture(scope="session")
def base_with_cards(suite, package):
    """The same with the PC/SC service, which the package recommends."""
    return image_of(suite, machines.needed_by(package) + ["pcscd"])


@pytest.fixture(scope="session")
def installed(base, package, tmp_path_factory):
    """Layers of a system on which the package was installed and that was switched off then."""
    m = machines.Machine([base], tmp_path_factory.mktemp("installed"))
    try:
        m.boot()
        m.install(package)
        m.power_off()
        yield [m.directory / "up", base]
    finally:
        m.destroy()


class Network:
    """Two network namespaces and the link between them."""

    def __init__(self, seed):
        self.client, self.server = unique("c"), unique("s")
        for name in (self.client, self.server):
            subprocess.run(["ip", "netns", "add", name], check=True)
            subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "link.py"), self.client, self.server,
             "--seed", seed],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines = Lines(self.process.stdout, lambda line, when: json.loads(line))
        self.lines.wait(lambda e: True, 20, "link")

    def set(self, words):
        """Changes the faults; what has passed so far."""
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        count = self.lines.wait(lambda e: True, 10, "answer of the link")
        print(f"link: {words}: {count}")
        return count

    def inside(self):
        """Prefix of a command on the servers' side."""
        return ["ip", "netns", "exec", self.server]

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        for name in (self.client, self.server):
            subprocess.run(["ip", "netns", "del", name], check=False)


@pytest.fixture
def network(request):
    n = Network(os.environ.get("LWM2MD_SEED", request.node.name))
    yield n
    n.set("")
    n.close()


class Servers(Server):
    """The scripted servers behind the link."""

    def listen(self, name="dm", keys=None, port=0, host=FAR):
        return super().listen(name, keys, host, port)


@pytest.fixture
def server(network, tmp_path):
    s = Servers(tmp_path, prefix=network.inside())
    yield s
    s.finish()


@pytest.fixture
def keys():
    return Keys()


@pytest.fixture
def machine(tmp_path):
    """machine(layers, netns) makes one; boot() starts it."""
    made = []

    def make(layers, netns=None, **more):
        made.append(machines.Machine(layers, tmp_path / f"machine{len(made)}", netns, **more))
        return made[-1]

    yield make
    for m in made:
        print("--- journal\n" + m.log_text())
        m.destroy()


@pytest.fixture
def fresh(machine, base, network):
    """A booted machine without the package."""
    return machine([base], network.client).boot().follow()


@pytest.fixture
def gateway(machine, installed, network):
    """A machine with the package, on the network, not booted: the test configures it."""
    return machine(installed, network.client)


@pytest.fixture
def newer(package, tmp_path):
    """The package again as the next version, with another configuration file."""
    tree = tmp_path / "newer"
    subprocess.run(["dpkg-deb", "-R", str(package), str(tree)], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"^Version: .*", r"\g<0>+next", control.read_text(), flags=re.M))
    conf = tree / "etc" / "lwm2md" / "lwm2md.conf"
    conf.write_text(conf.read_text() + "# of the next version\n")
    out = tmp_path / "next.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", str(tree), str(out)], check=True,
                   stdout=subprocess.DEVNULL)
    return out
