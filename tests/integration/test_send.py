"""lwm2mctl send: values that the device reports unasked (TS core 1.1, 5.2)."""
from harness import quick_conf, server_conf
from test_ctl import Ctl


def registered(peer, daemon, **more):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm, **more)}))
    dm.accept_register()
    d.wait("registered", "101")
    return dm, d, Ctl(d)


def test_send_reaches_the_server(peer, daemon):
    dm, _, ctl = registered(peer, daemon, mute_send=False)
    code, out, err = ctl("send", "/3/0/0", "/3/0/16")
    assert code == 0 and "1 server(s)" in out, err
    got = dm.wait(lambda m: m.path == "/dp" and m.text == "POST", 10)
    assert b"/3/0/" in got.payload or b"\x78" in got.payload or got.payload
    dm.reply(got, "2.04")
    assert ctl.json("send", "/3/0/16", "--server", "101")["accepted"] == 1


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
