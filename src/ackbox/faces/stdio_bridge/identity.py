"""The identity of a bridge: its agent, and this running instance of the agent.

A bridge without a set instance gets one from the server before its first call, and identifies
itself by a token.
Explained in docs/why/presence.md, "Instances".
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

# After this time without a heartbeat, for example when the machine slept, another bridge may have
# the instance.
ASLEEP_S = 150.0


class Identity:
    """One bridge's identity: the headers of its calls, and its presence."""

    def __init__(
        self,
        params: dict[str, str],
        card: dict[str, str],
        *,
        only_as: str | None = None,
        wants_instance: bool = False,
    ) -> None:
        self.params = params
        self._card = card
        self._only_as = only_as
        self._wish = _place() if wants_instance else None
        # The same id as in the hooks of the program that started this bridge.
        self._id = (copy_id() or uuid.uuid4().hex) if wants_instance else None
        self._lock = threading.Lock()
        self._is_settled = not wants_instance
        self._seen_at = 0.0

    @property
    def headers(self) -> dict[str, str]:
        """The identity headers of each request."""
        named = {**self.params, **self._card, "copy": self._id, "only-as": self._only_as}
        return {
            f"Ackbox-{name.capitalize()}": quote(value) for name, value in named.items() if value
        }

    def settle(self, server: HttpCaller, program: str | None) -> None:
        """Get an instance before the first call; without one, calls act as the agent."""
        if self._is_settled:
            return
        with self._lock:
            # Any reply settles it: parallel calls wait for the instance, and if no server
            # responded, the next call tries again.
            if not self._is_settled:
                with suppress(NoServer):
                    with suppress(AckboxError):
                        self._check_in(server, program)
                    self._is_settled = True

    @property
    def copy_id(self) -> str | None:
        """The id of this running copy; null without an instance of its own."""
        return self._id

    def become(self, server: HttpCaller, copy_id: str) -> bool:
        """Take the instance of another copy id, before the next call; false when it has it."""
        if self._wish is None or self._id == copy_id:
            return False
        with self._lock:
            if self._is_settled:
                self.leave(server)
            self._id, self._is_settled = copy_id, False
            self.params.pop("instance", None)
        return True

    def be_here(self, server: HttpCaller, program: str | None) -> None:
        """Send a heartbeat; a full check-in at first and after a pause.

        Raises NoServer and the errors of ackbox.errors.
        """
        with self._lock:
            try:
                if time.time() - self._seen_at > ASLEEP_S:
                    self._check_in(server, program)
                else:
                    server.call("agent.heartbeat", dict(self.params), timeout_s=5)
                    self._seen_at = time.time()
            except NoServer:
                self._seen_at = 0.0
                raise

    def leave(self, server: HttpCaller) -> None:
        """Check out, so that another bridge can take the instance."""
        # Without an instance it has not checked in.
        if "agent" in self.params and self._is_settled:
            with suppress(NoServer, AckboxError):
                server.call("agent.check_out", dict(self.params), timeout_s=2)

    def stay(self, staying: Staying, program: str | None) -> None:
        """Check in as long as a socket is open.

        Raises NoServer and the errors of ackbox.errors.
        """
        with self._lock:
            self._come(staying.come(self._card_of(program)))

    def _check_in(self, server: HttpCaller, program: str | None) -> None:
        self._come(server.call("agent.check_in", self._card_of(program), timeout_s=5))

    def _card_of(self, program: str | None) -> dict[str, Any]:
        params: dict[str, Any] = {**self.params, **self._card, "program": program}
        if self._wish is not None:
            params |= {"instance": None, "auto_instance": self._wish, "copy_id": self._id}
        return {name: value for name, value in params.items() if value is not None}

    def _come(self, checked_in: dict[str, Any]) -> None:
        if self._wish is not None:
            self.params["instance"] = checked_in["me"]["instance"]
        self._is_settled = True
        self._seen_at = time.time()


def _place() -> str:
    """Return a name for this instance: that of the working directory, or else of the machine."""
    with suppress(OSError):
        if Path.cwd().name:
            return Path.cwd().name[:200]
    return socket.gethostname()[:200]
