"""MCP resources: the caller's inbox, its conversations and the agents; and inbox notifications.

Notifications come from calls with the caller's key, so a revoked key gets none.
Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import mcp_types as types
import msgspec
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import SUBSCRIPTION_ID_META_KEY

from ackbox.errors import AckboxError
from ackbox.faces.http.wire import Calling, as_error
from ackbox.faces.mcp.answer import read
from ackbox.faces.mcp.caller import Who, who

INBOX = "ackbox://inbox"
AGENTS = "ackbox://agents"
THREAD = "ackbox://thread/"
MAX_SUBSCRIPTIONS = 5_000
MAX_PER_KEY = 500
WAIT_S = 30.0


class Resources:
    """The resources, and subscriptions to the inbox."""

    def __init__(self, call: Calling, clock: Callable[[], int]) -> None:
        self._call = call
        self._clock = clock
        self._open: Counter[str | None] = Counter()

    async def list(self, _: Any, __: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(
            resources=[
                types.Resource(
                    uri=INBOX,
                    name="inbox",
                    description="Your unread messages",
                    mime_type="text/plain",
                ),
                types.Resource(
                    uri=AGENTS,
                    name="agents",
                    description="Agents and people, with presence and current work",
                    mime_type="text/plain",
                ),
            ]
        )

    async def templates(self, _: Any, __: Any) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    uri_template=f"{THREAD}{{id}}",
                    name="thread",
                    description="One conversation, oldest first",
                    mime_type="text/plain",
                )
            ]
        )

    async def read(
        self, context: Any, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(params.uri)
        try:
            text = await self._read(who(context, self._call), uri)
        except AckboxError as error:
            raise refusal(error) from None
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=uri, mime_type="text/plain", text=text)]
        )

    async def _read(self, caller: Who, uri: str) -> str:
        if uri == INBOX:
            return await read(caller, self._clock, "inbox.check")
        if uri == AGENTS:
            return await read(caller, self._clock, "agent.list")
        if uri.startswith(THREAD):
            return await read(caller, self._clock, "thread.get", id=uri.removeprefix(THREAD))
        raise MCPError(
            types.INVALID_PARAMS,
            f"Unknown resource {uri[:100]!r}. Use one of: {INBOX}, {AGENTS}, {THREAD}ID.",
        )

    async def subscribe(
        self, context: Any, params: types.SubscribeRequestParams
    ) -> types.EmptyResult:
        """Notify a session of the older eras about its inbox from now on."""
        uri = str(params.uri)
        if uri != INBOX:
            raise MCPError(types.INVALID_PARAMS, f"You can subscribe to {INBOX} only.")
        # The SDK's own place for what belongs to a connection and ends with it.
        connection = context.session._connection
        if INBOX not in connection.state:
            # It outlives this request, and looks only while the session's stream is open.
            heard, session = (
                context.request.scope.get("ackbox.heard", ()),
                context.request.headers.get("mcp-session-id"),
            )
            caller = msgspec.structs.replace(who(context, self._call), gone=None)
            news = await self._news(caller, lambda: session in heard)
            task = asyncio.create_task(
                _tell(news, lambda: context.session.send_resource_updated(INBOX))
            )
            connection.state[INBOX] = task
            connection.exit_stack.callback(task.cancel)
        return types.EmptyResult()

    async def unsubscribe(
        self, context: Any, params: types.UnsubscribeRequestParams
    ) -> types.EmptyResult:
        task = context.session._connection.state.pop(str(params.uri), None)
        if task is not None:
            task.cancel()
        return types.EmptyResult()

    async def listen(
        self, context: Any, params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """Serve one stream of notifications: the response to this request is the stream."""
        wanted = [
            uri for uri in params.notifications.resource_subscriptions or [] if str(uri) == INBOX
        ]
        meta: dict[str, Any] = {SUBSCRIPTION_ID_META_KEY: context.request_id}
        news = await self._news(who(context, self._call)) if wanted else None
        acknowledged = types.SubscriptionsAcknowledgedNotificationParams(
            notifications=types.SubscriptionFilter(resource_subscriptions=wanted or None),
            _meta=meta,
        )
        await context.session.send_notification(
            types.SubscriptionsAcknowledgedNotification(params=acknowledged),
            related_request_id=context.request_id,
        )
        if news is not None:

            async def tell() -> None:
                update = types.ResourceUpdatedNotification(
                    params=types.ResourceUpdatedNotificationParams(uri=INBOX, _meta=meta)
                )
                await context.session.send_notification(
                    update, related_request_id=context.request_id
                )

            await _tell(news, tell)
        return types.SubscriptionsListenResult(_meta=meta)

    async def _news(
        self, caller: Who, is_heard: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[None]:
        """Return an iterator that yields whenever the caller's inbox has a new message."""
        if self._open.total() >= MAX_SUBSCRIPTIONS or self._open[caller.credential] >= MAX_PER_KEY:
            raise MCPError(
                types.INTERNAL_ERROR, "Too many subscriptions. Use the wait tool instead."
            )
        try:
            # Both now: an error becomes the response to the subscription, and no message is
            # missed in between.
            cursor = (await caller.call("event.feed")).cursor
            newest = await _newest(caller)
        except AckboxError as error:
            raise refusal(error) from None
        return self._follow(caller, cursor, newest, is_heard)

    async def _follow(
        self, caller: Who, cursor: str, newest: str | None, is_heard: Callable[[], bool]
    ) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        self._open[caller.credential] += 1
        try:
            while True:
                asked_at = loop.time()
                page = await caller.call("event.feed", cursor=cursor, wait_s=WAIT_S)
                cursor = page.cursor
                if not page.events and loop.time() - asked_at < WAIT_S / 2:
                    return  # the server is closing: it answers at once
                # Reading the inbox counts as a heartbeat, so it stops when the caller cannot hear.
                if is_heard() and any(event.kind == "message.sent" for event in page.events):
                    before, newest = newest, await _newest(caller)
                    if newest != before:
                        yield
        except AckboxError:
            return
        finally:
            self._open -= Counter({caller.credential: 1})


async def _newest(caller: Who) -> str | None:
    letters = (await caller.call("mailbox.list", limit=1, include_archived=True)).messages
    return letters[0].id if letters else None


async def _tell(news: AsyncIterator[None], tell: Callable[[], Any]) -> None:
    async for _ in news:
        await tell()


def refusal(error: BaseException) -> MCPError:
    """Return an error as a protocol error, with our error shape as its data."""
    shown = as_error(error)
    code = types.INTERNAL_ERROR if shown.status >= 500 else types.INVALID_PARAMS
    return MCPError(
        code, f"{shown.code}: {shown.message} {shown.hint or ''}".rstrip(), shown.as_dict()
    )
