"""The command that serves another system's socket.

Explained in docs/why/dialects.md, "Local sockets".
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from ackbox.client.client import Client
from ackbox.client.starting import refuse_here
from ackbox.dialects import LOCAL_RPCS
from ackbox.faces.cli.context import CliContext
from ackbox.faces.cli.verb import verb
from ackbox.faces.local_rpc import LocalServer, place_of

VERBS: dict[str, click.Command] = {}


@verb("rpc", VERBS)
@click.argument("system", metavar="SYSTEM")
@click.argument(
    "project",
    metavar="[PROJECT]",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
def rpc(ctx: CliContext, system: str, project: Path) -> None:
    """Serve another system's local socket for a project, until Ctrl-C.

    Example: ackbox rpc SYSTEM ~/src/shop
    """
    refuse_here("The socket")
    found = next((each for each in LOCAL_RPCS if each.name == system), None)
    if found is None:
        raise click.BadParameter(
            f"Unknown system {system!r}. Use one of: {', '.join(x.name for x in LOCAL_RPCS)}.",
            param_hint="SYSTEM",
        )
    root = project.resolve()
    place = place_of(found, root)
    # The person at this terminal is known to the server before a program acts for them.
    ctx.call("agent.heartbeat") if ctx.is_person(ctx.agent) else ctx.call("agent.whoami")
    client = Client(
        ctx.options.get("url"),
        ctx.options.get("key"),
        data_dir=ctx.options.get("data_dir"),
        workspace=ctx.setting("workspace"),
        agent=ctx.agent,
        instance=ctx.setting("instance"),
        text_times=True,
    )

    def ready() -> None:
        ctx.show(
            {"socket": place, "project": str(root)},
            lambda of: f"Serving {of['socket']} for {of['project']}. Ctrl-C stops.",
        )

    asyncio.run(_serve(LocalServer(found, client, root, place), client, ready))


async def _serve(server: LocalServer, client: Client, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM."""
    ended = asyncio.ensure_future(server.serve(ready))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.cancel)
    async with client:
        with suppress(asyncio.CancelledError):
            await ended
