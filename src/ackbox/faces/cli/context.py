"""What all commands share: their common options, how they call the server and print results.

The command itself and its table of verbs are in main.py. Results are a table on a terminal and JSON
lines in a pipe, on stdout; everything else goes to stderr.
Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import operator
import shlex
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ackbox import config
from ackbox.client.discovery import caller, data_dir_of
from ackbox.client.http import HttpCaller, NoServer
from ackbox.errors import AckboxError
from ackbox.faces.terminal_text import Column, as_json, plain, table

if TYPE_CHECKING:
    from ackbox.client.sync import SyncClient

DONE, REFUSED, USED_WRONGLY, NO_SERVER, KEY, TOO_LONG, NOTHING = 0, 1, 2, 3, 4, 5, 6


class CliContext:
    """The options of one run, and how to call the server and print with them."""

    def __init__(self) -> None:
        self.options: dict[str, Any] = {}
        self.timeout_s = 70.0
        # What files of a program that is run get; those of ackbox get less.
        self.umask = 0o077

    def setting(self, name: str) -> str | None:
        value = self.options.get(name)
        return config.get(name, None if value is None else str(value))

    @property
    def is_json(self) -> bool:
        if self.options.get("as_json") or self.options.get("as_text"):
            return bool(self.options.get("as_json"))
        return not sys.stdout.isatty()

    @property
    def server(self) -> HttpCaller:
        """The server that the settings name."""
        return caller(
            data_dir=self.options.get("data_dir"),
            url=self.options.get("url"),
            key=self.options.get("key"),
        )

    @property
    def data_dir(self) -> Any:
        return data_dir_of(self.options.get("data_dir"))

    def call(self, name: str, /, **params: Any) -> Any:
        """Call one operation as the agent that the options name.

        On an error, prints it and ends the program with its exit code.
        """
        try:
            return self.attempt(name, **params)
        except NoServer as error:
            self.no_server(str(error))
        except AckboxError as error:
            self.refuse(error)

    def attempt(self, name: str, /, **params: Any) -> Any:
        """Call one operation. Raises NoServer and the errors of ackbox.errors."""
        who = {
            "workspace": self.setting("workspace"),
            "agent": self.agent,
            "instance": self.setting("instance"),
        }
        given = {**{key: value for key, value in who.items() if value}, **params}
        server = self.server
        # A command that only reads registers no agent.
        server.says = {
            "Ackbox-Glance": "1",
            **({"Ackbox-Person": "1"} if self.is_person(given.get("agent")) else {}),
        }
        return server.call(name, given, timeout_s=self.timeout_s)

    @property
    def agent(self) -> str | None:
        """Return the agent's name: the option or setting, else, on the server's own machine, the
        login name.
        """
        return self.setting("agent") or (login_name() if self.is_at_server else None)

    @property
    def is_at_server(self) -> bool:
        """Whether the command finds the server and the operator's key without options, as on the
        server's own machine.
        """
        return not self.setting("url") and not self.setting("key")

    def is_person(self, name: Any) -> bool:
        """Whether a name is that of the person at this terminal."""
        return self.is_at_server and name is not None and name == login_name()

    @contextmanager
    def client(self, *, patience_s: float, named: bool = False) -> Iterator[SyncClient]:
        """Open a client that keeps a socket, as the agent that the options name; ends the program
        on an error as `call` does.

        With `named` and no name set, the client is the person at this terminal.
        """
        from ackbox.client.sync import SyncClient

        try:
            if named and self.is_person(self.agent):
                self.attempt("agent.heartbeat")
            with SyncClient(
                self.options.get("url"),
                self.options.get("key"),
                data_dir=self.options.get("data_dir"),
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
        """Report that no server answers, with what to do about it."""
        elsewhere = self.setting("url")
        self.fail(
            NO_SERVER,
            "no_server",
            message,
            (
                "Check --url or ACKBOX_URL, and that the server runs there."
                if elsewhere
                else "Start one with: ackbox up"
            ),
        )

    def refuse(self, error: AckboxError) -> NoReturn:
        hint = error.hint
        if error.details.get("field") == "agent" and not self.setting("agent"):
            hint = "Name yourself: ackbox --as NAME …, or: export ACKBOX_AGENT=NAME"
        if error.status == 401 and error.details.get("reason") == "missing":
            hint = (
                "Set ACKBOX_KEY, or pass --key-file FILE. On the server's machine, --data-dir finds"
                " the operator's key."
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
        """Print on stderr what was wrong and what to do, and end the program."""
        if self.is_json:
            body = {
                "error": {"code": code, "message": message, "hint": hint, "details": details or {}}
            }
            click.echo(as_json(body), err=True)
        else:
            click.echo(plain(f"{message} {hint or ''}".rstrip()), err=True)
        sys.exit(exit_code)

    @property
    def again(self) -> str:
        """The start of a follow-up command: `ackbox` with the shared options of this run."""
        flags = {
            "data_dir": "--data-dir",
            "url": "--url",
            "key_file": "--key-file",
            "workspace": "-w",
            "agent": "--as",
            "instance": "--instance",
        }
        return " ".join(
            [
                "ackbox",
                *(
                    f"{flag} {shlex.quote(str(self.options[name]))}"
                    for name, flag in flags.items()
                    if name in self.options
                ),
            ]
        )

    def show(self, answer: Any, text: Callable[[Any], str]) -> None:
        """Print one result: as JSON, or as the text that `text` makes of it."""
        if self.is_json:
            click.echo(as_json(self.picked(answer)))
        else:
            click.echo(plain(text(answer)))

    def show_each(self, answers: Sequence[Any], columns: Sequence[Column], *, empty: str) -> None:
        """Print a list: one JSON object a line, or a table.

        `empty` is printed for an empty list, and says what to do.
        """
        if self.is_json:
            for each in answers:
                click.echo(as_json(self.picked(each)))
        elif not answers:
            click.echo(plain(empty), err=True)
        else:
            fields = self.options.get("fields")
            if fields:
                columns = [
                    Column(name, operator.methodcaller("get", name)) for name in fields.split(",")
                ]
            for line in table(answers, columns):
                click.echo(plain(line))

    def picked(self, answer: Any) -> Any:
        fields = self.options.get("fields")
        return (
            {name: answer.get(name) for name in fields.split(",")}
            if fields and isinstance(answer, dict)
            else answer
        )

    def say(self, text: str) -> None:
        """Print a note on stderr: anything that is not the result."""
        click.echo(plain(text), err=True)


def login_name() -> str:
    """Return the login name without the characters that a name cannot hold.

    `me` when nothing is left, or only a reserved word.
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
    """Return an idempotency key, so that a send can be repeated when its reply was lost."""
    return uuid.uuid4().hex


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    options = context.ensure_object(CliContext).options
    if value is not None and value is not False:
        options[str(parameter.name)] = value
    if value is not None and parameter.name in ("key", "key_file"):
        if options.keys() >= {"key", "key_file"}:
            raise click.UsageError("Both --key and --key-file are set. Pass one of them.", context)
        if parameter.name == "key_file":
            options["key"] = config.read_secret(value, "API key")


def shared_options() -> list[click.Option]:
    """Return the options that work before and after every verb."""
    texts = {
        "data_dir": (["--data-dir"], "Data directory of the local server.", {}),
        "url": (["--url"], "URL of the server.", {}),
        "key": (
            ["--key"],
            "API key. Other users see it in `ps`: prefer ACKBOX_KEY or --key-file.",
            {},
        ),
        "key_file": (["--key-file"], "File that holds the API key.", {}),
        "workspace": (["--workspace", "-w"], "Workspace to use.", {}),
        "agent": (["--as"], "Your agent name.", {}),
        "instance": (["--instance"], "Name of this running instance of the agent.", {}),
        "as_json": (["--json"], "Print JSON; a list is one object per line.", {"is_flag": True}),
        "as_text": (["--text"], "Print text, even in a pipe.", {"is_flag": True}),
        "fields": (["--fields"], "Print only these fields, separated by commas.", {}),
    }
    return [
        click.Option(
            [name, *flags], help=help, expose_value=False, callback=_keep, hidden=False, **more
        )
        for name, (flags, help, more) in texts.items()
    ]


class Verb(click.Command):
    """A command that also takes the shared options, listed after its own."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        own = {flag for parameter in self.params for flag in parameter.opts}
        self.shared = [option for option in shared_options() if not own & set(option.opts)]
        self.params += self.shared

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, parameters in (
            ("Options", [p for p in self.params if p not in self.shared]),
            ("Options of every command", self.shared),
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


with_context = click.make_pass_decorator(CliContext, ensure=True)


def verb(
    name: str, registry: dict[str, click.Command], **options: Any
) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a verb; its docstring is the help."""

    def make(function: Callable[..., Any]) -> click.Command:
        registry[name] = click.command(name, cls=Verb, **options)(with_context(function))
        return registry[name]

    return make


def verbs(name: str, registry: dict[str, click.Command], help: str) -> click.Group:
    """Make a group of verbs, such as `key`; commands are added to the returned group."""
    made = registry[name] = click.Group(name, help=help)
    return made
