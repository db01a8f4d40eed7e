"""workspace.export, workspace.import: keeping and moving what is stored.

Explained in docs/howto/back-up-and-move.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid, NotAllowed
from ackbox.model.task import Status
from ackbox.ops.schedule import resumed
from ackbox.ops.table import Call, Context, op
from ackbox.ops.workspace.sealed_records import check_records
from ackbox.store.keeping import Record
from ackbox.store.messages import IMPORTED
from ackbox.store.store import Store
from ackbox.store.tasks import Card

Part = Literal["reader", "roster", "message", "event", "schedule", "task", "session", "note"]
MAX_NUMBER = (1 << 62) - 1
Number = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
Hex = Annotated[str, Meta(pattern="^([0-9a-f]{2})*$")]


class KeptPresence(msgspec.Struct, forbid_unknown_fields=True):
    """Presence of an instance, as an export writes it."""

    started_at: Number
    last_seen: Number
    ttl_s: Number
    left_at: Number | None
    card: str


class KeptReader(msgspec.Struct, forbid_unknown_fields=True):
    """A reader with its unread and archived messages, as an export writes it."""

    reader: Number
    agent: Number
    name: str
    instance: str | None
    skeleton: str
    kind: Literal["agent", "human", "system"]
    seen: Literal[0, 1]
    registered_seq: Number
    read_floor: Number
    delivered_floor: Number
    holes: list[tuple[Literal["read", "delivered"], Number]]
    hidden: list[Number]
    presence: KeptPresence | None
    # Older exports do not have it.
    newcomer: list[Number] = []


class KeptReceipt(msgspec.Struct, forbid_unknown_fields=True):
    """A receipt, as an export writes it."""

    reader: Number
    delivered_at: Number | None
    read_at: Number | None
    acknowledged_at: Number | None
    archived_at: Number | None
    evidence: str


class KeptRecord(msgspec.Struct, forbid_unknown_fields=True):
    """A record of a sealed workspace's roster, as an export writes it."""

    number: Annotated[int, Meta(ge=1, le=1 << 62)]
    body: Hex
    signature: Hex
    hash: Hex
    created_at: Number


class KeptMessage(msgspec.Struct, forbid_unknown_fields=True):
    """A message with its addresses and receipts, as an export writes it."""

    seq: Number
    id: str
    sender: Number
    sender_agent: Number
    sender_name: str
    sender_instance: str | None
    sender_kind: Literal["agent", "human", "system", "external"]
    type: Literal["direct", "broadcast", "system", "task_assignment"]
    audience: str
    subject: str | None
    body: str
    intent: str
    priority: Number
    refs: str
    metadata: str
    parent: str | None
    thread: Number
    thread_id: str
    expects_reply_by: Number | None
    expires_at: Number | None
    idempotency_key: str | None
    hops: Number
    acting_key: str | None
    created_at: Number
    addressed: list[tuple[Number, Number | None, Number | None]]
    receipts: list[KeptReceipt]
    content: Hex | None
    # Older exports do not have it.
    withdrawn: bool = False


class KeptEvent(msgspec.Struct, forbid_unknown_fields=True):
    """A line of the feed, as an export writes it."""

    seq: Number
    kind: str
    at: Number
    reader: Number
    subject: str


class KeptSchedule(msgspec.Struct, forbid_unknown_fields=True):
    """A schedule, as an export writes it."""

    id: str
    seq: Number
    cron: str
    zone: str
    audience: str
    subject: str | None
    body: str
    intent: str
    priority: Number
    created_by: str
    created_at: Number
    next_at: Number
    last_at: Number | None
    last_error: str | None


class KeptTask(msgspec.Struct, forbid_unknown_fields=True):
    """A task and what it waits for, as an export writes it."""

    number: Number
    id: str
    title: str
    description: str
    status: Status
    priority: Number
    creator: Number
    creator_name: str
    assignee: Number | None
    assignee_name: str | None
    assignee_instance: str | None
    project: str | None
    mission: str | None
    tags: list[str]
    card: Card
    idempotency_key: str | None
    created_at: Number
    updated_at: Number
    needs: list[Number]


class KeptSession(msgspec.Struct, forbid_unknown_fields=True):
    """A session without its token, as an export writes it."""

    seq: Number
    id: str
    reader: Number
    area: str | None
    files: list[str]
    ttl_s: Number
    announce: Number
    started_at: Number
    last_seen: Number
    ended_at: Number | None
    summary: str | None
    outcome: str | None
    touched: list[str]


class KeptNote(msgspec.Struct, forbid_unknown_fields=True):
    """A note and its links, as an export writes it: relation, number of the other note, author,
    time.
    """

    seq: Number
    id: str
    kind: str
    title: str | None
    text: str
    tags: list[str]
    priority: Number
    metadata: str
    author: Number
    author_name: str
    author_instance: str | None
    session: Number | None
    content: Hex
    acting_key: str | None
    created_at: Number
    links: list[tuple[str, Number, Number, Number]]
    folder: Number | None = None
    write_id: str | None = None
    expires_at: Number | None = None
    archived_at: Number | None = None


class Kind(NamedTuple):
    """A part of an export: the shape of its records, how the store gives and takes them, and
    what a page ends with.
    """

    shape: type[msgspec.Struct]
    take: Callable[..., Awaitable[list[Record]]]
    keep: Callable[..., Awaitable[bool]]
    number: str


_KINDS: dict[Part, Kind] = {
    "reader": Kind(KeptReader, Store.kept_readers, Store.keep_reader, "reader"),
    "roster": Kind(KeptRecord, Store.kept_records, Store.keep_record, "number"),
    "message": Kind(KeptMessage, Store.kept_messages, Store.keep_message, "seq"),
    "event": Kind(KeptEvent, Store.kept_events, Store.keep_event, "seq"),
    "schedule": Kind(KeptSchedule, Store.kept_schedules, Store.keep_schedule, "seq"),
    "task": Kind(KeptTask, Store.kept_tasks, Store.keep_task, "number"),
    "session": Kind(KeptSession, Store.kept_sessions, Store.keep_session, "seq"),
    "note": Kind(KeptNote, Store.kept_notes, Store.keep_note, "seq"),
}


class Export(Call, frozen=True, kw_only=True):
    """Page of a workspace."""

    part: Annotated[
        Part,
        Meta(
            description=(
                "Part to export; the order is reader, roster, message, event, schedule, task,"
                " session, note"
            )
        ),
    ] = "reader"
    after: Annotated[
        int, Meta(ge=0, le=MAX_NUMBER, description="`after` of the previous page of this part")
    ] = 0
    upto: (
        Annotated[
            int,
            Meta(
                ge=0,
                le=MAX_NUMBER,
                description="Newest number to export (default: the newest now)",
            ),
        ]
        | None
    ) = None
    limit: Annotated[int, Meta(ge=1, le=500, description="Maximum number of items to return")] = 500


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """A page of records."""

    workspace: Annotated[str, Meta(description="Name of the workspace")]
    mode: Annotated[str, Meta(description="Mode: open or private")]
    settings: Annotated[dict[str, Any], Meta(description="Settings of the workspace")]
    upto: Annotated[int, Meta(description="Newest exported number; pass it for every further page")]
    records: Annotated[list[dict[str, Any]], Meta(description="Records")]
    after: Annotated[
        int | None, Meta(description="`after` for the next page; null on the last page")
    ]
    sealed: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="Whether the workspace is sealed; left out otherwise"),
    ] = msgspec.UNSET


@op("workspace.export", scope="admin", is_slow=True)
async def export(context: Context, params: Export) -> Exported:
    """Export a page of a workspace's data.

    Receipts and marks are included; keys, webhooks and tokens are left out.

    Marks that are set while an export runs may be missing from it; the messages are then unread in
    the copy.

    Raises NotAllowed for an admin's key in a private workspace, whose messages it may not read.
    """
    if context.visible_to(None) is not None:
        raise NotAllowed(
            "Only operators can export a private workspace.", hint="Use the operator key."
        )
    store = context.store
    upto = await store.last_seq() if params.upto is None else params.upto
    kind = _KINDS[params.part]
    records = await kind.take(store, after=params.after, upto=upto, most=params.limit)
    workspace = context.workspace
    return Exported(
        workspace=workspace.name,
        mode=workspace.mode,
        settings=workspace.settings,
        upto=upto,
        records=records,
        after=records[-1][kind.number] if records else None,
        sealed=bool(workspace.sealed) or msgspec.UNSET,
    )


class Import(Call, frozen=True, kw_only=True):
    """Records of an export to import."""

    part: Annotated[Part, Meta(description="Part that the records belong to")]
    records: Annotated[
        list[dict[str, Any]],
        Meta(max_length=500, description="Records from workspace.export (at most 500)"),
    ]
    upto: Annotated[int, Meta(ge=0, le=MAX_NUMBER, description="Newest number of the export")]
    only_look: Annotated[
        bool, Meta(description="Whether to check for conflicts without storing")
    ] = False


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """Number of new and of existing records."""

    new: Annotated[int, Meta(description="Number of new records")]
    known: Annotated[int, Meta(description="Number of records that existed before")]


@op("workspace.import", scope="server", writes=True, is_bulk=True, recounts=True)
async def import_(context: Context, params: Import) -> Imported:
    """Import records of an export; existing records stay unchanged.

    Numbers and ids are kept. A batch is stored completely or not at all; repeating an import
    completes an interrupted one.

    Raises Invalid, Conflict.
    """
    store = context.store
    kind = _KINDS[params.part]
    try:
        records = [
            msgspec.to_builtins(msgspec.convert(record, kind.shape)) for record in params.records
        ]
    except msgspec.ValidationError as error:
        raise Invalid(
            f"A record does not have the format of an export: {error}.",
            hint="Import the file unchanged.",
            field="records",
        ) from None
    if any(record.get("seq", 0) > params.upto for record in records):
        raise Invalid(
            "A record is newer than the newest number of the export.",
            hint="Import the file unchanged.",
            field="upto",
        )
    if params.part == "schedule":
        records = [resumed(record, context.now) for record in records]
    if params.part == "message":
        # Keys of the other database are unknown here: the importing key is responsible for these
        # messages.
        records = [
            {**record, "acting_key": f"{IMPORTED}{context.caller.key_id}"} for record in records
        ]
    links = await check_records(context, params.part, records, only_look=params.only_look)
    fresh = []
    for record, link in zip(records, links, strict=True):
        is_new = await kind.keep(store, record, only_look=params.only_look)
        if is_new and link is not None and not params.only_look:
            await store.add_sealed_link(record["seq"], link)
        fresh.append(is_new)
    if not params.only_look:
        await store.keep_numbers(params.upto)
        context.rings.add(params.upto)
        store.posted.add(0)
    return Imported(new=sum(fresh), known=len(fresh) - sum(fresh))
