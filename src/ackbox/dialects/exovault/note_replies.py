"""ExoVault's replies about memories, notes, their graph, documents and vaults: pure functions of
arguments and result.

Explained in docs/howto/coming-from-exovault.md.
"""

from __future__ import annotations

from ackbox.dialects.engine.convert import present, to_uuid
from ackbox.dialects.engine.mapping import Object
from ackbox.ops.note.change import Removed, Tidied
from ackbox.ops.note.find import NotePage
from ackbox.ops.note.graph import Explored, GotNote, Neighbour
from ackbox.ops.note.link import Linked, NoteLink, Unlinked
from ackbox.ops.note.write import Added, Note
from ackbox.ops.workspace.settings import Workspace, Workspaces

PREVIEW = 200


def write_memory(_: Object, note: Added) -> Object:
    return {
        "memoryId": to_uuid(note.id),
        "created": not note.duplicate and note.supersedes is None,
        "idempotent": note.duplicate or note.supersedes is not None,
        "memoryType": note.kind,
        "vaultId": note.workspace,
        "agentId": note.author,
        "createdAt": note.created_at,
        **(
            {}
            if note.supersedes is None
            else {"dedupAction": "superseded", "supersededMemoryId": to_uuid(note.supersedes)}
        ),
    }


def search_memories(given: Object, page: NotePage) -> Object:
    length = PREVIEW if given["compact"] else None
    return {
        "searchMode": "keyword",
        "memories": [{**memory_of(note), "content": note.text[:length]} for note in page.notes],
        "unitsUsed": 0,
        "semanticMatchCount": 0,
        "blindIndexMatchCount": len(page.notes),
        "graphExpansionCount": 0,
    }


def read_memories(_: Object, page: NotePage) -> Object:
    return {"memories": [memory_of(note) for note in page.notes]}


def memory_of(note: Note) -> Object:
    return {
        "memoryId": to_uuid(note.id),
        "content": note.text,
        "summary": note.title,
        "memoryType": note.kind,
        "importance": note.priority,
        "entities": note.tags,
        "metadata": note.metadata,
        "agentId": note.author,
        "createdAt": note.created_at,
        "archived": bool(note.superseded_by or note.archived_at),
        **present(expiresAt=note.expires_at),
    }


def get_related_memories(_: Object, got: GotNote) -> Object:
    return {"memories": [_neighbour(each) for each in got.neighbours]}


def _neighbour(note: Neighbour) -> Object:
    return {
        "memoryId": to_uuid(note.id),
        "summary": note.title,
        "memoryType": note.kind,
        "preview": note.opening,
        "agentId": note.author,
    }


def update_memory(given: Object, note: Added) -> Object:
    return {
        "memoryId": given["memoryId"],
        "updated": True,
        "_ext": {"currentId": to_uuid(note.id)},
    }


def list_notes(_: Object, page: NotePage) -> list[Object]:
    return [_preview(note) for note in page.notes]


def _preview(note: Note) -> Object:
    return {
        "noteId": to_uuid(note.id),
        "title": note.title,
        "preview": note.text[:PREVIEW],
        **_details(note),
    }


def _details(note: Note) -> Object:
    return {
        "tags": note.tags,
        "folderId": None if note.folder is None else to_uuid(note.folder),
        "agentId": note.author,
        "createdAt": note.created_at,
        "updatedAt": note.created_at,
    }


def read_note(_: Object, got: GotNote) -> Object:
    return note_of(got.note)


def create_note(_: Object, note: Added) -> Object:
    return note_of(note)


def update_note(given: Object, note: Added) -> Object:
    return {
        "noteId": given["noteId"],
        "updated": True,
        "title": note.title,
        "content": note.text,
        **_details(note),
        "_ext": {"currentId": to_uuid(note.id)},
    }


def search_notes(_: Object, page: NotePage) -> list[Object]:
    return [note_of(note) for note in page.notes]


def note_of(note: Note) -> Object:
    return {
        "noteId": to_uuid(note.id),
        "title": note.title,
        "content": note.text,
        **_details(note),
    }


def add_link(given: Object, linked: Linked) -> Object:
    return {
        "linkId": linked.id,
        "sourceId": given["sourceId"],
        "targetId": given["targetId"],
        "relationType": linked.relation,
        "created": not linked.duplicate,
        "agentId": linked.author,
        "createdAt": linked.created_at,
    }


def get_links(_: Object, got: GotNote) -> Object:
    return {"links": [_link(link) for link in got.links]}


def _link(link: NoteLink) -> Object:
    return {
        "linkId": link.id,
        "sourceId": to_uuid(link.source),
        "targetId": to_uuid(link.target),
        "relationType": link.relation,
        "agentId": link.author,
        "createdAt": link.created_at,
    }


def remove_link(given: Object, _: Unlinked) -> Object:
    return {"linkId": given["linkId"], "removed": True}


def explore_graph(_: Object, explored: Explored) -> Object:
    return {
        "nodes": {to_uuid(note.id): _node(note) for note in explored.notes},
        "edges": [_edge(link) for link in explored.links],
        "_ext": {"entryIds": [to_uuid(id) for id in explored.entries]},
    }


def _node(note: Neighbour) -> Object:
    return {
        "id": to_uuid(note.id),
        "type": "note" if note.kind == "note" else "memory",
        "summary": note.title or note.opening,
        **present(memoryType=None if note.kind == "note" else note.kind),
        "agentId": note.author,
    }


def _edge(link: NoteLink) -> Object:
    return {
        "linkId": link.id,
        "source": to_uuid(link.source),
        "target": to_uuid(link.target),
        "relationType": link.relation,
    }


def archive_memory(given: Object, note: Note) -> Object:
    return {"memoryId": given["memoryId"], "archived": note.archived_at is not None}


def cleanup_memories(given: Object, tidied: Tidied) -> Object:
    return {
        "archived": tidied.archived,
        "cleaned": tidied.archived,
        "candidates": len(tidied.old) + len(tidied.unimportant),
        "dryRun": given["dryRun"],
        "byReason": {
            "stale": len(tidied.old),
            "lowImportance": len(tidied.unimportant),
            "superseded": 0,
            "failedIndexing": 0,
        },
        "memoryIds": [to_uuid(id) for id in (*tidied.old, *tidied.unimportant)],
        "_ext": {"hasMore": tidied.has_more},
    }


def read_notes(_: Object, page: NotePage) -> Object:
    return {"notes": [note_of(note) for note in page.notes]}


def delete_note(given: Object, removed: Removed) -> Object:
    return {
        "noteId": given["noteId"],
        "deleted": True,
        "_ext": {"versions": removed.removed, "deletedAt": removed.removed_at},
    }


def semantic_search(_: Object, page: NotePage) -> list[Object]:
    # A word is there or it is not: there is no similarity to tell.
    return [{**_preview(note), "similarity": None} for note in page.notes]


def list_folders(_: Object, page: NotePage) -> list[Object]:
    return [_folder(note) for note in page.notes]


def create_folder(_: Object, note: Added) -> Object:
    return _folder(note)


def _folder(note: Note) -> Object:
    return {
        "folderId": to_uuid(note.id),
        "name": note.title,
        "parentFolderId": None if note.folder is None else to_uuid(note.folder),
        "agentId": note.author,
        "createdAt": note.created_at,
    }


def move_note(given: Object, note: Note) -> Object:
    return {
        "noteId": given["noteId"],
        "moved": True,
        "folderId": None if note.folder is None else to_uuid(note.folder),
    }


def list_vaults(_: Object, found: Workspaces) -> list[Object]:
    return [_vault(each) for each in found.workspaces]


def create_vault(_: Object, made: Workspace) -> Object:
    return _vault(made)


def _vault(workspace: Workspace) -> Object:
    return {
        "id": workspace.name,
        "vaultId": workspace.name,
        "name": workspace.name,
        "createdAt": workspace.created_at,
        "_ext": {"agents": workspace.agents, "mode": workspace.mode},
    }


def read_document(given: Object, page: NotePage) -> Object:
    found = page.notes[0] if page.notes else None
    return {
        "documentType": given["documentType"],
        "exists": found is not None,
        "content": "" if found is None else found.text,
        "updatedAt": None if found is None else found.created_at,
    }


def update_document(given: Object, note: Added) -> Object:
    return {
        "documentType": given["documentType"],
        "updated": True,
        "contentLength": len(note.text),
        "updatedAt": note.created_at,
    }


def read_docs(_: Object, page: NotePage) -> Object:
    return {
        "documents": [
            {"documentType": note.title, "content": note.text, "updatedAt": note.created_at}
            for note in page.notes
        ]
    }
