"""Running the bridge: from its options to the end of its input.

Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

import os
import platform
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from ackbox import config
from ackbox.client.discovery import caller
from ackbox.client.http import HttpCaller, NoServer
from ackbox.errors import AckboxError
from ackbox.faces.stdio_bridge.bridge import Bridge
from ackbox.faces.stdio_bridge.identity import Identity
from ackbox.faces.stdio_bridge.server import address, environment_of, find_server, own_name
from ackbox.faces.stdio_bridge.ways import ways_to


def run(
    *,
    data_dir: str | None = None,
    url: str | None = None,
    key: str | None = None,
    workspace: str | None = None,
    agent: str | None = None,
    instance: str | None = None,
    dialect: str | None = None,
    serve_sealed: Callable[[Callable[[], HttpCaller]], HttpCaller] | None = None,
) -> int:
    """Pass messages between standard input and the server until input ends.

    `serve_sealed` serves MCP in this process, for agents with a vault key. Returns the exit code.
    """
    theirs = environment_of(dialect) if dialect else {}
    url, key = address(url, key, theirs)
    found: list[HttpCaller] = []

    def find() -> HttpCaller:
        found[:] = [find_server(data_dir, url, key, before=found[0] if found else None)]
        return found[0]

    try:
        server = find()
    except NoServer as error:
        print(f"ackbox mcp: {error} Start one with: ackbox up", file=sys.stderr)
        return 3
    identity = _identity(
        server,
        theirs,
        workspace=workspace,
        agent=agent,
        instance=instance,
        has_dialect=dialect is not None,
    )
    try:
        is_sealed = server.seals(identity.params)
    except AckboxError as error:
        print(f"ackbox mcp: {error}", file=sys.stderr)
        return 4
    bridge = Bridge(
        server,
        find,
        identity,
        sys.stdout,
        path=f"/mcp/{quote(dialect, safe='')}" if dialect else "/mcp",
        seek=lambda: (
            caller(data_dir=str(server.home), url=url, key=key, face="bridge")
            if server.home is not None
            else server
        ),
        ways=lambda changed: ways_to(os.environ.get("ACKBOX_CONNECTED"), changed),
        endpoint=serve_sealed(find) if serve_sealed and is_sealed else None,
    )
    _pass_lines(bridge)
    return 0


def _pass_lines(bridge: Bridge) -> None:
    """Pass lines to the bridge until input ends."""
    _leave_on_signals(bridge)
    for line in sys.stdin:
        if line.strip():
            bridge.take(line)
    bridge.close()


def _identity(
    server: HttpCaller,
    theirs: dict[str, str],
    *,
    workspace: str | None,
    agent: str | None,
    instance: str | None,
    has_dialect: bool,
) -> Identity:
    """Return the identity from ackbox's settings, or else from the dialect's variables, or else
    from the key.
    """
    # If a name is set for ackbox, calls may use no other. A name from the dialect's variables or
    # from the key is the default of calls that name no agent.
    only_as = config.get("agent", agent)
    workspace = config.get("workspace", workspace) or theirs.get("workspace")
    agent = only_as or theirs.get("agent") or (None if has_dialect else own_name(server))
    params = {
        "workspace": workspace,
        "agent": agent,
        "instance": instance if agent else None,
        "session": theirs.get("session"),
    }
    card = {
        "machine": (theirs.get("machine") or socket.gethostname())[:200],
        "platform": platform.system(),
        **working_place(),
    }
    return Identity(
        {name: value for name, value in params.items() if value},
        card,
        only_as=only_as,
        wants_instance=bool(agent and not instance),
    )


def working_place() -> dict[str, str]:
    """Return the working directory and the root of the repository around it, as far as there are
    such.
    """
    try:
        here = Path.cwd()
    except OSError:
        return {}
    root = next((each for each in (here, *here.parents) if (each / ".git").exists()), None)
    found = {"directory": here, "repository": root}
    return {name: str(path)[:1000] for name, path in found.items() if path is not None}


def _leave_on_signals(bridge: Bridge) -> None:
    def leave(*_: object) -> None:
        # Programs kill a child that has not ended within milliseconds of their first signal.
        bridge.leave()
        os._exit(0)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, leave)
