import os
import pathlib
import shutil

import pytest

import coap
import harness


def pytest_collection_modifyitems(items):
    """Without the programs of the build there is nothing to test."""
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
        d = harness.Daemon(tmp_path, conf, **more)
        started.append(d)
        return d.start()

    def prepare(conf, **more):
        d = harness.Daemon(tmp_path, conf, **more)
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
def listen_address():
    """ADDRESS:PORT for server-initiated bootstrap that no other test uses."""
    host = harness.own_address()
    return f"{host}:{harness.free_port(host)}"


@pytest.fixture
def open_dir():
    path = harness.open_directory()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def here():
    return pathlib.Path(__file__).parent
