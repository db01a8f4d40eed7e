"""Tasks in a sealed workspace: the client seals their text and sends the messages about them.

Explained in docs/why/sealed.md, "Texts of tasks, notes and sessions".
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.client.texts import contents, update_texts, write
from ackbox.errors import BrokenPromise, Conflict, Invalid, NotMember
from ackbox.model.message import SUBJECT_LIMIT
from ackbox.model.query import has_words, parse_query
from ackbox.model.sealing import PARAMS
from ackbox.model.task import FINISHED
from ackbox.ops.decode import decode
from ackbox.ops.rules.metadata import check_metadata
from ackbox.ops.task.assign import Assign
from ackbox.ops.task.create import Create
from ackbox.ops.task.create_many import CreateMany
from ackbox.ops.task.find import ListTasks, Search
from ackbox.ops.task.finish_many import FinishMany
from ackbox.ops.task.update import Update
from ackbox.vault.text import TaskText, Text

if TYPE_CHECKING:
    from ackbox.client.sealed import SealedCalls

Task = dict[str, Any]
NOTICE = "sealed"
FIELDS = TaskText.__struct_fields__
SAID = {"done": "Done", "failed": "Failed", "cancelled": "Cancelled"}
# Pages that are read for one page of tasks with a project or a tag.
MAX_PAGES = 40


def visible(name: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that the server may see."""
    return {each: params[each] for each in params if each in PARAMS[name].visible}


def create(calls: SealedCalls, params: dict[str, Any]) -> Task:
    """Create a task, then seal its text, then tell its assignee."""
    given = decode(Create, params)
    check_metadata(given.metadata, hint="Name a file in the description instead.")
    _check_assignee(calls, given.to)
    plain = visible("task.create", params)
    if given.idempotency_key is not None:
        plain["idempotency_key"] = calls.hidden(given.idempotency_key)
    task: Task = calls.remote("task.create", title=NOTICE, **plain)
    text = TaskText(
        **{each: getattr(given, each) or None for each in ("done_when", "project", "mission")},
        title=given.title,
        description=given.description,
        tags=list(dict.fromkeys(given.tags)),
        metadata=given.metadata,
    )
    before = _first(calls, task["id"]) if task["duplicate"] else None
    if before not in (None, text):
        raise Conflict(
            "This idempotency key was already used for another task.",
            hint="Use a new key for a new task.",
            field="idempotency_key",
        )
    if not task["duplicate"] or not _has_text(calls, task["id"]):
        write(
            calls.vault, calls.remote, "task", task["id"], lambda _: text, to=_readers(calls, task)
        )
    calls.shown(task)
    _tell_assigned(calls, task, None)
    return task


def _has_text(calls: SealedCalls, id: str) -> bool:
    with calls.vault.locked():
        update_texts(calls.vault, calls.remote)
        return calls.vault.texts.newest("task", id) is not None


def _first(calls: SealedCalls, id: str) -> Text | None:
    """Return the first text of a task; null if it has a later one."""
    with calls.vault.locked():
        update_texts(calls.vault, calls.remote)
        entry = calls.vault.texts.newest("task", id)
        if entry is None or entry.edition != 1:
            return None
        found = contents(calls.vault, calls.remote, [entry])[entry.seq]
        return None if isinstance(found, BrokenPromise) else found


def create_many(calls: SealedCalls, params: dict[str, Any]) -> dict[str, Any]:
    """Create the tasks of a plan, one after the other."""
    given, plan = decode(CreateMany, params), uuid.uuid4().hex
    made = []
    for number, each in enumerate(given.tasks):
        is_started = given.start_first and number == 0
        to = given.to or (calls.vault.profile.agent if is_started else None)
        facts = {
            **msgspec.to_builtins(each),
            "to": to,
            "status": "in_progress" if is_started else "open",
            "metadata": {"plan": plan},
        }
        made.append(create(calls, {name: facts[name] for name in facts if facts[name] is not None}))
    return {"plan": plan, "workspace": calls.vault.profile.workspace, "tasks": made}


def update(calls: SealedCalls, params: dict[str, Any]) -> Task:
    """Change a task on the server, then its text."""
    given = decode(Update, params)
    if given.metadata is not None:
        check_metadata(given.metadata, hint="Name a file in the description instead.")
    if given.blocked_by is not None and given.status != "blocked":
        raise Invalid(
            "Only a blocked task has a cause that blocks it.",
            hint="Set `status=blocked` too.",
            field="blocked_by",
        )
    _check_assignee(calls, given.to)
    before = calls.remote("task.get", id=given.id)
    after = calls.remote("task.update", **visible("task.update", params))

    def change(old: Text | None) -> TaskText:
        text = old if isinstance(old, TaskText) else TaskText()
        changes: dict[str, Any] = {
            name: getattr(given, name) or None
            for name in ("note", "blocked_by", "project", "mission", "done_when")
            if getattr(given, name) is not None
        }
        changes |= {
            name: getattr(given, name)
            for name in ("title", "description")
            if getattr(given, name) is not None
        }
        if given.tags is not None:
            changes["tags"] = list(dict.fromkeys(given.tags))
        if given.metadata is not None:
            kept = text.metadata if given.keep_metadata else {}
            changes["metadata"] = {**kept, **given.metadata}
        if after["status"] != "blocked":
            changes["blocked_by"] = None
        return msgspec.structs.replace(text, **changes)

    return _changed(calls, before, after, change)


def assign(calls: SealedCalls, params: dict[str, Any]) -> Task:
    """Give a task to another agent, and seal its text for that agent."""
    given = decode(Assign, params)
    _check_assignee(calls, given.to)
    before = calls.remote("task.get", id=given.id)
    after = calls.remote("task.assign", **visible("task.assign", params))
    note = {} if given.note is None else {"note": given.note or None}

    def change(old: Text | None) -> TaskText:
        return msgspec.structs.replace(old if isinstance(old, TaskText) else TaskText(), **note)

    return _changed(calls, before, after, change)


def finish_many(calls: SealedCalls, params: dict[str, Any]) -> Any:
    """Finish tasks on the server, then add the note to the text of each."""
    given = decode(FinishMany, params)
    sealed = ("project", "mission", "tag", "without_tag")
    if any(getattr(given, each) is not None for each in sealed):
        raise Invalid(
            "In a sealed workspace the server does not know projects, missions and tags.",
            hint="Find the tasks with task.list, and give their `ids`.",
            field=next(each for each in sealed if getattr(given, each) is not None),
        )
    done = calls.remote("task.finish_many", **visible("task.finish_many", params))
    for id in done["ids"] if not given.only_look else ():
        after = calls.remote("task.get", id=id)
        _changed(calls, {**after, "status": "open"}, after, _with_note(given.note))
    return done


def _with_note(note: str | None) -> Callable[[Text | None], TaskText]:
    def change(old: Text | None) -> TaskText:
        text = old if isinstance(old, TaskText) else TaskText()
        return text if note is None else msgspec.structs.replace(text, note=note or None)

    return change


def _changed(
    calls: SealedCalls, before: Task, after: Task, change: Callable[[Text | None], TaskText]
) -> Task:
    """Seal the text of a changed task, and send the messages about the change."""
    write(calls.vault, calls.remote, "task", after["id"], change, to=_readers(calls, after))
    calls.shown(after)
    _tell_assigned(calls, after, before)
    if after["status"] in FINISHED and before["status"] not in FINISHED:
        _tell_finished(calls, after)
    return after


def _readers(calls: SealedCalls, task: Task) -> Callable[[], list[str]]:
    """Return who reads the text of a task: in a private workspace creator and assignee."""

    def to() -> list[str]:
        names = {task["creator"], task["assignee"] or ""}
        known = calls.vault.roster
        if known.access == "open" or not task["assignee"]:
            return ["*"]
        return sorted(each for each in names if known.named(each) is not None) or ["*"]

    return to


def _check_assignee(calls: SealedCalls, to: str | None) -> None:
    """Raise NotMember for an assignee that could read nothing."""
    name = (to or "").partition("/")[0]
    with calls.vault.locked():
        known = calls.vault.roster
    if name and known.named(name) is None:
        raise NotMember(
            f"{name!r} is not a member of this sealed workspace.",
            hint="Members: " + ", ".join(sorted(each.name for each in known.current())),
            field="to",
        )


def _tell_assigned(calls: SealedCalls, task: Task, before: Task | None) -> None:
    """Send the assignee, and the one before, the messages that the server cannot write."""
    was = None if before is None else before["assignee"]
    me = calls.vault.profile.agent
    if task["assignee"] in (None, was) or task["status"] in FINISHED:
        return
    subject = f"Task {task['number']}: {task['title']}"
    if task["assignee"] != me:
        done_when = f"Done when: {task['done_when']}" if task["done_when"] else ""
        parts = [task["title"], task["description"], done_when]
        body = "\n\n".join(part for part in parts if part)
        _tell(calls, task, [task["assignee"]], subject, body, intent="request")
    if was not in (None, me):
        subject = f"Task {task['number']} is no longer yours: {task['title']}"
        _tell(calls, task, [was], subject, f"It is for {task['assignee']} now.")


def _tell_finished(calls: SealedCalls, task: Task) -> None:
    me, said = calls.vault.profile.agent, SAID[task["status"]]
    names = dict.fromkeys([task["creator"], *([task["assignee"]] if task["assignee"] else [])])
    to = [each for each in names if each != me and calls.vault.roster.named(each) is not None]
    if to:
        subject = f"{said}: task {task['number']}, {task['title']}"
        intent = "error" if task["status"] == "failed" else "status"
        _tell(calls, task, to, subject, task["note"] or f"{said} by {me}.", intent=intent)


def _tell(
    calls: SealedCalls, task: Task, to: list[str], subject: str, body: str, intent: str = "status"
) -> None:
    about = {"id": task["id"], "number": task["number"], "status": task["status"]}
    calls.send(
        {
            "to": to,
            "subject": subject[:SUBJECT_LIMIT],
            "body": body,
            "intent": intent,
            "priority": task["priority"],
            "refs": [{"kind": "task", "target": task["id"]}],
            "metadata": {**task["metadata"], "task": about},
            # A repeated call sends no second message about the same change.
            "idempotency_key": f"{task['id']} {subject} {task['updated_at']}",
        }
    )


def list_tasks(calls: SealedCalls, params: dict[str, Any]) -> Any:
    """List tasks; those of a project, mission or tag are found among the opened ones."""
    given = decode(ListTasks, params)
    plain = visible("task.list", params)
    if plain.keys() == params.keys():
        return calls.opened("task.list", plain)
    return filtered(calls, "task.list", plain, "tasks", _has_labels(given), given.limit)


def search(calls: SealedCalls, params: dict[str, Any]) -> Any:
    """Search the opened texts of tasks, newest first."""
    given = decode(Search, params)
    terms = parse_query(given.query).terms
    has_labels = _has_labels(given)

    def fits(task: Task) -> bool:
        parts = (task["title"], task["description"], *task["tags"], task["note"] or "")
        return has_labels(task) and has_words(terms, "\n".join(parts))

    plain = {"status": "all", **visible("task.list", params)}
    return filtered(calls, "task.list", plain, "tasks", fits, given.limit)


def _has_labels(given: ListTasks | Search) -> Callable[[Task], bool]:
    def fits(task: Task) -> bool:
        return (
            given.project in (None, task["project"])
            and given.mission in (None, task["mission"])
            and (given.tag is None or given.tag in task["tags"])
            and given.without_tag not in task["tags"]
        )

    return fits


def filtered(
    calls: SealedCalls,
    name: str,
    params: dict[str, Any],
    field: str,
    fits: Callable[[dict[str, Any]], bool],
    limit: int,
    *,
    page_size: int | None = None,
) -> dict[str, Any]:
    """Return a page of the opened items that fit; it reads further pages of the server.

    With `page_size` the cursor is not one to go on from.
    """
    found: list[Any] = []
    page: dict[str, Any] = {}
    cursor = params.get("cursor")
    for _ in range(MAX_PAGES):
        more = {} if cursor is None else {"cursor": cursor}
        # Never more than there is room for: the cursor is that of the server's page.
        size = page_size or limit - len(found)
        page = calls.opened(name, {**params, "limit": size, **more})
        found += [each for each in page[field] if fits(each)]
        cursor = page["cursor"]
        if cursor is None or len(found) >= limit:
            break
    return {**page, field: found, "cursor": cursor}


HANDLERS: dict[str, Callable[[SealedCalls, dict[str, Any]], Any]] = {
    "task.assign": assign,
    "task.create": create,
    "task.create_many": create_many,
    "task.finish_many": finish_many,
    "task.list": list_tasks,
    "task.search": search,
    "task.update": update,
}
