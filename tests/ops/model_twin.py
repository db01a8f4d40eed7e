"""Two apps, one that shares answers and one that does not: the same calls give the same.

They get the same randomness and the same clock, so that answers and rows are equal to the last
id. What the writes of a group share is said in docs/why/storage.md; test_model.py plays both.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ackbox.app.call import App
from ackbox.errors import AckboxError
from ackbox.store.engines.sqlite import SqliteEngine
from tests.engines import writer_of

# One call: its operation and parameters.
Asked = tuple[str, dict[str, Any]]


async def at_once(app: App, key: str, calls: list[Asked]) -> list[Any]:
    return await asyncio.gather(
        *(app.call(operation, params, credential=key) for operation, params in calls),
        return_exceptions=True,
    )


class Draws:
    """The randomness of the system, which can be had once more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._times = 0
        self._random = random.Random(0)
        monkeypatch.setattr("os.urandom", self)
        # Where `secrets` draws from.
        monkeypatch.setattr("random._urandom", self)

    def __call__(self, size: int) -> bytes:
        return self._random.randbytes(size)

    def go_on(self) -> None:
        self._times += 1
        self.repeat()

    def repeat(self) -> None:
        self._random = random.Random(self._times)


class Twins:
    """An app, and a second one without sharing that must answer every call alike."""

    def __init__(self, where: Path, clock: Callable[[], int], draws: Draws) -> None:
        self._draws = draws
        self.app = App(SqliteEngine(f"{where}/shares.db"), clock=clock)
        self.twin = App(SqliteEngine(f"{where}/asks.db", share_answers=False), clock=clock)

    async def open(self) -> str:
        """Open both; return the operator key, which is the same in both."""
        key = await self._open(self.app)
        self._draws.repeat()
        assert await self._open(self.twin) == key
        return key

    async def _open(self, app: App) -> str:
        await app.open()
        # Its turns come by the time of the machine, each app's at another call.
        await app._background.stop()
        key = await app.ensure(workspace="default", operator_key=None)
        assert key is not None
        return key

    async def at_once(self, key: str, calls: list[Asked]) -> list[Any]:
        """Make calls at once in each app; return the answers, which must be equal."""
        self._draws.go_on()
        answers = await at_once(self.app, key, calls)
        self._draws.repeat()
        alike = await at_once(self.twin, key, calls)
        assert list(map(plain, answers)) == list(map(plain, alike)), calls
        return answers

    async def take_turn(self) -> None:
        """Do in both what a server does every second."""
        for app in (self.app, self.twin):
            await app._background.flush()
            await app._background._index()

    async def close(self) -> None:
        """Close both; what they have stored must be equal, row by row."""
        await self.take_turn()
        assert rows_of(self.app) == rows_of(self.twin)
        await self.app.close()
        await self.twin.close()


def without_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a group take its time: what a slow machine cuts off one runs in another order."""
    monkeypatch.setattr("ackbox.store.engines.sqlite_budget.SECONDS", math.inf)
    monkeypatch.setattr("ackbox.store.engines.sqlite.GROUP_SECONDS", math.inf)


def plain(answer: Any) -> Any:
    if isinstance(answer, AckboxError):
        return type(answer), answer.as_dict()
    if isinstance(answer, BaseException):
        raise answer
    return type(answer), msgspec.to_builtins(answer)


def rows_of(app: App) -> dict[str, list[Any]]:
    """Return every row of every table."""
    ask = writer_of(app).execute
    # An index of words cannot be listed; the tables behind it can.
    tables = ask(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    return {str(name): sorted(ask(f'SELECT * FROM "{name}"'), key=repr) for (name,) in tables}
