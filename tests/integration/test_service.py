"""How the daemon behaves as a service: readiness, status, watchdog, idle, options."""
import re
import signal
import socket
import subprocess

import pytest

from coap import boottime
from harness import LWM2MD, bootstrap_conf, full_bootstrap, quick_conf, server_conf


class Manager:
    """The service manager's side of sd_notify."""

    def __init__(self, directory):
        self.path = str(directory / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.seen = []

    def wait(self, wanted, timeout=5.0):
        end = boottime() + timeout
        while boottime() < end:
            self.socket.settimeout(max(end - boottime(), 0.001))
            try:
                lines = self.socket.recv(4096).decode().splitlines()
            except TimeoutError:
                break
            self.seen += lines
            if any(line.startswith(wanted) for line in lines):
                return lines
        raise AssertionError(f"no {wanted}; it said {self.seen}")


@pytest.fixture
def manager(tmp_path):
    m = Manager(tmp_path)
    yield m
    m.socket.close()


def test_it_is_ready_before_it_is_registered(server, daemon, manager):
    dm = server.listen()
    dm.do("silent on")
    daemon(quick_conf(servers={"main": server_conf(dm)}, retry={"count": 9}),
           env={"NOTIFY_SOCKET": manager.path})
    manager.wait("READY=1")


def test_reload_is_announced_and_ends(server, daemon, manager):
    dm = server.listen()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}), env={"NOTIFY_SOCKET": manager.path})
    manager.wait("READY=1")
    d.send_signal(signal.SIGHUP)
    lines = manager.wait("RELOADING=1")
    assert any(re.fullmatch(r"MONOTONIC_USEC=\d+", line) for line in lines)
    manager.wait("READY=1")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_the_end_is_announced(server, daemon, manager, number):
    dm = server.listen()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}), env={"NOTIFY_SOCKET": manager.path})
    d.wait("registered", "101")
    assert d.stop(number) == 0
    manager.wait("STOPPING=1")


def test_the_status_follows_the_steps(server, daemon, manager):
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap(full_bootstrap(dm))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "1s")), env={"NOTIFY_SOCKET": manager.path})
    d.wait("registered", "101")
    d.stop()
    manager.wait("STOPPING=1")
    status = [line for line in manager.seen if line.startswith("STATUS=")]
    assert len(set(status)) >= 2, status


def test_the_watchdog_is_fed(server, daemon, manager):
    dm = server.listen()
    daemon(quick_conf(servers={"main": server_conf(dm)}),
           env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "1000000"})
    for _ in range(3):
        manager.wait("WATCHDOG=1", 1.0)


def test_a_refused_configuration_is_never_ready(daemon, manager):
    d = daemon("foo = 1;\n", env={"NOTIFY_SOCKET": manager.path})
    assert d.wait_exit() == 78
    manager.socket.setblocking(False)
    try:
        while True:
            assert b"READY=1" not in manager.socket.recv(4096)
    except BlockingIOError:
        pass


def switches(d):
    return int(d.status("voluntary_ctxt_switches"))


def idle(server, daemon, seconds, keys=None):
    dm = server.listen("dm", keys)
    d = daemon(quick_conf(servers={"main": server_conf(dm, keys=keys)},
                          coap={"ack_timeout": "2s", "max_retransmit": 4}))
    dm.wait("register")
    d.wait("registered", "101")
    assert dm.ask("READ /3/0/16 text").text == "UT"
    # what follows the registration (state written, status told) has half a second
    dm.quiet("update", 0.5)
    before = switches(d)
    dm.quiet("update", seconds)
    woken = switches(d) - before
    print(f"wakeups in {seconds} s: {woken}")
    assert woken == 0


@pytest.mark.parametrize("security", ["nosec", "psk"])
def test_registered_and_idle_it_does_not_wake_up_for_five_seconds(server, daemon, keys, security):
    idle(server, daemon, 5, keys if security == "psk" else None)


@pytest.mark.slow
@pytest.mark.parametrize("security", ["nosec", "psk"])
def test_registered_and_idle_it_does_not_wake_up_for_a_minute(server, daemon, keys, security):
    idle(server, daemon, 60, keys if security == "psk" else None)


def test_version_and_help_need_no_configuration():
    for option in ("--version", "--help"):
        done = subprocess.run([LWM2MD, option], capture_output=True, text=True, timeout=10)
        assert done.returncode == 0 and "lwm2md" in done.stdout


def test_the_time_to_register_is_short(server, daemon):
    dm = server.listen()
    before = boottime()
    daemon(quick_conf(servers={"main": server_conf(dm)}))
    seen = dm.wait("register")
    print(f"start to Register: {(seen['t'] / 1e6 - before) * 1000:.0f} ms")
    assert seen["t"] / 1e6 - before < 2
