"""What all commands share: how they find and call the server, and print results.

The command itself and its table of verbs are in main.py, the common options in parameters.py.
Imports little, because short commands use it. Results are text, or JSON
lines if wanted, on stdout; everything else goes to stderr.
Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager

from ackbox import config
from ackbox.client.discovery import caller
from ackbox.client.http import HttpCaller, NoServer
from ackbox.errors import AckboxError
from ackbox.faces.terminal_text import as_json, plain

# Not from typing: a short command imports this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Any, NoReturn

    from ackbox.client.sync import SyncClient
    from ackbox.faces.terminal_text import Column

DONE, REFUSED, USED_WRONGLY, NO_SERVER, KEY, TOO_LONG, NOTHING = 0, 1, 2, 3, 4, 5, 6


class CliContext:
    """The options of one run, and how to call the server and print with them."""

    def __init__(self, umask: int = 0o077, spelled: dict[str, str] | None = None) -> None:
        self.options: dict[str, Any] = {}
        self.timeout_s = 70.0
        # What files of a program that is run get; those of ackbox get less.
        self.umask = umask
        # The parameters of the command as a user writes them; click knows those of the others.
        self.spelled = spelled

    def setting(self, name: str) -> str | None:
        value = self.options.get(name)
        return config.get(name, None if value is None else str(value))

    @property
    def is_json(self) -> bool:
        if self.options.keys() & {"as_json", "jq"}:
            return True
        return not self.options.get("as_text") and config.get("output") == "json"

    @property
    def server(self) -> HttpCaller:
        """The server that the settings name."""
        return caller(
            data_dir=self.options.get("data_dir"),
            url=self.options.get("url"),
            key=self.options.get("key"),
        )

    @property
    def data_dir(self) -> Path:
        return config.data_dir(self.options.get("data_dir"))

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
                text_times=True,
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

            message, hint = spoken(message, self.spelled), hint and spoken(hint, self.spelled)
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
            echo(as_json(body), is_error=True)
        else:
            echo(plain(f"{message} {hint or ''}".rstrip()), is_error=True)
        sys.exit(exit_code)

    @property
    def again(self) -> str:
        """The start of a follow-up command: `ackbox` with the shared options of this run."""
        import shlex

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
            self.show_json(answer)
        else:
            echo(plain(text(answer)))

    def show_each(self, answers: Sequence[Any], columns: Sequence[Column], *, empty: str) -> None:
        """Print a list: one JSON object a line, or a table.

        `empty` is printed for an empty list, and says what to do.
        """
        if self.is_json:
            for each in answers:
                self.show_json(each)
        elif not answers:
            echo(plain(empty), is_error=True)
        else:
            import operator

            from ackbox.faces.terminal_text import Column, table_text

            fields = self.options.get("fields")
            if fields:
                answers = [self.picked(each) for each in answers]
                columns = [Column(name, operator.itemgetter(name)) for name in answers[0]]
            echo(table_text(answers, columns, in_colour=has_colours()))

    def open_page(self, path: str) -> None:
        """Open a page of the dashboard, or print its address without a browser."""
        from ackbox.faces.cli.browser import open_page

        workspace = self.setting("workspace") or self.call("agent.whoami")["workspace"]
        open_page(self, f"{self.server.url}/w/{workspace}/{path}")

    def show_more(self, page: Any) -> None:
        """Name the command that shows the next page, if there is one."""
        if page.get("cursor") and page.get("has_more", True) and not self.is_json:
            self.say(f"There are more. Next page: add --cursor {page['cursor']}")

    def show_json(self, answer: Any) -> None:
        """Print one result as JSON: all of it, the chosen fields, or what jq makes of it."""
        answer = self.picked(answer)
        expression = self.options.get("jq")
        if expression is None:
            echo(as_json(answer))
            return
        from ackbox.faces.cli.output import filtered

        try:
            lines = filtered(answer, expression)
        except ValueError as error:
            self.fail(USED_WRONGLY, "invalid", str(error), None)
        for line in lines:
            echo(plain(line))

    def picked(self, answer: Any) -> Any:
        fields = self.options.get("fields")
        if not fields:
            return answer
        from ackbox.faces.cli.output import pick

        # Not as wrong usage: the operation has been done.
        try:
            return pick(answer, fields)
        except ValueError as error:
            self.fail(USED_WRONGLY, "invalid", str(error), None)

    def say(self, text: str) -> None:
        """Print a note on stderr: anything that is not the result."""
        echo(plain(text), is_error=True)


def echo(text: str, *, is_error: bool = False) -> None:
    """Print a line."""
    stream = sys.stderr if is_error else sys.stdout
    stream.write(f"{text}\n")
    stream.flush()


def has_colours() -> bool:
    """Whether standard output shows colours."""
    return (
        sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "") not in ("", "dumb")
    )


def login_name() -> str:
    """Return the login name without the characters that a name cannot hold.

    `me` when nothing is left, or only a reserved word.
    """
    from ackbox.model.reserved import EVERYBODY, RESERVED

    name = _user_name()[:64]
    if not name.isascii():
        from ackbox.model.text import beginning

        name = beginning(name, 64)
    clean = "".join(c for c in name if c.isalnum() or c in "-_.")
    return clean if clean and clean.casefold() not in RESERVED | {EVERYBODY} else "me"


def _user_name() -> str:
    """Return what getpass.getuser finds, without its imports."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if name := os.environ.get(variable):
            return name
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return ""


def new_key() -> str:
    """Return an idempotency key, so that a send can be repeated when its reply was lost."""
    return os.urandom(16).hex()
