"""Step 1 with a real PC/SC service: a card configures the client, changes, is exchanged, leaves."""
import pytest

import cards
from cards import KEY, account
from coap import security_tlv, server_tlv
from harness import (Keys, at, bootstrap_conf, full_bootstrap, merged, parameters, quick_conf,
                     server_conf)

pytestmark = pytest.mark.skipif(cards.missing() is not None, reason=str(cards.missing()))


@pytest.fixture
def reader():
    r = cards.Reader()
    yield r
    r.finish()


@pytest.fixture
def start(daemon, reader):
    """start(conf…) starts the daemon with this reader."""
    def go(**more):
        state = more.pop("state", None)
        conf = merged({"smartcard": {"enabled": "auto"}}, more)
        return daemon(quick_conf(**conf), env=reader.env, state=state)
    return go


def registered(endpoint, short_id=101, timeout=10.0):
    return endpoint.wait("register", timeout)


# --- step 1 (scenarios 1 and 2) ---

@pytest.mark.ets("1.1-int-6")
def test_scenario_1_the_cards_accounts_are_used_and_those_of_the_configuration_are_not(
        server, start, reader):
    keys = Keys()
    dm, other = server.listen("dm", keys), server.listen("other")
    reader.insert(account(dm, keys=keys))
    d = start(servers={"other": server_conf(other, 102)})
    assert d.wait("card-read").message.startswith("step 1, smart card: card 89490000000000000001")
    registered(dm)
    d.wait("registered")
    other.quiet("register", 1.0)


@pytest.mark.parametrize("how, reason", [
    ("absent", "card.absent"), ("no-application", "card.no-application"),
    ("no-object", "card.no-application"), ("no-file", "card.no-application"),
    ("malformed", "card.data-invalid"), ("truncated", "card.data-invalid"),
    ("inconsistent", "card.data-invalid"), ("pin", "card.pin-required"),
    ("no-channel", "card.no-channel"), ("secure", "card.channel-failed")])
def test_scenario_2_without_card_data_step_2_follows_and_the_reason_is_told(
        server, start, reader, how, reason):
    dm, other = server.listen(), server.listen("other")
    right = account(dm)
    more = {"no-application": {"has_application": False}, "no-object": {"oid": b"\x2b\x01"},
            "no-file": {"has_content": False}, "pin": {"pin": "1234"},
            "no-channel": {"channel_status": 0x6881},
            "secure": {"is_secure_needed": True}}.get(how, {})
    octets = {"malformed": right[:8] + b"\xff\xff" + right[10:], "truncated": right[:-3],
              "inconsistent": cards.content({0: [(1, security_tlv(dm.uri, 101))]})
              }.get(how, right)
    if how != "absent":
        reader.insert(octets, **more)
    d = start(servers={"other": server_conf(other, 102)})
    d.wait("card-skipped", reason=reason)
    other.wait("register")
    dm.quiet("register", 0.5)


def test_without_the_service_step_2_follows_at_once(server, daemon, tmp_path):
    dm = server.listen()
    d = daemon(quick_conf(servers={"dm": server_conf(dm)}),
               env={"PCSCLITE_CSOCK_NAME": str(tmp_path / "none"),
                    "LWM2MD_CARD_HELPER": cards.HELPER})
    d.wait("card-skipped", reason="card.no-service")
    dm.wait("register", 2)


def test_a_card_that_is_switched_off_is_not_read(server, start, reader):
    dm, other = server.listen(), server.listen("other")
    card = reader.insert(account(dm))
    d = start(smartcard={"enabled": "no"}, servers={"other": server_conf(other, 102)})
    d.wait("card-skipped", reason="card.off")
    other.wait("register")
    assert card.commands == []


@pytest.mark.parametrize("form", [
    {"is_t0": False}, {"paths": "full"}, {"paths": "application"}, {"paths": "full-application"},
    {"form": "field"}, {"form": "bare"}, {"form": "opaque"}, {"has_dir": False},
    {"has_path_select": False}, {"max_read": 128}, {"file_size": 32768}, {"told_size": 4000}],
    ids=lambda f: "-".join(map(str, *f.items())))
def test_cards_of_every_form_are_read(server, start, reader, form):
    dm = server.listen()
    reader.insert(account(dm), **form)
    start()
    registered(dm)


def test_a_card_of_32_kib_is_read(server, start, reader):
    dm = server.listen()
    small = account(dm, keys=None)
    # another object with so much text that nothing is left
    rest = 32768 - len(small) - 5
    octets = b"\x00\x03" + (32764).to_bytes(2, "big") + small[4:] + \
        (4711).to_bytes(2, "big") + b"\0" + rest.to_bytes(2, "big") + bytes(rest)
    card = reader.insert(octets)
    assert len(octets) == 32768
    start()
    registered(dm, timeout=15)
    assert len(card.commands) > 128


def test_the_pin_is_sent_once_and_never_again_when_it_is_wrong(server, start, reader, tmp_path):
    dm, other = server.listen(), server.listen("other")
    pin = tmp_path / "pin"
    pin.write_text("1234\n")
    pin.chmod(0o600)
    card = reader.insert(account(dm), pin="4321", is_dodf_guarded=True)
    conf = {"smartcard": {"pin": f"file:{pin}"}, "servers": {"other": server_conf(other, 102)}}
    d = start(**conf)
    d.wait("card-skipped", reason="card.pin-wrong")
    assert card.card.tries == 2
    d.kill()
    # not even after a restart, and not although the card has tries again
    card.card.tries = 9
    d = start(**conf, state=d.state)
    d.wait("card-skipped", reason="card.pin-wrong")
    assert card.card.tries == 9
    d.stop()
    pin.write_text("4321\n")
    start(**conf, state=d.state)
    registered(dm)
    assert card.card.tries == 3


def channel(tmp_path, key=KEY, mode="required"):
    file = tmp_path / "card.key"
    file.write_text(key.hex())
    file.chmod(0o600)
    return {"secure_channel": {"mode": mode, "key_enc": f"file:{file}", "key_mac": f"file:{file}"}}


@pytest.mark.parametrize("unit", [8, 16], ids=["s8", "s16"])
@pytest.mark.parametrize("is_t0", [True, False], ids=["t0", "t1"])
def test_the_secure_channel_is_used_with_keys(server, start, reader, tmp_path, is_t0, unit):
    dm = server.listen()
    octets = account(dm)
    card = reader.insert(octets, key_enc=KEY, key_mac=KEY, is_secure_needed=True, is_t0=is_t0,
                         secure_unit=unit)
    d = start(smartcard=channel(tmp_path))
    assert "through a secure channel" in d.wait("card-read").message
    registered(dm)
    # nothing of the content was asked for in clear
    reads = [c for c in card.commands if c[1] == 0xB0]
    assert any(c[0] & 4 for c in reads)


@pytest.mark.parametrize("how", ["other keys", "no channel on the card"])
def test_a_required_secure_channel_never_reads_in_clear(server, start, reader, tmp_path, how):
    dm = server.listen()
    keys = {"key_enc": bytes(16), "key_mac": bytes(16)} if how == "other keys" else {}
    card = reader.insert(account(dm), **keys)
    d = start(smartcard=channel(tmp_path))
    d.wait("card-skipped", reason="card.channel-failed")
    # no file of the application was selected
    assert not [c for c in card.commands if c[1] == 0xA4 and c.endswith(b"\x64\x32")]


def test_servers_of_a_card_may_use_the_configured_bootstrap_account(server, start, reader):
    dm, bs, dm2 = server.listen(), server.listen("bs"), server.listen("dm2")
    reader.insert(account(dm))
    dm.do("answer register 4.03")
    bs.bootstrap(full_bootstrap(dm2, 102))
    start(bootstrap=bootstrap_conf(bs))
    bs.wait("bootstrap-request")
    registered(dm2, 102)


def test_the_bootstrap_account_of_a_card_wins(server, start, reader):
    dm, bs, other = server.listen(), server.listen("bs"), server.listen("other")
    bs.bootstrap(full_bootstrap(dm))
    reader.insert(cards.content({0: [(0, security_tlv(bs.uri, bootstrap=True, hold_off=0))]}))
    start(bootstrap=bootstrap_conf(other))
    bs.wait("bootstrap-request")
    registered(dm)
    other.quiet("bootstrap-request", 0.5)


def test_a_card_that_is_expected_may_come_late(server, start, reader):
    dm = server.listen()
    d = start(smartcard={"enabled": "yes", "timeout": "20s"})
    reader.insert(account(dm))
    d.wait("card-read", timeout=10)
    registered(dm)


# --- looking again ---

def test_an_unchanged_card_keeps_what_is_stored(server, start, reader):
    dm = server.listen()
    reader.insert(account(dm, lifetime=1000))
    d = start()
    assert "lt=1000" in registered(dm)["queries"]
    d.wait("registered")
    assert dm.ask("WRITE /1/0/1 text 2000").code == "2.04"
    dm.wait("update")
    d.stop()
    d = start(state=d.state)
    assert "is unchanged" in d.wait("card-read").message
    assert "lt=2000" in registered(dm)["queries"]


def test_the_card_is_read_before_each_update(server, start, reader):
    dm = server.listen()
    card = reader.insert(account(dm))
    d = start(smartcard={"check_interval": "0"})
    registered(dm)
    d.wait("registered")
    for _ in range(2):
        cards.threading.Event().wait(1.1)  # what was read just now counts
        before = len(card.commands)
        assert dm.ask("EXECUTE /1/0/8").code == "2.04"
        dm.wait("update")
        assert len(card.commands) > before


@pytest.mark.ets("1.1-int-3")
def test_changed_content_disables_the_old_accounts_before_the_next_update(server, start, reader):
    dm, new = server.listen(), server.listen("new")
    card = reader.insert(account(dm))
    d = start()
    registered(dm)
    d.wait("registered")
    cards.threading.Event().wait(1.1)
    card.card.content = account(new, 102)
    dm.ask("EXECUTE /1/0/8")
    d.wait("card-read", reason="card.changed")
    registered(new, 102)
    dm.wait("deregister")
    assert not dm.seen("update")


def test_another_card_with_the_same_content_is_another_card(server, start, reader):
    dm = server.listen()
    octets = account(dm)
    card = reader.insert(octets)
    d = start()
    registered(dm)
    d.wait("registered")
    reader.remove(card)
    d.wait("card-skipped", reason="card.absent")
    dm.wait("deregister")
    reader.insert(octets, iccid=bytes.fromhex("98940000000000000020"))
    d.wait("card-read", timeout=15)
    registered(dm)


def test_a_removed_card_takes_its_accounts_with_it(server, start, reader):
    dm, other = server.listen(), server.listen("other")
    card = reader.insert(account(dm))
    d = start(servers={"other": server_conf(other, 102)})
    registered(dm)
    d.wait("registered")
    reader.remove(card)
    d.wait("card-skipped", reason="card.removed")
    dm.wait("deregister")
    other.wait("register")
    d.stop()
    # nothing of it is left in the state directory
    again = cards.boottime()
    start(servers={"other": server_conf(other, 102)}, state=d.state)
    other.wait("register")
    dm.quiet("register", 0.5, after=again)


def test_on_removal_keep_keeps_them(server, start, reader):
    dm = server.listen()
    card = reader.insert(account(dm))
    d = start(smartcard={"on_removal": "keep"})
    registered(dm)
    d.wait("registered")
    reader.remove(card)
    d.wait("card-skipped", reason="card.absent")
    dm.quiet("deregister", 1.0)


def test_a_card_without_data_any_more_takes_its_accounts_with_it(server, start, reader):
    dm = server.listen()
    card = reader.insert(account(dm))
    d = start()
    registered(dm)
    d.wait("registered")
    cards.threading.Event().wait(1.1)
    card.card.content = b"\xff" * 40
    dm.ask("EXECUTE /1/0/8")
    d.wait("card-skipped", reason="card.changed")
    dm.wait("deregister")


def test_a_card_whose_data_are_damaged_takes_its_accounts_with_it(server, start, reader):
    dm = server.listen()
    card = reader.insert(account(dm))
    d = start()
    registered(dm)
    d.wait("registered")
    cards.threading.Event().wait(1.1)
    card.card.content = account(dm)[:40] + b"\xee" * 40
    dm.ask("EXECUTE /1/0/8")
    d.wait("card-skipped", reason="card.changed")
    d.wait("card-skipped", reason="card.data-invalid")
    dm.wait("deregister")


def test_a_card_that_is_locked_meanwhile_keeps_its_accounts(server, start, reader):
    dm = server.listen()
    card = reader.insert(account(dm))
    d = start()
    registered(dm)
    d.wait("registered")
    cards.threading.Event().wait(1.1)
    card.card.pin = "1234"
    dm.ask("EXECUTE /1/0/8")
    d.wait("card-skipped", reason="card.pin-required")
    dm.wait("update")
    assert not dm.seen("deregister")


def test_a_reader_that_is_gone_for_long_takes_its_card_with_it(server, start, reader):
    """Its service answers and knows of no reader."""
    dm = server.listen()
    reader.insert(account(dm))
    d = start(smartcard={"reader_grace": "3s"})
    registered(dm)
    d.wait("registered")
    reader.without_reader()
    lost = cards.boottime()
    d.wait("card-skipped", reason="card.removed", timeout=40)
    assert cards.boottime() - lost >= 3
    dm.wait("deregister")


def test_a_lost_service_is_not_a_removed_card(server, start, reader):
    dm = server.listen()
    reader.insert(account(dm))
    d = start()
    registered(dm)
    d.wait("registered")
    reader.service.kill()
    cards.threading.Event().wait(1.1)
    dm.ask("EXECUTE /1/0/8")
    dm.wait("update")
    assert not dm.seen("deregister")
    assert not [e for e in d.events("card-skipped") if e.reason in ("card.removed", "card.changed")]


def test_a_service_that_hangs_delays_an_update_by_its_deadline_only(server, start, reader):
    dm = server.listen()
    reader.insert(account(dm))
    d = start(smartcard={"check_deadline": "2s"})
    registered(dm)
    d.wait("registered")
    cards.threading.Event().wait(1.1)
    reader.service.send_signal(cards.service.signal.SIGSTOP)
    try:
        dm.do("EXECUTE /1/0/8")
        answer = dm.wait("answer")
        update = dm.wait("update")
    finally:
        reader.service.send_signal(cards.service.signal.SIGCONT)
    assert 1.5 < at(update) - at(answer) < 4
    d.wait("card-skipped", reason="card.unreadable")
    assert not dm.seen("deregister")


def test_a_card_that_goes_mute_keeps_its_accounts(server, start, reader):
    dm = server.listen()
    card = reader.insert(account(dm))
    d = start(smartcard={"check_deadline": "1s"})
    registered(dm)
    d.wait("registered")
    cards.threading.Event().wait(1.1)
    card.faults = lambda n, command: "mute"
    dm.ask("EXECUTE /1/0/8")
    dm.wait("update")
    d.wait("card-skipped", reason="card.mute", timeout=15)
    # the hanging visit was ended; the next Update does not wait for the card at all
    answer = dm.ask("EXECUTE /1/0/8")
    assert at(dm.wait("update")) - at(answer.event) < 1.0
    assert not dm.seen("deregister")


@pytest.mark.parametrize("fault", ["remove", b"", b"\x90", b"\x6f\x00", bytes(40)],
                         ids=["removed", "empty", "half", "6f00", "garbage"])
def test_what_breaks_off_in_mid_read_changes_nothing(server, start, reader, fault):
    dm = server.listen()
    card = reader.insert(account(dm))
    d = start(smartcard={"check_deadline": "3s", "on_removal": "keep"})
    registered(dm)
    d.wait("registered")
    cards.threading.Event().wait(1.1)
    begin = len(card.commands)
    card.faults = lambda n, command: fault if n > begin + 14 else None
    dm.ask("EXECUTE /1/0/8")
    dm.wait("update", 15)
    assert not dm.seen("deregister")


def test_a_slow_card_is_read_as_long_as_it_moves(server, start, reader):
    dm = server.listen()
    card = reader.insert(account(dm))
    card.faults = lambda n, command: 0.4
    start(smartcard={"timeout": "40s"})
    registered(dm, timeout=40)


def test_a_mute_card_delays_nobody_else(server, start, reader):
    """Servers of a bootstrap server are not the card's; the loop is not the card's either."""
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap(full_bootstrap(dm))
    card = reader.insert(cards.content(
        {0: [(0, security_tlv(bs.uri, bootstrap=True, hold_off=0))]}))
    d = start()
    registered(dm)
    d.wait("registered")
    card.faults = lambda n, command: "mute"
    # a card event: the daemon looks again, and hangs on the card
    before = len(card.commands)
    reader.remove(card)
    reader.put_back(card)
    end = cards.boottime() + 10
    while len(card.commands) <= before:
        assert cards.boottime() < end
        cards.threading.Event().wait(0.02)
    worst = 0.0
    for _ in range(10):
        sent = cards.boottime()
        dm.ask("READ /3/0/0 tlv")
        worst = max(worst, cards.boottime() - sent)
    answer = dm.ask("EXECUTE /1/10/8")
    late = at(dm.wait("update")) - at(answer.event)
    print(f"lateness: Update {late * 1000:.1f} ms, worst Read {worst * 1000:.1f} ms (goal 50 ms)")
    assert late < 0.5 and worst < 0.5


def test_a_card_that_comes_later_is_applied_where_nothing_is_registered(server, start, reader):
    dm = server.listen()
    d = start()
    d.wait("card-skipped", reason="card.absent")
    reader.insert(account(dm))
    d.wait("card-read", timeout=15)
    registered(dm)


def test_late_cards_can_be_ignored(server, start, reader):
    dm = server.listen()
    d = start(smartcard={"late_card": "ignore"})
    d.wait("card-skipped", reason="card.absent")
    reader.insert(account(dm))
    dm.quiet("register", 3.0)


def test_accounts_of_a_bootstrap_server_stay_when_the_card_leaves(server, start, reader):
    dm, bs = server.listen(), server.listen("bs")
    bs.bootstrap(full_bootstrap(dm))
    card = reader.insert(cards.content(
        {0: [(0, security_tlv(bs.uri, bootstrap=True, hold_off=0))]}))
    d = start()
    registered(dm)
    d.wait("registered")
    reader.remove(card)
    d.wait("card-skipped", reason="card.removed")
    dm.quiet("deregister", 1.0)


def test_no_key_of_a_card_reaches_the_log(server, start, reader):
    keys = Keys()
    dm = server.listen("dm", keys)
    reader.insert(account(dm, keys=keys))
    d = start()
    registered(dm)
    d.wait("registered")
    for form in keys.forms():
        assert form not in d.log_bytes()


# --- cards behind a program ---

@pytest.fixture
def behind(daemon, tmp_path):
    """behind(conf…) starts the daemon without a PC/SC service."""
    def go(program, **more):
        conf = merged({"smartcard": {"enabled": "auto", "command": program.command}}, more)
        env = {"PCSCLITE_CSOCK_NAME": str(tmp_path / "nothing"), "LWM2MD_CARD_HELPER": cards.HELPER}
        return daemon(quick_conf(**conf), env=env)
    return go


def test_a_card_behind_a_program_configures_the_client(server, behind, tmp_path):
    keys = Keys()
    dm = server.listen("dm", keys)
    program = cards.Program(tmp_path, account(dm, keys=keys))
    d = behind(program)
    d.wait("card-read")
    registered(dm)
    assert program.runs() == 1
    program.set(content=account(dm, keys=keys, lifetime=3600))
    cards.threading.Event().wait(1.1)
    dm.ask("EXECUTE /1/0/8")
    d.wait("card-read", reason="card.changed")
    assert program.runs() == 2


def test_a_card_behind_a_program_that_is_taken_out_takes_its_accounts(server, behind, tmp_path):
    dm = server.listen()
    program = cards.Program(tmp_path, account(dm))
    d = behind(program)
    registered(dm)
    d.wait("registered")
    cards.threading.Event().wait(1.1)
    program.set(is_absent=True)
    dm.ask("EXECUTE /1/0/8")
    d.wait("card-skipped", reason="card.removed")
    dm.wait("deregister")


@pytest.mark.parametrize("fault, reason", [
    ("exit", "card.unreadable"), ("silent", "card.unreadable"), ("words", "card.unreadable"),
    ("endless", "card.unreadable"), ("absent", "card.absent")])
def test_a_program_that_fails_is_told_and_step_2_follows(server, behind, tmp_path, fault, reason):
    dm = server.listen()
    program = cards.Program(tmp_path, account("coap://127.0.0.1"), fault=fault)
    d = behind(program, servers={"main": server_conf(dm)})
    d.wait("card-skipped", reason=reason)
    dm.wait("register")


def test_a_program_that_hangs_is_killed_and_delays_nobody_else(server, behind, tmp_path):
    dm = server.listen()
    program = cards.Program(tmp_path, account("coap://127.0.0.1"), fault="hang")
    d = behind(program, servers={"main": server_conf(dm)}, smartcard={"timeout": "1s"})
    dm.wait("register")
    d.wait("registered")
    assert program.is_running()
    dm.ask("READ /3/0/16 text")
    d.kill()  # nothing of it outlives the daemon
    program.wait_gone()


def test_a_program_that_is_not_there_is_an_error_of_the_configuration(daemon, tmp_path):
    conf = quick_conf(smartcard={"command": [str(tmp_path / "none")]})
    d = daemon(conf, env={})
    assert d.wait_exit() == 78
    d.wait_text("command-not-executable")


def test_show_reads_a_card_behind_a_program(server, reader, tmp_path):
    dm = server.listen()
    program = cards.Program(tmp_path, account(dm))
    shown = reader.run("show", "--exec", program.command[0])
    assert shown.returncode == 0 and dm.uri in shown.stdout, shown
    program.set(is_absent=True)
    shown = reader.run("show", "--exec", program.command[0])
    assert shown.returncode == 1 and "card.absent" in shown.stdout, shown


# --- the program for people ---

def test_show_tells_the_accounts_and_hides_the_keys(server, reader):
    keys = Keys()
    dm = server.listen("dm", keys)
    reader.insert(account(dm, keys=keys))
    shown = reader.run("show")
    assert shown.returncode == 0
    assert dm.uri in shown.stdout and keys.identity in shown.stdout and "sha256:" in shown.stdout
    for form in keys.forms():
        assert form not in shown.stdout.encode()


def test_show_and_list_say_why_not(reader):
    assert "empty" in reader.run("list").stdout
    shown = reader.run("show")
    assert shown.returncode == 1 and "card.absent" in shown.stdout and "seat" in shown.stderr


@pytest.mark.parametrize("name, octets", [
    ("biglen", "A784FFFFFFFF30"), ("indefinite", "A7803004040264300000"),
    ("deep", "A7" + "820200" + "30820100" * 40), ("loop", "A7063004040250310000"),
    ("empty", ""), ("blank", "FF" * 32), ("many", "A706300404024407" * 2000),
    ("longpath", "A78202603082025C04820258" + "00" * 600)])
def test_no_directory_leads_astray(reader, name, octets):
    card = reader.insert(b"\0\0\0\0", odf=bytes.fromhex(octets))
    shown = reader.run("show")
    assert shown.returncode == 1
    assert "card.no-application" in shown.stdout or "card.data-invalid" in shown.stdout, shown
    assert len(card.commands) < 80
