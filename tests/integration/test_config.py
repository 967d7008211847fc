"""A wrong configuration never starts half a daemon; a reload changes all or nothing."""
import re
import signal
import subprocess

import pytest

from harness import at, bootstrap_conf, conf_text, instance_of, quick_conf, server_conf

URI = "coap://127.0.0.1:9"


def wrong(**more):
    return conf_text(quick_conf(servers={"main": server_conf(URI)}, **more)) + "\n"


WRONG = {
    "unknown-key": wrong() + 'bootstrap = { uri = "coap://127.0.0.1"; security = "nosec"; '
                             'client_holdoff_time = "3s"; };\n',
    "wrong-type": wrong(device={"endpoint": 7}),
    "bad-time": wrong(retry={"timer": "1 fortnight"}),
    "number-range": wrong(retry={"count": 0}),
    "bad-uri": conf_text(quick_conf(servers={"main": server_conf("http://127.0.0.1")})),
    "scheme-security-mismatch": conf_text(quick_conf(servers={"main": server_conf(
        "coaps://127.0.0.1")})),
    "nosec-not-allowed": wrong(security={"allow_nosec": "no"}),
    "secret-in-clear": conf_text(quick_conf(servers={"main": {
        "short_id": 1, "uri": "coaps://127.0.0.1", "security": "psk", "psk_identity": "x",
        "psk_key": "secret"}})),
    "secret-missing": conf_text(quick_conf(servers={"main": {
        "short_id": 1, "uri": "coaps://127.0.0.1", "security": "psk", "psk_identity": "x",
        "psk_key": "file:/nonexistent/key"}})),
    "psk-short": conf_text(quick_conf(servers={"main": {
        "short_id": 1, "uri": "coaps://127.0.0.1", "security": "psk", "psk_identity": "x",
        "psk_key": "hex:0011"}})),
    "short-id-range": conf_text(quick_conf(servers={"main": server_conf(URI, 65535)})),
    "duplicate-short-id": conf_text(quick_conf(servers={"a": server_conf(URI, 1),
                                                        "b": server_conf(URI, 1)})),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_configuration_ends_with_78_and_says_where(daemon, code):
    d = daemon(WRONG[code])
    assert d.wait_exit() == 78
    assert f"[{code}]" in d.log_text() or code in d.log_text()
    assert not list(d.state.iterdir()) or not d.events("registering")


@pytest.mark.parametrize("code", WRONG)
def test_check_config_lists_file_line_and_code_and_ends_with_1(daemon, code):
    d = daemon.prepare(WRONG[code])
    done = subprocess.run([*d.command(), "--check-config"], capture_output=True, text=True,
                          env=d.env, timeout=10)
    text = done.stdout + done.stderr
    assert done.returncode == 1, text
    assert re.search(rf"^{re.escape(str(d.file))}:\d+:error: .*\[{code}\]$", text, re.M), text


def test_a_syntax_error_ends_with_78(daemon):
    d = daemon("device = { endpoint = ;\n")
    assert d.wait_exit() == 78


def test_an_exposed_secret_ends_with_78(daemon, tmp_path, keys):
    d = daemon.prepare(conf_text(quick_conf(servers={"main": {
        **server_conf("coaps://127.0.0.1", 1, keys)}})))
    d.file.chmod(0o644)
    d.start()
    assert d.wait_exit() == 78
    assert "secret-exposed" in d.log_text()
    for form in keys.forms():
        assert form not in d.log_bytes()


def test_a_missing_file_that_was_named_ends_with_78(daemon):
    d = daemon.prepare("")
    d.file.unlink()
    d.start()
    assert d.wait_exit() == 78


def test_an_unknown_option_is_a_usage_error(daemon):
    d = daemon("", args=["--frobnicate"])
    assert d.wait_exit() == 2


def test_a_good_configuration_passes_the_check(daemon):
    d = daemon.prepare(wrong())
    done = subprocess.run([*d.command(), "--check-config"], capture_output=True, text=True,
                          env=d.env, timeout=10)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_drop_in_overrides_one_key(server, daemon):
    dm = server.listen()
    d = daemon.prepare(quick_conf(servers={"main": server_conf(dm)}))
    drop_in = d.conf_dir / "50-lifetime.conf"
    drop_in.write_text('servers = { main = { lifetime = "1h"; }; };\n')
    d.start()
    assert "lt=3600" in dm.wait("register")["queries"]


def test_a_configuration_without_any_way_to_a_server_runs_and_says_so(daemon):
    d = daemon(quick_conf())
    d.wait("started")
    d.lines.wait(lambda e: e.reason in ("config.no-server", "bs.no-account"), 5,
                 "reason config.no-server")
    assert d.stop() == 0


def test_reload_of_a_lifetime_brings_an_update(server, daemon):
    dm = server.listen()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    dm.wait("register")
    d.wait("registered", "101")
    d.write_conf(quick_conf(servers={"main": server_conf(dm, lifetime="1h")}))
    d.send_signal(signal.SIGHUP)
    assert dm.wait("update")["queries"] == ["lt=3600"]
    assert len(dm.seen("register")) == 1


def test_reload_of_another_uri_moves_the_registration(server, daemon):
    old, new = server.listen("old"), server.listen("new")
    d = daemon(quick_conf(servers={"main": server_conf(old)}))
    old.wait("register")
    d.wait("registered", "101")
    d.write_conf(quick_conf(servers={"main": server_conf(new)}))
    d.send_signal(signal.SIGHUP)
    new.wait("register")
    old.wait("deregister")


def test_reload_adds_and_removes_servers(server, daemon):
    one, two = server.listen("one"), server.listen("two")
    d = daemon(quick_conf(servers={"a": server_conf(one, 101)}))
    one.wait("register")
    d.wait("registered", "101")
    d.write_conf(quick_conf(servers={"a": server_conf(one, 101), "b": server_conf(two, 102)}))
    d.send_signal(signal.SIGHUP)
    two.wait("register")
    d.wait("registered", "102")
    d.write_conf(quick_conf(servers={"b": server_conf(two, 102)}))
    d.send_signal(signal.SIGHUP)
    one.wait("deregister")
    assert not two.seen("deregister")


def test_a_refused_reload_changes_nothing(server, daemon):
    dm = server.listen()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    x = instance_of(dm.wait("register"))
    d.wait("registered", "101")
    d.write_conf(wrong() + "foo = 1;\n")
    d.send_signal(signal.SIGHUP)
    d.wait("config-refused", reason="config.stale")
    assert "unknown-key" in d.log_text()
    assert dm.ask(f"READ /1/{x}/1 text").text == "86400"
    assert not dm.seen("deregister") and len(dm.seen("register")) == 1


def test_a_reload_during_the_hold_off_does_not_make_it_longer(server, daemon):
    bs = server.listen("bs")
    conf = quick_conf(bootstrap=bootstrap_conf(bs, "2s"))
    d = daemon(conf)
    begun = d.wait("holdoff-started").time
    d.send_signal(signal.SIGHUP)
    assert at(bs.wait("bootstrap-request")) <= begun + 2.6
