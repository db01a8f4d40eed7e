"""message.transcript: which sealed messages there are, in their order.

Members compare it with what they were given. Explained in docs/why/workspaces.md, "Sealed
workspaces".
"""

from __future__ import annotations

import base64
from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.ops.table import Call, Context, op


class GetTranscript(Call, frozen=True, kw_only=True):
    """Messages to list."""

    after: Annotated[
        int, Meta(ge=0, le=1 << 62, description="Number of the message after which to begin")
    ] = 0
    limit: Annotated[
        int, Meta(ge=1, le=1000, description="Maximum number of messages to list (1 to 1,000)")
    ] = 1000


class TranscriptRow(msgspec.Struct, frozen=True, array_like=True):
    """One sealed message: number in the workspace, sender, its number among the sender's, hash."""

    seq: Annotated[int, Meta(description="Number in the workspace")]
    sender: Annotated[str, Meta(description="Id of the member that sent it")]
    counter: Annotated[int, Meta(description="Number among the messages of its sender")]
    hash: Annotated[str, Meta(description="Hash of the message, base64")]


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the transcript."""

    rows: Annotated[list[TranscriptRow], Meta(description="Messages, oldest first")]
    more: Annotated[bool, Meta(description="Whether there are more now")]


@op("message.transcript", scope="read")
async def transcript(context: Context, params: GetTranscript) -> Transcript:
    """List all sealed messages of the workspace by hash, oldest first.

    Every member sees the same list, in a private workspace too, and withdrawn and expired messages
    stay in it. Members compare it: each message names the part that its sender has seen.
    """
    found = await context.store.links(after=params.after, most=params.limit)
    return Transcript(
        rows=[
            TranscriptRow(seq, link.member, link.counter, base64.b64encode(link.hash).decode())
            for seq, link in found
        ],
        more=len(found) == params.limit,
    )
