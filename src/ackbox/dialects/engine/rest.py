"""Roads: a system's REST interface as data, over the same words and operations as its tools.

What is HTTP about a request stands in faces/rest/dialect_routes.py. Explained in
docs/why/dialects.md.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from ackbox.app.limits import Rate
from ackbox.dialects.engine.mapping import Field, Refusal, Word
from ackbox.dialects.engine.translate import (
    Asked,
    after,
    ask,
    names_of,
    refusal,
    reply,
    shape_of,
    told_of,
    way_of,
)
from ackbox.errors import AckboxError


class Road(msgspec.Struct, frozen=True, kw_only=True):
    """One route: method and path under the prefixes, the word it is, and the status of its
    success.
    """

    method: str
    path: str
    word: Word
    status: int = 200


class Rest(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One system's REST interface: where it is, its roads, and how each kind of error is said.

    `key_headers` may carry the key beside Authorization; `rate` is how much one key may ask.
    """

    name: str
    prefixes: tuple[str, ...]
    roads: tuple[Road, ...]
    errors: dict[str, Refusal]
    refusal: tuple[Field, ...] = ()
    key_headers: tuple[str, ...] = ()
    rate: Rate | None = None
    opening: Word | None = None

    @cached_property
    def _shapes(self) -> dict[tuple[str, str], type[msgspec.Struct]]:
        return {(road.method, road.path): shape_of(road.word) for road in self.roads}

    def shape(self, road: Road) -> type[msgspec.Struct]:
        """Return what a road takes, as a struct."""
        return self._shapes[road.method, road.path]

    def ask(self, road: Road, given: Any) -> Asked:
        """Return the operation a request stands for. Raises Invalid, UnknownField."""
        return after(self.opening, ask(road.word, self.shape(road), given))

    def say(self, asked: Asked, result: Any) -> Any:
        """Return an operation's result as the body of the reply."""
        return reply(asked, result)

    @cached_property
    def _operations(self) -> dict[str, str]:
        return {road.word.operation: f"{road.method} {road.path}" for road in reversed(self.roads)}

    def refuse(
        self, road: Road | None, error: AckboxError, asked: Asked | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Return the status and the body of an error, as the system says it.

        `asked` is what it refuses, once that was understood.
        """
        own = told_of(error, names_of(asked, self._operations))
        way = way_of(error, own, {**self.errors, **(road.word.errors if road else {})})
        assert isinstance(way, Refusal)
        return way.status or error.status, refusal(way, own, self.refusal)
