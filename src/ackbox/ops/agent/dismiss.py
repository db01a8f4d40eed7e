"""agent.dismiss: no longer waiting for a name that nobody has ever used.

What waits for it is taken back, as if each sender had done so; nothing of the history changes.
Explained in docs/why/delivery.md, "Withdrawing".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import NotAllowed, NotFound
from ackbox.ops.message.withdraw import take_from
from ackbox.ops.table import Call, Context, op

# Messages taken back by one call.
MOST = 500


class Dismiss(Call, frozen=True, kw_only=True):
    """Which name to wait for no longer."""

    name: Annotated[str, Meta(min_length=1, max_length=256, description="A name from `awaited`")]


class Dismissed(msgspec.Struct, frozen=True, kw_only=True):
    """How much was taken back, and whether more waits."""

    name: Annotated[str, Meta(description="The name")]
    withdrawn: Annotated[int, Meta(description="Messages that do not wait for it any more")]
    is_more: Annotated[bool, Meta(description="More waits than one call takes back: call again")]


@op("agent.dismiss", scope="write", writes=True)
async def dismiss(context: Context, params: Dismiss) -> Dismissed:
    """Wait no longer for a name that has never been here: what waits for it is taken back, and
    stays in the history.

    People and operators may. It is awaited again as soon as somebody writes to it again.

    Raises NotAllowed, NotFound (also for who has been here).
    """
    store = context.store
    if not context.caller.sees_all:
        raise NotAllowed(
            "Only a person says that a name is not waited for.",
            hint="Take back your own messages with message.withdraw.",
        )
    reader = await store.reader(params.name)
    if reader is None or reader.seen or reader.kind == "system":
        raise NotFound(
            f"Nobody called {params.name!r} is waited for.",
            hint="agent.list names who is, in `awaited`.",
            field="name",
        )
    waiting = await store.waiting_for(reader, most=MOST)
    rows = {row.seq: row for row in await store.messages_at(sorted({seq for seq, _ in waiting}))}
    withdrawn = 0
    for seq, addressed in waiting:
        withdrawn += await take_from(context, rows[seq], addressed)
    if withdrawn:
        subject = {"agent": reader.name, "withdrawn": withdrawn}
        context.rings.add(
            await store.note("agent.dismissed", at=context.now, reader=0, subject=subject)
        )
    return Dismissed(name=reader.name, withdrawn=withdrawn, is_more=len(waiting) == MOST)
