"""Run: up, stop, status, demo, open, mcp, doctor, and `ackbox` alone.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from ackbox import __version__, config
from ackbox.client.http import NoServer, parse_url
from ackbox.client.running import is_held, read_server
from ackbox.client.starting import START_S, absolute, live_server, refuse_here, start_server
from ackbox.errors import AckboxError
from ackbox.faces.cli.browser import can_open
from ackbox.faces.cli.context import NO_SERVER, REFUSED, CliContext, login_name
from ackbox.faces.cli.verb import verb
from ackbox.faces.terminal_text import as_json, local_time, plain, some

VERBS: dict[str, click.Command] = {}


def block(server: dict[str, Any], *, is_new: bool) -> str:
    """Return the addresses and files of a running server, and what to do next."""
    url, where = server["url"], server["data_dir"]
    return (
        f"ackbox {server['version']} {'is ready' if is_new else 'is already running'}\n\n"
        f"  dashboard  {url}/     sign in with: ackbox open\n"
        f"  mcp        {url}/mcp     for agents, or: ackbox mcp\n"
        f"  rest       {url}/v1      documented at {url}/reference\n"
        f"  database   {server['database']}\n"
        f"  key        {Path(where) / 'operator.key'}\n"
        f"{_keyless(server)}\n"
        f"Next, in another terminal:\n"
        f"  ackbox demo                          watch three scripted agents, 40 seconds\n"
        f'  ackbox --as ana send bob "hello"     send a first message\n'
        f"  ackbox tui                           open the terminal UI\n"
    )


def _keyless(server: dict[str, Any]) -> str:
    """Return the line about the port without keys, or nothing."""
    url = server.get("keyless_url")
    return (
        f"  no key     {url}     for claude-peers: every program here can use it\n" if url else ""
    )


def overview(ctx: CliContext) -> None:
    """`ackbox` alone: where the server runs, who is online, and what to do next."""
    server = read_server(ctx.data_dir)
    if server is None and not ctx.setting("url"):
        click.echo(
            "No ackbox server is running here.\n\n  ackbox up         start the server\n"
            "  ackbox --help     list all commands"
        )
        sys.exit(NO_SERVER)
    roster = ctx.call("agent.list")
    online = [each["agent"] for each in roster["agents"] if each["presence"] == "online"]
    url = ctx.server.url
    if ctx.is_json:
        click.echo(
            as_json(
                {
                    "url": url,
                    "agents": len(roster["agents"]),
                    "online": online,
                    "awaited": roster["awaited"],
                }
            )
        )
        return
    click.echo(
        plain(
            f"ackbox runs at {url}\n  {len(roster['agents'])} agents, {len(online)}"
            f" online{': ' + some(online, 8) if online else ''}"
        )
    )
    if roster["awaited"]:
        click.echo(
            plain(f"  messages wait for agents that never connected: {some(roster['awaited'], 8)}")
        )
    click.echo(
        "\n  ackbox who        list agents and people\n"
        "  ackbox needs      list what needs a person\n"
        "  ackbox inbox      show your messages\n  ackbox tui        open the terminal UI\n"
        "  ackbox --help     list all commands"
    )


@verb("up", VERBS)
@click.option("--host", help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 picks a free one."
)
@click.option(
    "--database",
    help="postgresql://… or sqlite:////path; by default SQLite in the data directory.",
)
@click.option(
    "--allow-remote", is_flag=True, help="Allow an address that other machines can reach."
)
@click.option(
    "--allow-host",
    "names",
    multiple=True,
    help="Additional host name of this server, as HOST or HOST:PORT; repeatable.",
)
@click.option(
    "--claude-peers",
    "keyless_port",
    type=click.IntRange(0, 65535),
    is_flag=False,
    flag_value=7899,
    metavar="[PORT]",
    help="Also serve claude-peers' clients, which have no key, on a loopback port (7899).",
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.option("--detach", is_flag=True, help="Run the server in the background.")
def up(
    ctx: CliContext,
    host: str | None,
    port: int | None,
    database: str | None,
    allow_remote: bool,
    names: tuple[str, ...],
    keyless_port: int | None,
    no_open: bool,
    detach: bool,
) -> None:
    """Start the server, or print where it is running.

    Example: ackbox up --data-dir ./ackbox-data
    """
    refuse_here()
    where: Path = ctx.data_dir
    ctx.options["no_open"] = no_open
    asked = {
        "host": config.look_up("host", host),
        "port": config.look_up("port", None if port is None else str(port)),
    }
    # Only options that were set: a default asks for nothing.
    wanted: dict[str, Any] = {
        name: value for name, (value, source) in asked.items() if source != "default"
    }
    if "port" in wanted and not (wanted["port"].isdecimal() and int(wanted["port"]) < 65536):
        raise click.UsageError(f"The port {wanted['port']!r} is not a number. Use 0 to 65535.")
    wanted |= {"database": config.database(database), "allow_remote": allow_remote, "names": names}
    wanted |= {"keyless_port": keyless_port}
    running = live_server(where)
    if running is not None:
        _say_running(ctx, running, wanted)
        return
    if detach:
        flags = _flags({**wanted, "host": host, "port": port})
        server, is_new = start_server(where, flags, database=database)
        if is_new:
            _say_up(ctx, server, is_new=True)
        else:
            _say_running(ctx, server, wanted)
        return
    import asyncio

    from ackbox.faces.server.run import Place, serve

    place = Place(
        where=where,
        host=wanted.get("host", "127.0.0.1"),
        port=int(wanted["port"]) if "port" in wanted else None,
        database=database,
        allow_remote=allow_remote,
        names=names,
        keyless_port=keyless_port,
    )
    asyncio.run(serve(place, say=lambda server, is_new: _say_up(ctx, server, is_new=is_new)))


def _flags(how: dict[str, Any]) -> list[str]:
    """Return the options of `up` for a server in the background, without the database."""
    numbers = {"--port": how["port"], "--claude-peers": how["keyless_port"]}
    return [
        *(["--host", how["host"]] if how["host"] else []),
        *(["--allow-remote"] if how["allow_remote"] else []),
        *(part for name in how["names"] for part in ("--allow-host", name)),
        *(
            part
            for name, number in numbers.items()
            if number is not None
            for part in (name, str(number))
        ),
    ]


def _say_running(ctx: CliContext, server: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Print where the server runs; exit with 1 when it was started with other options than
    those wanted now.
    """
    found = differences(server, wanted)
    if found and ctx.is_json:
        server = {**server, "differs": found}
    _say_up(ctx, server, is_new=False)
    if found:
        ctx.say(
            f"The server runs with other options: {'; '.join(found)}. To change them, run ackbox"
            " stop, then ackbox up."
        )
        sys.exit(REFUSED)


def differences(server: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Return a sentence for each wanted option that the running server was not started with."""
    how, url = server.get("options") or {}, parse_url(server["url"])
    found = []
    if (host := wanted.get("host")) and how.get("host") not in (host, None):
        found.append(f"host {how['host']}, not {host}")
    if (port := int(wanted.get("port") or 0)) and port != url.port:
        found.append(f"port {url.port}, not {port}")
    database = wanted.get("database") and config.without_password(absolute(wanted["database"]))
    if database and how.get("database") not in (database, None):
        found.append(f"database {how['database']}, not {database}")
    if wanted.get("allow_remote") and not how.get("allow_remote", True):
        found.append("no --allow-remote")
    keyless = wanted.get("keyless_port")
    if keyless is not None and how.get("keyless_port", keyless) != keyless:
        found.append(f"no --claude-peers {keyless}")
    missing = [name for name in wanted.get("names", ()) if name not in how.get("names", [name])]
    return [
        *found,
        *([f"no --allow-host {' '.join(missing)}"] if missing else []),
    ]


def _say_up(ctx: CliContext, server: dict[str, Any], *, is_new: bool) -> None:
    is_shown = can_open() and sys.stdout.isatty() and not ctx.options.get("no_open")
    if ctx.is_json:
        click.echo(as_json({**server, "mcp": f"{server['url']}/mcp", "started": is_new}))
    else:
        click.echo(plain(block(server, is_new=is_new)))
        for notice in server.get("notices", []):
            ctx.say(notice)
        if is_shown:
            # The server runs on this thread, so the request for a link needs another.
            threading.Thread(target=_open_page, args=(ctx,), daemon=True).start()
    sys.stdout.flush()


def _open_page(ctx: CliContext) -> None:
    # A failure needs no message: the address is on the screen.
    with suppress(AckboxError, NoServer, SystemExit):
        webbrowser.open(sign_in_link(ctx)[0])


@verb("stop", VERBS)
def stop(ctx: CliContext) -> None:
    """Stop the server of this data directory; no data is lost.

    Example: ackbox stop
    """
    server = read_server(ctx.data_dir)
    if server is None:
        ctx.show({"stopped": False}, lambda _: "No server is running here.")
        return
    with suppress(ProcessLookupError):
        os.kill(server["pid"], signal.SIGTERM)
    until = time.monotonic() + START_S
    while is_held(ctx.data_dir) and read_server(ctx.data_dir) in (None, server):
        if time.monotonic() > until:
            ctx.fail(
                REFUSED,
                "unavailable",
                f"The server (pid {server['pid']}) has not stopped within {START_S:.0f} s.",
                "Read server.log in the data directory.",
            )
        time.sleep(0.02)
    ctx.show({"stopped": True, **server}, lambda of: f"Stopped the server at {of['url']}.")


@verb("status", VERBS)
@click.argument("id", required=False)
def status(ctx: CliContext, id: str | None) -> None:
    """Show where the server runs; with an id, the receipts of a message.

    Example: ackbox status, or: ackbox status 0199…
    """
    if id is not None:
        ctx.show(ctx.call("message.status", id=id), _receipts)
        return
    server = live_server(ctx.data_dir)
    if server is None:
        ctx.no_server(f"No server is running on {ctx.data_dir}.")
    from ackbox.faces.cli.doctor import database_line

    try:
        server["instance"] = ctx.attempt("server.status")
    except (AckboxError, NoServer):
        # A key without the server scope still sees where the server is.
        server["instance"] = None
    notices = "".join(f"\n{notice}\n" for notice in server.get("notices", []))
    ctx.show(
        server,
        lambda of: (
            block(of, is_new=False)
            + notices
            + (f"\ndatabase {database_line(of['instance'])}\n" if of["instance"] else "")
        ),
    )


def _receipts(of: Any) -> str:
    many = f"{of['recipients']} recipient{'' if of['recipients'] == 1 else 's'}"
    lines = [
        f"{many}: {of['delivered']} delivered, {of['read']} read, {of['acknowledged']} acknowledged"
        + (", overdue: no reply in time" if of["is_late"] else "")
        + (", expired" if of["is_expired"] else "")
    ]
    chosen = of.get("chosen", {})
    for choice in of.get("choices", ()):
        names = [name for name, its in chosen.items() if its == choice]
        lines.append(f"  choice {choice}: {', '.join(names) or 'nobody'}")
    for each in of["receipts"]:
        name = each["agent"] + (f"/{each['instance']}" if each["instance"] else "")
        lines.append(f"  {name}: {each['state']}")
        lines += [
            f"    {step['mark']:<12}  {local_time(step['at'])}  {_evidence(step)}".rstrip()
            for step in [{"mark": "stored", "at": of["created_at"]}, *each["by"]]
        ]
    return "\n".join(lines)


def _evidence(step: Any) -> str:
    return ", ".join(step[key] for key in ("instance", "face", "evidence") if step.get(key))


@verb("open", VERBS)
def open_(ctx: CliContext) -> None:
    """Open the dashboard with a one-time sign-in link, or print the link.

    Example: ackbox open
    """
    if not ctx.setting("url") and live_server(ctx.data_dir) is None:
        ctx.no_server(f"No server is running on {ctx.data_dir}.")
    page, made = sign_in_link(ctx)
    opened = can_open() and sys.stdout.isatty() and webbrowser.open(page)
    ctx.show(
        {"url": page, "agent": made["agent"], "expires_at": made["expires_at"], "opened": opened},
        lambda of: of["url"],
    )


def sign_in_link(ctx: CliContext) -> tuple[str, Any]:
    """Return the dashboard's one-time sign-in link for the person at this terminal, and the
    server's reply.
    """
    own = ctx.call("agent.whoami")
    # A person's key carries the name; the operator's does not.
    name = {} if own["role"] in ("human", "owner") else {"name": person(ctx)}
    # A key with the admin scope here has it in the dashboard as well.
    made = ctx.call("login.link", agent=None, instance=None, as_owner="admin" in own["may"], **name)
    return f"{ctx.server.url}{made['path']}", made


def person(ctx: CliContext) -> str:
    """Return the name of the person at this terminal: the one set, else the login name."""
    return ctx.setting("agent") or login_name()


def _show_demo(ctx: CliContext, you: str) -> None:
    """Open the dashboard on the demo, or print how.

    Does nothing when the key cannot create sign-in links.
    """
    try:
        made = ctx.attempt("login.link", agent=None, instance=None, workspace=None, name=you)
    except AckboxError:
        return
    page = f"{ctx.server.url}{made['path'].replace('#', '?next=/w/demo/live#')}"
    opened = can_open() and sys.stdout.isatty() and webbrowser.open(page)
    ctx.say(
        "The dashboard shows the demo and is open now."
        if opened
        else f"Watch it in the dashboard, with this one-time link:\n  {page}"
    )


@verb("demo", VERBS)
@click.option("--fast", is_flag=True, help="Play without pauses.")
@click.option("--no-wait", is_flag=True, help="Do not wait for your reply at the end.")
def demo(ctx: CliContext, fast: bool, no_wait: bool) -> None:
    """Play a demo: three scripted agents exchange messages with you.

    Example: ackbox demo

    Takes 40 seconds; needs no model and no network. Without a terminal, it ends after the last
    scene instead of waiting for your reply.
    """
    from ackbox.faces.cli.demo import Demo

    server = live_server(ctx.data_dir)
    if server is None and not ctx.setting("url"):
        ctx.say("Starting a server in the background. Stop it with: ackbox stop")
        start_server(ctx.data_dir)
    try:
        you = person(ctx)
        _show_demo(ctx, you)
        waits = not no_wait and sys.stdin.isatty()
        Demo(ctx, pause=0.0 if fast else 1.0, you=you).run(wait=waits)
    except NoServer as error:
        ctx.no_server(str(error))
    except AckboxError as error:
        ctx.refuse(error)


@verb("mcp", VERBS)
@click.option(
    "--dialect",
    metavar="NAME",
    help="Offer the tools of another system instead of the native ones.",
)
def mcp(ctx: CliContext, dialect: str | None) -> None:
    """Serve MCP over stdio to an agent program; starts the server if needed.

    Example, as an agent program's command: ackbox mcp --as claude
    """
    refuse_here("The bridge")
    from ackbox.faces.cli.sealed_bridge import serve_sealed
    from ackbox.faces.stdio_bridge.run import run

    if dialect is not None:
        from ackbox.dialects import DIALECTS

        names = [each.name for each in DIALECTS]
        if dialect not in names:
            raise click.BadParameter(
                f"Unknown dialect {dialect!r}. Use one of: {', '.join(names)}.",
                param_hint="--dialect",
            )
    sys.exit(
        run(
            data_dir=ctx.options.get("data_dir"),
            url=ctx.options.get("url"),
            key=ctx.options.get("key"),
            workspace=ctx.setting("workspace"),
            agent=ctx.setting("agent"),
            instance=ctx.setting("instance"),
            dialect=dialect,
            serve_sealed=serve_sealed,
        )
    )


@verb("doctor", VERBS)
def doctor(ctx: CliContext) -> None:
    """Check the installation and the server, with a fix for each problem.

    Example: ackbox doctor
    """
    from ackbox.faces.cli.doctor import examine

    findings = examine(ctx)
    signs = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}
    ctx.show(
        {"findings": findings, "version": __version__},
        lambda of: "\n".join(
            f"{signs[each['state']]}  {each['what']:<12}"
            f" {each['seen']}{'   → ' + each['do'] if each['do'] else ''}"
            for each in of["findings"]
        ),
    )
    if any(each["state"] == "bad" for each in findings):
        sys.exit(REFUSED)
