"""The start of every command: it reads the arguments of the usual short commands itself, and leaves
everything else to click in main.py.

Imports little, because that is the latency of a short command; tests/test_house.py has the list.
Explained in docs/why/operations.md, "Short commands".
"""

from __future__ import annotations

import io
import os
import sys

from ackbox.faces.cli.parameters import (
    ShortCommand,
    Unsure,
    WrongUsage,
    keep_shared,
    read_arguments,
    spelled_out,
)

# Not from typing: a short command imports this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# The modules whose commands can run without click.
SHORT = {
    **dict.fromkeys(("send", "reply", "ask", "withdraw"), "send"),
    **dict.fromkeys(("inbox", "read", "ack", "archive", "thread", "search"), "inbox"),
}
COMPLETING = "_ACKBOX_COMPLETE"


def begin() -> int:
    """Prepare the process, and run a short command to the end of the program.

    Returns the umask that the process had when click has to run the command.
    """
    # Files that this command and its children write are readable by their owner only.
    umask = os.umask(0o077)
    speak_utf8()
    sys.argv[1:] = spelled_out(sys.argv[1:])
    if COMPLETING not in os.environ:
        run_short(sys.argv[1:], umask)
    return umask


def run_short(words: list[str], umask: int) -> None:
    """Run a command without click, and end the program; return when click has to do it."""
    try:
        command, levels, values = read_arguments(words, _find)
    except Unsure:
        return
    from ackbox.config import BadSettings
    from ackbox.errors import AckboxError
    from ackbox.faces.cli.context import USED_WRONGLY, CliContext, echo
    from ackbox.faces.terminal_text import plain

    ctx = CliContext(umask, command.spelled)
    try:
        for level in levels:
            for name, value in level.items():
                keep_shared(ctx.options, name, value)
        try:
            command.run(ctx, **values)
        except AckboxError as error:
            ctx.refuse(error)
    except WrongUsage:
        # click reports it, with the usage; nothing has been done yet.
        return
    except BadSettings as error:
        echo(plain(str(error)), is_error=True)
        sys.exit(USED_WRONGLY)
    except KeyboardInterrupt:
        echo("", is_error=True)
        sys.exit(130)
    except BrokenPipeError:
        end_quietly()
    sys.exit(0)


def _find(name: str) -> ShortCommand | None:
    if name not in SHORT:
        return None
    import importlib

    found: ShortCommand = importlib.import_module(f"ackbox.faces.cli.{SHORT[name]}").VERBS[name]
    return found


def end_quietly() -> NoReturn:
    """End the program when the reader has closed the pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def speak_utf8() -> None:
    """Read and write UTF-8 regardless of the locale.

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
