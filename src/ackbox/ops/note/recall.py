"""Recall: the few notes that suit a moment, for hooks that put them before a model.

Text for the model is made in briefing.py. Explained in docs/why/notes.md.
"""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

from ackbox.model.query import MAX_TERMS, Query, Term, spaced
from ackbox.model.text import bare
from ackbox.ops.note.write import Note, shown
from ackbox.ops.table import Context
from ackbox.store.notes import NoteFilter, StoredNote

# Notes at one event, notes that are compared for it, and characters of each and of the prompt that
# are looked at.
MAX_RECALLED = 5
COMPARED = 50
LOOKED_AT = 4_000
# Notes of the lowest priority are found by a search only; what was said in a conversation by a
# search that does not leave its kind out.
TOLD_FROM = 2
CONVERSATION = "conversation"
# Words of a prompt that a note must share; shorter words say little.
SHARED = 2
_WORD = re.compile(r"\w{4,}")

NotesFrom = Annotated[
    int,
    Meta(
        ge=1,
        le=5,
        description="Lowest priority of important notes (1 to 5); constraints are always important",
    ),
]


async def recall(
    context: Context, prompt: str | None, *, known: set[str], notes_from: int
) -> list[Note]:
    """Return the notes that share most words with a prompt; without one, the newest important."""
    most = min(COMPARED + len(known), 200)
    if prompt is None:
        rows = await context.store.note_page(
            NoteFilter(important=notes_from, now=context.now), most=most
        )
    else:
        wanted = _words(prompt)
        terms = sorted(wanted, key=lambda word: (-len(word), word))[:MAX_TERMS]
        if not terms:
            return []
        query = Query(tuple(Term(spaced(word)) for word in terms), is_any=True)
        rows = await context.store.search_notes(
            query, NoteFilter(priority=TOLD_FROM, now=context.now), most=most
        )
        needed = min(SHARED, len(terms))
        scored = [(len(_words(_text(row)) & set(terms)), row) for row in rows]
        rows = [row for score, row in _best_first(scored) if score >= needed]
    return [shown(row) for row in rows if row.id not in known][:MAX_RECALLED]


def _best_first(scored: list[tuple[int, StoredNote]]) -> list[tuple[int, StoredNote]]:
    return sorted(scored, key=lambda each: (-each[0], -each[1].seq))


def _text(row: StoredNote) -> str:
    return "\n".join([row.title or "", *row.tags, row.text])


def _words(text: str) -> set[str]:
    return set(_WORD.findall(bare(text[:LOOKED_AT])))
