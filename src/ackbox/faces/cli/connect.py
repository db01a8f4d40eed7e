"""Agent programs: run one with ackbox for one launch, or put ackbox into its settings.

Explained in docs/howto/connect-an-agent-program.md.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from ackbox.client.http import HttpCaller
from ackbox.client.starting import live_server, refuse_here, start_server
from ackbox.connecting.given import given_of, program_of, refuse_temporary
from ackbox.connecting.install import Change, Place, install, plan, plan_removal, remove
from ackbox.connecting.launching import executable_of, prepare
from ackbox.connecting.proof import Proof, prove
from ackbox.errors import AckboxError
from ackbox.faces.cli.context import REFUSED, CliContext
from ackbox.faces.cli.verb import verb, with_context
from ackbox.faces.terminal_text import plain
from ackbox.programs import PROGRAMS
from ackbox.programs.program import Program
from ackbox.programs.setting import Given

VERBS: dict[str, click.Command] = {}
ALLOWED = "allowed-programs"
# Shared options that a hook takes too, and how it calls them.
HOOK_OPTIONS = {
    "agent": "--as",
    "instance": "--instance",
    "workspace": "--workspace",
    "data_dir": "--data-dir",
    "url": "--url",
}


def ensure_server(ctx: CliContext) -> None:
    """Start the server in the background when none runs here, and say so."""
    url = ctx.setting("url")
    if url is not None:
        if not HttpCaller(url.rstrip("/"), None).is_up():
            ctx.no_server(f"No server answers at {url}.")
        return
    if live_server(ctx.data_dir) is None:
        server, is_new = start_server(ctx.data_dir)
        if is_new:
            ctx.say(
                f"Started the ackbox server at {server['url']} in the background; stop it with:"
                " ackbox stop"
            )


def given_for(ctx: CliContext, program: Program) -> Given:
    """Return what the options say of an installation or a launch.

    In a sealed workspace the program is the member whose vault key this machine has.
    """
    from ackbox.faces.cli.vault_context import only_member

    return given_of(
        program,
        agent=ctx.options.get("agent") or only_member(ctx),
        workspace=ctx.options.get("workspace"),
        data_dir=ctx.options.get("data_dir"),
        url=ctx.options.get("url"),
        environment=os.environ,
    )


def is_allowed(ctx: CliContext, program: Program, allow: bool | None) -> bool:
    """Whether the program may use ackbox's tools without asking: as said now, else as before.

    On a terminal a person is asked, once.
    """
    from ackbox.private import read_private, write_private

    if not program.permission:
        return False
    path = ctx.data_dir / ALLOWED
    known = dict(
        line.split("=", 1) for line in (read_private(path) or "").splitlines() if "=" in line
    )
    if allow is None and program.name not in known and sys.stdin.isatty() and sys.stderr.isatty():
        allow = click.confirm(
            f"May {program.title} use ackbox without asking each time?",
            default=True,
            err=True,
        )
    if allow is not None:
        known[program.name] = "yes" if allow else "no"
        write_private(path, "".join(f"{name}={value}\n" for name, value in known.items()))
    return known.get(program.name) == "yes"


@verb("run", VERBS)
@click.argument("program", type=click.Choice(list(PROGRAMS)))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--allow/--ask",
    default=None,
    help="Let the program use ackbox's tools without asking, now and in later runs.",
)
def run(ctx: CliContext, program: str, arguments: tuple[str, ...], allow: bool | None) -> None:
    """Run an agent program with ackbox for one launch.

    Example: ackbox run claude --as ana -- --model opus
    """
    refuse_here("ackbox run")
    chosen = program_of(program)
    path = executable_of(chosen, os.environ.get("PATH"))
    ensure_server(ctx)
    given = msgspec.structs.replace(
        given_for(ctx, chosen), may_use_tools=is_allowed(ctx, chosen, allow)
    )
    own, variables = prepare(chosen, given, ctx.data_dir)
    _become([path, *own, *arguments], {**os.environ, **variables}, ctx.umask)


def _become(argv: list[str], environment: dict[str, str], umask: int) -> Any:
    """Go on as another program, so that the terminal and all signals are its own."""
    sys.stdout.flush()
    sys.stderr.flush()
    # Python ignores it, and what is ignored stays so in the program.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.umask(umask)
    os.execve(argv[0], argv, environment)


@verb("connect", VERBS)
@click.argument("program", required=False, type=click.Choice(list(PROGRAMS)))
@click.option("--all", "every", is_flag=True, help="Every agent program that is installed here.")
@click.option("--project", is_flag=True, help="Only for the project in this directory.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--print", "shown", is_flag=True, help="Print the lines to put in by hand.")
@click.option(
    "--allow/--ask", default=None, help="Let the program use ackbox's tools without asking."
)
@click.option("--wait", is_flag=True, help="Wait for the first session of the program.")
def connect(
    ctx: CliContext,
    program: str | None,
    every: bool,
    project: bool,
    dry_run: bool,
    shown: bool,
    allow: bool | None,
    wait: bool,
) -> None:
    """Put ackbox into an agent program's settings, and check that it works.

    Example: ackbox connect claude --as ana
    """
    refuse_here("ackbox connect")
    chosen, is_bad = _chosen(program, every), False
    for each in chosen:
        given = msgspec.structs.replace(given_for(ctx, each), is_project=project)
        if shown:
            _print(each, given)
            continue
        may = allow if dry_run else is_allowed(ctx, each, allow)
        given = msgspec.structs.replace(given, may_use_tools=bool(may))
        try:
            works = _connect_one(ctx, each, given, dry_run=dry_run)
        except AckboxError as error:
            if not every:
                raise
            # One program's broken file keeps none of the others from being connected.
            ctx.say(f"{each.title}: {error.message} {error.hint or ''}".rstrip())
            works = False
        is_bad = is_bad or not works
    if is_bad:
        sys.exit(REFUSED)
    if wait and not shown and not dry_run:
        _wait_for_session(ctx, [each.name for each in chosen])


def _connect_one(ctx: CliContext, program: Program, given: Given, *, dry_run: bool) -> bool:
    """Install and check one program; returns whether it works. Raises what installing raises."""
    place = Place(Path.cwd(), ctx.data_dir)
    refuse_temporary(given.command)
    _refuse_twice(place, program, given)
    # Before the server is started: a file that cannot be changed needs none.
    changes = [change for change in plan(program, given, place) if not change.is_nothing]
    if dry_run:
        _show_changes(ctx, program, changes)
        return True
    ensure_server(ctx)
    changed = install(program, given, place)
    proofs = prove(given, os.environ)
    ctx.show(_told(program, given, changed, proofs), _as_text)
    return all(proof.works for proof in proofs)


@verb("disconnect", VERBS)
@click.argument("program", required=False, type=click.Choice(list(PROGRAMS)))
@click.option("--all", "every", is_flag=True, help="Every agent program.")
@click.option("--project", is_flag=True, help="The installation for the project in this directory.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
def disconnect(
    ctx: CliContext, program: str | None, every: bool, project: bool, dry_run: bool
) -> None:
    """Remove ackbox from an agent program's settings.

    Example: ackbox disconnect claude
    """
    place = Place(Path.cwd(), ctx.data_dir)
    for each in list(PROGRAMS.values()) if every else _chosen(program, every):
        given = msgspec.structs.replace(given_for(ctx, each), is_project=project)
        if dry_run:
            changes = [c for c in plan_removal(each, given, place) if not c.is_nothing]
            _show_changes(ctx, each, changes)
            continue
        changed = [str(path) for path in remove(each, given, place)]
        ctx.show(
            {"program": each.name, "changed": changed},
            lambda of: (
                f"Removed ackbox from {', '.join(of['changed'])}"
                if of["changed"]
                else f"ackbox is not in the settings of {PROGRAMS[of['program']].title}"
            ),
        )


# An agent program's hook reaches hook/command.py without this one, see __main__.py. This one is
# what --help lists, and what runs when shared options come before the verb.
@click.command(
    "hook",
    add_help_option=False,
    options_metavar="",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="PROGRAM [OPTIONS]")
@with_context
def hook(ctx: CliContext, arguments: tuple[str, ...]) -> None:
    """Send an event of an agent program to the server and print the reply.

    Example: ackbox hook claude < event.json

    `ackbox connect` installs this as the program's hook. On any error it prints nothing, ends with
    0, and writes the reason to hook.log in the data directory; with --check it prints the reason
    and ends with 1. `ackbox hook --help` lists its options.
    """
    from ackbox.faces.hook.command import run as carry
    from ackbox.faces.server.sealed_hook import open_hook

    if "key" in ctx.options:
        # It takes no key as an argument.
        os.environ["ACKBOX_KEY"] = ctx.options["key"]
    shared = [
        part
        for name, flag in HOOK_OPTIONS.items()
        if name in ctx.options
        for part in (flag, str(ctx.options[name]))
    ]
    # After the program, before its own options, which win.
    sys.exit(carry([*arguments[:1], *shared, *arguments[1:]], open_hook))


VERBS["hook"] = hook


def _chosen(program: str | None, every: bool) -> list[Program]:
    if every == (program is not None):
        raise click.UsageError("Name one agent program, or use --all.")
    if program is not None:
        return [program_of(program)]
    found = [each for each in PROGRAMS.values() if shutil.which(each.executable)]
    if not found:
        names = ", ".join(each.executable for each in PROGRAMS.values())
        raise click.UsageError(f"None of {names} is on PATH. Name one to connect it all the same.")
    return found


def _refuse_twice(place: Place, program: Program, given: Given) -> None:
    """Refuse a project's installation beside one for all projects: each hook would run twice."""
    other = [
        record
        for record in place.all()
        if record.program == program.name and record.is_project != given.is_project
    ]
    here = [each for each in other if not each.is_project or _is_below(each.path, place.project)]
    if here:
        where = "this project" if here[0].is_project else "all projects"
        flag = " --project" if here[0].is_project else ""
        raise click.UsageError(
            f"{program.title} is connected for {where} already ({here[0].path}), and would show"
            f" each message twice. First run: ackbox disconnect {program.name}{flag}"
        )


def _is_below(path: str, directory: Path) -> bool:
    return Path(path).is_relative_to(directory)


def _print(program: Program, given: Given) -> None:
    """Print each file with the lines that belong in it."""
    from ackbox.connecting import edit
    from ackbox.programs.setting import OwnFile

    texts: dict[str, str] = {}
    for setting in program.settings(msgspec.structs.replace(given, may_use_tools=True)):
        if isinstance(setting, OwnFile):
            texts[setting.file] = setting.text
        else:
            file = setting.files[0]
            texts[file] = edit.apply(file, texts.get(file, ""), setting)
    for file, text in texts.items():
        click.echo(plain(f"# {file}"))
        click.echo(plain(text))
    if program.permission:
        click.echo(plain(f"# optional: {program.permission}"), err=True)


def _show_changes(ctx: CliContext, program: Program, changes: list[Change]) -> None:
    import difflib

    for change in changes:
        path = str(change.found.path)
        diff = difflib.unified_diff(
            (change.found.text or "").splitlines(),
            (change.after or "").splitlines(),
            path if change.found.text is not None else "/dev/null",
            path if change.after is not None else "/dev/null",
            lineterm="",
        )
        told = {"program": program.name, "path": path, "diff": "\n".join(diff)}
        ctx.show(told, lambda of: of["diff"])
    if not changes:
        ctx.say(f"Nothing would change for {program.title}.")


def _told(
    program: Program, given: Given, changed: list[Path], proofs: list[Proof]
) -> dict[str, Any]:
    return {
        "program": program.name,
        "agent": given.agent,
        "changed": [str(path) for path in changed],
        "proofs": [msgspec.to_builtins(proof) for proof in proofs],
        "allowed": given.may_use_tools,
        "open": program.trust or None,
    }


def _as_text(told: dict[str, Any]) -> str:
    title = PROGRAMS[told["program"]].title
    lines = [f"{title} works with ackbox as {told['agent']}"]
    if not all(each["works"] for each in told["proofs"]):
        lines = [f"{title} is set up as {told['agent']}, but a check failed"]
    lines += [f"  changed  {path}" for path in told["changed"]] or ["  nothing to change"]
    lines += [
        f"  {'ok' if each['works'] else 'BAD':<8} {each['what']}: {each['seen']}"
        for each in told["proofs"]
    ]
    if PROGRAMS[told["program"]].permission and not told["allowed"]:
        lines.append("  open     it asks before each tool of ackbox; to change that: --allow")
    if told["open"]:
        lines.append(f"  open     {told['open']}")
    return "\n".join(lines)


def _wait_for_session(ctx: CliContext, programs: list[str]) -> None:
    """Wait for the first event of one of these programs."""
    names = " or ".join(PROGRAMS[each].title for each in programs)
    ctx.say(f"Waiting for the first session of {names}; start it in another terminal.")
    cursor = ctx.call("event.feed")["cursor"]
    while True:
        page = ctx.call("event.feed", cursor=cursor, kinds=["agent.activity"], wait_s=50)
        cursor = page["cursor"]
        for event in page["events"]:
            card = _card_of(ctx, event)
            if card.get("program") in programs:
                told = {**event["details"], "program": card["program"], "at": event["at"]}
                ctx.show(
                    told,
                    lambda of: f"{PROGRAMS[of['program']].title} reported: {of['agent']} is here",
                )
                return


def _card_of(ctx: CliContext, event: dict[str, Any]) -> dict[str, Any]:
    about = event["details"]
    for each in ctx.call("agent.list")["agents"]:
        for card in each.get("instances") or []:
            if (each["agent"], card.get("instance")) == (about.get("agent"), about.get("instance")):
                return dict(card)
    return {}
