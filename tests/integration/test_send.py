"""lwm2mctl send: values that the device reports unasked (TS core 1.1, 5.2)."""
from types import SimpleNamespace

import pytest

from coap import CONTENT_FORMAT, uint
from harness import instance_of, quick_conf, server_conf
from test_ctl import Ctl
from test_formats import SENML_CBOR, senml_read


def registered(peer, daemon, **more):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm, **more)}))
    dm.instance = "/1/%d" % instance_of({"payload": dm.accept_register().payload})
    d.wait("registered", "101")
    return dm, d, Ctl(d)


def sent(dm):
    """What the next Send tells, answered."""
    got = dm.wait(lambda m: m.path == "/dp" and m.text == "POST", 10)
    assert got.number(CONTENT_FORMAT) == SENML_CBOR
    dm.reply(got, "2.04")
    return senml_read(SimpleNamespace(format=SENML_CBOR, payload=got.payload))


@pytest.mark.ets("1.1-int-306")
def test_send_tells_what_there_is_of_registered_objects(peer, daemon):
    dm, _, ctl = registered(peer, daemon, mute_send=False)
    code, out, err = ctl("send", "/3/0/16", "/0/0/0", "/99/0/0")
    assert code == 0 and "1 server(s)" in out, err
    assert sent(dm) == {"/3/0/16": "UT"}
    assert ctl.json("send", "/3/0/16", "--server", "101")["accepted"] == 1


@pytest.mark.ets("1.1-int-307")
def test_send_is_muted_and_allowed_by_the_server(peer, daemon):
    dm, _, ctl = registered(peer, daemon, mute_send=False)
    mute = f"{dm.instance}/23"
    for value, code in ((b"1", 1), (b"0", 0)):
        answer = dm.ask("PUT", mute, options=[(CONTENT_FORMAT, uint(0))], payload=value)
        assert answer.text == "2.04"
        assert ctl("send", "/3/0/16")[0] == code
    assert sent(dm) == {"/3/0/16": "UT"}


@pytest.mark.ets("1.1-int-311")
def test_send_of_two_objects_is_one_message(peer, daemon):
    dm, _, ctl = registered(peer, daemon, mute_send=False)
    lifetime = f"{dm.instance}/1"
    assert ctl("send", lifetime, "/3/0/11/0")[0] == 0
    told = sent(dm)
    assert set(told) == {lifetime, "/3/0/11/0"} and told["/3/0/11/0"] == 0


def test_send_that_is_not_possible_says_why(peer, daemon):
    _, _, ctl = registered(peer, daemon, mute_send=True)
    code, _, err = ctl("send", "/3/0/0")
    assert code == 1 and "does not want it" in err
    assert ctl("send", "/3/0/0", "--server", "7")[0] == 8
    assert ctl("send", "3/0/0")[0] == 2


def test_send_of_nothing_says_so(peer, daemon):
    _, _, ctl = registered(peer, daemon, mute_send=False)
    code, _, err = ctl("send", "/99/0/0")
    assert code == 1 and ("nothing at these paths" in err or "may not read" in err)
