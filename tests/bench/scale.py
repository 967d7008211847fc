#!/usr/bin/python3
"""The daemon with 1 to 10,000 instances and as many observations, in one table: what an instance, an
observation, a Read, a Write and a notification cost, and how Register grows.

  instructions  user instructions of one operation (callgrind; nothing else runs meanwhile)
  CPU           user and system time of one operation, without callgrind
  memory        private dirty memory, the difference to the smallest size
"bare" is a libcoap server with one catch-all handler (bare.c), which has no data at all.
"""
import argparse
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import coap  # noqa: E402
import harness  # noqa: E402
from coap import ACK, CON, LOCATION_PATH, NON, OBSERVE, Message, uint  # noqa: E402

BENCH = harness.BUILD / "tests" / "bench"
SIZES = (1, 100, 1000, 10000)
ACCEPT, BLOCK1 = 17, 27
TEXT = [(ACCEPT, b"")]
OPERATIONS = 400
# issue: how well it must do; of the largest size, or of any
GOALS = {"octets per instance": 256, "octets per observation": 200, "notification": 15000,
         "Register datagrams": 136, "Read ratio": 1.1, "Read over bare": 6000}


class Client:
    """A running daemon, registered at a socket that answers at once."""

    def __init__(self, command, directory):
        self.peer = coap.Peer()
        self.directory = directory
        self.process = subprocess.Popen([*command(self.peer.port)], stdin=subprocess.DEVNULL)
        self.datagrams = self._register()

    def _register(self):
        """How many datagrams it took."""
        n = 0
        while True:
            m = self.peer.wait_request("POST", "/rd", 120)
            n += 1
            value = m.number(BLOCK1)
            if value is not None and value & 8:
                self.peer.reply(m, "2.31", [(BLOCK1, uint(value))])
                continue
            options = [(LOCATION_PATH, b"rd"), (LOCATION_PATH, b"1")]
            if value is not None:
                options.append((BLOCK1, uint(value)))
            self.peer.reply(m, "2.01", options)
            return n

    def ask(self, *args, code=None, **more):
        m = self.peer.ask(*args, timeout=60, answer=self.note, **more)
        assert code in (None, m.text), m
        self.peer.log.clear()
        return m

    def note(self, m):
        if m.type in (CON, NON) and m.code >= 64:
            self.notified += 1
        if m.type == CON:
            self.peer.send(Message(ACK, 0, m.mid))

    notified = 0

    def read(self, i, path="/30100/{}/1"):
        self.ask("GET", path.format(i), options=TEXT, code="2.05")

    def write(self, i, value):
        self.ask("PUT", f"/30100/{i}/1", format=0, payload=str(value), code="2.04")

    def observe(self, i):
        m = self.ask("GET", f"/30100/{i}/1", options=[(OBSERVE, b""), *TEXT],
                     token=i.to_bytes(4, "big"), code="2.05")
        assert m.number(OBSERVE) is not None, i

    def drain(self, wanted):
        """Until so many notifications have come; how many have."""
        while self.notified < wanted:
            m = self.peer.receive(30)
            if m is None:
                break
            self.note(m)
        self.peer.log.clear()
        return self.notified

    def memory(self):
        rollup = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return 1024 * int(re.search(r"^Private_Dirty:\s+(\d+) kB", rollup, re.M)[1])

    def cpu(self):
        """Seconds of the main thread."""
        return int(pathlib.Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[0]) / 1e9

    def stop(self):
        self.process.terminate()
        m = self.peer.wait(lambda m: m.text == "DELETE", 30, lambda m: None) \
            if self.process.poll() is None else None
        if m:
            self.peer.reply(m, "2.02")
        self.process.wait(60)
        self.peer.close()


class Scale:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)

    def command(self, n, prefix=()):
        def make(port):
            state = tempfile.mkdtemp(dir=self.directory)
            conf = pathlib.Path(state, "lwm2md.conf")
            conf.write_text(harness.conf_text({
                "device": {"endpoint": harness.ENDPOINT, "manufacturer": "Example"},
                "retry": {"jitter": "0"}, "security": {"allow_nosec": "yes"},
                "network": {"wait_online": False}, "smartcard": {"enabled": "no"},
                "servers": {"s": {"uri": f"coap://127.0.0.1:{port}", "short_id": 1,
                                  "security": "nosec"}}}) + "\n")
            conf.chmod(0o600)
            return [*prefix, str(BENCH / "scale"), str(conf), state, str(n)]
        return make

    def natively(self, n):
        """Memory, CPU time, Register, and a burst in which everything changes at once."""
        c = Client(self.command(n), self.directory)
        found = {"datagrams": c.datagrams}
        c.read(0)
        found["memory"] = c.memory()
        found["read CPU"] = self.timed(c, lambda i: c.read(i % n))
        found["write CPU"] = self.timed(c, lambda i: c.write(i % n, i + 2))
        for i in range(n):
            c.observe(i)
        found["observed memory"] = c.memory()
        found["read observed CPU"] = self.timed(c, lambda i: c.read(i % n))
        c.notified = 0
        before = c.cpu()
        c.ask("POST", "/30100/0/9", code="2.04")
        found["burst"] = c.drain(n)
        found["notification CPU"] = (c.cpu() - before) / n
        c.stop()
        return found

    def timed(self, c, operation):
        before = c.cpu()
        for i in range(OPERATIONS):
            operation(i)
        return (c.cpu() - before) / OPERATIONS

    def counted(self, n):
        """Instructions: callgrind writes a part of its profile whenever it is asked to."""
        out = pathlib.Path(tempfile.mkdtemp(dir=self.directory), "callgrind")
        prefix = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}"]
        c = Client(self.command(n, prefix), self.directory)
        parts = iter(range(1, 100))

        def part(operation=None):
            """What all of them cost, since the last part."""
            for i in range(OPERATIONS if operation else 0):
                operation(i)
            subprocess.run(["callgrind_control", "-d", str(c.process.pid)], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            text = pathlib.Path(f"{out}.{next(parts)}").read_text()
            return int(re.search(r"^(?:totals|summary): (\d+)", text, re.M)[1]) / OPERATIONS

        found = {}
        c.read(0)
        part()
        found["read /3/0/0"] = part(lambda i: c.read(i, "/3/0/0"))
        found["read"] = part(lambda i: c.read(i % n))
        found["write"] = part(lambda i: c.write(i % n, 1000 + i))
        for i in range(n):
            c.observe(i)
        part()
        found["read observed"] = part(lambda i: c.read(i % n))
        found["notified write"] = part(lambda i: self.notified_write(c, i, n))
        found["notification"] = found["notified write"] - found["write"]
        c.stop()
        return found

    def notified_write(self, c, i, n):
        before = c.notified
        c.write(i % n, 5000 + i)
        assert c.drain(before + 1) > before

    def bare(self):
        """Instructions of one Read of the bare server."""
        def counted(reads):
            out = pathlib.Path(tempfile.mkdtemp(dir=self.directory), "callgrind")

            def command(port):
                return ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}",
                        str(BENCH / "bare"), "127.0.0.1", str(port), "</>", "1", "ep=bare"]
            c = Client(command, self.directory)
            for i in range(reads):
                c.read(i, "/3/0/0")
            c.process.terminate()
            c.process.wait(60)
            text = pathlib.Path(out).read_text()
            return int(re.search(r"^(?:totals|summary): (\d+)", text, re.M)[1])
        return (counted(550) - counted(50)) / 500


def show(name, values, unit, ratio=True):
    cells = " ".join(f"{v:10.1f}" for v in values)
    tail = f"{values[-1] / values[0]:7.2f}" if ratio and values[0] else ""
    print(f"{name:28} {cells} {unit:5} {tail}", flush=True)


def judge(name, value):
    is_met = value <= GOALS[name]
    print(f"  {name}: {value:.2f}, goal <= {GOALS[name]} {'ok' if is_met else 'MISSED'}",
          flush=True)
    return is_met


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=lambda s: [int(n) for n in s.split(",")],
                        default=list(SIZES))
    parser.add_argument("--strict", action="store_true", help="a missed goal is a failure")
    args = parser.parse_args()
    if b"__asan_init" in (BENCH / "scale").read_bytes():
        print("this build has sanitizers: nothing can be measured with it")
        return 77

    sizes, met = args.sizes, []
    print(f"{'instances and observations':28} " + " ".join(f"{n:10}" for n in sizes) +
          f" {'':5} {'ratio':>7}")
    with contextlib.ExitStack() as stack:
        scale = Scale(stack.enter_context(tempfile.TemporaryDirectory()))
        native = [scale.natively(n) for n in sizes]
        show("Register", [f["datagrams"] for f in native], "dgram", False)
        first, last, n = native[0], native[-1], sizes[-1] - sizes[0]
        for name in ("memory", "observed memory"):
            show(name, [f[name] / 1024 for f in native], "KiB")
        for name in ("read CPU", "write CPU", "read observed CPU", "notification CPU"):
            show(name, [f[name] * 1e6 for f in native], "us")
        show("burst, notifications", [f["burst"] for f in native], "", False)
        if shutil.which("valgrind"):
            counted = [scale.counted(n) for n in sizes]
            for name in ("read /3/0/0", "read", "write", "read observed", "notification"):
                show(name, [f[name] for f in counted], "instr")
            bare = scale.bare()
            show("read, bare libcoap", [bare] * len(sizes), "instr")
            met.append(judge("Read ratio", counted[-1]["read observed"] / counted[0]["read observed"]))
            met.append(judge("notification", max(f["notification"] for f in counted)))
            met.append(judge("Read over bare", counted[0]["read /3/0/0"] - bare))
        if n:
            met.append(judge("octets per instance", (last["memory"] - first["memory"]) / n))
            met.append(judge("octets per observation",
                             (last["observed memory"] - last["memory"] -
                              first["observed memory"] + first["memory"]) / n))
        met.append(judge("Register datagrams", last["datagrams"]))
        met.append(all(f["burst"] == n for f, n in zip(native, sizes)))
        print(f"  a burst loses none: {'ok' if met[-1] else 'MISSED'}")
    return 0 if all(met) or not args.strict else 1


if __name__ == "__main__":
    sys.exit(main())
