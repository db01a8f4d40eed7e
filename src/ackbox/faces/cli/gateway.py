"""The command `gateway`: a local server with the opened messages of a sealed workspace.

Explained in docs/howto/sealed-workspaces.md.
"""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from typing import Any

import click

from ackbox.client.http import HttpCaller
from ackbox.client.narrow import NarrowCaller
from ackbox.client.starting import refuse_here
from ackbox.faces.cli.browser import can_open
from ackbox.faces.cli.context import CliContext
from ackbox.faces.cli.vault_context import attempt, opened
from ackbox.faces.cli.verb import verb
from ackbox.private import read_private

VERBS: dict[str, click.Command] = {}


@verb("gateway", VERBS)
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 picks a free one."
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def gateway(ctx: CliContext, port: int | None, no_open: bool) -> None:
    """Serve a sealed workspace, opened, to this machine alone.

    Example: ackbox gateway -w secret --as ana

    Browsers, scripts and clients of other systems on this machine use it as they would use the
    server. Prints a one-time sign-in link; if a gateway runs already, a new one.
    """
    refuse_here("The gateway")
    from ackbox.faces.server.gateway import running, serve

    vault, _ = opened(ctx)
    found = running(vault)
    if found is not None:
        _say(ctx, {**found, "started": False, "link": _new_link(ctx, found)}, no_open)
        return
    find = NarrowCaller(lambda: ctx.server, vault, ctx.data_dir)

    def run() -> None:
        asyncio.run(
            serve(
                vault,
                find,
                data_dir=ctx.data_dir,
                port=port,
                say=lambda facts: _say(ctx, {**facts, "started": True}, no_open),
            )
        )

    attempt(ctx, run)
    sys.stdout.flush()
    # Threads that wait for the server at the end of their caller would delay the exit.
    os._exit(0)


def _new_link(ctx: CliContext, found: dict[str, Any]) -> str:
    key = (read_private(found["key_file"]) or "").strip()
    own = HttpCaller(found["url"], key, face="cli")
    made = attempt(ctx, lambda: own.call("login.link", {}))
    return f"{found['url']}{made['path']}"


def _say(ctx: CliContext, facts: dict[str, Any], no_open: bool) -> None:
    is_open = not no_open and can_open() and sys.stdout.isatty() and webbrowser.open(facts["link"])
    ctx.show({**facts, "opened": is_open}, _block)
    sys.stdout.flush()


def _block(of: dict[str, Any]) -> str:
    state = "is ready" if of["started"] else "is already running"
    return (
        f"The gateway of {of['agent']} in {of['workspace']} {state}\n\n"
        f"  dashboard  {of['link']}     works once, within ten minutes\n"
        f"  mcp        {of['url']}/mcp\n"
        f"  rest       {of['url']}/v1      documented at {of['url']}/reference\n"
        f"  key        {of['key_file']}     for programs on this machine\n"
        f"  server     {of['server']}\n\n"
        f"Programs with this key read and send as {of['agent']}. Stop the gateway with Ctrl-C.\n"
    )
