"""Starting: from an empty directory to a server that is ready, once for each data directory.

Explained in docs/why/serving.md.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
from pathlib import Path
from typing import Any

import uvicorn

from ackbox import __version__, config
from ackbox.app import open_app
from ackbox.client.discovery import read_operator_key, read_server, write_private
from ackbox.errors import Unavailable
from ackbox.faces.head import Head
from ackbox.faces.log import start_log
from ackbox.faces.serve import make_web


def database_url(where: Path, given: str | None) -> str:
    """Return the database to serve: the given one, else SQLite in the data directory."""
    return config.get("database", given) or f"sqlite:///{where.resolve()}/ackbox.db"


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; a free port when the default one is taken. Raises Unavailable."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's delay off only where the protocol is named; without that each answer waits 40 ms.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        if port == 7717:
            return bind(host, 0)
        raise Unavailable(f"Cannot listen on {host}:{port}: {error.strerror}.", hint="Choose another with --port.") from None
    sock.listen(1024)
    return sock


def who_may_knock(host: str, port: int) -> tuple[list[str], list[str]]:
    """Return the exact Hosts and Origins that are answered: this server's own addresses."""
    names = dict.fromkeys([f"[{host}]" if ":" in host else host, "127.0.0.1", "localhost", "[::1]"])
    hosts = [f"{name}:{port}" for name in names]
    return hosts, [f"http://{each}" for each in hosts]


class OneServer:
    """The lock that keeps a second server off a data directory."""

    def __init__(self, where: Path) -> None:
        where.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = open(where / "server.lock", "w")  # noqa: SIM115  (held as long as the server runs)

    def take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


async def serve(where: Path, *, host: str, port: int, database: str | None, say: Any) -> None:
    """Open the store, make the operator key if there is none, and serve until told to stop."""
    start_log()
    app = await open_app(database_url(where, database))
    try:
        made = await app.ensure(workspace="default", operator_key=read_operator_key(where))
        if made is not None and read_operator_key(where) is None:
            write_private(where / "operator.key", made + "\n")
        sock = bind(host, port)
        url = f"http://{'[' + host + ']' if ':' in host else host}:{sock.getsockname()[1]}"
        hosts, origins = who_may_knock(host, sock.getsockname()[1])
        settings = uvicorn.Config(make_web(app, hosts=hosts, origins=origins), log_config=None, http=Head, ws="none", lifespan="on",
                                  access_log=False, timeout_graceful_shutdown=5, timeout_keep_alive=75, server_header=False)
        server = uvicorn.Server(settings)
        running = asyncio.create_task(server.serve(sockets=[sock]))
        while not server.started and not running.done():
            await asyncio.sleep(0.005)
        write_private(where / "server.json", f'{{"url": "{url}", "pid": {os.getpid()}, "version": "{__version__}"}}\n')
        say(url)
        await running
    finally:
        (where / "server.json").unlink(missing_ok=True)
        await app.close()


def running_server(where: Path) -> dict[str, Any] | None:
    """Return the server that runs on a data directory, or null."""
    return read_server(where)
