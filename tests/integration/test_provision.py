"""lwm2mctl provision: what it writes below --root, that the daemon takes it, and that the key is
nowhere else.
"""
import hashlib
import json
import os
import pathlib
import secrets
import stat
import subprocess

import pytest

from harness import BUILD, LWM2MD, as_nobody, open_directory, remove

LWM2MCTL = os.environ.get("LWM2MCTL", str(BUILD / "lwm2mctl"))


@pytest.fixture
def image(tmp_path):
    etc = tmp_path / "image" / "etc"
    (etc / "lwm2md" / "conf.d").mkdir(parents=True)
    (etc / "lwm2md" / "lwm2md.conf").write_text('device = { endpoint = "gw-%{hostname}"; };\n')
    (etc / "hostname").write_text("image\n")
    (etc / "group").write_text(f"root:x:0:\nlwm2md:x:{os.getgid()}:\n")
    return tmp_path / "image"


def provision(image, key, *words):
    env = {**os.environ, "PATH": f"{pathlib.Path(LWM2MD).parent}:{os.environ['PATH']}"}
    done = subprocess.run([LWM2MCTL, "provision", "--root", str(image), "--psk-key-stdin", *words],
                          input=key, text=True, capture_output=True, env=env, check=False)
    assert key.strip() not in done.stdout + done.stderr
    return done


BOOTSTRAP = ["--bootstrap", "coaps://bs.example.net:5684", "--psk-identity", "dev-1"]


def files(image):
    return {str(p.relative_to(image)): p.read_bytes() for p in image.rglob("*") if p.is_file()}


def check(image):
    return subprocess.run([LWM2MD, "--check-config", "--root", str(image)], text=True,
                          capture_output=True, check=False)


def test_provision_writes_account_and_key(image):
    key = secrets.token_bytes(16)
    done = provision(image, key.hex() + "\n", *BOOTSTRAP)
    assert done.returncode == 0, done.stderr
    receipt = json.loads(done.stdout)
    assert receipt["schema"] == 1 and receipt["bootstrap"] == "coaps://bs.example.net:5684"
    assert receipt["psk_identity"] == "dev-1"
    assert receipt["psk_key_sha256"] == hashlib.sha256(key).hexdigest()
    assert receipt["fingerprint"] == "sha256:" + hashlib.sha256(key).hexdigest()[:16]
    assert receipt["stored"] == "file"
    path = image / receipt["key"].lstrip("/")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o750
    assert bytes.fromhex(path.read_text()) == key
    conf = (image / receipt["config"].lstrip("/")).read_text()
    assert key.hex() not in conf and f'psk_key = "file:{receipt["key"]}"' in conf
    assert check(image).returncode == 0, check(image).stdout


def test_provision_makes_the_identity_from_the_endpoint(image):
    done = provision(image, secrets.token_hex(16), "--bootstrap", "coaps://bs", "--psk-identity",
                     "auto", "--endpoint", "urn:dev:os:32473-7")
    receipt = json.loads(done.stdout)
    assert receipt["endpoint"] == receipt["psk_identity"] == "urn:dev:os:32473-7"
    assert check(image).returncode == 0


def test_provision_replaces_only_when_told_and_leaves_one_key(image):
    assert provision(image, secrets.token_hex(16), *BOOTSTRAP).returncode == 0
    before = files(image)
    done = provision(image, secrets.token_hex(16), *BOOTSTRAP)
    assert done.returncode == 1 and "--yes replaces it" in done.stderr
    assert files(image) == before
    new = secrets.token_hex(16)
    assert provision(image, new, *BOOTSTRAP, "--yes").returncode == 0
    keys = list((image / "etc/lwm2md/keys").iterdir())
    assert [k.read_text().strip() for k in keys] == [new]


def test_provision_writes_a_server_beside(image):
    assert provision(image, secrets.token_hex(16), *BOOTSTRAP).returncode == 0
    done = provision(image, secrets.token_hex(32), "--server", "coaps://dm", "--short-id", "101",
                     "--psk-identity", "dev-1")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["short_id"] == 101
    printed = subprocess.run([LWM2MD, "--print-config", "--root", str(image)], text=True,
                             capture_output=True, check=True).stdout
    assert "factory-101" in printed and "short_id = 101;" in printed


def test_provision_that_the_daemon_refuses_changes_nothing(image):
    (image / "etc/lwm2md/lwm2md.conf").write_text("security = { min_psk_length = 32; };\n")
    before = files(image)
    done = provision(image, secrets.token_hex(16), *BOOTSTRAP)
    assert done.returncode == 9 and "psk-short" in done.stderr
    assert files(image) == before
    assert provision(image, secrets.token_hex(32), *BOOTSTRAP).returncode == 0
    before = files(image)
    assert provision(image, secrets.token_hex(16), *BOOTSTRAP, "--yes").returncode == 9
    assert files(image) == before


def test_provision_by_somebody_else_changes_nothing():
    if os.geteuid() != 0:
        pytest.skip("needs root to be somebody else")
    shared = open_directory()
    try:
        program = shared / "lwm2mctl"
        program.write_bytes(pathlib.Path(LWM2MCTL).read_bytes())
        program.chmod(0o755)
        (shared / "image/etc/lwm2md").mkdir(parents=True)
        before = files(shared)
        done = subprocess.run(
            [*as_nobody(), str(program), "provision", "--root", str(shared / "image"),
             "--psk-key-stdin", *BOOTSTRAP], input=secrets.token_hex(16), text=True,
            capture_output=True, check=False)
        assert done.returncode == 7 and "run it as root" in done.stderr
        assert files(shared) == before
    finally:
        remove(shared)


def test_provision_of_this_machine_leaves_a_credential_where_the_service_imports_them(tmp_path):
    """In a copy of /etc: an encrypted credential from systemd 254 on, before it a file."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    key = secrets.token_hex(16)
    script = """
set -e
cp -a /etc "$0/etc"
mount --bind "$0/etc" /etc
mount -t tmpfs none /var/lib/systemd
rm -rf /etc/lwm2md
mkdir -p /etc/lwm2md "$0/out"
"$@" >"$0/out/receipt"
cp -a /etc/lwm2md "$0/out/"
file=$(sed -n 's/.*"key":"\\([^"]*\\)".*/\\1/p' "$0/out/receipt")
if grep -q credential: /etc/lwm2md/conf.d/90-factory.conf; then
	cp "$file" "$0/out/stored"
	systemd-creds decrypt --name="$(basename "$file")" "$file" - >"$0/out/key" 2>/dev/null
else
	cat "$file" >"$0/out/key"
fi
"""
    env = {**os.environ, "PATH": f"{pathlib.Path(LWM2MD).parent}:{os.environ['PATH']}"}
    done = subprocess.run(["unshare", "-m", "sh", "-c", script, str(tmp_path), LWM2MCTL, "provision",
                           "--psk-key-stdin", *BOOTSTRAP], input=key, text=True,
                          capture_output=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    receipt = json.loads((tmp_path / "out/receipt").read_text())
    print(receipt)
    assert (tmp_path / "out/key").read_text().strip() == key
    if receipt["stored"] == "credential":
        assert bytes.fromhex(key) not in (tmp_path / "out/stored").read_bytes()
        assert key.encode() not in (tmp_path / "out/stored").read_bytes()
        assert not (tmp_path / "out/lwm2md/keys").exists()
