"""The gateway: a server for one member of a sealed workspace, on the loopback address.

Its faces are those of the server itself, over the sealed call. Explained in docs/why/sealed.md,
"Gateway".
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ackbox import __version__
from ackbox.app.call import wall_clock
from ackbox.client.narrow import NarrowCaller
from ackbox.client.vaults import Vault
from ackbox.errors import Unavailable
from ackbox.faces.http.connection import raise_descriptors
from ackbox.faces.server.asgi import make_web
from ackbox.faces.server.gateway_app import GatewayApp
from ackbox.faces.server.gateway_keys import LocalKeys, key_in
from ackbox.faces.server.log import start_log
from ackbox.faces.server.run import PortTaken, bind, start, who_may_knock
from ackbox.private import open_private, read_private, write_private

# Never another: a gateway shows opened text to what has its key.
HOST = "127.0.0.1"
DEFAULT_PORT = 7727
KEY, LOCK, FACTS = "gateway.key", "gateway.lock", "gateway.json"
Say = Callable[[dict[str, Any]], None]


def running(vault: Vault) -> dict[str, Any] | None:
    """Return the address and the files of a member's gateway; null when none runs."""
    try:
        number = open_private(vault.path / LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(ValueError):
            return dict(json.loads(read_private(vault.path / FACTS) or ""))
    finally:
        os.close(number)
    return None


async def serve(
    vault: Vault, find: NarrowCaller, *, data_dir: Path, port: int | None, say: Say
) -> None:
    """Serve the faces of a member until stopped; call `say` with the facts when it is ready.

    Raises NoServer, Unavailable and the errors of ackbox.errors.
    """
    number = open_private(vault.path / LOCK, os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        raise Unavailable(
            f"A gateway of {vault.profile.agent!r} is starting or stopping.",
            hint="Try again in a moment.",
        ) from None
    try:
        start_log()
        await _serve(vault, find, data_dir, port, say)
    finally:
        (vault.path / FACTS).unlink(missing_ok=True)
        find.close()
        os.close(number)


async def _serve(
    vault: Vault, find: NarrowCaller, data_dir: Path, port: int | None, say: Say
) -> None:
    raise_descriptors()
    app = GatewayApp(
        find, vault.profile, keys := LocalKeys(key_in(vault.path / KEY, "hum"), wall_clock)
    )
    sock = _bind(port)
    own = sock.getsockname()[1]
    hosts, origins = who_may_knock(HOST, own)
    web = make_web(app, hosts=hosts, origins=origins, data_dir=data_dir)
    ended, watch = await start(web, [sock], app)
    facts = {
        "url": f"http://{HOST}:{own}",
        "pid": os.getpid(),
        "version": __version__,
        "server": app.caller.url,
        "workspace": vault.profile.workspace,
        "agent": vault.profile.agent,
        "key_file": str(vault.path / KEY),
    }
    write_private(vault.path / FACTS, json.dumps(facts) + "\n")
    say({**facts, "link": f"{facts['url']}/login#{keys.link()[0]}"})
    await ended
    watch.cancel()
    await app.close()


def _bind(port: int | None) -> Any:
    try:
        return bind(HOST, DEFAULT_PORT if port is None else port)
    except PortTaken:
        if port is not None:
            raise
        return bind(HOST, 0)
