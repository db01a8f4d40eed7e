"""The MCP endpoints over HTTP: the native tools and those of each dialect, in every protocol era
that the SDK supports.

The native tools are in native.py; validation and meaning are the operations'.
Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Mapping
from typing import Any

import mcp_types as types
import msgspec
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.lowlevel import Server
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from ackbox import __version__
from ackbox.app.limits import Limits
from ackbox.briefing import Answer
from ackbox.dialects import DIALECTS, KEY_HEADERS
from ackbox.dialects.engine.dialect import Dialect, Said, beside, hints, opened
from ackbox.dialects.engine.mapping import MappedCall
from ackbox.errors import AckboxError, TooLong
from ackbox.faces.http.connection import welcome
from ackbox.faces.http.reply import bearer, error_response, identity_headers
from ackbox.faces.http.wire import Calling, as_error
from ackbox.faces.mcp.answer import write
from ackbox.faces.mcp.caller import CREDENTIAL, who
from ackbox.faces.mcp.more import Look
from ackbox.faces.mcp.native import Native, Tools, schema_of
from ackbox.faces.mcp.prompts import Commands, Prompts
from ackbox.faces.mcp.resources import Resources
from ackbox.faces.mcp.sessions import BODY_LIMIT, Sessions
from ackbox.ops.table import OPERATIONS

PROGRESS_S = 5.0
# Some programs hide tools behind a search of their own; these stay visible.
ALWAYS = {"anthropic/alwaysLoad": True}
# The answer length where a program, not the tool, decides how much a model sees.
WHOLE = 4_000_000
ANY_DATA_SINCE = "2026-07-28"


def endpoints(call: Calling, *, clock: Any, **checks: Any) -> dict[str, McpFace]:
    """Return the endpoints by path: the native one with resources and prompts, and one for each
    dialect.
    """
    faces = {
        dialect.name: McpFace(
            call,
            dialect,
            extras=_commands(dialect),
            clock=clock,
            key_headers=dialect.key_headers,
            **checks,
        )
        for dialect in DIALECTS
    }
    native = McpFace(
        call,
        Native(),
        extras=_extras(call, clock),
        clock=clock,
        key_headers=KEY_HEADERS,
        by_dialect=faces,
        **checks,
    )
    return {"/mcp": native, **{f"/mcp/{name}": face for name, face in faces.items()}}


def _commands(dialect: Dialect) -> dict[str, Any]:
    commands = Commands(dialect.prompts)
    return (
        {"on_list_prompts": commands.list, "on_get_prompt": commands.get} if dialect.prompts else {}
    )


def _extras(call: Calling, clock: Any) -> dict[str, Any]:
    resources, prompts = Resources(call, clock), Prompts(call, clock)
    return {
        "on_list_resources": resources.list,
        "on_list_resource_templates": resources.templates,
        "on_read_resource": resources.read,
        "on_subscribe_resource": resources.subscribe,
        "on_unsubscribe_resource": resources.unsubscribe,
        "on_subscriptions_listen": resources.listen,
        "on_list_prompts": prompts.list,
        "on_get_prompt": prompts.get,
    }


class McpFace:
    """One MCP endpoint: a set of tools, with its resources and prompts."""

    def __init__(
        self,
        call: Calling,
        tools: Tools,
        *,
        extras: dict[str, Any],
        clock: Any,
        identify: Any,
        limits: Limits,
        ended_keys: Any,
        key_headers: tuple[str, ...] = (),
        by_dialect: Mapping[str, McpFace] | None = None,
    ) -> None:
        self._call = call
        self._by_dialect = by_dialect or {}
        self._key_headers = key_headers
        self._tools = tools
        self._clock = clock
        self._identify = identify
        server: Server[Any] = Server(
            "ackbox",
            version=__version__,
            instructions=tools.instructions,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            get_tool_input_schema=self._schema_of,
            **extras,
        )
        # Replaces the SDK's middleware, which makes spans that nobody collects.
        self.manager = Sessions(server, limits, ended_keys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request, after checking its key."""
        try:
            key = scope[CREDENTIAL] = bearer(Headers(scope=scope), *self._key_headers)
            caller = await self._identify(key)
            welcome(scope, caller.key_id)
            # Ties a session of the older protocol to the key that opened it.
            scope["user"] = _user(caller.key_id)
            face = self._by_dialect.get(caller.dialect or "", self)
            await face.manager.handle(caller, scope, receive, _with_our_error(scope, receive, send))
        except AckboxError as error:
            refusal = error_response(error, resource=HTTPConnection(scope))
            await refusal(scope, receive, send)

    async def _list_tools(self, context: Any, _: Any) -> types.ListToolsResult:
        caller = await self._identify(context.request.scope[CREDENTIAL])
        # With a read-only key, every tool is read-only.
        only = {} if caller.may("write") else hints(())
        known = self._tools.whose if await self._is_named(context) else frozenset()
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=tool.name,
                    title=tool.name.replace("_", " ").capitalize(),
                    description=tool.description,
                    input_schema=schema_of(tool, known),
                    annotations=types.ToolAnnotations.model_validate(only or tool.hints),
                    _meta=ALWAYS if tool.is_needed_first else None,
                )
                for tool in self._tools.offered()
            ]
        )

    async def _is_named(self, context: Any) -> bool:
        """Whether the connection or its key names the caller, so that no tool needs to."""
        headers = context.request.headers
        return (
            "agent" in identity_headers(headers)
            or (await self._identify(context.request.scope[CREDENTIAL])).agent is not None
        )

    def _schema_of(self, name: str) -> dict[str, Any] | None:
        """Return one tool's schema.

        Without this the SDK lists all tools before each call that has arguments.
        """
        return next((schema_of(tool) for tool in self._tools.offered() if tool.name == name), None)

    async def _call_tool(
        self, context: Any, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        asked: MappedCall | Look | None = None
        more: dict[str, Any] = {}
        try:
            asked = self._tools.ask(params.name, params.arguments or {})
            if isinstance(asked, MappedCall) and asked.first:
                # Sent once, even with an error.
                more = opened(asked, await who(context, self._call).try_call(asked.first))
            reply, is_error = await self._answer(context, asked), False
        except Exception as error:  # the edge: a model gets an error it can act on
            reply, is_error = self._refused(error, params.name, asked), True
        reply = beside(reply, more)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text) for text in reply.texts],
            structured_content=_structured(context, reply.data),
            is_error=is_error,
        )

    async def _answer(self, context: Any, asked: MappedCall | Look) -> Said:
        if isinstance(asked, Look):
            known = self._tools.whose if await self._is_named(context) else frozenset()
            return asked.reply(await self._identify(context.request.scope[CREDENTIAL]), known)
        answer = self._answer_to(asked)
        caller = who(context, self._call)
        call = (caller if answer is None else caller.within(answer)).call(
            asked.operation, **asked.params
        )
        result = await (
            call if OPERATIONS[asked.operation].is_done is None else _with_progress(call, context)
        )
        return self._tools.say(
            asked, result, None if answer is None else write(asked, result, answer)
        )

    def _answer_to(self, asked: MappedCall) -> Answer | None:
        """Return the answer that fences text written by others.

        Null where the dialect's reply has its own shape.
        """
        if asked.tool is None:
            return Answer(self._clock, length=asked.reading.max_length, offset=asked.reading.offset)
        return Answer(self._clock, length=WHOLE) if asked.tool.is_briefed else None

    def _refused(self, error: Exception, name: str, asked: MappedCall | Look | None) -> Said:
        return self._tools.refuse(
            name, as_error(error, tool=name[:64]), asked if isinstance(asked, MappedCall) else None
        )


@functools.lru_cache(1024)
def _user(key_id: str) -> AuthenticatedUser:
    return AuthenticatedUser(AccessToken(token="-", client_id=key_id, scopes=[]))


def _with_our_error(scope: Scope, receive: Receive, send: Send) -> Send:
    """Replace the SDK's plain-text error for a body that is too long by our error shape."""
    is_replaced = False

    async def send_or_replace(message: Message) -> None:
        nonlocal is_replaced
        if message["type"] == "http.response.start" and message["status"] == TooLong.status:
            is_replaced = True
            error = TooLong(
                f"The body has more than {BODY_LIMIT:,} bytes.",
                limit=BODY_LIMIT,
                hint="Send less in one request.",
            )
            await error_response(error)(scope, receive, send)
        elif not is_replaced:
            await send(message)

    return send_or_replace


def _structured(context: Any, data: Any) -> Any:
    """Return data as structured content, which before the newest era must be an object."""
    if data is msgspec.UNSET:
        return None
    return (
        data
        if isinstance(data, dict) or context.protocol_version >= ANY_DATA_SINCE
        else {"result": data}
    )


async def _with_progress(call: Awaitable[Any], context: Any) -> Any:
    """Wait for a call, and report progress every few seconds to a client that asked for it."""
    if not (context.meta or {}).get("progress_token"):
        return await call

    async def report() -> None:
        waited_s = 0.0
        while True:
            await context.session.report_progress(waited_s, None, "waiting")
            await asyncio.sleep(PROGRESS_S)
            waited_s += PROGRESS_S

    reporting = asyncio.create_task(report())
    try:
        return await call
    finally:
        reporting.cancel()
