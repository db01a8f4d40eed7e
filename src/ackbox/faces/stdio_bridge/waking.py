"""Waking: the bridge notifies its idle agent program of new messages.

The server decides what to wake for and when (ops/rules/waking.py); this module tests which ways
lead to the program, gives the signal, and says so. Explained in docs/why/reach.md, "Waking".
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from ackbox.client.http import HttpCaller, NoServer
from ackbox.config import BadSettings
from ackbox.errors import AckboxError, NotFound

# After an error, and the shortest time between two looks.
PAUSE_S, SHORTEST_S = 5.0, 0.1
# A session that the server does not know may have just begun, or belong to another agent.
UNKNOWN_S = (2.0, 5.0, 10.0, 30.0)


class Way(NamedTuple):
    """A way that leads to the program now: its name, and what gives it a signal.

    `signal(told)` takes the server's reply, and returns whether the program took the signal. With
    `carries_text` it takes the messages to the model itself.
    """

    name: str
    signal: Callable[[dict[str, Any]], bool]
    carries_text: bool = False


class Ways(Protocol):
    """The ways to one program."""

    program: str

    def sessions(self) -> list[str | None]:
        """Return the sessions that the bridge may wake; null means the session of this instance."""

    def session_of(self, meta: dict[str, Any]) -> str | None:
        """Return the id of the running copy that a call comes from, when its process does not tell;
        null when it does.
        """

    def live(self, session: str | None) -> list[Way]:
        """Return the ways that lead to a session now, the politest first."""

    def close(self) -> None:
        """Give up everything that is open."""


class Waker:
    """Wakes the program of one bridge."""

    def __init__(
        self,
        ways: Ways,
        server: Callable[[], HttpCaller],
        identity: Callable[[], dict[str, str]],
    ) -> None:
        self._ways, self._server, self._identity = ways, server, identity
        self._rung = threading.Event()
        self._is_closing = False
        self._unknown: Counter[str | None] = Counter()

    def ring(self) -> None:
        """Look now: something has come, or a way has changed."""
        self._rung.set()

    def close(self) -> None:
        """End `run`."""
        self._is_closing = True
        self._rung.set()
        self._ways.close()

    def run(self) -> None:
        """Look at each ring, and after the time that the server names."""
        while not self._is_closing:
            try:
                look_again_s = min(map(self._look, self._ways.sessions()), default=PAUSE_S)
            except (NoServer, BadSettings, AckboxError, OSError):
                look_again_s = PAUSE_S
            self._rung.wait(max(look_again_s, SHORTEST_S))
            self._rung.clear()

    def _look(self, session: str | None) -> float:
        """Wake a session if there is something to wake it for; returns when to look again."""
        ways = self._ways.live(session)
        way = ways[0] if ways else None
        asked = {
            "program": self._ways.program,
            "program_session": session,
            "way": way.name if way is not None else None,
            "carries_text": way is not None and way.carries_text,
        }
        with suppress(NotFound):
            # Asked right before each signal, so that nothing is signalled that has been read.
            told = self._post("wake", asked)
            if told["text"]:
                self._signal(told, ways)
            return float(told["look_again_s"])
        times = self._unknown[session]
        self._unknown[session] += 1
        return UNKNOWN_S[min(times, len(UNKNOWN_S) - 1)]

    def _signal(self, told: dict[str, Any], ways: list[Way]) -> None:
        named = {"program": self._ways.program, "program_session": told["program_session"]}
        for way in ways:
            if way.carries_text and not told["offer"]:
                continue
            if way.signal(told):
                self._post("signalled", {**named, "way": way.name, "ids": told["ids"]})
                if way.carries_text:
                    self._post("shown", {**named, "offer": told["offer"]})
                return

    def _post(self, what: str, params: dict[str, Any]) -> Any:
        path = f"/v1/hook/{quote(self._ways.program, safe='')}/{what}"
        sent = {name: value for name, value in params.items() if value is not None}
        return self._server().post(path, sent, self._identity())
