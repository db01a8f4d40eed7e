"""The command line: verbs people type, each a call of a server's operations.

Here is what all verbs share: the settings that work before and after a verb, how answers are
printed, how refusals end. Verbs live in talk, people, run and the like and are loaded
when used. Table on a terminal, JSON lines when piped; answers on stdout, all else on stderr.
Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import importlib
import io
import operator
import os
import shlex
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ackbox import __version__, config
from ackbox.client.discovery import caller, data_dir_of
from ackbox.client.http import HttpCaller, NoServer
from ackbox.errors import AckboxError
from ackbox.faces.terminal_text import Column, as_json, plain, table

if TYPE_CHECKING:
    from ackbox.client.sync import SyncClient

DONE, REFUSED, USED_WRONGLY, NO_SERVER, KEY, TOO_LONG, NOTHING = 0, 1, 2, 3, 4, 5, 6

# Each verb's module; loaded when it is used, because imports are the latency of a short command.
VERBS: dict[str, str] = {
    **dict.fromkeys(
        (
            "send",
            "reply",
            "ask",
            "inbox",
            "read",
            "ack",
            "archive",
            "withdraw",
            "thread",
            "search",
            "tail",
            "wait",
        ),
        "talk",
    ),
    **dict.fromkeys(
        ("who", "me", "heartbeat", "nudge", "dismiss", "agent", "key", "workspace"), "people"
    ),
    **dict.fromkeys(("task",), "work"),
    **dict.fromkeys(("session", "note", "turn"), "notes"),
    **dict.fromkeys(("run", "connect", "disconnect"), "connect"),
    **dict.fromkeys(("invite", "join"), "invite"),
    **dict.fromkeys(("up", "stop", "status", "demo", "open", "mcp", "doctor", "completion"), "run"),
    **dict.fromkeys(("schedule", "webhook"), "automation"),
    **dict.fromkeys(("export", "log", "import", "backup"), "keep"),
    **dict.fromkeys(("tui", "flow", "health", "overview"), "watch"),
    **dict.fromkeys(("needs", "threads"), "needs"),
}
# In the order that --help lists them; modules of one title stand together.
FAMILIES = {
    "connect": "Agent programs",
    "invite": "Agent programs",
    "run": "Run",
    "talk": "Talk",
    "watch": "Watch",
    "needs": "Watch",
    "people": "People and keys",
    "work": "Work",
    "notes": "Sessions, notes and turns",
    "automation": "Send by itself",
    "keep": "Keep",
}


class Talk:
    """The settings of one run, and how to call and print with them."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self.timeout_s = 70.0
        # What the caller's own files get; ours get less.
        self.umask = 0o077

    def setting(self, name: str) -> str | None:
        value = self.given.get(name)
        return config.get(name, None if value is None else str(value))

    @property
    def is_json(self) -> bool:
        if self.given.get("as_json") or self.given.get("as_text"):
            return bool(self.given.get("as_json"))
        return not sys.stdout.isatty()

    @property
    def server(self) -> HttpCaller:
        """The server that the settings name."""
        return caller(
            data_dir=self.given.get("data_dir"),
            url=self.given.get("url"),
            key=self.given.get("key"),
        )

    @property
    def data_dir(self) -> Any:
        return data_dir_of(self.given.get("data_dir"))

    def call(self, name: str, /, **params: Any) -> Any:
        """Do one operation as whom the settings say.

        Ends the program with the right exit code when it is refused.
        """
        try:
            return self.attempt(name, **params)
        except NoServer as error:
            self.no_server(str(error))
        except AckboxError as error:
            self.refuse(error)

    def attempt(self, name: str, /, **params: Any) -> Any:
        """Do one operation. Raises NoServer and the errors of ackbox.errors."""
        who = {
            "workspace": self.setting("workspace"),
            "agent": self.agent,
            "instance": self.setting("instance"),
        }
        given = {**{key: value for key, value in who.items() if value}, **params}
        server = self.server
        # A command that only looks registers nobody.
        server.says = {
            "Ackbox-Glance": "1",
            **({"Ackbox-Person": "1"} if self.is_person(given.get("agent")) else {}),
        }
        return server.call(name, given, timeout_s=self.timeout_s)

    @property
    def agent(self) -> str | None:
        """Return the name that was set.

        On the server's machine, with the operator's key, else the login name.
        """
        return self.setting("agent") or (login_name() if self.is_at_server else None)

    @property
    def is_at_server(self) -> bool:
        """Whether a command finds the server and the operator's key by itself, as on the
        server's own machine.
        """
        return not self.setting("url") and not self.setting("key")

    def is_person(self, name: Any) -> bool:
        """Whether a name is that of the person who types here."""
        return self.is_at_server and name is not None and name == login_name()

    @contextmanager
    def client(self, *, patience_s: float, named: bool = False) -> Iterator[SyncClient]:
        """Give a client that keeps a socket open, as whom the settings say; ends the program as
        `call` does when it is refused.

        With `named` it is somebody: without a name set, the person who types here.
        """
        from ackbox.client.sync import SyncClient

        try:
            if named and self.is_person(self.agent):
                self.attempt("agent.heartbeat")
            with SyncClient(
                self.given.get("url"),
                self.given.get("key"),
                data_dir=self.given.get("data_dir"),
                workspace=self.setting("workspace"),
                agent=self.agent if named else self.setting("agent"),
                instance=self.setting("instance"),
                patience_s=patience_s,
            ) as client:
                yield client
        except NoServer as error:
            self.no_server(str(error))
        except AckboxError as error:
            self.refuse(error)

    def no_server(self, message: str) -> NoReturn:
        """Say that nobody answers, and what to do: a server elsewhere is not started from here."""
        elsewhere = self.setting("url")
        self.fail(
            NO_SERVER,
            "no_server",
            message,
            (
                "Check --url or ACKBOX_URL, and that it runs there."
                if elsewhere
                else "Start one with: ackbox up"
            ),
        )

    def refuse(self, error: AckboxError) -> NoReturn:
        hint = error.hint
        if error.details.get("field") == "agent" and not self.setting("agent"):
            hint = "Say who you are: ackbox --as NAME …, or: export ACKBOX_AGENT=NAME"
        if error.status == 401 and error.details.get("reason") == "missing":
            hint = (
                "Give one with --key or ACKBOX_KEY; on the server's machine --data-dir finds the"
                " operator's."
            )
        message = error.message
        if not self.is_json:
            from ackbox.faces.cli.names import spoken

            message, hint = spoken(message), hint and spoken(hint)
        self.fail(
            KEY if error.status in (401, 403) else REFUSED, error.code, message, hint, error.details
        )

    def fail(
        self, exit_code: int, code: str, message: str, hint: str | None, details: Any = None
    ) -> NoReturn:
        """Say on stderr what was wrong and what to do, and end."""
        if self.is_json:
            told = {
                "error": {"code": code, "message": message, "hint": hint, "details": details or {}}
            }
            click.echo(as_json(told), err=True)
        else:
            click.echo(plain(f"{message} {hint or ''}".rstrip()), err=True)
        sys.exit(exit_code)

    @property
    def again(self) -> str:
        """The start of a further command as the same one at the same place: what was set by a
        flag is said again.
        """
        flags = {
            "data_dir": "--data-dir",
            "url": "--url",
            "workspace": "-w",
            "agent": "--as",
            "instance": "--instance",
        }
        return " ".join(
            [
                "ackbox",
                *(
                    f"{flag} {shlex.quote(str(self.given[name]))}"
                    for name, flag in flags.items()
                    if name in self.given
                ),
            ]
        )

    def show(self, answer: Any, text: Callable[[Any], str]) -> None:
        """Print one answer: as JSON, or as the text made of it."""
        if self.is_json:
            click.echo(as_json(self.picked(answer)))
        else:
            click.echo(plain(text(answer)))

    def show_each(self, answers: Sequence[Any], columns: Sequence[Column], *, empty: str) -> None:
        """Print a list: one JSON object a line, or a table.

        `empty` says what to do when there is nothing.
        """
        if self.is_json:
            for each in answers:
                click.echo(as_json(self.picked(each)))
        elif not answers:
            click.echo(plain(empty), err=True)
        else:
            fields = self.given.get("fields")
            if fields:
                columns = [
                    Column(name, operator.methodcaller("get", name)) for name in fields.split(",")
                ]
            for line in table(answers, columns):
                click.echo(plain(line))

    def picked(self, answer: Any) -> Any:
        fields = self.given.get("fields")
        return (
            {name: answer.get(name) for name in fields.split(",")}
            if fields and isinstance(answer, dict)
            else answer
        )

    def say(self, text: str) -> None:
        """Tell people something that is not the answer."""
        click.echo(plain(text), err=True)


def login_name() -> str:
    """Return the name of the account without what a name cannot hold.

    `me` when that leaves nothing, or a reserved word.
    """
    import getpass

    from ackbox.model.name import EVERYBODY, RESERVED
    from ackbox.model.text import beginning

    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = ""
    clean = "".join(c for c in beginning(name, 64) if c.isalnum() or c in "-_.")
    return clean if clean and clean.casefold() not in RESERVED | {EVERYBODY} else "me"


def new_key() -> str:
    """Return an idempotency key, so that a send may be repeated safely when its answer was lost."""
    return uuid.uuid4().hex


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is not None and value is not False:
        context.ensure_object(Talk).given[str(parameter.name)] = value


def _shared() -> list[click.Option]:
    """The options that work before and after every verb."""
    texts = {
        "data_dir": (["--data-dir"], "Data directory of the local server.", {}),
        "url": (["--url"], "Server to talk to.", {}),
        "key": (["--key"], "Key to talk with.", {}),
        "workspace": (["--workspace", "-w"], "Workspace to act in.", {}),
        "agent": (["--as"], "Who you are.", {}),
        "instance": (["--instance"], "Which running copy of you this is.", {}),
        "as_json": (["--json"], "Print JSON, one object a line for lists.", {"is_flag": True}),
        "as_text": (["--text"], "Print text, also into a pipe.", {"is_flag": True}),
        "fields": (["--fields"], "Only these fields, with commas between.", {}),
    }
    return [
        click.Option(
            [name, *flags], help=help, expose_value=False, callback=_keep, hidden=False, **more
        )
        for name, (flags, help, more) in texts.items()
    ]


class Verb(click.Command):
    """A command that also takes the shared options, listed apart so that its own are seen first."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        own = {flag for parameter in self.params for flag in parameter.opts}
        self.shared = [option for option in _shared() if not own & set(option.opts)]
        self.params += self.shared

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, parameters in (
            ("Options", [p for p in self.params if p not in self.shared]),
            ("For every command", self.shared),
        ):
            records = [record for p in parameters if (record := p.get_help_record(ctx)) is not None]
            if title == "Options":
                records += [
                    record
                    for p in [self.get_help_option(ctx)]
                    if p and (record := p.get_help_record(ctx))
                ]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class Verbs(click.Group):
    """The verbs by family, each loaded when it is used; what they are refused is said here."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AckboxError as error:
            ctx.ensure_object(Talk).refuse(error)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = VERBS.get(cmd_name)
        if module is None:
            return None
        found: click.Command = importlib.import_module(f"ackbox.faces.cli.{module}").VERBS[cmd_name]
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], VERBS, n=1)
            raise click.UsageError(
                f"{error.message} {f'Did you mean {near[0]!r}?' if near else 'See: ackbox --help'}",
                ctx,
            ) from None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs before the options: they are what one comes for."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title in dict.fromkeys(FAMILIES.values()):
            records = [
                (name, command.get_short_help_str(120))
                for name, place in VERBS.items()
                if FAMILIES[place] == title
                and (command := self.get_command(ctx, name)) is not None
                and not command.hidden
            ]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    params=_shared(),
)
@click.version_option(__version__, "--version", "-V", message="ackbox %(version)s")
@click.pass_context
def cli(context: click.Context, /) -> None:
    """Post for software agents.

    Example: ackbox up, then in another terminal: ackbox --as ana send bob "hello"
    """
    context.ensure_object(Talk)
    if context.invoked_subcommand is None:
        from ackbox.faces.cli.run import overview

        overview(context.obj)


talking = click.make_pass_decorator(Talk, ensure=True)


def verb(
    name: str, registry: dict[str, click.Command], **options: Any
) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a verb: its docstring is the help, the example first."""

    def make(function: Callable[..., Any]) -> click.Command:
        registry[name] = click.command(name, cls=Verb, **options)(talking(function))
        return registry[name]

    return make


def verbs(name: str, registry: dict[str, click.Command], help: str) -> click.Group:
    """Make a verb of several, such as `key create`; they are added to what this returns."""
    made = registry[name] = click.Group(name, help=help)
    return made


def _usage_of(error: click.ClickException) -> str:
    """Return how a command was used wrongly, as click says it, safe for a terminal."""
    context = getattr(error, "ctx", None)
    usage = (
        f"{context.get_usage()}\n{context.command_path}"
        f" {(context.help_option_names or ['--help'])[-1]} says more.\n\n"
        if context
        else ""
    )
    return plain(f"{usage}Error: {error.format_message()}")


def speak_utf8() -> None:
    """Read and write UTF-8 whatever the locale says.

    An invalid byte comes in as half of a surrogate pair, and never goes out as one.
    """
    for stream, errors in (
        (sys.stdin, "surrogateescape"),
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
    ):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)
    sys.argv = [os.fsencode(argument).decode("utf-8", "surrogateescape") for argument in sys.argv]


def main() -> None:
    """Run the command line; a reader that goes away, or Ctrl-C, ends it quietly."""
    # What this command and its children write is their owner's alone, also where no mode is named.
    talk = Talk()
    talk.umask = os.umask(0o077)
    try:
        speak_utf8()
        cli(prog_name="ackbox", standalone_mode=False, obj=talk)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(plain(error.format_message()), err=True)
        sys.exit(USED_WRONGLY)
    except config.BadSettings as error:
        click.echo(plain(str(error)), err=True)
        sys.exit(USED_WRONGLY)
    except click.ClickException as error:
        click.echo(_usage_of(error), err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read the pipe has enough; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
