"""Spans: durations as values of options, in the unit that an operation takes.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

from typing import Any

import click

from ackbox.faces.cli.message_text import span
from ackbox.faces.cli.parameters import WrongValue


class Span(click.ParamType[int]):
    """A duration such as 2h, as a whole number of units; a bare number counts units."""

    name = "duration"

    def __init__(self, unit_s: int) -> None:
        self._unit_s = unit_s

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return value if isinstance(value, int) else span(value, self._unit_s)
        except WrongValue as error:
            self.fail(str(error), param, ctx)
