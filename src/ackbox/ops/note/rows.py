"""Rows: which stored notes an operation means, and how many of them fit.

Explained in docs/why/notes.md.
"""

from __future__ import annotations

from ackbox.errors import Invalid
from ackbox.model.text import composed
from ackbox.ops.rules.paging import REPLY_BYTES
from ackbox.ops.table import Context
from ackbox.store.messages import NEWEST
from ackbox.store.notes import NoteFilter, StoredNote
from ackbox.store.readers import Reader


async def with_title(
    context: Context, me: Reader, *, kind: str, title: str | None
) -> StoredNote | None:
    """Return the newest current note of an author with this kind and title. Raises Invalid."""
    if not title:
        raise Invalid(
            "`replaces_title` needs a title.", hint="Set `title` too.", field="replaces_title"
        )
    narrow = NoteFilter(
        kind=kind, title=composed(title, field="title"), author=me.agent, now=context.now
    )
    rows = await context.store.note_page(narrow, before=NEWEST, most=1)
    return rows[0] if rows else None


def within(rows: list[StoredNote], *, limit: int, max_text_bytes: int) -> list[StoredNote]:
    """Return the notes that fit; the first always fits, so that a reader makes progress."""
    page: list[StoredNote] = []
    size = whole = 0
    for row in rows[:limit]:
        size += len(row.text.encode())
        whole += 500 + len(row.text.encode()) + len(row.metadata) + sum(map(len, row.tags))
        if page and (size > max_text_bytes or whole > REPLY_BYTES):
            break
        page.append(row)
    return page
