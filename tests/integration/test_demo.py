"""The demos of the README play to their end."""
import os
import subprocess

import pytest

import cards
import harness


@pytest.mark.parametrize("how, end", [
    ([], "All four steps were seen."),
    (["--card"], "A card configured the client")], ids=["four steps", "card"])
def test_the_demo_plays_to_its_end(how, end):
    if how and cards.missing():
        pytest.skip(cards.missing())
    done = subprocess.run(
        ["sh", "tests/demo.sh", *how, "--play"], cwd=harness.TOP, capture_output=True, text=True,
        timeout=60, stdin=subprocess.DEVNULL,
        env={**os.environ, "LWM2MD_DEMO_BUILD": str(harness.BUILD)})
    print(done.stdout + done.stderr)
    assert done.returncode == 0 and end in done.stdout
