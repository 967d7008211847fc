"""SIGTERM, SIGUSR1 and SIGHUP in every step of the sequence."""
import signal

import pytest

from coap import boottime
from harness import (bootstrap_conf, full_bootstrap, instance_of, quick_conf, server_conf,
                     write_account)


def registering(server, daemon):
    dm = server.listen()
    dm.do("silent on")
    d = daemon(quick_conf(servers={"main": server_conf(dm)}, coap={"ack_timeout": "5s"}))
    dm.wait("ignored")
    return d


def handshake(server, daemon, keys):
    dm = server.listen("dm", keys)
    dm.do("silent on")
    d = daemon(quick_conf(servers={"main": server_conf(dm, 101, keys)}))
    dm.wait("client-hello")
    return d


def retry_wait(server, daemon):
    dm = server.listen()
    dm.do("answer register 5.00")
    d = daemon(quick_conf(servers={"main": server_conf(dm)}, retry={"count": 3, "timer": "1h"}))
    d.wait("register-failed", "101")
    return d


def initial_delay(server, daemon):
    dm = server.listen()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}, retry={"initial_delay": "1h"}))
    d.wait("started")
    return d


def registered(server, daemon):
    dm = server.listen()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    d.wait("registered", "101")
    return d


def disabled(server, daemon):
    dm = server.listen()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    x = instance_of(dm.wait("register"))
    assert dm.ask(f"EXECUTE /1/{x}/4").code == "2.04"
    dm.wait("deregister")
    return d


def updating(server, daemon):
    dm = server.listen()
    d = daemon(quick_conf(servers={"main": server_conf(dm, lifetime="2s")},
                          coap={"ack_timeout": "5s"}))
    dm.wait("register")
    dm.do("silent on")
    dm.wait("ignored")
    return d


def next_round(server, daemon):
    dm = server.listen()
    dm.do("answer register 4.03")
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    d.lines.wait(lambda e: e.reason == "bs.no-account", 5, "reason bs.no-account")
    return d


def hold_off(server, daemon, listen_address):
    bs = server.listen("bs")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "1h", listen_address)))
    d.wait("holdoff-started")
    d.wait_listening()
    return d


def server_session(server, daemon, listen_address):
    bs = server.listen("bs")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "1h", listen_address)))
    d.wait_listening()
    bs.speak_first(f"coap://{listen_address}", ["DELETE /"])
    bs.wait("played")
    return d


def request(server, daemon):
    bs = server.listen("bs")
    bs.do("silent on")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs), coap={"ack_timeout": "5s"}))
    bs.wait("ignored")
    return d


def client_session(server, daemon):
    bs, dm = server.listen("bs"), server.listen()
    bs.bootstrap([*write_account(dm), "WAIT 60000", "FINISH"])
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    bs.wait("answer"), bs.wait("answer")
    return d


def back_off(server, daemon):
    bs = server.listen("bs")
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    d.wait("bootstrap-failed")
    return d


def bootstrapped(server, daemon):
    bs, dm = server.listen("bs"), server.listen()
    bs.bootstrap(full_bootstrap(dm))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)))
    d.wait("registered", "101")
    return d


STEPS = [registering, handshake, retry_wait, initial_delay, registered, disabled, updating,
         next_round, hold_off, server_session, request, client_session, back_off, bootstrapped]


def reach(step, server, daemon, request):
    names = step.__code__.co_varnames[:step.__code__.co_argcount]
    return step(server, daemon, *(request.getfixturevalue(name) for name in names[2:]))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT],
                         ids=lambda number: number.name)
def test_a_stop_ends_it_with_0_within_the_deadline(server, daemon, request, step, number):
    d = reach(step, server, daemon, request)
    began = boottime()
    assert d.stop(number) == 0
    assert boottime() - began < 6.5
    assert d.events("stopped")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_reload_is_taken_and_it_goes_on(server, daemon, request, step):
    d = reach(step, server, daemon, request)
    for _ in range(2):
        d.send_signal(signal.SIGHUP)
        d.wait("config-loaded")
    assert d.stop() == 0


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_second_stop_changes_nothing(server, daemon, request, step):
    d = reach(step, server, daemon, request)
    d.send_signal(signal.SIGTERM)
    d.send_signal(signal.SIGHUP)
    assert d.stop() == 0
