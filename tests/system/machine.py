"""A booted Debian in a container: systemd as its PID 1, an image that is made once, a writable layer
that is thrown away. Works as root on machines whose own PID 1 is not systemd.

The clock of a container is the clock of the machine. So commands are never put into it from
outside with the machine's capabilities: its PID 1 is asked to start them, and it has lost the
capability to set the clock; that is checked before anything runs.
"""
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

from harness import Lines

BASE = ["systemd", "systemd-sysv", "dbus", "iproute2", "procps", "netbase"]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", "/var/cache")) / "lwm2md"
HIERARCHIES = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"]
DROPPED = ["CAP_SYS_TIME", "CAP_SYS_BOOT", "CAP_SYS_MODULE", "CAP_SYS_RAWIO"]
CAP_SYS_TIME = 25
FIELDS = ["MESSAGE", "PRIORITY", "MESSAGE_ID", "SYSLOG_IDENTIFIER", "_PID", "_SYSTEMD_UNIT",
          "LWM2M_EVENT", "LWM2M_REASON", "LWM2M_SERVER", "LWM2M_URI", "LWM2M_NEXT_SEC"]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def obstacle():
    """Why this machine cannot boot containers; None if it can."""
    if os.geteuid() != 0:
        return "only root can boot containers"
    for tool in ("systemd-nspawn", "mmdebstrap", "nsenter", "ip"):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    probe = ["unshare", "--mount", "--net", "--pid", "--fork", "mount", "-t", "tmpfs", "probe", "/mnt"]
    if subprocess.run(probe, capture_output=True).returncode:
        return "namespaces and mounts are not permitted here"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    if not any(os.access(h + "/cgroup.procs", os.W_OK) for h in HIERARCHIES):
        return "no cgroup hierarchy can be written"
    return None


def needed_by(package):
    """The first alternative of each dependency of a .deb."""
    field = subprocess.run(["dpkg-deb", "-f", package, "Pre-Depends", "Depends"], check=True,
                           capture_output=True, text=True).stdout
    field = re.sub(r"^[\w-]+: ", "", field.replace("\n", ", "), flags=re.M)
    names = [re.split(r"[ |(:]", word.strip())[0] for word in field.split(",") if word.strip()]
    return [n for n in names if not n.endswith("Depends")]


@contextlib.contextmanager
def locked(path):
    with open(path, "w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def image(suite, packages):
    """The directory of a minimal system with these packages; made at most once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    wanted = sorted(set(BASE + packages))
    key = hashlib.sha256(",".join(wanted).encode()).hexdigest()[:12]
    path = CACHE / f"machine-{suite}-{key}"
    with locked(CACHE / f"{path.name}.lock"):
        if path.is_dir():
            return path
        part = path.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        subprocess.run(["mmdebstrap", "--quiet", "--format=directory", "--variant=minbase",
                        "--include=" + ",".join(wanted), '--aptopt=Acquire::Languages "none"',
                        suite, str(part)], check=True, stdin=subprocess.DEVNULL)
        part.rename(path)
    return path


class Machine:
    def __init__(self, layers, directory, netns=None, size="256M"):
        """layers: directories, the lowest last; directory: an own empty one."""
        self.layers, self.directory, self.netns = layers, pathlib.Path(directory), netns
        self.name = "lwm2md-test-" + hashlib.sha256(str(directory).encode()).hexdigest()[:10]
        self.root = self.directory / "root"
        self.console = self.directory / "console"
        self.nspawn = self.leader = self.journal_process = None
        self.cgroups = [pathlib.Path(h) / self.name for h in HIERARCHIES
                        if os.access(h + "/cgroup.procs", os.W_OK)]
        self.directory.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", self.name,
                        str(self.directory)], check=True)
        for name in ("up", "work", "root"):
            (self.directory / name).mkdir()
        options = (f"lowerdir={':'.join(str(x) for x in layers)},"
                   f"upperdir={self.directory}/up,workdir={self.directory}/work")
        subprocess.run(["mount", "-t", "overlay", "-o", options, self.name, str(self.root)],
                       check=True)
        self.write("/etc/resolv.conf", "")
        self.write("/etc/hostname", "gateway\n")

    # --- files: the container sees them at once ---

    def path(self, name):
        return self.root / name.lstrip("/")

    def write(self, name, text, mode=0o644, group=None):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        if group:
            os.chown(path, 0, self.group_id(group))

    def read(self, name):
        return self.path(name).read_text()

    def group_id(self, name):
        return int(re.search(rf"^{name}:[^:]*:(\d+)", self.read("/etc/group"), re.M)[1])

    # --- life ---

    def _enter_cgroup(self):
        for c in self.cgroups:
            c.mkdir(exist_ok=True)
            (c / "cgroup.procs").write_text(str(os.getpid()))

    def boot(self, timeout=60):
        net = [f"--network-namespace-path=/run/netns/{self.netns}"] if self.netns \
            else ["--private-network"]
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit",
                   "--drop-capability=" + ",".join(DROPPED), "--kill-signal=SIGRTMIN+4",
                   "--notify-ready=yes", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
                   "-M", self.name, *net, "-b", "-D", str(self.root)]
        notify = str(self.directory / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(notify)
            # systemd 256 and later refuse the old cgroup hierarchy
            env = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "NOTIFY_SOCKET": notify}
            with open(self.console, "wb") as console:
                self.nspawn = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console,
                                               stderr=subprocess.STDOUT, env=env,
                                               preexec_fn=self._enter_cgroup)
            self._wait_ready(manager, time.monotonic() + timeout)
        self.state = self._ask("timeout", str(timeout), "systemctl", "is-system-running",
                               "--wait").stdout.strip()
        if self.state not in ("running", "degraded"):
            raise RuntimeError(f"boot ended {self.state!r}:\n" + self.console_text())
        bounding = self.run("sed", "-n", r"s/^CapBnd:\s*//p", "/proc/self/status").stdout
        if not bounding.strip() or int(bounding, 16) >> CAP_SYS_TIME & 1:
            raise RuntimeError("the container could set the machine's clock")
        return self

    def _wait_ready(self, manager, end):
        """Until nspawn tells that the container has booted."""
        manager.settimeout(0.5)
        while time.monotonic() < end and self.nspawn.poll() is None:
            try:
                said = manager.recv(4096).decode().splitlines()
            except TimeoutError:
                continue
            for line in said:
                if line.startswith("X_NSPAWN_LEADER_PID="):
                    self.leader = int(line.partition("=")[2])
                if line == "READY=1":
                    return
        raise RuntimeError("the container does not boot:\n" + self.console_text())

    def power_off(self, timeout=60):
        """An orderly end, as for "systemctl poweroff"."""
        self._ask("systemctl", "poweroff", "--no-block")
        self.nspawn.wait(timeout)
        self.leader = None
        subprocess.run(["umount", str(self.root)], check=True)

    def destroy(self):
        if self.journal_process:
            self.journal_process.kill()
            self.journal_process.wait()
        if self.leader:  # the PID 1 of its process namespace: everything in it ends
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.leader, signal.SIGKILL)
        if self.nspawn:
            try:
                self.nspawn.wait(20)
            except subprocess.TimeoutExpired:
                self.nspawn.kill()
                self.nspawn.wait()
        for path in (self.root, self.directory):
            subprocess.run(["umount", "-l", str(path)], check=False)
        for c in self.cgroups:
            self._remove_cgroup(c)

    @staticmethod
    def _remove_cgroup(path):
        for _ in range(50):  # the last of its processes are going
            subprocess.run(["find", str(path), "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"],
                           stderr=subprocess.DEVNULL, check=False)
            if not path.exists():
                return

    def console_text(self):
        return self.console.read_text(errors="replace")

    # --- commands ---

    def _ask(self, *command, **more):
        return subprocess.run(
            ["nsenter", "-t", str(self.leader), "-a", "--", "env", "-i", f"PATH={PATH}", *command],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)

    def _by_pid1(self, command, user):
        return ["nsenter", "-t", str(self.leader), "-a", "--", "env", "-i", f"PATH={PATH}",
                "systemd-run", "--quiet", "--wait", "--collect", "--pipe", "--service-type=exec",
                "-E", "LC_ALL=C.UTF-8", "-E", "SYSTEMD_PAGER=", "-E", f"PATH={PATH}",
                "-E", "DEBIAN_FRONTEND=noninteractive", "-p", "WorkingDirectory=/",
                *(["--uid=" + user] if user else []), *command]

    def run(self, *command, check=True, user=None, timeout=60, text=""):
        """A command as a child of the container's PID 1."""
        done = subprocess.run(self._by_pid1(command, user), capture_output=True, text=True,
                              input=text, timeout=timeout)
        print(f"$ {' '.join(command)}  -> {done.returncode}\n{done.stdout}{done.stderr}", end="")
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}: status {done.returncode}\n"
                                 f"{done.stdout}{done.stderr}")
        return done

    def install(self, package, *options, check=True):
        name = "/root/" + os.path.basename(package)
        shutil.copy(package, self.path(name))
        return self.run("dpkg", *options, "-i", name, check=check, timeout=120)

    def show(self, *properties, unit="lwm2md.service"):
        """{property: value} of a unit."""
        lines = self.run("systemctl", "show", "-p", ",".join(properties), unit).stdout.splitlines()
        return dict(line.split("=", 1) for line in lines)

    def failed_units(self):
        return self.run("systemctl", "--failed", "--no-legend", "--plain").stdout.split()

    @property
    def pid(self):
        """Of the daemon, inside."""
        return int(self.show("MainPID")["MainPID"])

    # --- the journal ---

    def follow(self):
        """Begins to read the journal, from its start."""
        command = self._by_pid1(["journalctl", "-f", "-n", "all", "-o", "json", "--no-pager",
                                 "--output-fields=" + ",".join(FIELDS)], None)
        self.journal_process = subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True,
                                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.journal = Lines(self.journal_process.stdout, Record.parse)
        return self

    def wait(self, event, timeout=20.0, **fields):
        """The next record with this LWM2M_EVENT that was not waited for before."""
        return self.journal.wait(
            lambda r: r.event == event and all(r.get("LWM2M_" + k.upper()) == v
                                               for k, v in fields.items()),
            timeout, f"event {event} {fields or ''}")

    def wait_reason(self, reason, timeout=20.0):
        return self.journal.wait(lambda r: r.get("LWM2M_REASON") == reason, timeout, reason)

    def wait_message(self, text, timeout=20.0):
        return self.journal.wait(lambda r: text in r.message, timeout, f"message with {text!r}")

    def events(self, event=None):
        return self.journal.all(lambda r: r.event and event in (None, r.event))

    def quiet(self, event, seconds):
        self.journal.watch(lambda r: r.event == event, seconds, f"event {event}")

    def log_text(self):
        """What it says of the daemon."""
        if not self.journal_process:
            return ""
        return "\n".join(str(r) for r in self.journal.items if "lwm2m" in str(r))


class Record(dict):
    """One record of the journal."""

    @classmethod
    def parse(cls, line, when):
        record = cls(json.loads(line))
        record.when = when
        return record

    @property
    def event(self):
        return self.get("LWM2M_EVENT")

    @property
    def message(self):
        m = self.get("MESSAGE") or ""
        return m if isinstance(m, str) else bytes(m).decode(errors="replace")

    def __str__(self):
        words = [self.get("SYSLOG_IDENTIFIER", "-"), self.event or "-",
                 self.get("LWM2M_SERVER", "-"), self.message, self.get("LWM2M_REASON", "")]
        return " ".join(words)

    __repr__ = __str__
