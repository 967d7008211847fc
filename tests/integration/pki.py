"""Keys and certificates made for one test by openssl(1)."""
import base64
import datetime
import os
import re
import subprocess

import harness

RPK, CERTIFICATE = 1, 2
USAGES = {0: "ca", 1: "server", 2: "pinned-ca", 3: "pinned-server"}

CA_CONF = """
[ca]
default_ca = it
[it]
database = {dir}/index.txt
serial = {dir}/serial
new_certs_dir = {dir}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
"""


def openssl(*args, **more):
    done = subprocess.run(["openssl", *args], capture_output=True, **more)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def has_raw_public_keys():
    """Of the OpenSSL that programs here run with: 3.2 and later."""
    major, minor = re.match(rb"OpenSSL (\d+)\.(\d+)", openssl("version")).groups()
    return (int(major), int(minor)) >= (3, 2)


def when(hours):
    t = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
    return t.strftime("%Y%m%d%H%M%SZ")


class Pair:
    """A private key and, if it has one, its certificate; everything as files and as DER."""

    def __init__(self, stem):
        self.key, self.public, self.certificate = (f"{stem}.{end}" for end in ("key", "pub", "crt"))
        os.close(os.open(self.key, os.O_CREAT | os.O_WRONLY, 0o600))
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-out", self.key)
        openssl("pkey", "-in", self.key, "-pubout", "-out", self.public)

    def key_der(self):
        return openssl("pkcs8", "-topk8", "-nocrypt", "-in", self.key, "-outform", "DER")

    def public_der(self):
        return openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER")

    def certificate_der(self):
        return openssl("x509", "-in", self.certificate, "-outform", "DER")

    def scalar(self):
        text = openssl("pkey", "-in", self.key, "-text", "-noout").decode()
        digits = re.search(r"priv:\s*((?:[0-9a-f:]|\s)+?)pub:", text)[1]
        return bytes.fromhex(re.sub(r"[^0-9a-f]", "", digits))[-32:]


class Pki:
    def __init__(self, directory):
        self.directory = directory
        self.conf = directory / "ca.conf"
        self.conf.write_text(CA_CONF.format(dir=directory))
        (directory / "index.txt").write_text("")
        (directory / "serial").write_text("1000\n")
        self.root = self.pair("root", ca=True)

    def pair(self, name, issuer=None, ca=False, san=None, start=-1, end=1):
        """start, end: hours from now."""
        p = Pair(self.directory / name)
        request = self.directory / f"{name}.csr"
        openssl("req", "-new", "-config", str(self.conf), "-key", p.key, "-subj", f"/CN={name}",
                "-out", str(request))
        extensions = self.directory / f"{name}.ext"
        extensions.write_text("basicConstraints = critical,CA:TRUE\n" if ca else
                              f"subjectAltName = {san or 'IP:127.0.0.1'}\n")
        sign = (["-cert", issuer.certificate, "-keyfile", issuer.key] if issuer else
                ["-selfsign", "-keyfile", p.key])
        openssl("ca", "-batch", "-notext", "-config", str(self.conf), *sign, "-in", str(request),
                "-out", p.certificate, "-extfile", str(extensions), "-startdate", when(start),
                "-enddate", when(end))
        return p


class Signed:
    """As harness.Keys, for raw public keys and certificates: what the client has in its account
    and what the server is started with."""

    def __init__(self, mode, client, server, usage=None, trust=None, root=None, client_root=None,
                 expected_client=None, expected_server=None):
        self.mode, self.client, self.server, self.usage = mode, client, server, usage
        self.trust = trust
        self.client_root = client_root or root
        self.expected_client = expected_client or client
        self.expected_server = expected_server or server
        self.known_forms = None
        harness.MADE.append(self)

    def conf(self):
        if self.mode == RPK:
            return {"security": "rpk", "private_key": f"file:{self.client.key}",
                    "server_public_key": f"file:{self.expected_server.public}"}
        conf = {"security": "certificate", "private_key": f"file:{self.client.key}",
                "certificate": f"file:{self.client.certificate}",
                "trust": f"file:{self.trust.certificate}"}
        if self.usage is not None:
            conf["certificate_usage"] = USAGES[self.usage]
        return conf

    def tlv(self):
        if self.mode == RPK:
            return {"mode": RPK, "identity": self.client.public_der(),
                    "key": self.client.key_der(),
                    "server_key": self.expected_server.public_der()}
        return {"mode": CERTIFICATE, "identity": self.client.certificate_der(),
                "key": self.client.key_der(), "server_key": self.trust.certificate_der(),
                "usage": self.usage}

    def server_line(self):
        if self.mode == RPK:
            return f"rpk: {self.server.key} {self.expected_client.public}"
        return (f"certificate: {self.server.certificate} {self.server.key} "
                f"{self.client_root.certificate}")

    def bare(self):
        """Options of tests/bench/bare, which does certificates only."""
        return ["-c", self.client.certificate, "-j", self.client.key, "-r",
                self.client_root.certificate]

    def forms(self):
        """How the client's private key would look in a log."""
        if self.known_forms is None:
            scalar = self.client.scalar()
            self.known_forms = [scalar, scalar.hex().encode(), scalar.hex().upper().encode(),
                                base64.b64encode(scalar), base64.b64encode(self.client.key_der())]
        return self.known_forms
