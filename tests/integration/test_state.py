"""The state directory: damaged, truncated, full, read-only, shared."""
import os
import shutil

import pytest

from harness import (as_nobody, bootstrap_conf, full_bootstrap, instance_of, quick_conf,
                     server_conf)

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def bootstrapped(server, daemon, **more):
    """A daemon that was bootstrapped and registered: (dm, bs, daemon)."""
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap(full_bootstrap(dm))
    d = daemon(quick_conf(bootstrap=bootstrap_conf(bs)), **more)
    dm.wait("register")
    d.wait("registered", "101")
    return dm, bs, d


def start_after(damage, server, daemon):
    """Stops, damages accounts.cbor, starts again."""
    dm, bs, d = bootstrapped(server, daemon)
    assert d.stop() == 0
    file = d.state / "accounts.cbor"
    data = file.read_bytes()
    file.write_bytes(damage(data))
    d.start()
    return dm, bs, d


def flip(at):
    def damage(data):
        i = int(at * (len(data) - 1))
        return data[:i] + bytes([data[i] ^ 0x41]) + data[i + 1:]
    return damage


@pytest.mark.parametrize("damage", [
    pytest.param(lambda data: b"", id="empty"),
    pytest.param(lambda data: data[:len(data) // 2], id="truncated"),
    pytest.param(lambda data: data[:-1], id="one octet short"),
    pytest.param(lambda data: data + b"\0", id="one octet more"),
    pytest.param(lambda data: os.urandom(len(data)), id="random"),
    *(pytest.param(flip(at), id=f"flipped at {at}") for at in (0, 0.2, 0.5, 0.8, 1))])
def test_a_damaged_file_is_kept_aside_and_the_sequence_starts_over(server, daemon, damage):
    dm, bs, d = start_after(damage, server, daemon)
    told = d.wait("state-problem", reason="state.corrupt")
    assert "accounts.cbor" in told.line
    bs.wait("bootstrap-request"), bs.wait("bootstrap-request")
    d.wait("registered", "101")
    assert list(d.state.glob("accounts.cbor*corrupt*"))


def test_a_lost_directory_is_made_again(server, daemon):
    dm, bs, d = bootstrapped(server, daemon)
    assert d.stop() == 0
    shutil.rmtree(d.state)
    d.start()
    bs.wait("bootstrap-request"), bs.wait("bootstrap-request")
    d.wait("registered", "101")
    assert (d.state / "accounts.cbor").exists() and d.state.stat().st_mode & 0o077 == 0


@NEEDS_ROOT
def test_a_full_disk_fails_the_finish_and_keeps_the_old_accounts(server, daemon):
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap(full_bootstrap(dm))
    mount = 'mount -t tmpfs -o size=4k,mode=700 none "$0" && head -c 4096 /dev/zero >"$0/fill" || ' \
            'test -s "$0/fill" || exit 77; exec "$@"'
    d = daemon.prepare(quick_conf(bootstrap=bootstrap_conf(bs)))
    d.prefix = ["unshare", "-m", "sh", "-c", mount, str(d.state)]
    d.start()
    bs.wait("played")
    assert [a.code for a in bs.answers()][-1] == "5.00"
    told = d.wait("state-problem", timeout=5)
    assert told.reason in ("state.full", "state.unwritable")
    d.wait("bootstrap-failed")
    dm.quiet("register", 0.5)


def test_a_directory_that_cannot_be_written_is_told_and_factory_servers_work(
        server, daemon, open_dir):
    dm = server.listen()
    d = daemon.prepare(quick_conf(servers={"main": server_conf(dm)}), directory=open_dir,
                       prefix=as_nobody())
    for path in (d.directory, d.file, d.runtime, d.conf_dir):
        shutil.chown(path, 65534 if os.geteuid() == 0 else os.geteuid())
    d.state.chmod(0o555)
    d.start()
    told = d.wait("state-problem")
    assert told.reason == "state.unwritable"
    dm.wait("register")
    d.wait("registered", "101")


def test_two_daemons_do_not_share_a_state_directory(server, daemon):
    dm = server.listen()
    conf = quick_conf(servers={"main": server_conf(dm)})
    first = daemon(conf)
    dm.wait("register")
    second = daemon(conf, state=first.state)
    assert second.wait_exit() == 1
    assert str(first.pid) in second.log_text()
    assert dm.ask("READ /3/0/16 text").code == "2.05"


def test_the_lock_is_gone_with_its_owner(server, daemon):
    dm = server.listen()
    conf = quick_conf(servers={"main": server_conf(dm)})
    first = daemon(conf)
    dm.wait("register")
    first.kill()
    daemon(conf, state=first.state)
    dm.wait("register")


def test_what_a_server_wrote_to_a_bootstrapped_account_outlives_a_restart(server, daemon):
    dm, bs, d = bootstrapped(server, daemon)
    x = instance_of(dm.seen("register")[0])
    assert dm.ask(f"PUT /1/{x}/1 text 4000").code == "2.04"
    dm.wait("update")
    assert d.stop() == 0
    d.start()
    assert "lt=4000" in dm.wait("register")["queries"]
    d.wait("registered", "101")
    assert len(bs.seen("bootstrap-request")) == 1


def test_what_a_server_wrote_to_a_factory_account_outlives_a_restart(server, daemon):
    dm = server.listen()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    x = instance_of(dm.wait("register"))
    assert dm.ask(f"PUT /1/{x}/1 text 4000").code == "2.04"
    dm.wait("update")
    assert d.stop() == 0
    d.start()
    assert "lt=4000" in dm.wait("register")["queries"]


def test_a_changed_factory_account_drops_what_a_server_wrote_to_it(server, daemon):
    dm = server.listen()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    x = instance_of(dm.wait("register"))
    assert dm.ask(f"PUT /1/{x}/1 text 4000").code == "2.04"
    dm.wait("update")
    assert d.stop() == 0
    d.write_conf(quick_conf(servers={"main": server_conf(dm, lifetime="2h")}))
    d.start()
    assert "lt=7200" in dm.wait("register")["queries"]


def test_a_changed_configuration_behind_stored_accounts_is_told(server, daemon):
    dm, bs, d = bootstrapped(server, daemon)
    assert d.stop() == 0
    d.write_conf(quick_conf(servers={"a": server_conf("coap://127.0.0.1:9", 7)},
                            bootstrap=bootstrap_conf(bs)))
    d.start()
    d.lines.wait(lambda e: e.reason == "config.shadowed", 5, "reason config.shadowed")
    d.wait("registered", "101")
