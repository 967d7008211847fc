import os
import re
import shutil
import socket

import pytest

import coap
import harness
import openssl
import pki


def pytest_collection_modifyitems(items):
    """The cases that tests carry out are known, and get into the results. Without the programs of
    the build there is nothing to test."""
    cases = harness.TOP / "tests" / "ets.cases"
    known = set(re.findall(r"^(\S+-int-\d+) \|", cases.read_text(), re.M))
    for item in items:
        for id in (id for mark in item.iter_markers("ets") for id in mark.args):
            assert id in known, f"{item.nodeid}: {id} is no case of {cases.name}"
            item.user_properties.append(("ets", id))
    for program in (harness.LWM2MD, harness.TESTSERVER):
        if not os.access(program, os.X_OK):
            for item in items:
                if program == harness.TESTSERVER or "daemon" in item.fixturenames:
                    item.add_marker(pytest.mark.skip(reason=f"{program} is not built"))


@pytest.fixture
def server(tmp_path):
    """The scripted server process."""
    s = harness.Server(tmp_path)
    yield s
    s.finish()


@pytest.fixture
def daemon(tmp_path):
    """daemon(conf, …) starts lwm2md; it is ended, and its log shown, with the test."""
    started = []

    def start(conf, **more):
        return prepare(conf, **more).start()

    def prepare(conf, directory=tmp_path, **more):
        d = harness.Daemon(directory, conf, **more)
        started.append(d)
        return d

    start.prepare = prepare
    yield start
    for d in started:
        d.finish()


@pytest.fixture
def peer():
    """peer() makes a fake server on a UDP socket."""
    made = []

    def make(*args, **more):
        made.append(coap.Peer(*args, **more))
        return made[-1]

    yield make
    for p in made:
        p.close()


@pytest.fixture
def keys():
    return harness.Keys()


@pytest.fixture
def authority(tmp_path):
    """Keys and certificates of this test."""
    directory = tmp_path / "pki"
    directory.mkdir()
    return pki.Pki(directory)


@pytest.fixture
def listen_address():
    """ADDRESS:PORT for server-initiated bootstrap that no other test uses."""
    host = harness.own_address()
    return f"{host}:{harness.free_port(host)}"


@pytest.fixture
def tcp_silent():
    """URI of a TCP server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as s:
        yield f"coap+tcp://127.0.0.1:{s.getsockname()[1]}"


@pytest.fixture
def tcp_closed():
    """URI of a TCP port that is ours and where nobody listens."""
    with socket.socket() as s:
        s.bind((harness.own_address(), 0))
        yield "coap+tcp://{}:{}".format(*s.getsockname())


@pytest.fixture
def s_server():
    """s_server(tcp, options…) starts openssl s_server."""
    made = []

    def make(*args):
        made.append(openssl.Server(*args))
        return made[-1]

    yield make
    for s in made:
        s.finish()


@pytest.fixture
def open_dir():
    path = harness.open_directory()
    yield path
    shutil.rmtree(path, ignore_errors=True)


def pytest_terminal_summary(terminalreporter):
    """How late things came that have a moment: the figures of all tests."""
    found = []
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                found += re.findall(r"^lateness: (.*): (-?[\d.]+) ms", report.capstdout, re.M)
    if not found:
        return
    terminalreporter.section(f"lateness (goal {harness.LATE_GOAL * 1000:.0f} ms, limit "
                             f"{harness.LATE_LIMIT * 1000:.0f} ms)")
    for what in sorted({what for what, _ in found}):
        values = sorted(float(ms) for name, ms in found if name == what)
        terminalreporter.write_line(f"{what}: {len(values)} times, median "
                                    f"{values[len(values) // 2]:.1f} ms, most {values[-1]:.1f} ms")
