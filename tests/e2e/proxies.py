"""nginx and Caddy in front of a server, set up as the page says: its recipes with other ports,
names and certificates.

Explained in docs/howto/run-on-a-server.md.
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PAGE = Path(__file__).parents[2] / "docs/howto/run-on-a-server.md"
NAME = "localhost"


class Certificate(NamedTuple):
    """Files of a certificate that signs itself."""

    certificate: Path
    key: Path


def make_certificate(where: Path) -> Certificate:
    """Make a certificate for the name of this machine, good for a day."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = Certificate(where / "post.pem", where / "post.key")
    files.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def free_port() -> int:
    """Return a port of the loopback address that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def recipes(kind: str) -> tuple[str, str]:
    """Return the page's recipes for a proxy: for a name of its own, and under a path."""
    whole, under = re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return whole, under


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert found is not None, f"{name} is needed: apt-get install nginx caddy"
    return found


def _nginx(where: Path, port: int, server: str, files: Certificate, is_under: bool) -> list[str]:
    whole, under = recipes("nginx")
    if is_under:
        whole = re.sub(r"  location / \{.*?\n  \}\n", lambda _: under, whole, flags=re.DOTALL)
    text = (
        whole.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        .replace("127.0.0.1:7717", server)
        .replace("/etc/ssl/certs/post.example.com.pem", str(files.certificate))
        .replace("/etc/ssl/private/post.example.com.key", str(files.key))
        .replace("post.example.com", NAME)
    )
    temporary = "".join(
        f"{each}_temp_path {where}/{each};\n"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Started by root it gives its work to another user, who may not write here.
    user = "user root;\n" if os.geteuid() == 0 else ""
    (where / "nginx.conf").write_text(
        f"{user}daemon off;\npid {where}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log"
        f" off;\n{temporary}{text}}}\n"
    )
    return [_program("nginx"), "-p", str(where), "-c", str(where / "nginx.conf")]


def _caddy(where: Path, port: int, server: str, files: Certificate, is_under: bool) -> list[str]:
    text = recipes("caddyfile")[is_under].replace("127.0.0.1:7717", server)
    text = text.replace(
        "post.example.com {",
        f"https://{NAME}:{port} {{\n  bind 127.0.0.1\n  tls {files.certificate} {files.key}",
        1,
    )
    (where / "Caddyfile").write_text("{\n  admin off\n  auto_https disable_redirects\n}\n" + text)
    return [
        _program("caddy"),
        "run",
        "--config",
        str(where / "Caddyfile"),
        "--adapter",
        "caddyfile",
    ]


PROXIES = {"nginx": _nginx, "caddy": _caddy}


@contextmanager
def proxied(
    kind: str, where: Path, port: int, server: str, files: Certificate, *, is_under: bool
) -> Iterator[str]:
    """Run a proxy on a port, before the server at an address, until the block ends.

    Gives the public address.
    """
    argv = PROXIES[kind](where, port, server.removeprefix("http://"), files, is_under)
    with (where / "proxy.log").open("w") as log:
        running = subprocess.Popen(
            argv,
            stdout=log,
            stderr=log,
            env={"HOME": str(where), "XDG_DATA_HOME": str(where), "XDG_CONFIG_HOME": str(where)},
        )
    try:
        while True:
            assert running.poll() is None, (where / "proxy.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                # A proxy tells nobody when it listens.
                time.sleep(0.05)
        yield f"https://{NAME}:{port}" + ("/ackbox" if is_under else "")
    finally:
        running.terminate()
        running.wait()
