"""message.send_many: many messages in one call.

Explained in docs/why/delivery.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.errors import AckboxError
from ackbox.ops.message.send import Sent
from ackbox.ops.table import Batch, Call, op


class SendMany(Call, frozen=True, kw_only=True):
    """Messages to send, with the fields of message.send."""

    messages: Annotated[
        list[dict[str, Any]],
        Meta(
            min_length=1,
            max_length=500,
            description="Messages with the fields of message.send (1 to 500)",
        ),
    ]


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Outcome of one message: `sent` or `error`."""

    sent: Annotated[Sent | None, Meta(description="Result of message.send; null if refused")] = None
    error: Annotated[dict[str, Any] | None, Meta(description="Error; null if it succeeded")] = None


class SentMany(msgspec.Struct, frozen=True, kw_only=True):
    """Outcomes in the order of the messages."""

    outcomes: Annotated[list[Outcome], Meta(description="Outcome of each message, in order")]
    sent: Annotated[int, Meta(description="Number of stored messages")]
    refused: Annotated[int, Meta(description="Number of refused messages")]


def _split(params: SendMany) -> list[dict[str, Any]]:
    whose = {
        name: getattr(params, name)
        for name in Call.__struct_fields__
        if getattr(params, name) is not None
    }
    return [{**whose, **each} for each in params.messages]


@op(
    "message.send_many",
    scope="write",
    writes=True,
    batch=Batch("message.send", _split),
    cost=lambda params: len(params.messages),
    is_bulk=True,
)
async def send_many(params: SendMany, outcomes: list[Sent | AckboxError]) -> SentMany:
    """Send up to 500 messages in one call, each with a separate outcome.

    Messages are stored in the order of the list. Raises Invalid only when the list itself is
    invalid; the error of one message is in its outcome.
    """
    listed = [
        (
            Outcome(error=each.as_dict()["error"])
            if isinstance(each, AckboxError)
            else Outcome(sent=each)
        )
        for each in outcomes
    ]
    refused = sum(each.error is not None for each in listed)
    return SentMany(outcomes=listed, sent=len(listed) - refused, refused=refused)
