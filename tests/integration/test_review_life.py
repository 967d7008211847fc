"""What a long life brings: reloads, writes while registered, a second hold-off."""
import signal

from coap import ACCEPT, LINK, LOCATION_PATH, TEXT, TLV, security_tlv, server_tlv, tlv_decode, uint
from harness import bootstrap_conf, quick_conf, server_conf


def registered(daemon, peer, **more):
    """A daemon that is registered with a fake server: (daemon, server, configuration)."""
    dm = peer()
    conf = quick_conf(servers={"dm": server_conf(dm)}, **more)
    d = daemon(conf)
    dm.accept_register()
    d.wait("registered", "101")
    return d, dm, conf


def texts(dm):
    """The text resources of /3/0."""
    found = tlv_decode(dm.ask("GET", "/3/0", options=[(ACCEPT, uint(TLV))]).payload)
    return {id: value for kind, id, value in found if kind == 3}


def test_a_reload_changes_object_3_and_keeps_it_readable(daemon, peer):
    d, dm, conf = registered(daemon, peer)
    conf["device"].update(manufacturer="Before", model="Gone later")
    d.write_conf(conf)
    for turn in range(3):
        d.write_conf(conf)
        d.send_signal(signal.SIGHUP)
        d.wait("config-loaded")
        assert texts(dm)[0] == conf["device"]["manufacturer"].encode()
        conf["device"]["manufacturer"] = f"After {turn}"
    assert texts(dm)[1] == b"Gone later"
    del conf["device"]["model"]
    d.write_conf(conf)
    d.send_signal(signal.SIGHUP)
    d.wait("config-loaded")
    assert texts(dm).get(1) != b"Gone later"


def test_the_log_level_of_the_command_line_survives_a_reload(daemon, peer):
    d, dm, conf = registered(daemon, peer)
    conf["log"] = {"level": "error"}
    d.write_conf(conf)
    d.send_signal(signal.SIGHUP)
    d.wait("config-loaded")
    d.send_signal(signal.SIGHUP)
    d.wait("config-loaded")


def test_execute_1_x_8_brings_the_update_at_once(daemon, peer):
    _, dm, _ = registered(daemon, peer)
    answer = dm.ask("POST", "/1/0/8")
    assert answer.text == "2.04"
    update = dm.wait_request("POST", "/rd/1")
    assert update.query == [] and update.payload == b""
    assert update.time - answer.time < 0.5


def test_a_written_lifetime_brings_the_update_at_once(daemon, peer):
    _, dm, _ = registered(daemon, peer)
    answer = dm.ask("PUT", "/1/0/1", format=TEXT, payload="77")
    assert answer.text == "2.04"
    update = dm.wait_request("POST", "/rd/1")
    assert update.query == ["lt=77"]
    assert update.time - answer.time < 0.5


def test_the_port_stays_open_in_a_hold_off_that_follows_a_bootstrap(daemon, peer, listen_address):
    """The new account is refused at once: step 4 again, and the bootstrap server may repair it."""
    dm, bs = peer(), peer()
    host, _, port = listen_address.rpartition(":")
    bs.peer = (host, int(port))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs, "1h", listen_address)))
    d.wait("holdoff-started")
    d.wait_listening()
    for path, value in (("/0/1", security_tlv(dm.uri, 101)), ("/1/1", server_tlv(101))):
        assert bs.ask("PUT", path, format=TLV, payload=value).text == "2.04"
    assert bs.ask("POST", "/bs").text == "2.04"
    dm.reply(dm.wait_request("POST", "/rd"), "4.03")
    d.wait("holdoff-started")
    # longer than a repeated Finish is waited for; nothing comes in between
    assert bs.receive(11) is None
    assert bs.ask("GET", "/", options=[(ACCEPT, uint(LINK))]).text == "2.05"
    assert bs.ask("POST", "/bs").text == "2.04"
    dm.reply(dm.wait_request("POST", "/rd"), "2.01", [(LOCATION_PATH, b"rd"), (LOCATION_PATH, b"1")])
    d.wait("registered", "101")
