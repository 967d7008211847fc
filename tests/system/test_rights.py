"""Who may look and who may steer, on a booted system, with real users and groups."""
import pytest

from harness import conf_text, quick_conf, server_conf

CONF = "/etc/lwm2md/lwm2md.conf"
NOT_PERMITTED = 7


@pytest.fixture
def managed(gateway, server):
    """A registered gateway with a user who may look, one who may steer, and one who may neither."""
    dm = server.listen()
    gateway.write(CONF, conf_text(quick_conf(servers={"main": server_conf(dm)})) + "\n", 0o640,
                  "lwm2md")
    gateway.boot().follow()
    gateway.wait("registered")
    for user, groups in (("looks", "lwm2m"), ("steers", "lwm2m,lwm2m-admin"), ("neither", None)):
        gateway.run("useradd", *(["-G", groups] if groups else []), user)
    return dm


def ctl(m, *words, user=None):
    return m.run("lwm2mctl", *words, user=user, check=False)


def test_members_of_the_group_look_and_others_do_not(gateway, managed):
    for user in ("root", "looks", "steers", "lwm2md"):
        assert ctl(gateway, "status", user=user).returncode == 0
        assert ctl(gateway, "why", user=user).returncode == 0
    other = ctl(gateway, "status", user="neither")
    assert other.returncode == NOT_PERMITTED
    assert "lwm2m" in other.stderr  # which group to join


def test_members_of_the_admin_group_steer_and_others_do_not(gateway, managed):
    for user in ("looks", "neither"):
        for words in (["update"], ["deregister"], ["reload"], ["reset", "--accounts", "--yes"]):
            assert ctl(gateway, *words, user=user).returncode == NOT_PERMITTED
    assert not managed.seen("update") and not managed.seen("deregister")
    for user in ("root", "steers", "lwm2md"):
        assert ctl(gateway, "update", user=user).returncode == 0
        managed.wait("update")


def test_nobody_else_reads_configuration_keys_and_state(gateway, managed):
    gateway.write("/etc/lwm2md/keys/dm.psk", "00112233445566778899aabbccddeeff", 0o640, "lwm2md")
    for user in ("looks", "steers", "neither"):
        for path in (CONF, "/etc/lwm2md/keys/dm.psk", "/var/lib/lwm2md/accounts.cbor"):
            assert gateway.run("cat", path, user=user, check=False).returncode != 0
