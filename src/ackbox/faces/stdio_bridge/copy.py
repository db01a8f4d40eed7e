"""Who a bridge speaks as: the agent it was given, and the instance of this running copy.

A copy that was given no instance asks the server for one before its first call, and is known to it
by a token of its own.
Explained in docs/why/presence.md, "Running copies".
"""

from __future__ import annotations

import socket
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ackbox.client.http import HttpCaller, NoServer
from ackbox.client.program_process import copy_id
from ackbox.client.staying import Staying
from ackbox.errors import AckboxError

# Longer than this without a sign of life, as after a machine slept, and another copy may have the
# instance.
ASLEEP_S = 150.0


class Copy:
    """One running copy: what its calls say of it."""

    def __init__(
        self,
        said: dict[str, str],
        card: dict[str, str],
        *,
        only_as: str | None = None,
        wants_instance: bool = False,
    ) -> None:
        self.said = said
        self._card = card
        self._only_as = only_as
        self._wish = _place() if wants_instance else None
        # The same as the hooks of the program that started this bridge.
        self._id = (copy_id() or uuid.uuid4().hex) if wants_instance else None
        self._lock = threading.Lock()
        self._is_settled = not wants_instance
        self._seen_at = 0.0

    @property
    def headers(self) -> dict[str, str]:
        """What each request says of who makes it."""
        named = {**self.said, **self._card, "copy": self._id, "only-as": self._only_as}
        return {
            f"Ackbox-{name.capitalize()}": quote(value) for name, value in named.items() if value
        }

    def settle(self, server: HttpCaller, program: str | None) -> None:
        """Have an instance before the first call that is made as one.

        Where the server gives none, the calls are the agent's.
        """
        if self._is_settled:
            return
        with self._lock:
            # Settled once there is an answer: a call beside this one waits for the instance, and
            # where no server answered the next one asks again.
            if not self._is_settled:
                with suppress(NoServer):
                    with suppress(AckboxError):
                        self._check_in(server, program)
                    self._is_settled = True

    def be_here(self, server: HttpCaller, program: str | None) -> None:
        """Say that the copy is here: with all it says of itself at first and after a pause.

        Raises NoServer and the errors of ackbox.errors.
        """
        with self._lock:
            try:
                if time.time() - self._seen_at > ASLEEP_S:
                    self._check_in(server, program)
                else:
                    server.call("agent.heartbeat", dict(self.said), timeout_s=5)
                    self._seen_at = time.time()
            except NoServer:
                self._seen_at = 0.0
                raise

    def leave(self, server: HttpCaller) -> None:
        """Say that the copy is gone, so that another may have its instance."""
        # Who has no instance yet has not come.
        if "agent" in self.said and self._is_settled:
            with suppress(NoServer, AckboxError):
                server.call("agent.check_out", dict(self.said), timeout_s=2)

    def stay(self, staying: Staying, program: str | None) -> None:
        """Say that the copy is here for as long as a socket is open.

        Raises NoServer and the errors of ackbox.errors.
        """
        with self._lock:
            self._come(staying.come(self._card_of(program)))

    def _check_in(self, server: HttpCaller, program: str | None) -> None:
        self._come(server.call("agent.check_in", self._card_of(program), timeout_s=5))

    def _card_of(self, program: str | None) -> dict[str, Any]:
        params: dict[str, Any] = {**self.said, **self._card, "program": program}
        if self._wish is not None:
            params |= {"instance": None, "auto_instance": self._wish, "copy_id": self._id}
        return {name: value for name, value in params.items() if value is not None}

    def _come(self, checked_in: dict[str, Any]) -> None:
        if self._wish is not None:
            self.said["instance"] = checked_in["me"]["instance"]
        self._is_settled = True
        self._seen_at = time.time()


def _place() -> str:
    """Return what tells this copy from others: the name of the directory it works in, else that
    of the machine.
    """
    with suppress(OSError):
        if Path.cwd().name:
            return Path.cwd().name[:200]
    return socket.gethostname()[:200]
