"""agent.whoami: the identity and rights of a key.

Explained in docs/why/keys.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.ops.table import Call, Context, op


class Whoami(Call, frozen=True, kw_only=True):
    """No parameters."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Your identity and the rights of your key."""

    workspace: Annotated[str, Meta(description="Workspace")]
    agent: Annotated[str | None, Meta(description="Your name; null for a key without a name")]
    instance: Annotated[str | None, Meta(description="Your instance")]
    role: Annotated[str, Meta(description="Role of the key")]
    key_id: Annotated[str, Meta(description="Id of the key")]
    may_speak_as: Annotated[
        list[str], Meta(description="Other names the key may speak as; * matches any text")
    ]
    may: Annotated[list[str], Meta(description="Scopes of the key")]
    sealed: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="Whether the workspace is sealed; left out otherwise"),
    ] = msgspec.UNSET


@op("agent.whoami", scope="read")
async def whoami(context: Context, params: Whoami) -> Identity:
    """Return your identity: workspace, name, role and rights of your key."""
    caller = context.caller
    name, instance = (
        (None, None)
        if params.agent is None and caller.agent is None and context.session is None
        else context.identity(params)
    )
    return Identity(
        workspace=context.workspace.name,
        agent=name,
        instance=instance,
        role=caller.role,
        key_id=caller.key_id,
        may_speak_as=list(caller.may_speak_as),
        may=[
            scope
            for scope in ("read", "write", "pause", "sign_in", "admin", "server", "database")
            if caller.may(scope)
        ],
        sealed=bool(context.workspace.sealed) or msgspec.UNSET,
    )
