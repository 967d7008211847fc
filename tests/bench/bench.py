#!/usr/bin/python3
"""lwm2md beside the least that libcoap needs for the same datagrams (bare.c), in one table.

Three clients: "bare" on libcoap's own loop, "bare-sd" the same with libcoap's descriptor in sd-event
as in any service, and lwm2md. Measured at the same server, in turn, without and with PSK:
  start         process start until the first Register has arrived (lower quartile of many runs:
                other load only ever adds to it)
  memory        private dirty memory once registered
  instructions  user instructions for one Read of /3/0/0 (callgrind; difference of two runs)
  syscalls      system calls for one Read of /3/0/0 (strace; difference of two runs)
"""
import argparse
import contextlib
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import harness  # noqa: E402
import pki  # noqa: E402

BENCH = harness.BUILD / "tests" / "bench"
READ = "READ /3/0/0 0"
CLIENTS = ("bare", "bare-sd", "lwm2md")
# issue: how well it must do, against "bare"
GOALS = {"start": ("ratio", 1.15), "memory": ("more", 300.0), "instructions": ("more", 6000.0),
         "syscalls": ("more", 0.0)}
UNITS = {"start": "ms", "memory": "KiB", "instructions": "", "syscalls": ""}


class Client:
    """A started client of any kind; its first Register at the server."""

    def __init__(self, bench, kind, prefix=()):
        self.daemon = None
        if kind == "lwm2md":
            self.daemon = harness.Daemon(bench.directory, bench.conf(), prefix=prefix, level="info")
            self.process = self.daemon.start().process
        else:
            self.process = subprocess.Popen([*map(str, prefix), *bench.bare(kind)],
                                            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                            text=True)
        bench.processes.append(self.process)
        self.register = bench.endpoint.wait("register", timeout=60)

    def stop(self):
        """An orderly end, for tools that write what they counted; standard error."""
        self.process.terminate()
        return self.wait()

    def wait(self):
        if self.daemon:
            self.daemon.wait_exit(60)
            return self.daemon.log_text()
        return self.process.communicate(timeout=60)[1]


class Bench:
    def __init__(self, directory, server, name, keys):
        self.directory, self.server, self.name, self.keys = directory, server, name, keys
        self.processes = []
        self.endpoint = server.listen(f"dm-{name}", keys=keys)

    def conf(self):
        return {"device": {"endpoint": harness.ENDPOINT, "manufacturer": "Example"},
                "retry": {"jitter": "0"},
                "security": {"allow_nosec": "yes"},
                "servers": {"s": harness.server_conf(self.endpoint, keys=self.keys)}}

    def learn(self):
        """What lwm2md sends, so that the bare client can send the same."""
        client = Client(self, "lwm2md")
        self.queries, self.payload = client.register["queries"], client.register["payload"]
        self.value = self.endpoint.ask(READ).text
        client.stop()

    def bare(self, kind):
        key = self.keys.bare() if self.keys else []
        return [str(BENCH / kind), *key, "127.0.0.1", str(self.endpoint.port),
                self.payload, self.value, *self.queries]

    def kill_all(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()

    def read(self, times):
        for _ in range(times):
            self.endpoint.do(READ)
        for _ in range(times):
            got = harness.Answer(self.endpoint.wait("answer", timeout=120))
            assert got.code == "2.05" and got.text == self.value, got

    def start(self, kind):
        stamp = self.directory / "started"
        client = Client(self, kind, [BENCH / "spawn", stamp])
        client.stop()
        return (client.register["t"] - int(stamp.read_text())) / 1000

    def starts(self, runs):
        """In turn, so that a busy machine is busy for all of them."""
        times = {kind: [] for kind in CLIENTS}
        for _ in range(runs):
            for kind in CLIENTS:
                times[kind].append(self.start(kind))
        return {kind: statistics.quantiles(times[kind], n=4)[0] for kind in CLIENTS}

    def memory(self, kind):
        client = Client(self, kind)
        self.read(1)
        rollup = pathlib.Path(f"/proc/{client.process.pid}/smaps_rollup").read_text()
        client.stop()
        return float(re.search(r"^Private_Dirty:\s+(\d+) kB", rollup, re.M)[1])

    def instructions(self, kind, reads):
        client = Client(self, kind, ["valgrind", "--tool=callgrind",
                                     "--callgrind-out-file=/dev/null"])
        self.read(reads)
        return int(re.search(r"Collected\s*:\s*(\d+)", client.stop())[1])

    def syscalls(self, kind, reads):
        summary = self.directory / "syscalls"
        client = Client(self, kind, ["strace", "-f", "-c", "-o", summary])
        self.read(reads)
        # strace passes no signal on: the client itself is its child
        pid = client.process.pid
        os.kill(int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()), signal.SIGTERM)
        client.wait()
        return int(re.search(r"^100\.00\s+\S+\s+\S+\s+(\d+)\s.*total$", summary.read_text(), re.M)[1])

    def per_read(self, measure, kind, few, many):
        return (measure(kind, many) - measure(kind, few)) / (many - few)


def rows(bench, runs):
    yield "start", bench.starts(runs)
    yield "memory", {kind: bench.memory(kind) for kind in CLIENTS}
    for name, tool, measure in (("instructions", "valgrind", bench.instructions),
                                ("syscalls", "strace", bench.syscalls)):
        if not shutil.which(tool):
            print(f"{bench.name:6} {name:13} not measured: {tool} is not installed")
            continue
        yield name, {kind: bench.per_read(measure, kind, 50, 550) for kind in CLIENTS}


def judge(name, got):
    how, limit = GOALS[name]
    if how == "ratio":
        value = got["lwm2md"] / got["bare"]
        return f"<= {limit:.2f} x bare", value <= limit
    value = got["lwm2md"] - got["bare"]
    # what happens once a second is no part of a Read
    return f"<= bare + {limit:g}", value <= limit + (0.05 if name == "syscalls" else 0)


def show(bench, name, got):
    goal, is_met = judge(name, got)
    cells = " ".join(f"{got[kind]:10.1f}" for kind in CLIENTS)
    print(f"{bench.name:6} {name:13} {cells} {UNITS[name]:4} {got['lwm2md'] / got['bare']:6.2f}  "
          f"{got['lwm2md'] - got['bare']:+10.1f}  {goal:16} {'ok' if is_met else 'MISSED'}",
          flush=True)
    return is_met


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=41, help="starts of each client")
    parser.add_argument("--strict", action="store_true", help="a missed goal is a failure")
    args = parser.parse_args()
    if b"__asan_init" in pathlib.Path(harness.LWM2MD).read_bytes():
        print("this build has sanitizers: nothing can be measured with it")
        return 77

    print(f"{'':6} {'':13} " + " ".join(f"{kind:>10}" for kind in CLIENTS) +
          f" {'':4} {'ratio':>6}  {'difference':>10}  goal")
    os.sync()  # pages of a program that was just built would count as its own
    all_met = True
    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = harness.Server(directory)
        stack.callback(server.process.kill)
        authority = pki.Pki(directory)
        ours, theirs = (authority.pair(name, issuer=authority.root)
                        for name in ("client", "server"))
        certificates = pki.Signed(pki.CERTIFICATE, ours, theirs, 2, authority.root, authority.root)
        for name, keys in (("nosec", None), ("psk", harness.Keys()), ("cert", certificates)):
            bench = Bench(directory, server, name, keys)
            stack.callback(bench.kill_all)
            bench.learn()
            for row in rows(bench, args.runs):
                all_met &= show(bench, *row)
    return 0 if all_met or not args.strict else 1


if __name__ == "__main__":
    sys.exit(main())
