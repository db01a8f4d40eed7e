"""The member: who acts in the terminal, and the calls made in that name.

No drawing. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
from typing import Any

from ackbox.errors import Conflict, RateLimited
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.mirror import Mirror


class Member:
    """The name that sends and marks, with the link and what is known of the workspace."""

    def __init__(self, link: Link, *, acts_as: str | None, person: str) -> None:
        self.link, self.mirror = link, Mirror()
        self._acts_as, self._person = acts_as, person

    @property
    def name(self) -> str:
        """The name given on the command line, of the key, or of the person at this terminal."""
        return self._acts_as or str(self.mirror.whoami.get("agent") or self._person)

    async def call(self, name: str, /, **params: Any) -> Any:
        """Call an operation as this name. Raises NoServer and the errors of ackbox.errors."""
        return await self.link.call(name, agent=self.name, **params)

    async def call_patiently(self, name: str, /, **params: Any) -> Any:
        """Call an operation, again after a pause if the rate limit refuses it.

        Raises NoServer and the other errors of ackbox.errors.
        """
        while True:
            try:
                return await self.link.call(name, **params)
            except RateLimited as error:
                await asyncio.sleep(error.retry_after_s or 1)

    async def register(self) -> None:
        """Register a new name as a person's, if the key allows it.

        Raises NoServer and the errors of ackbox.errors.
        """
        mirror = self.mirror
        if (
            mirror.whoami.get("agent")
            or mirror.person(self.name)
            or "admin" not in mirror.whoami.get("may", ())
        ):
            return
        try:
            await self.link.call(
                "key.create", name=self.name, kind="human", label="terminal", expires_in_days=1
            )
        except Conflict:
            return
        mirror.people = (await self.link.call("agent.list"))["agents"]


def reason(error: Exception) -> str:
    """Return the message and the hint of an error."""
    return f"{getattr(error, 'message', error)} {getattr(error, 'hint', None) or ''}".rstrip()
