"""A PC/SC service of one test's own: a real pcscd on a private socket, with the virtual reader
alone. Needs no root, no systemd, no hardware. pcscd and vpcd come from Debian's packages pcscd and
vsmartcard-vpcd."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess

DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"


def missing():
    """What is not installed, None: all is there."""
    if not program():
        return "pcscd is not installed"
    return None if os.path.exists(DRIVER) else "the vpcd driver is not installed"


def program():
    return shutil.which("pcscd", path=os.environ.get("PATH", "") + ":/usr/sbin")


def free_ports():
    """Two ports beside each other: the driver has two slots."""
    while True:
        with socket.socket() as a, socket.socket() as b:
            a.bind(("0.0.0.0", 0))
            port = a.getsockname()[1]
            try:
                b.bind(("0.0.0.0", port + 1))
            except OSError:
                continue
            return port


class Service:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.path = str(self.directory / "pcscd.comm")
        self.port = free_ports()
        readers = self.directory / "reader.conf.d"
        readers.mkdir()
        (readers / "virtual").write_text(
            f'FRIENDLYNAME "Test Reader"\nDEVICENAME /dev/null:0x{self.port:X}\n'
            f"LIBPATH {DRIVER}\nCHANNELID 0x{self.port:X}\n")
        self.readers, self.process = readers, None
        self.start()

    def start(self):
        """The socket is handed over as the service manager does it."""
        help_text = subprocess.run([program(), "--help"], capture_output=True, text=True)
        command = [program(), "--foreground", "-c", str(self.readers)]
        if "disable-polkit" in help_text.stdout + help_text.stderr:
            command.append("--disable-polkit")
        pathlib.Path(self.path).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as s, \
                open(self.directory / "pcscd.log", "ab") as log:
            s.bind(self.path)
            s.listen(16)
            wrapper = 'exec 3<&"$1"; shift; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'
            self.process = subprocess.Popen(
                ["bash", "-c", wrapper, "bash", str(s.fileno()), *command],
                pass_fds=[s.fileno()], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def send_signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
