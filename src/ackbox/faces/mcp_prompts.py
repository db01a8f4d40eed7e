"""MCP prompts: catch up, reply, hand over; agent programs show them as commands.

Their words are ours; messages inside come through the briefing. Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mcp_types as types
from mcp.shared.exceptions import MCPError

from ackbox.briefing import brief, visible
from ackbox.errors import AckboxError
from ackbox.faces.mcp_resources import refusal
from ackbox.faces.mcp_who import Who, who
from ackbox.faces.wire import Calling

_ID = types.PromptArgument(name="id", description="Id of the message", required=True)
PROMPTS = (
    types.Prompt(name="catch_up", description="Read your post and say what needs you."),
    types.Prompt(name="reply", description="Answer one message.", arguments=[_ID]),
    types.Prompt(name="handoff", description="Hand your work over to somebody.", arguments=[
        types.PromptArgument(name="to", description="Who takes over", required=True),
        types.PromptArgument(name="about", description="What it is about", required=False)]),
)


class Prompts:
    """What can be asked for, and the text it gives."""

    def __init__(self, call: Calling, clock: Callable[[], int]) -> None:
        self._call = call
        self._clock = clock

    async def list(self, _: Any, __: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=list(PROMPTS))

    async def get(self, context: Any, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        given = params.arguments or {}
        prompt = next((each for each in PROMPTS if each.name == params.name), None)
        if prompt is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no prompt {params.name[:64]!r}; there are {', '.join(each.name for each in PROMPTS)}.")
        missing = [argument.name for argument in prompt.arguments or [] if argument.required and not given.get(argument.name)]
        if missing:
            raise MCPError(types.INVALID_PARAMS, f"The prompt {prompt.name!r} needs {missing[0]!r}.")
        try:
            text = await self._text(who(context, self._call), prompt.name, given)
        except AckboxError as error:
            raise refusal(error) from None
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
        return types.GetPromptResult(description=prompt.description, messages=[message])

    async def _text(self, caller: Who, name: str, given: dict[str, str]) -> str:
        if name == "catch_up":
            checked = await caller.call("inbox.check")
            told = brief(checked.messages, now_ms=self._clock())
            return f"Say in a few lines what in this post needs you, and what you would do. Mark nothing yet.\n\n{told}"
        if name == "reply":
            message = await caller.call("message.get", id=given["id"])
            told = brief([message], now_ms=self._clock())
            return f"Draft an answer to this message, then send it with the post tool and parent={message.id}, intent answer.\n\n{told}"
        about = f" about {visible(given['about'])}" if given.get("about") else ""
        return (f"Hand your work{about} over to {visible(given['to'])}: with the post tool, intent handoff, say what is done, what is left, what you "
                "would do next, and name files and diffs in refs. Then check in with a summary that says you handed over.")
