"""The figures: what a server asked is counted, and the file for collectors is whole."""
import re

from harness import quick_conf, server_conf
from test_ctl import Ctl


def figures(text):
    return {k: float(v) for k, v in re.findall(r"^([a-z0-9_]+(?:\{.*\})?) (\S+)$", text, re.M)}


def test_requests_are_counted_by_operation_and_answer(server, daemon):
    dm = server.listen("dm")
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    d.wait("registered", "101")
    assert dm.ask("READ /3/0/11 tlv").code == "2.05"
    assert dm.ask("READ /3/0/11 tlv").code == "2.05"
    assert dm.ask("READ /99/0 tlv").code == "4.04"
    found = figures(Ctl(d)("metrics")[1])
    assert found['lwm2m_requests_total{ssid="101",op="read",code="2.05"}'] == 2
    assert found['lwm2m_requests_total{ssid="101",op="read",code="4.04"}'] == 1
    assert found["lwm2m_request_seconds_count"] == 3
    assert 0 < found["lwm2m_request_seconds_sum"] < 1
    assert found['lwm2m_registrations_total{ssid="101",result="ok"}'] == 1
    assert found["process_resident_memory_bytes"] > 1e6


def test_the_file_for_collectors_is_replaced_and_tells_of_a_dead_daemon(peer, daemon, tmp_path):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    dm.accept_register()
    d.wait("registered", "101")
    ctl, file = Ctl(d), tmp_path / "lwm2md.prom"
    assert ctl("metrics", "--output", str(file))[0] == 0
    assert figures(file.read_text())["lwm2m_up"] == 1
    assert file.stat().st_mode & 0o777 == 0o644
    d.stop()
    assert ctl("metrics", "--output", str(file))[0] == 6
    assert figures(file.read_text()) == {"lwm2m_up": 0}
    assert [p.name for p in tmp_path.iterdir() if "prom" in p.name] == ["lwm2md.prom"]


def test_what_a_server_has_no_right_to_is_told_once_a_minute(server, daemon):
    dm = server.listen("dm")
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    d.wait("registered", "101")
    for _ in range(20):
        assert dm.ask("READ /0 tlv").code == "4.01"
    told = d.wait("access-denied", "101")
    assert "/0" in told.message
    assert len(d.events("access-denied")) == 1
