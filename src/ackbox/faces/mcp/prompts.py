"""MCP prompts: catch up, reply, hand off, and the commands of dialects. Agent programs show them as
commands.

Messages in a prompt come through the briefing. Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import mcp_types as types
from mcp.shared.exceptions import MCPError

from ackbox.dialects.engine.mapping import Prompt
from ackbox.errors import AckboxError
from ackbox.faces.http.wire import Calling
from ackbox.faces.mcp.answer import read
from ackbox.faces.mcp.caller import Who, who
from ackbox.faces.mcp.resources import refusal
from ackbox.model.text import visible

_ID = types.PromptArgument(name="id", description="Id of the message", required=True)
PROMPTS = (
    types.Prompt(name="catch_up", description="Read your messages and list those that need you."),
    types.Prompt(name="reply", description="Reply to a message.", arguments=[_ID]),
    types.Prompt(
        name="handoff",
        description="Hand your work over to another agent.",
        arguments=[
            types.PromptArgument(name="to", description="Agent that takes over", required=True),
            types.PromptArgument(name="about", description="Subject of the work", required=False),
        ],
    ),
)


class Commands:
    """A dialect's commands: its texts with the arguments filled in."""

    def __init__(self, prompts: Sequence[Prompt]) -> None:
        self._prompts = {prompt.name: prompt for prompt in prompts}

    async def list(self, _: Any, __: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(
            prompts=[
                types.Prompt(
                    name=each.name,
                    description=each.description,
                    arguments=[
                        types.PromptArgument(
                            name=name, description=sentence, required=default is None
                        )
                        for name, sentence, default in each.args
                    ],
                )
                for each in self._prompts.values()
            ]
        )

    async def get(self, _: Any, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        given = params.arguments or {}
        prompt = self._prompts.get(params.name)
        if prompt is None:
            raise _no_prompt(params.name, self._prompts)
        missing = [
            name for name, _, default in prompt.args if default is None and not given.get(name)
        ]
        if missing:
            raise _needs(prompt.name, missing[0])
        text = prompt.text.format(
            **{name: visible(given.get(name) or default or "") for name, _, default in prompt.args}
        )
        message = types.PromptMessage(
            role="user", content=types.TextContent(type="text", text=text)
        )
        return types.GetPromptResult(description=prompt.description, messages=[message])


def _no_prompt(name: str, known: Iterable[str]) -> MCPError:
    return MCPError(
        types.INVALID_PARAMS, f"Unknown prompt {name[:64]!r}. Use one of: {', '.join(known)}."
    )


def _needs(name: str, argument: str) -> MCPError:
    return MCPError(
        types.INVALID_PARAMS, f"The prompt {name!r} requires the argument {argument!r}."
    )


class Prompts:
    """The native prompts and their texts."""

    def __init__(self, call: Calling, clock: Callable[[], int]) -> None:
        self._call = call
        self._clock = clock

    async def list(self, _: Any, __: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=list(PROMPTS))

    async def get(
        self, context: Any, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        given = params.arguments or {}
        prompt = next((each for each in PROMPTS if each.name == params.name), None)
        if prompt is None:
            raise _no_prompt(params.name, (each.name for each in PROMPTS))
        missing = [
            argument.name
            for argument in prompt.arguments or []
            if argument.required and not given.get(argument.name)
        ]
        if missing:
            raise _needs(prompt.name, missing[0])
        try:
            text = await self._text(who(context, self._call), prompt.name, given)
        except AckboxError as error:
            raise refusal(error) from None
        message = types.PromptMessage(
            role="user", content=types.TextContent(type="text", text=text)
        )
        return types.GetPromptResult(description=prompt.description, messages=[message])

    async def _text(self, caller: Who, name: str, given: dict[str, str]) -> str:
        if name == "catch_up":
            briefing = await read(caller, self._clock, "inbox.check")
            return (
                "List briefly which of these messages need you, and what you would do. Do not"
                f" mark any yet.\n\n{briefing}"
            )
        if name == "reply":
            briefing = await read(caller, self._clock, "message.get", id=given["id"])
            return (
                "Draft a reply to this message, then send it with the send tool,"
                f" parent={visible(given['id'])} and intent answer.\n\n{briefing}"
            )
        about = f" about {visible(given['about'])}" if given.get("about") else ""
        return (
            f"Hand your work{about} over to {visible(given['to'])}. Use the send tool with intent"
            " handoff. Describe what is done, what is left and what comes next, and list files"
            " and diffs in refs. Then call checkin and report the handoff in its summary."
        )
