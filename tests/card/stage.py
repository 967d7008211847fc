#!/usr/bin/python3
"""The reader and the card of "tests/demo.sh --card": a PC/SC service of its own, and commands on
standard input, each answered by a line.
    insert SHORT_ID URI IDENTITY KEY     a new card with this account, of a pre-shared key (hex)
    write SHORT_ID URI IDENTITY KEY      the card gets other content, as the operator does it
    commands                             how many commands the card was sent since the last answer
    remove
The first line is the path of the service's socket. All ends with the input."""
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

import service  # noqa: E402
import uicc  # noqa: E402
from cards import account  # noqa: E402
from harness import Keys  # noqa: E402


class Stage:
    def __init__(self, port):
        self.port, self.inserted, self.told = port, None, 0

    def insert(self, *words):
        self.inserted, self.told = uicc.Inserted(uicc.Uicc(self.content(*words)), self.port), 0

    def write(self, *words):
        self.inserted.card.content = self.content(*words)

    @staticmethod
    def content(short_id, uri, identity, key):
        return account(uri, int(short_id), keys=Keys(identity, bytes.fromhex(key)))

    def commands(self):
        new, self.told = len(self.inserted.commands) - self.told, len(self.inserted.commands)
        return new

    def remove(self):
        self.inserted.remove()


def main():
    missing = service.missing()
    if missing:
        sys.exit(missing)
    directory = tempfile.mkdtemp(prefix="lwm2md-card-")
    s = service.Service(directory)
    try:
        stage = Stage(s.port)
        print(s.path, flush=True)
        for line in sys.stdin:
            name, *words = line.split()
            answer = getattr(stage, name)(*words)
            print("ok" if answer is None else answer, flush=True)
    finally:
        s.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
