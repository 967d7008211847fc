"""Objects that definitions make at run time, and resources that the configuration binds."""
import os
import pathlib
import shutil
import signal
import time

import pytest

from coap import links
from harness import (BUILD, TOP, bootstrap_conf, instance_of, quick_conf, server_conf,
                     write_account)

OFFICIAL = pathlib.Path(os.environ.get("LWM2M_REGISTRY", TOP.parent / "shared" / "spec" / "objects"))

ITEM = """<Item ID="{0}"><Name>{1}</Name><Operations>{2}</Operations>
<MultipleInstances>{5}</MultipleInstances><Mandatory>Optional</Mandatory>
<Type>{3}</Type><RangeEnumeration>{4}</RangeEnumeration><Units></Units></Item>"""


def definition(oid, items, version="1.0", multiple="Multiple"):
    rows = "\n".join(ITEM.format(*item) for item in items)
    return f"""<LWM2M><Object><Name>Test object</Name><ObjectID>{oid}</ObjectID>
<ObjectVersion>{version}</ObjectVersion><MultipleInstances>{multiple}</MultipleInstances>
<Mandatory>Optional</Mandatory><Resources>{rows}</Resources></Object></LWM2M>"""


SENSOR = [
    (1, "Value", "R", "Float", "", "Single"),
    (2, "Unit", "R", "String", "", "Single"),
    (3, "Set point", "RW", "Integer", "0..100", "Single"),
    (4, "On", "RW", "Boolean", "", "Single"),
    (5, "Reset", "E", "", "", "Single"),
    (6, "Labels", "RW", "String", "", "Multiple"),
    (7, "Count", "R", "Unsigned Integer", "", "Single"),
    (8, "Peer", "R", "Objlnk", "", "Single"),
    (9, "When", "R", "Time", "", "Single"),
    (10, "Links", "R", "Corelnk", "", "Single"),
]


@pytest.fixture
def place(tmp_path):
    """A directory with the definition of object 33000."""
    objects = tmp_path / "objects"
    objects.mkdir()
    (objects / "33000.xml").write_text(definition(33000, SENSOR, "1.1"))
    return tmp_path


def program(place, name, text):
    file = place / name
    file.write_text("#!/bin/sh\n" + text)
    file.chmod(0o755)
    return str(file)


@pytest.fixture
def managed(server, daemon, place):
    """managed(resources…) is a registered client: (server, daemon)."""
    def start(*resources, objects=None, **more):
        dm = server.listen("dm")
        conf = quick_conf(servers={"main": server_conf(dm, 101)},
                          objects={"definitions": [str(place / "objects")], **(objects or {})},
                          **more)
        conf["resources"] = list(resources)
        d = daemon(conf)
        start.register = dm.wait("register")
        start.conf = conf
        d.wait("registered", "101")
        return dm, d
    return start


def until(dm, operation, text, seconds=10):
    """Asks until the answer is this."""
    end = time.monotonic() + seconds
    while True:
        answer = dm.ask(operation)
        if answer.text == text:
            return answer
        assert time.monotonic() < end, answer
        dm.quiet("deregister", 0.1)


def registered_links(event):
    return [target for target, _ in links(event["links"])] if "links" in event else event


def test_a_thermometer_in_sys_is_four_lines(managed, place):
    (place / "temp1_input").write_text("21537\n")
    dm, _ = managed({"path": "/33000/0/1", "file": str(place / "temp1_input"), "scale": 0.001},
                    {"path": "/33000/0/2", "value": "Cel"})
    assert "</33000>;ver=1.1" in str(managed.register) and "</33000/0>" in str(managed.register)
    assert dm.ask("READ /33000/0/1 text").text == "21.537"
    assert dm.ask("READ /33000/0/2 text").text == "Cel"
    (place / "temp1_input").write_text("21600\n")
    until(dm, "READ /33000/0/1 text", "21.6")


def test_values_of_every_type_are_told(managed):
    dm, _ = managed({"path": "/33000/0/1", "value": 1.5}, {"path": "/33000/0/3", "value": 7},
                    {"path": "/33000/0/4", "value": True}, {"path": "/33000/0/6/3", "value": "c"},
                    {"path": "/33000/0/7", "value": "18446744073709551615"},
                    {"path": "/33000/0/8", "value": "3:0"},
                    {"path": "/33000/0/9", "value": 1700000000},
                    {"path": "/33000/0/10", "value": "</3/0>"})
    for rid, text in ((1, "1.5"), (3, "7"), (4, "1"), ("6/3", "c"), (7, "18446744073709551615"),
                      (8, "3:0"), (9, "1700000000"), (10, "</3/0>")):
        assert dm.ask(f"READ /33000/0/{rid} text").text == text


def test_a_file_without_a_value_is_not_found_and_comes_back(managed, place):
    file = place / "level"
    dm, d = managed({"path": "/33000/0/1", "file": str(file), "match": "level=([0-9.]+)"})
    assert dm.ask("READ /33000/0/1 text").code == "4.04"
    d.wait_text("/33000/0/1 has no new value")
    file.write_text("volt=3\nlevel=42.5 percent\n")
    until(dm, "READ /33000/0/1 text", "42.5")
    d.wait_text("/33000/0/1 has values again")


def test_an_old_value_is_not_given_out(managed, place):
    file = place / "level"
    file.write_text("5")
    dm, _ = managed({"path": "/33000/0/1", "file": str(file), "max_age": "1s"})
    assert dm.ask("READ /33000/0/1 text").text == "5"
    file.write_text("broken")
    until(dm, "READ /33000/0/1 text", "", 10)
    assert dm.ask("READ /33000/0/1 text").code == "4.04"


def test_a_command_gives_the_value_and_a_slow_one_holds_up_nobody(managed, place):
    quick = program(place, "quick", "echo 12.25 $LWM2M_PATH\n")
    slow = program(place, "slow", "exec sleep 600\n")
    dm, d = managed({"path": "/33000/0/1", "command": [quick], "match": "^([0-9.]+) /33000/0/1"},
                    {"path": "/33000/1/1", "command": [slow], "timeout": "1s"})
    until(dm, "READ /33000/0/1 text", "12.25")
    assert dm.ask("READ /33000/1/1 text").code == "4.04"
    d.wait_text("/33000/1/1 has no new value: not done in time, killed")


def test_servers_write_only_what_is_writable(managed):
    dm, _ = managed({"path": "/33000/0/3", "value": 7, "writable": True},
                    {"path": "/33000/0/4", "value": False})
    assert dm.ask("WRITE /33000/0/3 text 8").code == "2.04"
    assert dm.ask("READ /33000/0/3 text").text == "8"
    assert dm.ask("WRITE /33000/0/3 text 101").code == "4.00"
    assert dm.ask("WRITE /33000/0/4 text 1").code == "4.05"
    assert dm.ask("READ /33000/0/4 text").text == "0"


def test_what_is_written_goes_to_the_program(managed, place):
    record = place / "record"
    take = program(place, "take", f'{{ cat; echo " $LWM2M_PATH $LWM2M_SERVER $1"; }} >{record}.new'
                                  f"\nmv {record}.new {record}\n")
    dm, d = managed({"path": "/33000/0/3", "on_write": [take, "a b"]})
    assert dm.ask("WRITE /33000/0/3 text 42").code == "2.04"
    end = time.monotonic() + 10
    while not record.exists() and time.monotonic() < end:
        d.quiet("stopped", 0.05)
    assert record.read_text() == "42 /33000/0/3 101 a b\n"


def test_what_the_program_refuses_is_put_back(managed, place):
    refuse = program(place, "refuse", "exit 1\n")
    dm, d = managed({"path": "/33000/0/3", "value": 7, "on_write": [refuse]})
    dm.ask("WRITE /33000/0/3 text 42")
    d.wait_text("did not take the value")
    until(dm, "READ /33000/0/3 text", "7")


def test_execute_runs_a_program_with_the_argument(managed, place):
    record = place / "record"
    run = program(place, "run", f'cat >{record}.new; mv {record}.new {record}\n')
    dm, d = managed({"path": "/33000/0/5", "on_execute": [run]})
    assert dm.ask("EXECUTE /33000/0/5 0='x'").code == "2.04"
    end = time.monotonic() + 10
    while not record.exists() and time.monotonic() < end:
        d.quiet("stopped", 0.05)
    assert record.read_text() == "0='x'"


def test_stored_values_survive_a_restart_and_others_do_not(managed, place):
    dm, d = managed({"path": "/33000/0/3", "value": 7, "writable": True, "store": True},
                    {"path": "/33000/1/3", "value": 7, "writable": True})
    assert dm.ask("WRITE /33000/0/3 text 8").code == "2.04"
    assert dm.ask("WRITE /33000/1/3 text 8").code == "2.04"
    d.stop()
    d.start()
    d.wait("registered", "101")
    assert dm.ask("READ /33000/0/3 text").text == "8"
    assert dm.ask("READ /33000/1/3 text").text == "7"


def test_a_reload_applies_the_difference(managed, place):
    dm, d = managed({"path": "/33000/0/1", "value": 1.5},
                    {"path": "/33000/0/3", "value": 7, "writable": True},
                    {"path": "/33000/1/1", "value": 1.5})
    assert dm.ask("WRITE /33000/0/3 text 8").code == "2.04"
    conf = dict(managed.conf)
    conf["resources"] = [{"path": "/33000/0/1", "value": 2.5},
                         {"path": "/33000/0/3", "value": 7, "writable": True},
                         {"path": "/33000/2/1", "value": 3.5}]
    d.write_conf(conf)
    d.send_signal(signal.SIGHUP)
    d.wait_text("configuration reloaded")
    assert dm.ask("READ /33000/0/1 text").text == "2.5"
    assert dm.ask("READ /33000/0/3 text").text == "8"
    assert dm.ask("READ /33000/1/1 text").code == "4.04"
    assert dm.ask("READ /33000/2/1 text").text == "3.5"
    told = str(dm.wait("update", 15))
    assert "</33000/2>" in told and "</33000/1>" not in told


def test_a_reload_during_a_bootstrap_session_takes_effect_after_it(server, daemon, place):
    """Its transaction holds the model: no object can go, and nothing be set for good."""
    bs, dm = server.listen("bs"), server.listen("dm")
    bs.bootstrap([*write_account(dm), "WAIT 2000", "FINISH"])
    (place / "objects" / "33001.xml").write_text(definition(33001, SENSOR, "1.1"))
    conf = quick_conf(bootstrap=bootstrap_conf(bs), objects={"definitions": [str(place / "objects")]})
    conf["resources"] = [{"path": "/33000/0/1", "value": 1.5}]
    d = daemon(conf)
    bs.wait("answer"), bs.wait("answer")
    d.write_conf({**conf, "resources": [{"path": "/33001/0/1", "value": 2.5}]})
    for _ in range(2):
        d.send_signal(signal.SIGHUP)
        d.wait("config-loaded")
    d.wait("registered", "101")
    until(dm, "READ /33001/0/1 text", "2.5")
    assert dm.ask("READ /33000/0/1 text").code == "4.04"
    assert d.stop() == 0


def test_a_broken_definition_is_refused_with_file_and_line(daemon, place):
    (place / "objects" / "33000.xml").write_text("<LWM2M>\n<Object>\n</LWM2M>\n")
    conf = quick_conf(objects={"definitions": [str(place / "objects")]})
    conf["resources"] = [{"path": "/33000/0/1", "value": 1}]
    conf["smartcard"] = {"enabled": "yes"}
    d = daemon(conf)
    d.wait_text("objects/33000.xml:3:")
    assert d.wait_exit() == 78


def test_each_installed_definition_loads_and_a_thermometer_needs_no_other(server, daemon, tmp_path):
    temperature = tmp_path / "temp1_input"
    temperature.write_text("21500\n")
    dm = server.listen("dm")
    conf = quick_conf(servers={"main": server_conf(dm, 101)},
                      objects={"definitions": [str(BUILD / "conf" / "objects")]})
    conf["resources"] = [{"path": "/3303/0/5700", "file": str(temperature), "scale": 0.001}]
    objects = [int(file.stem) for file in (BUILD / "conf" / "objects").glob("*.xml")]
    conf["resources"] += [{"path": f"/{oid}/1/5750", "value": "test"} for oid in objects]
    daemon(conf).wait("registered", "101")
    told = str(dm.wait("register"))
    assert len(objects) == 23 and all(f"</{oid}/1>" in told for oid in objects)
    assert dm.ask("READ /3303/0/5700 text").text == "21.5"


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the registry's files are not there")
def test_objects_of_the_registry_are_offered(server, daemon, tmp_path):
    objects = tmp_path / "official"
    shutil.copytree(OFFICIAL, objects)
    dm = server.listen("dm")
    conf = quick_conf(servers={"main": server_conf(dm, 101)},
                      objects={"definitions": [str(objects)]})
    conf["resources"] = [{"path": "/6/0/0", "value": 48.1}, {"path": "/6/0/1", "value": 11.5},
                         {"path": "/6/0/5", "value": 1700000000},
                         {"path": "/16/0/0/0", "value": "host"}]
    daemon(conf).wait("registered", "101")
    told = str(dm.wait("register"))
    assert "</6/0>" in told and "</16/0>" in told
    assert dm.ask("READ /6/0/0 text").text == "48.1"
    assert dm.ask("READ /16/0/0/0 text").text == "host"


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the registry's files are not there")
@pytest.mark.ets("1.1-int-1630")
@pytest.mark.ets("1.1-int-1635")
def test_servers_make_and_delete_instances_of_portfolio_and_they_survive(server, daemon, tmp_path):
    dm = server.listen("dm")
    conf = quick_conf(servers={"main": server_conf(dm, 101)},
                      objects={"definitions": [str(OFFICIAL)], "create": ["/16"]})
    d = daemon(conf)
    assert "</16>" in str(dm.wait("register"))
    d.wait("registered", "101")
    made = "08012E" "88002B" "480011" + b"Host Device ID #2".hex() + \
        "480114" + b"Host Device Model #2".hex()
    assert dm.ask(f"POST /16 tlv {made}").code == "2.01"
    assert dm.ask("READ /16/1/0/1 text").text == "Host Device Model #2"
    d.stop()
    d.start()
    d.wait("registered", "101")
    assert dm.ask("READ /16/1/0/0 text").text == "Host Device ID #2"
    assert dm.ask("DELETE /16/1").code == "2.02"
    assert dm.ask("DISCOVER /16").text.startswith("</16>")
    assert dm.ask("READ /16/1 tlv").code == "4.04"
