"""The command line: verbs people type, each a call of a server's operations.

Here is what all verbs share: the settings that work before and after a verb, how answers are
printed, how refusals end. Verbs live in ctx, people, run and the like and are loaded
when used. Table on a terminal, JSON lines when piped; answers on stdout, all else on stderr.
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
    """The settings of one run, and how to call and print with them."""

    def __init__(self) -> None:
        self.options: dict[str, Any] = {}
        self.timeout_s = 70.0

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
            body = {
                "error": {"code": code, "message": message, "hint": hint, "details": details or {}}
            }
            click.echo(as_json(body), err=True)
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
                    f"{flag} {shlex.quote(str(self.options[name]))}"
                    for name, flag in flags.items()
                    if name in self.options
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
        context.ensure_object(CliContext).options[str(parameter.name)] = value


def shared_options() -> list[click.Option]:
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
        self.shared = [option for option in shared_options() if not own & set(option.opts)]
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


with_context = click.make_pass_decorator(CliContext, ensure=True)


def verb(
    name: str, registry: dict[str, click.Command], **options: Any
) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a verb: its docstring is the help, the example first."""

    def make(function: Callable[..., Any]) -> click.Command:
        registry[name] = click.command(name, cls=Verb, **options)(with_context(function))
        return registry[name]

    return make


def verbs(name: str, registry: dict[str, click.Command], help: str) -> click.Group:
    """Make a verb of several, such as `key create`; they are added to what this returns."""
    made = registry[name] = click.Group(name, help=help)
    return made
