"""What apt and the administrator do with the package, on a booted system."""
import pathlib
import re
import subprocess

import pytest

from harness import conf_text, quick_conf, server_conf

CONF = "/etc/lwm2md/lwm2md.conf"
KEEP = ("--force-confdef", "--force-confold")


def managed(m, server, **more):
    """Configures a server and waits for the registration there."""
    dm = server.listen()
    m.write(CONF, conf_text(quick_conf(servers={"main": server_conf(dm)}, **more)) + "\n", 0o640,
            "lwm2md")
    return dm


def leftovers(m):
    """Files with the name of the package; the user stays, and so do dpkg's log and the journal."""
    found = m.run("find", "/", "-xdev", "(", "-path", "/proc", "-o", "-path", "/sys", "-o", "-path",
                  "/root", ")", "-prune", "-o", "-iname", "*lwm2m*", "-print").stdout.split()
    return [f for f in found if not re.match(r"/run/systemd/|/tmp/systemd-private", f)]


def test_it_installs_enabled_and_idle_with_one_clear_line(fresh, package):
    before = leftovers(fresh)
    fresh.install(package)
    assert fresh.show("ActiveState", "UnitFileState", "NRestarts") == {
        "ActiveState": "active", "UnitFileState": "enabled", "NRestarts": "0"}
    said = fresh.wait_reason("config.no-server")
    fresh.journal.watch(lambda r: r.get("LWM2M_REASON") == "config.no-server" and r is not said, 2,
                        "a second line")
    assert fresh.failed_units() == []
    assert before == []


def test_users_groups_and_modes_are_as_documented(fresh, package):
    fresh.install(package)
    for group in ("lwm2md", "lwm2m", "lwm2m-admin", "lwm2m-app"):
        assert fresh.group_id(group) < 1000
    stat = fresh.run("stat", "-c", "%n %a %U %G", "/etc/lwm2md", "/etc/lwm2md/keys", CONF,
                     "/etc/lwm2md/conf.d", "/var/lib/lwm2md", "/run/lwm2md").stdout.splitlines()
    assert stat == ["/etc/lwm2md 755 root root", "/etc/lwm2md/keys 750 root lwm2md",
                    f"{CONF} 640 root lwm2md", "/etc/lwm2md/conf.d 755 root root",
                    "/var/lib/lwm2md 700 lwm2md lwm2m", "/run/lwm2md 755 lwm2md lwm2m"]


def test_an_idle_gateway_boots_without_a_failed_unit(gateway):
    gateway.boot().follow()
    assert gateway.state == "running"
    gateway.wait_reason("config.no-server")


def test_a_broken_configuration_fails_once_and_does_not_hold_up_the_boot(gateway):
    gateway.write(CONF, "servers = { main = { short_id = 70000; }; };\n", 0o640, "lwm2md")
    gateway.boot().follow()
    assert gateway.show("ActiveState", "ExecMainStatus", "NRestarts", "Result") == {
        "ActiveState": "failed", "ExecMainStatus": "78", "NRestarts": "0", "Result": "exit-code"}
    assert gateway.failed_units()[0] == "lwm2md.service"
    gateway.wait("config-refused")
    assert any(r.get("PRIORITY") == "3" and "short_id" in r.message for r in gateway.journal.items)
    assert gateway.show("ActiveState", unit="multi-user.target") == {"ActiveState": "active"}
    gateway.write(CONF, "", 0o640, "lwm2md")
    gateway.run("systemctl", "start", "lwm2md")
    assert gateway.show("ActiveState") == {"ActiveState": "active"}


def test_the_sandbox_is_as_tight_as_it_is_said_to_be(gateway, suite):
    gateway.boot()
    limits = {"bookworm": ("13", "15"), "trixie": ("11", "12")}
    booted, offline = limits.get(suite, limits["trixie"])
    unit = gateway.run("systemctl", "show", "-P", "FragmentPath", "lwm2md").stdout.strip()
    analyze = ("systemd-analyze", "security", "--no-pager")
    gateway.run(*analyze, "--threshold=" + booted, "lwm2md.service")
    gateway.run(*analyze, "--offline=yes", "--threshold=" + offline, unit)


def test_the_unit_has_no_key_that_this_systemd_does_not_know(gateway):
    gateway.boot()
    done = gateway.run("systemd-analyze", "verify", "--man=no", "lwm2md.service")
    assert "lwm2md" not in done.stdout + done.stderr


def test_an_upgrade_keeps_registration_and_changed_configuration(fresh, package, newer, server):
    fresh.install(package)
    dm = managed(fresh, server)
    fresh.run("systemctl", "restart", "lwm2md")
    dm.wait("register")
    fresh.wait("registered")
    pid, before = fresh.pid, fresh.read(CONF)
    fresh.install(newer, *KEEP)
    assert fresh.pid != pid
    dm.wait("update")
    assert not dm.seen("deregister")
    assert len(dm.seen("register")) == 1
    assert fresh.read(CONF) == before
    assert fresh.path(CONF + ".dpkg-dist").exists()


def test_an_untouched_configuration_file_is_replaced(fresh, package, newer):
    fresh.install(package)
    fresh.install(newer)
    assert "# of the next version" in fresh.read(CONF)
    assert fresh.run("stat", "-c", "%a %G", CONF).stdout.split() == ["640", "lwm2md"]


def test_disabled_stays_disabled_and_stopped_through_an_upgrade(fresh, package, newer):
    fresh.install(package)
    fresh.run("systemctl", "disable", "--now", "lwm2md")
    fresh.install(newer)
    assert fresh.show("ActiveState", "UnitFileState") == {
        "ActiveState": "inactive", "UnitFileState": "disabled"}


def test_removal_deregisters_and_keeps_the_configuration(fresh, package, server):
    fresh.install(package)
    dm = managed(fresh, server)
    fresh.run("systemctl", "restart", "lwm2md")
    fresh.wait("registered")
    fresh.run("dpkg", "-r", "lwm2md")
    dm.wait("deregister")
    assert fresh.path(CONF).exists()
    assert fresh.path("/var/lib/lwm2md").is_dir()


@pytest.mark.parametrize("first", ["removed", "installed"])
def test_purge_leaves_nothing(fresh, package, server, first):
    fresh.install(package)
    dm = managed(fresh, server)
    fresh.write("/etc/lwm2md/keys/dm.psk", "00112233445566778899aabbccddeeff", 0o640, "lwm2md")
    fresh.run("systemctl", "restart", "lwm2md")
    fresh.wait("registered")
    dm.wait("register")
    if first == "removed":
        fresh.run("dpkg", "-r", "lwm2md")
    fresh.run("dpkg", "-P", "lwm2md")
    assert leftovers(fresh) == []
    assert fresh.failed_units() == []
    assert fresh.run("systemctl", "is-system-running", check=False).stdout.strip() == "running"


def test_the_commands_of_the_readme(fresh, package, newer):
    """Without a mirror: what it depends on is there."""
    apt = ("apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-confdef")
    for deb, name in ((package, "lwm2md_1.deb"), (newer, "lwm2md_2.deb")):
        fresh.write("/root/" + name, deb.read_bytes())
        fresh.run(*apt, "install", "/root/" + name, timeout=120)
        assert fresh.show("ActiveState") == {"ActiveState": "active"}
        fresh.run("lwm2md", "--check-config")
        fresh.run("systemctl", "reload", "lwm2md")
        fresh.run("systemctl", "status", "lwm2md")
    fresh.run(*apt, "remove", "lwm2md", timeout=120)
    assert fresh.path(CONF).exists()
    fresh.run(*apt, "purge", "lwm2md", timeout=120)
    assert leftovers(fresh) == []


def test_it_installs_without_systemd_running(machine, base, package):
    """As in the build of an image."""
    m = machine([base])
    m.write("/root/lwm2md.deb", package.read_bytes())
    done = subprocess.run(["chroot", str(m.root), "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                           "DEBIAN_FRONTEND=noninteractive", "dpkg", "-i", "/root/lwm2md.deb"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    m.boot()
    assert m.state == "running"
    assert m.show("ActiveState") == {"ActiveState": "active"}


@pytest.mark.parametrize("name", ["start", "status"])
def test_the_autopkgtest(gateway, name):
    script = pathlib.Path(__file__).parents[2] / "debian" / "tests" / name
    gateway.write("/root/test", script.read_bytes(), 0o755)
    gateway.boot()
    gateway.run("/root/test")


def test_the_user_of_the_daemon_may_use_cards(machine, base_with_cards, package):
    """The PC/SC service of Debian 13 asks polkit; ours is the rule that answers."""
    m = machine([base_with_cards]).boot().follow()
    m.install(package)
    done = m.run("/usr/libexec/lwm2md/lwm2md-card", "list", user="lwm2md", check=False)
    assert "denied" not in (done.stdout + done.stderr).lower()
    assert "service" not in (done.stdout + done.stderr).lower()
    skipped = m.wait("card-skipped")
    assert skipped["LWM2M_REASON"] == "card.no-reader"
    said = m.wait_reason("config.no-server")  # and not round after round
    m.journal.watch(lambda r: r.event and r is not said and r.when > said.when, 2, "a second line")
