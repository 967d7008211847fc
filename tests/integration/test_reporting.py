"""Information reporting: attributes, observations, notifications, what outlives a restart."""
import json
import pathlib
import signal

import pytest

from coap import ACK, CON, NON, OBSERVE, RST, Message, links, uint
from harness import Keys, instance_of, quick_conf, server_conf

ACCEPT, BLOCK2 = 17, 23
TEXT, TLV, SENML_JSON = 0, 11542, 110
LONG = ("manufacturer", "model", "type", "hardware_version", "software_version")
# libcoap 4.3.1 tells nobody of a reset of a message that needed no acknowledgement
LIBCOAP_IS_SILENT = "bookworm" in pathlib.Path("/etc/os-release").read_text()


class Observer:
    """A fake server that observes."""

    def __init__(self, peer, daemon, x):
        self.peer, self.daemon, self.x = peer, daemon, x

    def observe(self, path, token, accept=TEXT, query=(), code="2.05"):
        answer = self.peer.ask("GET", path, token=token, query=query,
                               options=[(OBSERVE, b""), (ACCEPT, uint(accept))])
        assert answer.text == code
        if code == "2.05":
            assert answer.number(OBSERVE) is not None and answer.token == token
        return answer

    def cancel(self, path, token, accept=TEXT):
        return self.peer.ask("GET", path, token=token,
                             options=[(OBSERVE, b"\1"), (ACCEPT, uint(accept))])

    def attach(self, path, *query):
        answer = self.peer.ask("PUT", path, query=query)
        assert answer.text == "2.04", answer
        return answer

    def write(self, rid, value):
        assert self.peer.ask("PUT", f"{self.x}/{rid}", format=TEXT, payload=value,
                             answer=self.update).text == "2.04"

    def update(self, m):
        """Updates that a changed lifetime brings are answered."""
        if m.text == "POST":
            self.peer.reply(m, "2.04")

    def notification(self, token, timeout=5.0, acknowledge=True):
        m = self.peer.wait(lambda m: m.token == token and m.code >= 64 and m.type in (CON, NON),
                           timeout, self.update)
        if m.type == CON and acknowledge:
            self.peer.send(Message(ACK, 0, m.mid))
        return m

    def none(self, seconds):
        """No notification comes in this time."""
        while (m := self.peer.receive(seconds)) is not None:
            self.update(m)
            assert not (m.code >= 64 and m.type in (CON, NON)), m


@pytest.fixture
def observer(peer, daemon):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    register = dm.accept_register()
    d.wait("registered", "101")
    x = [p for p in links(register.payload) if p.startswith("/1/")][0]
    o = Observer(dm, d, x)
    o.write(5, "1")
    return o


@pytest.mark.ets("1.1-int-301")
def test_changes_are_notified_in_their_periods(observer):
    o = observer
    o.attach(f"{o.x}/5", "pmin=1", "pmax=3")
    first = o.observe(f"{o.x}/5", b"a")
    assert observer.daemon.wait("observation-added", "101")
    o.write(5, "7")
    m = o.notification(b"a")
    assert m.payload == b"7" and m.type == NON and m.number(OBSERVE) > first.number(OBSERVE)
    again = o.notification(b"a", 6)
    assert again.payload == b"7" and 2.5 < again.time - m.time < 4.5
    assert again.number(OBSERVE) > m.number(OBSERVE)


def test_pmin_delays_a_notification(observer):
    o = observer
    o.attach(f"{o.x}/5", "pmin=2")
    first = o.observe(f"{o.x}/5", b"a")
    o.write(5, "5")
    o.write(5, "6")
    m = o.notification(b"a")
    assert m.payload == b"6" and m.time - first.time > 1.7
    o.none(0.5)


@pytest.mark.ets("1.1-int-302")
@pytest.mark.parametrize("con", [True, False])
def test_a_reset_ends_the_observation(observer, con):
    o = observer
    if con:
        o.attach(f"{o.x}/5", "con=1")
    o.observe(f"{o.x}/5", b"a")
    o.write(5, "7")
    m = o.notification(b"a", acknowledge=False)
    assert m.type == (CON if con else NON)
    o.peer.send(Message(RST, 0, m.mid))
    o.write(5, "8")
    if not con and LIBCOAP_IS_SILENT:
        return
    o.none(1)


@pytest.mark.ets("1.1-int-303")
def test_a_request_ends_the_observation(observer):
    o = observer
    o.observe(f"{o.x}/5", b"a")
    o.write(5, "2")
    assert o.notification(b"a").payload == b"2"
    answer = o.cancel(f"{o.x}/5", b"a")
    assert answer.text == "2.05" and answer.number(OBSERVE) is None and answer.payload == b"2"
    o.write(5, "3")
    o.none(1)


def composite(o, paths, token, observe=b"", **more):
    payload = json.dumps([{"n": p} for p in paths])
    return o.peer.ask("FETCH", "/", token=token, format=SENML_JSON, payload=payload,
                      options=[(OBSERVE, observe), (ACCEPT, uint(SENML_JSON))], **more)


def binding(o):
    """What 3/0/16 is in this build."""
    return o.peer.ask("GET", "/3/0/16", options=[(ACCEPT, uint(TEXT))]).payload.decode()


def senml(m):
    base, found = "", {}
    for record in json.loads(m.payload):
        base = record.get("bn", base)
        found[base + record.get("n", "")] = record.get("v", record.get("vs"))
    return found


@pytest.mark.ets("1.1-int-304", "1.1-int-305")
def test_a_composite_is_observed_and_cancelled(observer):
    o = observer
    answer = composite(o, [f"{o.x}/1", "/3/0/16"], b"c")
    assert answer.text == "2.05" and answer.number(OBSERVE) is not None
    assert senml(answer) == {f"{o.x}/1": 86400, "/3/0/16": binding(o)}
    o.write(1, "80000")
    assert senml(o.notification(b"c"))[f"{o.x}/1"] == 80000
    answer = composite(o, [f"{o.x}/1", "/3/0/16"], b"c", observe=b"\1")
    assert answer.text == "2.05" and answer.number(OBSERVE) is None
    o.write(1, "70000")
    o.none(1)


PORTFOLIO = """<LWM2M><Object><Name>Test portfolio</Name><ObjectID>16</ObjectID>
<ObjectVersion>1.0</ObjectVersion><MultipleInstances>Multiple</MultipleInstances>
<Mandatory>Optional</Mandatory><Resources>
<Item ID="0"><Name>Identity</Name><Operations>RW</Operations>
<MultipleInstances>Multiple</MultipleInstances><Mandatory>Mandatory</Mandatory>
<Type>String</Type><RangeEnumeration></RangeEnumeration><Units></Units></Item>
</Resources></Object></LWM2M>"""


@pytest.fixture
def creating(peer, daemon, tmp_path):
    """A server that may create instances of object 16."""
    objects = tmp_path / "objects"
    objects.mkdir()
    (objects / "16.xml").write_text(PORTFOLIO)
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)},
                          objects={"definitions": [str(objects)], "create": ["/16"]}))
    dm.accept_register()
    d.wait("registered", "101")
    return Observer(dm, d, "/1/0")


def create_portfolio(o, iid, text):
    payload = json.dumps([{"bn": f"/16/{iid}/0/", "n": "0", "vs": text}])
    m = o.peer.ask("POST", "/16", format=SENML_JSON, payload=payload, answer=o.update)
    assert m.text == "2.01", m


@pytest.mark.ets("1.1-int-308", "1.1-int-309")
def test_a_composite_tells_of_what_is_created_and_deleted_later(creating):
    o = creating
    answer = composite(o, ["/16/1", "/3/0/16"], b"c")
    others = {"/3/0/16": binding(o)}
    assert answer.text == "2.05" and senml(answer) == others
    create_portfolio(o, 1, "first")
    assert senml(o.notification(b"c")) == {**others, "/16/1/0/0": "first"}
    assert o.peer.ask("DELETE", "/16/1", answer=o.update).text == "2.02"
    assert senml(o.notification(b"c")) == others


def test_an_instance_that_is_deleted_ends_its_observation(creating):
    o = creating
    create_portfolio(o, 1, "first")
    o.observe("/16/1", b"a", TLV)
    assert o.peer.ask("DELETE", "/16/1", answer=o.update).text == "2.02"
    m = o.notification(b"a")
    assert m.text == "4.04" and m.number(OBSERVE) is None


@pytest.mark.ets("1.1-int-310")
def test_attributes_change_while_a_composite_is_observed(observer):
    o = observer
    composite(o, [f"{o.x}/1"], b"c")
    o.attach(f"{o.x}/1", "pmax=2")
    first = o.notification(b"c", 5)
    second = o.notification(b"c", 5)
    assert 1.5 < second.time - first.time < 3.5
    o.attach(f"{o.x}/1", "pmax")
    o.none(3)


@pytest.mark.ets("1.2-int-312", "1.2-int-313")
def test_attributes_of_the_observation_win_over_written_ones(observer):
    o = observer
    o.attach(f"{o.x}/5", "pmin=100", "pmax=200")
    first = o.observe(f"{o.x}/5", b"a", query=["pmin=1", "pmax=2"])
    m = o.notification(b"a", 5)
    assert 1.5 < m.time - first.time < 3.5
    shown = links(o.peer.ask("GET", f"{o.x}/5", options=[(ACCEPT, uint(40))]).payload)
    assert shown[f"{o.x}/5"] == {"pmin": "100", "pmax": "200"}


def test_thresholds_are_crossed_upwards_for_gt(observer):
    o = observer
    o.attach(f"{o.x}/5", "gt=50")
    o.observe(f"{o.x}/5", b"a")
    o.write(5, "40")
    o.none(0.5)
    o.write(5, "60")
    assert o.notification(b"a").payload == b"60"
    o.write(5, "30")
    o.none(0.5)


@pytest.mark.parametrize("path, query", [
    ("5", ["pmin=-1"]), ("5", ["nonsense=1"]), ("5", ["lt=5", "gt=4"]), ("5", ["edge=1"]),
    ("", ["gt=1"]), ("5", ["epmin=3", "epmax=2"]), ("5", ["gt=1e9"])])
def test_wrong_attributes_are_refused(observer, path, query):
    o = observer
    target = f"{o.x}/{path}".rstrip("/")
    assert o.peer.ask("PUT", target, query=query).text == "4.00"
    shown = links(o.peer.ask("GET", target, options=[(ACCEPT, uint(40))]).payload)
    assert shown[target] == {}


def test_confirmable_notifications_are_sent_again_and_one_at_a_time(peer, daemon):
    dm = peer()
    daemon(quick_conf(servers={"main": server_conf(dm)}, coap={"max_retransmit": 3}))
    register = dm.accept_register()
    x = [p for p in links(register.payload) if p.startswith("/1/")][0]
    o = Observer(dm, None, x)
    o.write(5, "1")
    o.attach(x, "con=1")
    o.observe(f"{x}/5", b"a")
    o.observe(f"{x}/5", b"b")
    o.write(5, "2")
    first = dm.wait(lambda m: m.type == CON and m.code >= 64)
    other = {b"a": b"b", b"b": b"a"}[first.token]
    again = o.notification(first.token, acknowledge=False)
    assert again.mid == first.mid and again.raw == first.raw
    assert not [m for m in dm.log if m.token == other and m.type == CON]
    dm.send(Message(ACK, 0, first.mid))
    assert o.notification(other).payload == b"2"


def test_what_the_server_missed_comes_when_it_is_back(peer, daemon):
    """A confirmable notification that nobody acknowledges: an Update finds out, then the rest."""
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)},
                          retry={"count": 5, "timer": "1s"}, coap={"max_retransmit": 1}))
    register = dm.accept_register()
    x = [p for p in links(register.payload) if p.startswith("/1/")][0]
    o = Observer(dm, d, x)
    o.write(5, "1")
    o.attach(f"{x}/5", "con=1")
    o.observe(f"{x}/5", b"a")
    o.write(5, "2")
    missed = o.notification(b"a", acknowledge=False)
    assert missed.payload == b"2"
    update = dm.wait(lambda m: m.text == "POST" and m.path.startswith("/rd/"), 20)
    dm.reply(update, "2.04")
    m = o.notification(b"a", 10)
    assert m.payload == b"2" and m.type == CON and m.mid != missed.mid
    o.write(5, "3")
    assert o.notification(b"a").payload == b"3"


def test_a_new_registration_ends_all_observations(observer):
    o = observer
    o.observe(f"{o.x}/5", b"a")
    assert o.peer.ask("POST", f"{o.x}/8", answer=o.update).text == "2.04"
    update = o.peer.wait_request("POST", "/rd/")
    o.peer.reply(update, "4.04")
    o.peer.accept_register()
    o.write(5, "2")
    o.none(1)


def test_a_large_notification_is_fetched_in_blocks(peer, daemon):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)},
                          device={k: k[0] * 240 for k in LONG}))
    dm.accept_register()
    d.wait("registered", "101")
    o = Observer(dm, d, "/1/0")
    o.attach("/3/0", "pmax=1")
    answer = o.observe("/3/0", b"a", TLV)
    assert len(answer.payload) == 1024
    m = o.notification(b"a")
    assert len(m.payload) == 1024 and m.number(BLOCK2) == 0x0E
    rest = dm.ask("GET", "/3/0", options=[(ACCEPT, uint(TLV)), (BLOCK2, b"\x16")])
    assert rest.text == "2.05" and len(rest.payload) > 200
    assert rest.number(4) == m.number(4)


def test_observations_and_attributes_survive_a_restart(peer, daemon, tmp_path):
    dm = peer()
    conf = quick_conf(servers={"main": server_conf(dm)})
    d = daemon(conf, state=tmp_path / "state")
    register = dm.accept_register()
    d.wait("registered", "101")
    x = [p for p in links(register.payload) if p.startswith("/1/")][0]
    o = Observer(dm, d, x)
    o.write(5, "1")
    o.attach(f"{x}/5", "con=1")
    sequence = o.observe(f"{x}/5", b"a").number(OBSERVE)
    d.stop(signal.SIGUSR1)
    d = daemon(conf, state=tmp_path / "state")
    update = dm.wait_request("POST", "/rd/")
    dm.reply(update, "2.04")
    o = Observer(dm, d, x)
    shown = links(dm.ask("GET", f"{x}/5", options=[(ACCEPT, uint(40))], answer=o.update).payload)
    assert shown[f"{x}/5"] == {"con": "1"}
    o.write(5, "2")
    m = o.notification(b"a")
    assert m.payload == b"2" and m.type == CON and m.number(OBSERVE) > sequence


def test_many_observations_lose_no_notification_in_a_burst(observer):
    o = observer
    many = 300
    for i in range(many):
        o.observe(f"{o.x}/5", b"t%d" % i)
    o.write(5, "2")
    seen = {m.token for m in o.peer.log if m.code >= 64 and m.type == NON}
    while len(seen) < many:
        m = o.peer.receive(5)
        assert m is not None, f"{len(seen)} of {many}"
        if m.code >= 64 and m.type == NON:
            assert m.payload == b"2"
            seen.add(m.token)


@pytest.mark.parametrize("tcp", [False, True])
def test_over_dtls_and_tls_observations_go_on_after_a_restart(server, daemon, tcp):
    keys = Keys()
    dm = server.listen("dm", keys=keys, tcp=tcp)
    d = daemon(quick_conf(servers={"main": server_conf(dm, keys=keys)}))
    x = instance_of(dm.wait("register"))
    d.wait("registered", "101")
    assert dm.ask(f"PUT /1/{x}/5 text 1").code == "2.04"
    assert dm.ask(f"OBSERVE /1/{x}/5 text").code == "2.05"
    assert dm.ask(f"PUT /1/{x}/5 text 2").code == "2.04"
    token = dm.wait("unasked", payload="32")["token"]

    assert d.stop(signal.SIGUSR1) == 0
    d.start()
    assert dm.wait("update")["code"] == "2.04"
    assert dm.ask(f"PUT /1/{x}/5 text 3").code == "2.04"
    assert dm.wait("unasked", payload="33")["token"] == token
    assert len(dm.seen("register")) == 1
