"""The settings file: config.

Explained in docs/reference/settings.md.
"""

from __future__ import annotations

import re
import tomllib

import click

from ackbox import config
from ackbox.client.http import parse_url
from ackbox.faces.cli.context import NOTHING, REFUSED, CliContext
from ackbox.faces.cli.verb import Verb, verbs, with_context
from ackbox.faces.terminal_text import Column
from ackbox.private import write_private
from ackbox.programs.setting import literal

VERBS: dict[str, click.Command] = {}
NAMES = tuple(setting.name for setting in config.SETTINGS)
HIDDEN = "***"

SETTINGS = (
    Column("setting", lambda each: each["name"]),
    Column("value", lambda each: each["value"], may_cut=True),
    Column("from", lambda each: each["source"]),
    Column("environment", lambda each: each["environment"]),
)

settings = verbs(
    "config",
    VERBS,
    "Show and change your settings, such as your agent name.\n\nExample: ackbox config set agent"
    " ana",
)


def _shown(name: str, value: str | None) -> str | None:
    """Return a value for the screen: a key is hidden, and the password of a database."""
    if value is None:
        return None
    return HIDDEN if name == "key" else config.without_password(value)


def _written(text: str, name: str, value: str | None) -> str:
    """Return the text of the file with one setting changed, or without it; comments stay."""
    before = tomllib.loads(text)
    line = re.compile(rf"^[ \t]*{name}[ \t]*=[^\n]*(?:\n|\Z)", re.MULTILINE)
    table = re.search(r"^[ \t]*\[", text, re.MULTILINE)
    top, rest = (text[: table.start()], text[table.start() :]) if table else (text, "")
    fresh = "" if value is None else f"{name} = {literal(value)}\n"
    if line.search(top):
        top = line.sub(lambda _: fresh, top, count=1)
    elif fresh:
        top = f"{top}{'' if top.endswith(chr(10)) or not top else chr(10)}{fresh}"
    wanted = {key: each for key, each in before.items() if key != name}
    after = top + rest
    if tomllib.loads(after) != wanted | ({} if value is None else {name: value}):
        raise config.BadSettings(f"{config.file()} spells {name!r} over several lines. Edit it.")
    return after


def _change(ctx: CliContext, name: str, value: str | None) -> None:
    # Reading it checks it: a file with a fault is not written over.
    config.in_file(name)
    path = config.file().resolve()
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        text = ""
    write_private(path, _written(text, name, value))
    told = {"name": name, "value": _shown(name, value), "file": str(path)}
    ctx.show(
        told,
        lambda of: (
            f"{name} = {of['value']}, in {of['file']}"
            if value is not None
            else f"{name} is not set any more, in {of['file']}"
        ),
    )


@settings.command("list", cls=Verb)
@with_context
def config_list(ctx: CliContext) -> None:
    """List all settings with their values and where each is set.

    Example: ackbox config list
    """
    found = []
    for setting in config.SETTINGS:
        value, source = config.look_up(setting.name)
        found.append(
            {
                "name": setting.name,
                "value": _shown(setting.name, value),
                "source": source,
                "environment": setting.env,
            }
        )
    ctx.show_each(found, SETTINGS, empty="")
    if not ctx.is_json:
        ctx.say(f"The file is {config.file()}.")


@settings.command("get", cls=Verb)
@click.argument("name", type=click.Choice(NAMES))
@with_context
def config_get(ctx: CliContext, name: str) -> None:
    """Show one setting; exit code 6 if it is not set.

    Example: ackbox config get agent
    """
    value, source = config.look_up(name)
    if value is None:
        ctx.fail(
            NOTHING, "not_found", f"{name} is not set.", f"Set it with: ackbox config set {name} …"
        )
    told = {"name": name, "value": _shown(name, value), "source": source}
    ctx.show(told, lambda of: str(of["value"]))


@settings.command("set", cls=Verb)
@click.argument("name", type=click.Choice(NAMES))
@click.argument("value")
@with_context
def config_set(ctx: CliContext, name: str, value: str) -> None:
    """Write one setting into your settings file.

    Example: ackbox config set workspace shop
    """
    if name == "port" and not (value.isascii() and value.isdecimal() and int(value) < 65536):
        ctx.fail(REFUSED, "invalid", f"The port {value!r} is not a number.", "Use 0 to 65535.")
    if name == "url":
        parse_url(value)
    if not value:
        ctx.fail(
            REFUSED, "invalid", f"{name} is empty.", f"Remove it with: ackbox config unset {name}"
        )
    _change(ctx, name, value)
    found, source = config.look_up(name)
    if source == "environment" and not ctx.is_json:
        ctx.say(f"The environment sets it to {_shown(name, found)}, which wins over the file.")


@settings.command("unset", cls=Verb)
@click.argument("name", type=click.Choice(NAMES))
@with_context
def config_unset(ctx: CliContext, name: str) -> None:
    """Remove one setting from your settings file.

    Example: ackbox config unset workspace
    """
    _change(ctx, name, None)
