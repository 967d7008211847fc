"""Programs that others wrote speak with the status socket: varlinkctl of systemd 257, and socat."""
import json
import re
import shutil
import subprocess

import pytest

from harness import quick_conf, server_conf
from test_ctl import MANAGE

VARLINKCTL = pytest.mark.skipif(not shutil.which("varlinkctl"), reason="no varlinkctl (systemd 255)")
SOCAT = pytest.mark.skipif(not shutil.which("socat"), reason="socat is not installed")


@pytest.fixture
def up(peer, daemon):
    dm = peer()
    d = daemon(quick_conf(servers={"main": server_conf(dm)}))
    dm.accept_register()
    d.wait("registered", "101")
    return d


def varlinkctl(*words, **more):
    return subprocess.run(["varlinkctl", *words], capture_output=True, text=True, timeout=20,
                          check=False, **more)


@VARLINKCTL
def test_varlinkctl_info_and_introspect(up, tmp_path):
    at = f"unix:{up.runtime}/status.sock"
    done = varlinkctl("info", at)
    assert done.returncode == 0, done.stderr
    assert "org.lwm2md.Manage" in done.stdout and "LwM2M client daemon" in done.stdout
    done = varlinkctl("introspect", at, "org.lwm2md.Manage")
    assert done.returncode == 0, done.stderr
    text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    assert "method GetStatus" in text and "method Diagnose" in text
    idl = tmp_path / "org.lwm2md.Manage.varlink"
    idl.write_text(text)
    assert varlinkctl("validate-idl", str(idl)).returncode == 0


@VARLINKCTL
def test_varlinkctl_call_and_its_errors(up):
    at = f"unix:{up.runtime}/status.sock"
    done = varlinkctl("call", "--json=short", at, MANAGE + "GetStatus", "{}")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"]["phase"] == "registered"
    done = varlinkctl("call", "--json=short", at, MANAGE + "Read", '{"path": "/3/0/16"}')
    assert json.loads(done.stdout)["values"][0]["value"] == "UT"
    done = varlinkctl("call", at, MANAGE + "Read", '{"path": "/99"}')
    assert done.returncode != 0 and "NoSuchPath" in done.stderr


@VARLINKCTL
def test_varlinkctl_call_more(up):
    at = f"unix:{up.runtime}/status.sock"
    done = varlinkctl("call", "--more", "--json=short", at, MANAGE + "Diagnose", "{}")
    assert done.returncode == 0, done.stderr
    # a sequence of JSON texts (RFC 7464)
    replies = [json.loads(text) for text in done.stdout.replace("\x1e", "").splitlines() if text]
    assert [r["check"] for r in replies][:2] == ["config", "keys"] and len(replies) >= 5
    follow = subprocess.Popen(["varlinkctl", "call", "--more", "--json=short", at,
                               MANAGE + "Monitor", "{}"], stdout=subprocess.PIPE, text=True)
    try:
        line = follow.stdout.readline().lstrip("\x1e")
        assert json.loads(line)["kind"] == "state"
    finally:
        follow.terminate()
        follow.wait()


@SOCAT
def test_socat_is_enough(up):
    call = json.dumps({"method": MANAGE + "GetStatus"}) + "\0"
    done = subprocess.run(["socat", "-t5", "-", f"UNIX-CONNECT:{up.runtime}/status.sock"],
                          input=call, capture_output=True, text=True, timeout=20, check=True)
    assert json.loads(done.stdout.rstrip("\0"))["parameters"]["state"]["phase"] == "registered"
