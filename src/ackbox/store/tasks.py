"""Tasks in the store: rows, what each waits for, and their words.

Which change may follow on which is the operation's question. Explained in docs/why/tasks.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ackbox.model.query import Query, spaced
from ackbox.model.task import FINISHED, Cause, Status
from ackbox.store.bound import Bound
from ackbox.store.engine import Row
from ackbox.store.keeping import Record, in_the_way
from ackbox.store.messages import NEWEST

WORDS_LIMIT = 200_000


# (number, id, status) of a task that another waits for.
Need = tuple[int, str, str]


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fields that no list filters by, stored together; times are milliseconds UTC."""

    done_when: str | None = None
    due_at: int | None = None
    estimated_minutes: int | None = None
    note: str | None = None
    blocked_by: str | None = None
    blocked_cause: Cause | None = None
    parent: str | None = None
    message: str | None = None
    metadata: dict[str, Any] = {}
    claimed_at: int | None = None
    started_at: int | None = None
    finished_at: int | None = None
    content: str | None = None


class StoredTask(msgspec.Struct, frozen=True):
    """One row of `task`."""

    number: int
    id: str
    title: str
    description: str
    status: Status
    priority: int
    creator: int
    creator_name: str
    assignee: int | None
    assignee_name: str | None
    assignee_instance: str | None
    project: str | None
    mission: str | None
    tags: list[str]
    card: Card
    idempotency_key: str | None
    created_at: int
    updated_at: int
    needs: tuple[Need, ...] = ()


class TaskFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Filters of a page of tasks; null for no filter."""

    statuses: str | None = None
    priorities: str | None = None
    assignee: int | None = None
    assignee_instance: str | None = None
    unassigned_only: int | None = None
    creator: int | None = None
    project: str | None = None
    mission: str | None = None
    tag: str | None = None
    without_tag: str | None = None
    updated_since: int | None = None
    ready_only: int | None = None
    visible_to: int | None = None


_tags = msgspec.json.Decoder(list[str])
_card = msgspec.json.Decoder(Card)


def _task(row: Row) -> StoredTask:
    columns = (
        *row[:13],
        _tags.decode(row[13]),
        _card.decode(row[14]),
        *row[15:18],
        _needs(row[18]),
    )
    return StoredTask(*columns)


def _needs(text: str | None) -> tuple[Need, ...]:
    """Return what a task waits for, by number."""
    parts = [each.split(":") for each in (text or "").split(",") if each]
    return tuple(sorted((int(number), id, status) for number, id, status in parts))


def _row(task: StoredTask) -> dict[str, Any]:
    own = {name: getattr(task, name) for name in StoredTask.__struct_fields__ if name != "needs"}
    return own | {name: msgspec.json.encode(own[name]).decode() for name in ("tags", "card")}


def _which(narrow: TaskFilter) -> str:
    """Return which statement finds these: the one whose index holds only what is not finished,
    or the one for all.
    """
    states = (narrow.statuses or ",done,").strip(",").split(",,")
    return "" if FINISHED.intersection(states) else "_unfinished"


def tag_text(tag: str) -> str:
    """Return the stored form of a tag."""
    return msgspec.json.encode(tag).decode()


class Tasks(Bound):
    """Questions about tasks."""

    async def task(self, id: str) -> StoredTask | None:
        return self._one(await self.row("task_by_id", id=id))

    async def task_at(self, number: int) -> StoredTask | None:
        return self._one(await self.row("task_by_number", number=number))

    async def made_before(self, creator: int, key: str) -> StoredTask | None:
        """Return the task that this creator made under an idempotency key."""
        return self._one(await self.row("task_by_key", creator=creator, key=key))

    async def add_task(self, fields: dict[str, Any]) -> StoredTask:
        """Store a task under the workspace's next number."""
        last = await self.row("task_last")
        task = StoredTask(number=1 if last is None else last[0] + 1, **fields)
        await self.run("task_add", **_row(task))
        await self.index_task(task)
        return task

    async def save_task(self, task: StoredTask) -> None:
        """Write what can change of a task, and its words."""
        await self.run(
            "task_save",
            **{name: value for name, value in _row(task).items() if name not in _NEVER_CHANGED},
        )
        await self.run("task_words_drop", number=task.number)
        await self.index_task(task)

    async def index_task(self, task: StoredTask) -> None:
        text = "\n".join([task.title, task.description, *task.tags, task.card.note or ""])
        await self.run(
            "task_words_add",
            number=task.number,
            place=self._task_place(),
            text=spaced(text)[:WORDS_LIMIT],
        )

    async def newest_tasks(
        self, narrow: TaskFilter, *, before: int = NEWEST, most: int
    ) -> list[StoredTask]:
        rows = await self.rows(
            f"task_newest{_which(narrow)}",
            before=before,
            most=most,
            **msgspec.structs.asdict(narrow),
        )
        return [_task(row) for row in rows]

    async def urgent_tasks(
        self, narrow: TaskFilter, *, priority: int, after: int, most: int
    ) -> list[StoredTask]:
        """Return tasks of at most a priority, the most urgent first.

        Of that priority itself only those after a number.
        """
        rows = await self.rows(
            f"task_urgent{_which(narrow)}",
            priority=priority,
            after=after,
            most=most,
            **msgspec.structs.asdict(narrow),
        )
        return [_task(row) for row in rows]

    async def search_tasks(
        self, query: Query, narrow: TaskFilter, *, before: int = NEWEST, most: int
    ) -> list[StoredTask]:
        """Return tasks with these words, newest first."""
        rows = await self.rows(
            "task_search",
            fts5=query.fts5(self._task_place()),
            tsquery=query.tsquery(),
            before=before,
            most=most,
            **msgspec.structs.asdict(narrow),
        )
        return [_task(row) for row in rows]

    async def needs(self, number: int) -> list[int]:
        """Return the numbers of what a task waits for."""
        return [row[0] for row in await self.rows("task_needs", number=number)]

    async def again(self, task: StoredTask) -> StoredTask:
        """Return a task again, after its dependencies have changed."""
        found = await self.task_at(task.number)
        assert found is not None
        return found

    async def add_needs(self, number: int, needs: Sequence[int]) -> None:
        await self.run_many("task_need_add", [{"number": number, "needs": each} for each in needs])

    async def drop_needs(self, number: int, needs: Sequence[int]) -> None:
        await self.run_many("task_need_drop", [{"number": number, "needs": each} for each in needs])

    async def kept_tasks(self, *, after: int, upto: int, most: int) -> list[Record]:
        """Return tasks with what they wait for, as they are now, oldest first."""
        tasks = [_task(row) for row in await self.rows("keep_tasks", after=after, most=most)]
        kept: list[Record] = [
            msgspec.to_builtins(task) | {"needs": [number for number, *_ in task.needs]}
            for task in tasks
        ]
        return kept

    async def keep_task(self, record: Record, *, only_look: bool) -> bool:
        """Store a task unless it is there; true when it is new. Raises Conflict."""
        there = await self.task_at(record["number"]) or await self.task(record["id"])
        if there is not None:
            if (there.number, there.id) != (record["number"], record["id"]):
                raise in_the_way(f"task {record['number']}")
            return False
        if not only_look:
            needs = record.pop("needs")
            task = msgspec.convert(record, StoredTask)
            await self.run("task_add", **_row(task))
            await self.index_task(task)
            await self.add_needs(task.number, needs)
        return True

    @staticmethod
    def _one(row: Row | None) -> StoredTask | None:
        return None if row is None else _task(row)

    def _task_place(self) -> str:
        # As in search.py: one index for all workspaces, the workspace a word of every entry.
        return f"w{self.ws:x}"


_NEVER_CHANGED = frozenset({"id", "creator", "creator_name", "idempotency_key", "created_at"})
