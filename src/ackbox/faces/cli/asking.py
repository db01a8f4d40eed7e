"""Asking: a question before a command removes something.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from ackbox.faces.cli.context import USED_WRONGLY, CliContext
from ackbox.faces.terminal_text import plain


def removing(function: Any) -> Any:
    """Add the option of every command that removes something."""
    return click.option("--yes", is_flag=True, help="Do not ask; needed without a terminal.")(
        function
    )


def ask_first(ctx: CliContext, question: str, *, yes: bool) -> None:
    """Return when a person agrees; end the program otherwise, and without a terminal."""
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        ctx.fail(
            USED_WRONGLY,
            "invalid",
            "This command asks first, and there is no terminal.",
            "Pass --yes to go ahead.",
        )
    click.confirm(plain(question), abort=True, err=True)
