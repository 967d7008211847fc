"""lwm2mctl observations: what servers observe, and that they are counted."""
from coap import Message
from harness import quick_conf, server_conf
from test_ctl import Ctl
from test_metrics import figures


def test_observations_are_shown_with_attributes_and_counted(peer, daemon):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    to = dm.accept_register().source
    d.wait("registered", "101")
    ctl = Ctl(d)
    assert "no server observes" in ctl("observations")[1]
    assert ctl.json("observations")["observations"] == []
    observe(dm, to, "/1/0/1")
    found = ctl.json("observations")["observations"]
    assert [(o["ssid"], o["paths"], o["stored"]) for o in found] == [(101, ["/1/0/1"], 0)]
    assert ctl.json("observations", "102")["observations"] == []
    assert "/1/0/1" in ctl("observations", "101")[1]
    assert ctl.json("servers", "101")["servers"][0]["observations"] == 1
    assert figures(ctl("metrics")[1])['lwm2m_observations{ssid="101"}'] == 1


def observe(dm, to, path):
    message = Message.request("GET", path, token=b"\x01", options=[(6, b"")])
    dm.send(message, to)
    answer = dm.wait(lambda m: m.token == b"\x01" and m.code >= 64, 5)
    assert answer.text == "2.05" and answer.number(6) is not None, answer
