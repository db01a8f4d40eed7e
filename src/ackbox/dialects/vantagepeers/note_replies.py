"""VantagePeers' replies about memories, diaries and briefing notes: pure functions of arguments and
result.

Explained in docs/howto/coming-from-vantagepeers.md.
"""

from __future__ import annotations

from collections.abc import Callable

from ackbox.dialects.engine.convert import present
from ackbox.dialects.engine.mapping import Object, Reply
from ackbox.dialects.vantagepeers.replies import ms
from ackbox.ops.note.find import NotePage
from ackbox.ops.note.graph import GotNote
from ackbox.ops.note.link import NoteLink
from ackbox.ops.note.write import Added, Note

NAMESPACE, TOPIC = "namespace:", "topic:"


def store_memory(_: Object, note: Added) -> Object:
    return {
        "memoryId": note.id,
        "namespace": _tagged(note, NAMESPACE),
        "type": note.kind,
        "content": note.text,
        "_ext": {"number": note.number},
    }


def _tagged(note: Note, prefix: str) -> str | None:
    """Return what the tag with a prefix says, or null."""
    found = [tag.removeprefix(prefix) for tag in note.tags if tag.startswith(prefix)]
    return found[0] if found else None


def _tags(note: Note) -> list[str]:
    return [tag for tag in note.tags if not tag.startswith((NAMESPACE, TOPIC))]


def recall(_: Object, page: NotePage) -> list[Object]:
    return [_memory(note) for note in page.notes]


def list_memories(given: Object, page: NotePage) -> Reply:
    return _listed(given, page, _memory)


def _listed(given: Object, page: NotePage, row: Callable[[Note], Object]) -> Reply:
    """Return rows, or with `fields` or `cursor` an object that says how to go on."""
    rows = [row(note) for note in page.notes]
    if given["cursor"] is None and given["fields"] is None:
        cut = {"_meta": {"_truncated": True, "_showing": len(rows)}}
        return Reply(rows, after=(cut,) if page.cursor and len(rows) < given["limit"] else ())
    return Reply({"items": rows, **present(nextCursor=page.cursor)})


def _memory(note: Note) -> Object:
    return {
        "_id": note.id,
        "_creationTime": ms(note.created_at),
        "memoryId": note.id,
        "namespace": _tagged(note, NAMESPACE),
        "type": note.kind,
        "content": note.text,
        "createdBy": note.author,
        "createdAt": ms(note.created_at),
        "isLatest": note.superseded_by is None,
        **present(ttl=note.metadata.get("ttl"), expiresAt=note.metadata.get("expiresAt")),
        "_ext": {"number": note.number, **present(tags=_tags(note) or None, title=note.title)},
    }


def get_memory(_: Object, got: GotNote) -> Object:
    relations = [_relation(link) for link in got.links if link.source == got.note.id]
    return {**_memory(got.note), "relations": relations}


def _relation(link: NoteLink) -> Object:
    return {"targetId": link.target, "type": link.relation}


def update_memory(given: Object, note: Added) -> Object:
    return {"memoryId": note.id, "updated": True, "_ext": {"supersedes": given["memoryId"]}}


def write_diary(given: Object, note: Added) -> Object:
    return {"diaryId": note.id, "date": given["date"], "orchestrator": note.author}


def get_diary(_: Object, page: NotePage) -> Object | None:
    return _diary(page.notes[0]) if page.notes else None


def list_diaries(given: Object, page: NotePage) -> Reply:
    return _listed(given, page, _diary)


def _diary(note: Note) -> Object:
    return {
        "_id": note.id,
        "_creationTime": ms(note.created_at),
        "date": note.title,
        "orchestrator": note.author,
        "content": note.text,
        "highlights": note.metadata.get("highlights", []),
        "blockers": note.metadata.get("blockers", []),
        **present(mood=note.metadata.get("mood")),
    }


def create_briefing_note(given: Object, note: Added) -> Object:
    return {
        "noteId": note.id,
        "title": note.title,
        "topic": given["topic"],
        "createdBy": note.author,
    }


def get_briefing_note(_: Object, got: GotNote) -> Object:
    return _briefing(got.note)


def update_briefing_note(_: Object, note: Added) -> Object:
    return {"noteId": note.id, "updated": True}


def list_briefing_notes(given: Object, page: NotePage) -> Reply:
    return _listed(given, page, _briefing)


def _briefing(note: Note) -> Object:
    return {
        "_id": note.id,
        "_creationTime": ms(note.created_at),
        "noteId": note.id,
        "title": note.title,
        "topic": _tagged(note, TOPIC),
        "participants": note.metadata.get("participants", []),
        "content": note.text,
        **present(
            decisions=note.metadata.get("decisions"),
            linkedMemoryIds=note.metadata.get("linkedMemoryIds"),
        ),
        "createdBy": note.author,
        "_ext": {"number": note.number, **present(tags=_tags(note) or None)},
    }
