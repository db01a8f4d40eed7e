"""GolemXV's replies about memory, which are notes here: pure functions of arguments and result.

Explained in docs/howto/coming-from-golemxv.md.
"""

from __future__ import annotations

import re

from ackbox.dialects.engine.convert import to_uuid
from ackbox.dialects.engine.mapping import Object
from ackbox.ops.note.find import NotePage
from ackbox.ops.note.write import Added, Note


def memory_search(given: Object, page: NotePage) -> Object:
    words = set(_words(given["query"]))
    found = sorted(((_share(words, note), note) for note in page.notes), key=lambda each: -each[0])
    results = [{**_memory(note), "score": score} for score, note in found[: given["max_results"]]]
    return {"query": given["query"], "count": len(results), "results": results}


def memory_store(_: Object, note: Added) -> Object:
    return _memory(note)


def _memory(note: Note) -> Object:
    return {
        "id": note.number,
        "content": note.text,
        "category": note.kind,
        "tags": note.tags,
        "source": note.author,
        "created_at": note.created_at,
        "_ext": {"uuid": to_uuid(note.id), "title": note.title},
    }


def _share(wanted: set[str], note: Note) -> float:
    """Return the share of the words wanted that a note has, in its title, text or tags."""
    own = set(_words(" ".join([note.title or "", note.text, *note.tags])))
    return round(len(wanted & own) / max(len(wanted), 1), 2)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
