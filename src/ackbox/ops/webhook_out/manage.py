"""webhook_out.add, list, remove, test, retry: messages are reported to other systems.

What is reported is in gather.py and payload.py, how in deliver.py. Explained in
docs/why/outgoing-webhooks.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, NotAllowed, NotFound
from ackbox.model.message import Time
from ackbox.model.moment import to_text, to_text_or_none
from ackbox.model.outgoing import URL_LIMIT, Form, Topic, parse_target
from ackbox.model.signature import FORMS, new_secret
from ackbox.ops.rules.paging import Paged, page_of
from ackbox.ops.table import Call, Context, op
from ackbox.store.outgoing import DeliveryRow, OutgoingRow

MAX_OUTGOING = 10
MAX_FAILED_SHOWN = 10
TEST = "test"

OutgoingId = Annotated[
    str, Meta(min_length=1, max_length=64, description="Id of the webhook, from webhook_out.list")
]


class AddOutgoing(Call, frozen=True, kw_only=True):
    """The receiver, and the messages to report to it."""

    url: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=URL_LIMIT,
            description="Address of the receiver: https, or http on the server's machine",
        ),
    ]
    on: Annotated[
        Topic,
        Meta(
            description=(
                "Messages to report: needs for all that Needs you lists, urgent for priority 5, "
                "overdue for overdue replies, or all"
            )
        ),
    ] = "needs"
    form: Annotated[
        Form,
        Meta(description="Form of the requests: standardwebhooks.com, or a text for Slack"),
    ] = "standard"


class FailedDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that failed at every attempt."""

    id: Annotated[str, Meta(description="Id of the delivery, the same at every attempt")]
    reason: Annotated[str, Meta(description="Reason for the delivery, such as urgent or question")]
    attempts: Annotated[int, Meta(description="Number of attempts")]
    created_at: Annotated[Time, Meta(description="Creation time")]
    status: Annotated[int | None, Meta(description="HTTP status of the last attempt")] = None
    error: Annotated[str | None, Meta(description="Error of the last attempt")] = None


class OutgoingWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """An outgoing webhook without its secret."""

    id: Annotated[str, Meta(description="Id (32 hex digits)")]
    url: Annotated[
        str, Meta(description="Address of the receiver without its path, which can hold a token")
    ]
    on: Annotated[str, Meta(description="Messages to report")]
    form: Annotated[str, Meta(description="Form of the requests")]
    created_by: Annotated[str, Meta(description="Creator")]
    created_at: Annotated[Time, Meta(description="Creation time")]
    delivered: Annotated[int, Meta(description="Number of deliveries that the receiver accepted")]
    waiting: Annotated[int, Meta(description="Number of deliveries that wait for an attempt")]
    failed: Annotated[
        int, Meta(description="Number of deliveries that failed at every attempt (at most 1,000)")
    ]
    next_at: Annotated[Time | None, Meta(description="Time of the next attempt")] = None
    last_at: Annotated[Time | None, Meta(description="Time of the last attempt")] = None
    last_status: Annotated[int | None, Meta(description="HTTP status of the last attempt")] = None
    last_error: Annotated[
        str | None, Meta(description="Error of the last attempt; null if it was accepted")
    ] = None
    failures: Annotated[
        list[FailedDelivery],
        Meta(description="Newest deliveries that failed at every attempt (at most 10)"),
    ] = []


class NewOutgoing(OutgoingWebhook, frozen=True, kw_only=True):
    """An outgoing webhook with its secret, shown only once."""

    secret: Annotated[str, Meta(description="Secret for checking the signatures; shown only once")]


class OutgoingWebhooks(msgspec.Struct, frozen=True, kw_only=True):
    """Outgoing webhooks of the workspace."""

    webhooks: Annotated[list[OutgoingWebhook], Meta(description="Items, oldest first")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


def _fields(row: OutgoingRow, failures: list[DeliveryRow]) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": parse_target(row.url).shown,
        "on": row.topic,
        "form": row.form,
        "created_by": row.created_by,
        "created_at": to_text(row.created_at),
        "delivered": row.delivered,
        "waiting": row.waiting,
        "failed": row.failed,
        "next_at": to_text_or_none(row.next_at),
        "last_at": to_text_or_none(row.last_at),
        "last_status": row.last_status,
        "last_error": row.last_error,
        "failures": [
            FailedDelivery(
                id=each.id,
                reason=each.reason,
                attempts=each.attempts,
                created_at=to_text(each.created_at),
                status=each.status,
                error=each.error,
            )
            for each in failures
        ],
    }


def _refuse_partial_view(context: Context) -> None:
    """Raise NotAllowed in a private workspace for an admin key that may not read its messages."""
    if context.visible_to(None) is not None:
        raise NotAllowed(
            "Your key may not read all messages of this private workspace.",
            hint="Ask an operator, or an owner, to add the webhook.",
        )


async def _find(context: Context, id: str) -> OutgoingRow:
    row = await context.store.find_outgoing(id)
    if row is None:
        raise NotFound(
            "There is no such outgoing webhook.", hint="See webhook_out.list.", field="id"
        )
    return row


async def _shown(context: Context, row: OutgoingRow) -> dict[str, Any]:
    failures = (
        await context.store.failed_deliveries(row.id, most=MAX_FAILED_SHOWN) if row.failed else []
    )
    return _fields(row, failures)


async def _note(context: Context, what: str, id: str, reader: int = 0) -> None:
    context.rings.add(
        await context.store.add_event(
            f"webhook_out.{what}", at=context.now, reader=reader, subject={"id": id}
        )
    )


@op("webhook_out.add", scope="admin", writes=True, creates=True)
async def add(context: Context, params: AddOutgoing) -> NewOutgoing:
    """Add an outgoing webhook, which reports messages to another system.

    The server signs each request and repeats it until the receiver accepts it, at most ten times
    within a day. The secret is shown only once. In a sealed workspace the receiver learns
    ids and states only.

    Raises Invalid, NotAllowed, Conflict (too many webhooks).
    """
    me = await context.me(params)
    _refuse_partial_view(context)
    parse_target(params.url)
    if len(await context.store.outgoing()) >= MAX_OUTGOING:
        raise Conflict(
            f"This workspace has {MAX_OUTGOING} outgoing webhooks already.",
            hint="Remove some with webhook_out.remove.",
        )
    secret = new_secret(FORMS["standard"])
    id = context.new_id(context.now)
    row = OutgoingRow(
        ws=context.workspace.ws,
        id=id,
        url=params.url,
        topic=params.on,
        form=params.form,
        secret=secret.key,
        # Only what happens from now on.
        position=await context.store.last_seq(),
        created_by=me.name,
        created_at=context.now,
    )
    await context.store.add_outgoing(row)
    await _note(context, "added", id, me.agent)
    return NewOutgoing(**_fields(row, []), secret=secret.text)


class ListOutgoing(Paged, frozen=True, kw_only=True):
    """Page to return."""


@op("webhook_out.list", scope="admin")
async def list_outgoing(context: Context, params: ListOutgoing) -> OutgoingWebhooks:
    """List outgoing webhooks, with their failed deliveries."""
    rows = await context.store.outgoing()
    page, cursor = page_of(
        context.workspace.ws,
        "outgoing",
        [OutgoingWebhook(**await _shown(context, row)) for row in rows],
        params,
    )
    return OutgoingWebhooks(webhooks=page, cursor=cursor)


class RemoveOutgoing(Call, frozen=True, kw_only=True):
    """Outgoing webhook to remove."""

    id: OutgoingId


@op("webhook_out.remove", scope="admin", writes=True)
async def remove(context: Context, params: RemoveOutgoing) -> OutgoingWebhook:
    """Remove an outgoing webhook and all that waits for it; return it.

    Raises NotFound.
    """
    row = await _find(context, params.id)
    shown = OutgoingWebhook(**await _shown(context, row))
    await context.store.remove_outgoing(row.id)
    await _note(context, "removed", row.id)
    return shown


class TestOutgoing(Call, frozen=True, kw_only=True):
    """Outgoing webhook to test, and how long to wait for the result."""

    id: OutgoingId
    wait_s: Annotated[
        float, Meta(ge=0, le=50, description="Seconds to wait for the result (0 to 50)")
    ] = 0


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """How a test ended."""

    id: Annotated[str, Meta(description="Id of the webhook")]
    delivery: Annotated[str, Meta(description="Id of the test delivery")]
    state: Annotated[
        Literal["waiting", "delivered", "failed"],
        Meta(description="State: waiting, delivered or failed"),
    ] = "waiting"
    status: Annotated[int | None, Meta(description="HTTP status of the response")] = None
    error: Annotated[str | None, Meta(description="Error; null if it was accepted")] = None


async def _look(context: Context, params: TestOutgoing, last: Tested) -> Tested:
    found = await context.store.delivery(params.id, last.delivery)
    if found is None:
        raise NotFound(
            "There is no such outgoing webhook.", hint="It was removed just now.", field="id"
        )
    is_over = found.next_at is None
    return Tested(
        id=params.id,
        delivery=last.delivery,
        state="waiting" if not is_over else "delivered" if found.error is None else "failed",
        status=found.status,
        error=found.error,
    )


@op(
    "webhook_out.test",
    scope="admin",
    writes=True,
    is_done=lambda result: result.state != "waiting",
    recheck=_look,
)
async def test(context: Context, params: TestOutgoing) -> Tested:
    """Send a test request to an outgoing webhook, once.

    Can wait for the result. Only the status of the response is kept.

    Raises NotFound.
    """
    row = await _find(context, params.id)
    delivery = DeliveryRow(
        webhook=row.id,
        id=context.new_id(context.now),
        seq=0,
        reason=TEST,
        created_at=context.now,
    )
    await context.store.tell_now(row.id, delivery, now=context.now)
    return Tested(id=row.id, delivery=delivery.id)


class RetryOutgoing(Call, frozen=True, kw_only=True):
    """Failed deliveries to repeat."""

    id: OutgoingId
    delivery: (
        Annotated[
            str,
            Meta(max_length=64, description="Id of one failed delivery (default: all of them)"),
        ]
        | None
    ) = None


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """Failed deliveries that the server repeats."""

    id: Annotated[str, Meta(description="Id of the webhook")]
    deliveries: Annotated[int, Meta(description="Number of deliveries that the server repeats")]


@op("webhook_out.retry", scope="admin", writes=True)
async def retry(context: Context, params: RetryOutgoing) -> Retried:
    """Send the failed deliveries of an outgoing webhook again.

    Also ends the pause after failures.

    Raises NotFound (no such webhook, or no such failed delivery).
    """
    row = await _find(context, params.id)
    if params.delivery is not None:
        found = await context.store.delivery(row.id, params.delivery)
        if found is None or found.state != "failed":
            raise NotFound(
                "There is no such failed delivery.", hint="See webhook_out.list.", field="delivery"
            )
    # First: the row stays locked until the commit.
    await context.store.tell_now(row.id, None, now=context.now)
    many = await context.store.retry_deliveries(row.id, params.delivery, now=context.now)
    await _note(context, "retried", row.id)
    return Retried(id=row.id, deliveries=many)
