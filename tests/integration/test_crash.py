"""The power fails at any call of a commit: strace kills the daemon there, or makes the call fail."""
import itertools
import re
import shutil

import pytest

from harness import bootstrap_conf, full_bootstrap, quick_conf

CALLS = "fsync,rename,renameat,renameat2,ftruncate,unlinkat"

# slow: a sanitizer cannot look for leaks in a program that is traced
pytestmark = [pytest.mark.slow,
              pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")]


@pytest.fixture
def story(server, daemon, tmp_path):
    """story() makes a client that is about to be bootstrapped: its server, start(inject, state)."""
    numbers = itertools.count(1)

    def make():
        n = next(numbers)
        dm, bs = server.listen(f"dm{n}"), server.listen(f"bs{n}")
        bs.bootstrap(full_bootstrap(dm))
        conf = quick_conf(bootstrap=bootstrap_conf(bs, "0s"))

        def start(inject, state=None):
            prefix = ["strace", "-D", "-f", "-qq", "-o", str(tmp_path / "calls"),
                      "-e", f"trace={CALLS}", "-e", f"inject={CALLS}:{inject}"]
            return daemon(conf, prefix=prefix if inject else (), state=state)

        return dm, start
    return make


def registered(dm, d):
    dm.wait("register", 15)
    d.wait("registered")
    assert dm.ask("READ /3/0/16 text").text == "UT"


def test_killed_at_any_call_of_a_commit_it_starts_with_the_old_or_the_new_state(story, tmp_path):
    dm, start = story()
    d = start("signal=KILL:when=1000")  # none of them
    registered(dm, d)
    d.kill()
    n_calls = len(re.findall(r"^\d+ +\w+\(", (tmp_path / "calls").read_text(), re.M))
    print(f"{n_calls} calls")
    assert n_calls >= 4  # file, its name, the directory
    for n in range(1, n_calls + 1):
        dm, start = story()
        d = start(f"signal=KILL:when={n}")
        d.wait_exit(15)
        again = start(None, state=d.state)
        registered(dm, again)
        assert not [e for e in again.events() if e.reason and e.reason.startswith("state.")]
        again.kill()


@pytest.mark.parametrize("error, reason", [("EIO", "state.unwritable"), ("ENOSPC", "state.full")])
def test_a_call_that_fails_is_told_and_does_not_end_it(story, error, reason):
    _, start = story()
    d = start(f"error={error}:when=1+")
    d.wait("state-problem", reason=reason)
    d.wait("bootstrap-failed", timeout=15)
    assert d.process.poll() is None
