"""The server as a service of the system: systemd of a user on Linux, launchd on macOS.

Explained in docs/howto/install.md, "As a service".
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click

from ackbox import config
from ackbox.client.starting import START_S, live_server, refuse_here
from ackbox.connecting.given import installed, refuse_temporary
from ackbox.errors import Conflict, Unavailable
from ackbox.faces.cli.context import REFUSED, CliContext
from ackbox.faces.cli.verb import Verb, verbs, with_context
from ackbox.faces.terminal_text import plain

VERBS: dict[str, click.Command] = {}
UNIT, LABEL = "ackbox.service", "ackbox.server"

service = verbs(
    "service",
    VERBS,
    "Keep the server running as a service of your user.\n\nExample: ackbox service install",
)


def unit_text(command: list[str]) -> str:
    """Return the unit for systemd."""
    return (
        "[Unit]\nDescription=ackbox, messaging for coding agents\n\n"
        f"[Service]\nExecStart={' '.join(map(_quoted, command))}\n"
        "Restart=on-failure\nUMask=0077\n\n"
        "[Install]\nWantedBy=default.target\n"
    )


def _quoted(word: str) -> str:
    """Return a word of a command as systemd reads it."""
    for sign in ("\\", '"'):
        word = word.replace(sign, f"\\{sign}")
    return f'"{word}"'.replace("%", "%%").replace("$", "$$")


def plist_text(command: list[str], log: Path) -> str:
    """Return the description for launchd."""
    import plistlib

    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": command,
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "StandardOutPath": str(log),
            "StandardErrorPath": str(log),
            "Umask": 0o077,
        }
    ).decode()


def is_launchd() -> bool:
    return sys.platform == "darwin"


def place() -> Path:
    """Return the file that describes the service."""
    if is_launchd():
        return Path.home() / "Library/LaunchAgents" / f"{LABEL}.plist"
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "systemd/user" / UNIT


def _text(ctx: CliContext) -> str:
    program = installed()
    refuse_temporary(program)
    where = ctx.data_dir.absolute()
    command = [*program, "--data-dir", str(where), "--json", "up", "--no-open"]
    return plist_text(command, where / "server.log") if is_launchd() else unit_text(command)


def _manager(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the system's manager of services. Raises Unavailable when there is none."""
    program = shutil.which("launchctl" if is_launchd() else "systemctl")
    if program is None:
        raise Unavailable(
            "This system has no systemd for users, and no launchd.",
            hint="Start the server in the background with: ackbox up --detach",
        )
    own = [] if is_launchd() else ["--user"]
    return subprocess.run([program, *own, *words], capture_output=True, text=True, check=False)


def _must(*words: str) -> None:
    done = _manager(*words)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Unavailable(
            f"`{' '.join(words)}` ended with {done.returncode}: {said[-1] if said else '-'}",
            hint=f"The service is described in {place()}.",
        )


def _target() -> str:
    return f"gui/{os.getuid()}"


def _is_active() -> bool:
    if is_launchd():
        return _manager("print", f"{_target()}/{LABEL}").returncode == 0
    return _manager("is-active", "--quiet", UNIT).returncode == 0


@service.command("install", cls=Verb)
@click.option("--print", "is_shown", is_flag=True, help="Print the file, and install nothing.")
@with_context
def service_install(ctx: CliContext, is_shown: bool) -> None:
    """Start the server now and at each login, as a service.

    Example: ackbox service install

    The service reads the settings file, not the variables of this shell.
    """
    refuse_here("ackbox service")
    text, path = _text(ctx), place()
    if is_shown:
        click.echo(plain(text), nl=False)
        return
    _manager("print" if is_launchd() else "show-environment")
    if not _is_active() and live_server(ctx.data_dir) is not None:
        raise Conflict(
            "A server runs on this data directory already.", hint="First run: ackbox stop"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    if is_launchd():
        _manager("bootout", f"{_target()}/{LABEL}")
        _must("bootstrap", _target(), str(path))
    else:
        _must("daemon-reload")
        _must("enable", "--now", UNIT)
    until = time.monotonic() + START_S
    while (server := live_server(ctx.data_dir)) is None:
        if time.monotonic() > until:
            _fail_to_start(ctx, path)
        # The manager reports that the process runs, not that the server responds.
        time.sleep(0.05)
    ctx.show(
        {"file": str(path), "url": server["url"]},
        lambda of: f"Installed {of['file']}; the server runs at {of['url']}",
    )
    left = [
        each for each in config.SETTINGS if os.environ.get(each.env) and each.name != "data_dir"
    ]
    if left:
        ctx.say(
            f"The service does not get {', '.join(each.env for each in left)}. Use the settings"
            f" file instead: ackbox config set {left[0].name} …"
        )
    if not is_launchd():
        ctx.say("To start it before you log in, run: loginctl enable-linger")


def _fail_to_start(ctx: CliContext, path: Path) -> None:
    log = "server.log in the data directory" if is_launchd() else f"journalctl --user -u {UNIT}"
    ctx.fail(
        REFUSED,
        "unavailable",
        f"The service of {path} was started, and no server answers within {START_S:.0f} s.",
        f"Read: {log}",
    )


@service.command("remove", cls=Verb)
@with_context
def service_remove(ctx: CliContext) -> None:
    """Stop the service and remove it; all data stays.

    Example: ackbox service remove
    """
    refuse_here("ackbox service")
    path = place()
    if not path.exists():
        ctx.show({"removed": False}, lambda _: "No service is installed.")
        return
    if is_launchd():
        _manager("bootout", f"{_target()}/{LABEL}")
        path.unlink()
    else:
        _must("disable", "--now", UNIT)
        path.unlink()
        _must("daemon-reload")
    ctx.show(
        {"removed": True, "file": str(path), "data_dir": str(ctx.data_dir)},
        lambda of: f"Removed {of['file']}. The data stays in {of['data_dir']}.",
    )


@service.command("status", cls=Verb)
@with_context
def service_status(ctx: CliContext) -> None:
    """Show whether the service is installed and running.

    Example: ackbox service status
    """
    refuse_here("ackbox service")
    path = place()
    server = live_server(ctx.data_dir)
    found: dict[str, Any] = {
        "installed": path.exists(),
        "active": path.exists() and _is_active(),
        "file": str(path),
        "url": server["url"] if server else None,
    }
    ctx.show(
        found,
        lambda of: (
            f"{'installed' if of['installed'] else 'not installed'} ({of['file']}), "
            f"{'running' if of['active'] else 'not running'}"
            + (f"; a server answers at {of['url']}" if of["url"] else "")
        ),
    )
