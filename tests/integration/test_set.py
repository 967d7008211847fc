"""Values that programs of this machine set: lwm2mctl set, and those who follow them."""
import json
import subprocess

import pytest

from coap import boottime
from harness import quick_conf, server_conf
from test_ctl import LWM2MCTL, MANAGE, Ctl, connect, hear
from test_resources import SENSOR, definition


@pytest.fixture
def sensor(server, daemon, tmp_path):
    """A registered client with two resources that can be set."""
    (tmp_path / "objects").mkdir()
    (tmp_path / "objects" / "33000.xml").write_text(definition(33000, SENSOR, "1.1"))
    dm = server.listen("dm")
    d = daemon(quick_conf(
        servers={"main": server_conf(dm)}, objects={"definitions": [str(tmp_path / "objects")]},
        resources=[{"path": "/33000/0/1", "set": True, "default": 21.0},
                   {"path": "/33000/0/3", "set": True},
                   {"path": "/33000/0/2", "value": "Cel"}]))
    d.wait("registered", "101")
    return dm, d, Ctl(d)


def test_what_is_set_is_what_servers_read(sensor):
    dm, _, ctl = sensor
    assert ctl("set", "/33000/0/1=21.4", "/33000/0/3=7")[0] == 0
    assert dm.ask("READ /33000/0/1 text").text == "21.4"
    assert ctl.json("get", "/33000/0/3")["values"][0]["value"] == 7
    assert ctl.json("set", "/33000/0/3=8")["changed"] == 1


@pytest.mark.parametrize("word, code, says", [
    ("/33000/0/2=F", 9, "set = true"), ("/3/0/16=U", 9, "set = true"), ("/33000/0/9=5", 8, "there is no"),
    ("/33000/0/1=warm", 9, "no value of its type"), ("/33000/0/3=101", 9, "not in the range"),
    ("/33000/0/1", 2, "is no setting")])
def test_what_cannot_be_set_says_why(sensor, word, code, says):
    ctl = sensor[2]
    got, _, err = ctl("set", word)
    assert got == code and says in err, err


def test_observe_prints_values_as_they_change(sensor):
    _, d, ctl = sensor
    follow = subprocess.Popen([LWM2MCTL, "--socket", str(ctl.socket), "--json", "observe", "/33000/0/1"],
                              stdout=subprocess.PIPE, text=True)
    try:
        first = json.loads(follow.stdout.readline())
        assert first["values"][0]["value"] == 21
        assert ctl("set", "/33000/0/1=22.5")[0] == 0
        assert json.loads(follow.stdout.readline())["value"]["value"] == "22.5"
    finally:
        follow.terminate()
        follow.wait()


def test_a_thousand_events_a_second_are_told_or_counted(sensor):
    d = sensor[1]
    rounds, each = 5, 1000
    with connect(d) as follower, connect(d) as setter:
        follower.sendall(json.dumps({"method": MANAGE + "Monitor", "more": True,
                                     "parameters": {"kinds": ["value"]}}).encode() + b"\0")
        assert hear(follower)["parameters"]["kind"] == "state"
        begin, heard, lost, rest = boottime(), 0, 0, b""
        for i in range(rounds):
            values = [{"path": "/33000/0/3", "value": str(n % 2 + 2 * (i % 2))} for n in range(each)]
            setter.sendall(json.dumps({"method": MANAGE + "Write",
                                       "parameters": {"values": values}}).encode() + b"\0")
            assert hear(setter)["parameters"]["changed"] == each
            while heard + lost < each * (i + 1):
                data = follower.recv(65536)
                *events, rest = (rest + data).split(b"\0")
                for event in map(json.loads, events):
                    heard += 1
                    lost += event["parameters"].get("lost", 0)
        took = boottime() - begin
    print(f"{heard} events in {took:.2f} s, {lost} told to be lost (goal: 1000 a second, none)")
    assert heard + lost == rounds * each and lost == 0
    assert took < 10 * rounds
