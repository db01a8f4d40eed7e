"""Notes in the store: appended once, linked to each other; and their words.

What a note says never changes: only its folder and its archiving do, and it can be removed whole.
A note that another supersedes stays: the link `supersedes` says so. Explained in docs/why/notes.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.model.query import Query, spaced
from ackbox.store.bound import Bound
from ackbox.store.engine import Row
from ackbox.store.keeping import PAGE_BYTES, Record, in_the_way
from ackbox.store.messages import NEWEST

WORDS_LIMIT = 200_000
SUPERSEDES = "supersedes"
# Versions of one note that a look at all of them follows.
MAX_VERSIONS = 100_000

_tags = msgspec.json.Decoder(list[str])


class StoredNote(msgspec.Struct, frozen=True):
    """One row of `note`, with what it supersedes and what supersedes it."""

    seq: int
    id: str
    kind: str
    title: str | None
    text: str
    tags: list[str]
    priority: int
    metadata: str
    author: int
    author_name: str
    author_instance: str | None
    session: int | None
    content: bytes
    acting_key: str | None
    created_at: int
    folder: int | None = None
    write_id: str | None = None
    expires_at: int | None = None
    archived_at: int | None = None
    folder_id: str | None = None
    supersedes: str | None = None
    superseded_by: str | None = None


_OWN = tuple(
    name
    for name in StoredNote.__struct_fields__
    if name not in ("folder_id", "supersedes", "superseded_by")
)


class NoteFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Filters of a page of notes; null for no filter."""

    kind: str | None = None
    tag: str | None = None
    author: int | None = None
    priority: int | None = None
    since: int | None = None
    # The time at which a note is current; null for those that are not as well.
    now: int | None
    title: str | None = None
    important: int | None = None
    folder: int | None = None
    not_kind: str | None = None


class Link(msgspec.Struct, frozen=True):
    """One row of `note_link`: two notes by their numbers, and how the first is related to the
    second.
    """

    source: int
    relation: str
    target: int
    author: int
    created_at: int
    source_id: str = ""
    target_id: str = ""


def _note(row: Row | None) -> StoredNote | None:
    return None if row is None else _shaped(row)


def _shaped(row: Row) -> StoredNote:
    values = list(row)
    values[5], values[12] = _tags.decode(row[5]), bytes(row[12])
    return StoredNote(*values)


def _words(note: StoredNote) -> str:
    """Return the words of a note, as its index entry was made from them."""
    return spaced("\n".join([note.title or "", note.text, *note.tags]))[:WORDS_LIMIT]


class Notes(Bound):
    """Questions about notes."""

    async def note_of(self, id: str) -> StoredNote | None:
        return _note(await self.row("note_by_id", id=id))

    async def notes_of_beginning(self, digits: str) -> list[StoredNote]:
        """Return at most two notes whose id begins with some digits, oldest first."""
        rows = await self.rows("notes_of_beginning", low=digits, high=f"{digits}g", most=2)
        return [note for row in rows if (note := _note(row)) is not None]

    async def note_at(self, seq: int) -> StoredNote | None:
        return _note(await self.row("note_by_seq", seq=seq))

    async def note_known(self, content: bytes, *, now: int) -> StoredNote | None:
        """Return the current note that says the same."""
        return _note(await self.row("note_known", content=content, now=now))

    async def note_written(self, author: int, write_id: str) -> StoredNote | None:
        """Return what an author wrote under an id that may be repeated."""
        return _note(await self.row("note_by_write_id", author=author, write_id=write_id))

    async def latest_note(self, seq: int) -> int:
        """Return the current version of a note, by its number."""
        row = await self.row("note_latest", seq=seq, most=MAX_VERSIONS)
        assert row is not None
        return int(row[0])

    async def note_versions(self, seq: int) -> list[int]:
        """Return a note and the versions before it, newest first, by their numbers."""
        return [row[0] for row in await self.rows("note_versions", seq=seq, versions=MAX_VERSIONS)]

    async def move_note(self, seq: int, folder: int | None) -> None:
        await self.run("note_move", seq=seq, folder=folder)

    async def archive_note(self, seq: int, at: int | None) -> None:
        """Archive a note, or bring it back with null."""
        await self.run("note_archive", seq=seq, archived_at=at)

    async def remove_note(self, note: StoredNote) -> None:
        """Remove a note with its words and its links."""
        await self.run(
            "note_words_remove", seq=note.seq, place=self._note_place(), text=_words(note)
        )
        await self.run("note_links_remove", seq=note.seq)
        await self.run("note_remove", seq=note.seq)

    async def holds_notes(self, folder: int) -> bool:
        return await self.row("note_in_folder", folder=folder) is not None

    async def notes_to_tidy(
        self,
        *,
        author: int | None,
        kind: str,
        kind_before: int,
        priority: int,
        before: int,
        now: int,
        most: int,
    ) -> list[StoredNote]:
        """Return current notes that few need, oldest first."""
        rows = await self.rows(
            "note_tidy",
            author=author,
            kind=kind,
            kind_before=kind_before,
            priority=priority,
            before=before,
            now=now,
            most=most,
        )
        return [_shaped(row) for row in rows]

    async def add_note(self, note: StoredNote) -> None:
        fields = {name: getattr(note, name) for name in _OWN}
        await self.run("note_add", **fields | {"tags": msgspec.json.encode(note.tags).decode()})
        await self.run("note_words_add", seq=note.seq, place=self._note_place(), text=_words(note))

    async def add_link(self, link: Link) -> bool:
        """Link two notes; false when they were linked so already."""
        about = {"source": link.source, "relation": link.relation, "target": link.target}
        if await self.link_author(link.source, link.relation, link.target) is not None:
            return False
        await self.run("note_link_add", **about, author=link.author, created_at=link.created_at)
        return True

    async def remove_link(self, source: int, relation: str, target: int) -> None:
        await self.run("note_link_remove", source=source, relation=relation, target=target)

    async def link_author(self, source: int, relation: str, target: int) -> int | None:
        """Return who linked two notes; null when they are not linked so."""
        row = await self.row("note_link_find", source=source, relation=relation, target=target)
        return None if row is None else int(row[0])

    async def links_of(self, seq: int, *, most: int) -> list[Link]:
        return [Link(*row) for row in await self.rows("note_links_of", seq=seq, most=most)]

    async def links_of_versions(self, seq: int, *, most: int) -> list[Link]:
        """Return the links of a note and of all its versions, without those between versions."""
        rows = await self.rows("note_links_of_versions", seq=seq, versions=MAX_VERSIONS, most=most)
        return [Link(*row) for row in rows]

    async def note_page(
        self, narrow: NoteFilter, *, before: int = NEWEST, most: int
    ) -> list[StoredNote]:
        """Return notes, newest first."""
        return [
            _shaped(row)
            for row in await self.rows(
                "note_page", before=before, most=most, **msgspec.structs.asdict(narrow)
            )
        ]

    async def notes_kept(self, *, now: int) -> int:
        """Return the number of current notes."""
        row = await self.row("notes_kept", now=now)
        return 0 if row is None else int(row[0])

    async def search_notes(
        self, query: Query, narrow: NoteFilter, *, before: int = NEWEST, most: int
    ) -> list[StoredNote]:
        """Return notes with these words, newest first."""
        about: dict[str, Any] = msgspec.structs.asdict(narrow)
        rows = await self.rows(
            "note_search",
            fts5=query.fts5(self._note_place()),
            tsquery=query.tsquery(),
            before=before,
            most=most,
            **about,
        )
        return [_shaped(row) for row in rows]

    async def kept_notes(self, *, after: int, upto: int, most: int) -> list[Record]:
        """Return notes with what they are linked to, oldest first, up to a bound on their text."""
        found: list[Record] = []
        size = 0
        for row in map(_shaped, await self.rows("keep_notes", after=after, upto=upto, most=most)):
            links = await self.rows("keep_note_links", seq=row.seq, upto=upto)
            own = {name: getattr(row, name) for name in _OWN}
            found.append(
                own | {"content": row.content.hex(), "links": [list(link) for link in links]}
            )
            size += len(row.text)
            if size > PAGE_BYTES:
                break
        return found

    async def keep_note(self, record: Record, *, only_look: bool) -> bool:
        """Store a note and its links unless it is there; true when it is new. Raises Conflict."""
        there = await self.note_at(record["seq"]) or await self.note_of(record["id"])
        if there is not None:
            if (there.seq, there.id) != (record["seq"], record["id"]):
                raise in_the_way(f"the note {record['id']}")
            return False
        if not only_look:
            await self.add_note(
                StoredNote(
                    # Older exports lack the newest columns.
                    **{name: record[name] for name in _OWN if name in record}
                    | {"content": bytes.fromhex(record["content"])}
                )
            )
            await self.run_many(
                "note_link_add",
                [
                    {
                        "source": record["seq"],
                        "relation": relation,
                        "target": target,
                        "author": author,
                        "created_at": at,
                    }
                    for relation, target, author, at in record["links"]
                ],
            )
        return True

    def _note_place(self) -> str:
        # As in search.py: one index for all workspaces, the workspace a word of every entry.
        return f"w{self.ws:x}"
