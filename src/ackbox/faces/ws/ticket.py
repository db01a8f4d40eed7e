"""Tickets: let a web page, which cannot send headers, open a WebSocket with its key.

A page requests a ticket with its key, and offers it as a subprotocol within 30 seconds, once. The
ticket represents that key; only this server's memory holds it. Explained in docs/why/websocket.md.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ackbox.errors import BadKey, RateLimited
from ackbox.faces.http.connection import introduced
from ackbox.faces.http.reply import JSON, credential, error_response
from ackbox.faces.http.wire import Calling, encode
from ackbox.model.key import digest
from ackbox.model.moment import to_text

GOOD_FOR_MS = 30_000
MOST = 10_000
PREFIX = "ackbox.ticket."


class Tickets:
    """The unused tickets."""

    def __init__(self, call: Calling, clock: Callable[[], int]) -> None:
        self._call = call
        self._clock = clock
        self._given: dict[bytes, tuple[int, str]] = {}

    def routes(self) -> list[Route]:
        """Return the route that issues tickets."""
        return [Route("/v1/tickets", self._give, methods=["POST"], name="tickets")]

    async def _give(self, request: Request) -> Response:
        try:
            key = credential(request)
            # A key that can call agent.whoami can open a socket; the call counts against its rate
            # limit.
            await self._call(
                "agent.whoami", introduced(request.scope, {}), credential=key, face="ws"
            )
            return Response(
                encode(self.give(key or "")),
                status_code=201,
                media_type=JSON,
                headers={"Cache-Control": "no-store"},
            )
        except Exception as error:  # the edge: everything becomes the one error shape
            return error_response(error, operation="tickets")

    def give(self, key: str) -> dict[str, Any]:
        """Return a new ticket for a key. Raises RateLimited."""
        now = self._clock()
        self._given = {ticket: held for ticket, held in self._given.items() if held[0] > now}
        if len(self._given) >= MOST:
            raise RateLimited(
                "Too many tickets are unused.",
                hint="Wait a second, then request one again.",
                retry_after_s=GOOD_FOR_MS / 1000,
            )
        ticket = secrets.token_urlsafe(32)
        self._given[digest(ticket)] = (now + GOOD_FOR_MS, key)
        return {
            "ticket": ticket,
            "subprotocol": PREFIX + ticket,
            "expires_at": to_text(now + GOOD_FOR_MS),
        }

    def redeem(self, subprotocols: list[str]) -> str | None:
        """Return the key of the offered ticket, once; null if the client offers none.

        Raises BadKey.
        """
        offered = [each.removeprefix(PREFIX) for each in subprotocols if each.startswith(PREFIX)]
        if not offered:
            return None
        return self.take(offered[0])

    def take(self, ticket: str) -> str:
        """Return the key of a ticket, once. Raises BadKey."""
        until, key = self._given.pop(digest(ticket), (0, ""))
        if until <= self._clock():
            raise BadKey(
                "This ticket is used or older than 30 seconds.",
                hint="Get another with POST /v1/tickets.",
            )
        return key
