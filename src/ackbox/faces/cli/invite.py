"""A second machine: an invitation as one line to paste, and joining by it.

Explained in docs/howto/connect-an-agent-program.md, "A second machine".
"""

from __future__ import annotations

import json
from typing import Any

import click
import msgspec

from ackbox import config
from ackbox.client.http import HttpCaller, NoServer, parse_url
from ackbox.connecting import files
from ackbox.errors import AckboxError, Conflict, Invalid
from ackbox.faces.cli.context import NO_SERVER, CliContext
from ackbox.faces.cli.verb import verb
from ackbox.faces.terminal_text import local_time

VERBS: dict[str, click.Command] = {}


@verb("invite", VERBS)
@click.argument("name")
@click.option("--also", multiple=True, help="Another name it can speak as; may be repeated.")
@click.option("--address", help="Address by which the other machine reaches the server.")
def invite(ctx: CliContext, name: str, also: tuple[str, ...], address: str | None) -> None:
    """Print a line that connects a second machine once, within 24 hours.

    Example: ackbox invite claude --also codex
    """
    made = ctx.call("invite.create", name=name, may_speak_as=list(also))
    url = (address or ctx.server.url).rstrip("/")
    line = f"ackbox join {url}{made['path']}"
    ctx.show({**made, "line": line}, lambda of: of["line"])
    if ctx.is_json:
        return
    parts = parse_url(url)
    if parts.hostname in ("localhost", "127.0.0.1", "::1"):
        ctx.say(
            f"No other machine reaches {url}. Start the server with --host and --allow-remote, or"
            " give its address with --address."
        )
    elif parts.scheme == "http":
        ctx.say("This address is not encrypted: use it in a network that you trust.")
    ctx.say(
        f"Works once, until {local_time(made['expires_at'])}. Withdraw it with: ackbox key revoke"
        f" {made['id']}"
    )


@verb("join", VERBS)
@click.argument("invitation")
@click.option("--replace", is_flag=True, help="Replace the server that the settings file names.")
def join(ctx: CliContext, invitation: str, replace: bool) -> None:
    """Connect this machine to a server with an invitation.

    Example: ackbox join 'https://post.example.com/join#abx_lnk_…'
    """
    place, has_secret, secret = invitation.partition("#")
    if not has_secret or not place.rstrip("/").endswith("/join"):
        raise Invalid(
            "This is not an invitation.",
            hint="Paste the line that `ackbox invite` printed, from start to end.",
        )
    url = place.rstrip("/").removesuffix("/join")
    parse_url(url)
    found = files.read(config.file())
    # Before the invitation is spent: it works once.
    refuse_other_server(found.text or "", url, replace=replace)
    files.check_writable(found)
    try:
        made = HttpCaller(url, secret, face="cli").call("invite.redeem", {})
    except NoServer as error:
        ctx.fail(NO_SERVER, "no_server", str(error), "Check the address, and that it runs there.")
    except AckboxError as error:
        ctx.refuse(error)
    write_settings(found, url, made)
    told = {name: made[name] for name in ("agent", "workspace", "expires_at")}
    ctx.show(
        {**told, "url": url, "file": str(found.path)},
        lambda of: (
            f"Joined {of['url']} as {of['agent']} in {of['workspace']}; its key is in {of['file']}"
            f" until {local_time(of['expires_at'])}\n  next: ackbox run claude"
        ),
    )


def refuse_other_server(text: str, url: str, *, replace: bool) -> None:
    known = {name: config.in_file(name) for name in ("url", "key")} if text.strip() else {}
    if any(known.values()) and not replace:
        raise Conflict(
            f"{config.file()} already names a server"
            f" ({known.get('url') or 'the one of the data directory'}).",
            hint="Use --replace to use the new one instead.",
        )


def write_settings(found: files.Found, url: str, made: dict[str, Any]) -> None:
    """Put server and key first in the settings file, which only its owner can read."""
    lines = (found.text or "").splitlines(keepends=True)
    kept = [line for line in lines if line.partition("=")[0].strip() not in ("url", "key")]
    own = [f"url = {json.dumps(url)}\n", f"key = {json.dumps(made['key'])}\n"]
    files.write(msgspec.structs.replace(found, mode=0o600), "".join([*own, *kept]))
