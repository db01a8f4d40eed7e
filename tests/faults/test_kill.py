"""What was acknowledged survives `kill -9`; and the checker notices when it does not."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ackbox.app.call import App
from ackbox.store.engine import Joins, Work
from ackbox.store.engines.sqlite import SqliteEngine
from tests.engines import fresh_database
from tests.faults.checker import Journal, Verdict, check, digest
from tests.faults.kill import Run


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("engine", "kills"), [("sqlite", 6), ("postgres", 3)])
def test_killed_under_load_it_loses_repeats_and_reorders_nothing(
    engine: str, kills: int, tmp_path: Path
) -> None:
    database = None if engine == "sqlite" else fresh_database(engine, tmp_path)
    ran = Run(tmp_path, kills=kills, database=database, seed=7).run()
    assert ran.verdict.is_good, ran.verdict
    assert ran.verdict.acked >= kills * 5
    assert len(ran.ready_s) == kills


def server(messages: list[dict[str, Any]]) -> Any:
    """A server that answers with these messages: the checker's own trial."""
    return lambda operation, **params: {"messages": messages[::-1], "cursor": None}


def stored(key: str, seq: int, body: str = "text") -> dict[str, Any]:
    return {"id": f"id-{key}", "seq": seq, "body": body, "idempotency_key": key}


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A client that sent a, b and c, and had its answers for a and b."""
    path = tmp_path / "journal"
    kept = Journal(path)
    for seq, key in enumerate("abc", 1):
        kept.intends(key, "text")
        if key != "c":
            kept.was_told(key, f"id-{key}", seq)
    return path


@pytest.mark.parametrize(
    ("messages", "followed", "found"),
    [
        ([stored("a", 1), stored("b", 2)], None, {}),
        ([stored("a", 1), stored("b", 2), stored("c", 3)], None, {}),
        ([stored("a", 1)], None, {"lost": 1, "examples": ["b was told id-b"]}),
        ([stored("a", 1), stored("b", 2), stored("b", 3)], None, {"duplicate": 1}),
        ([stored("a", 1), stored("b", 2), stored("z", 3)], None, {"ghost": 1}),
        ([stored("a", 1), stored("b", 2, "other")], None, {"changed": 1}),
        ([stored("a", 1), stored("b", 2)], ["id-a"], {"skipped": 1}),
        ([stored("a", 1), stored("b", 2)], ["id-a", "id-a", "id-b"], {"duplicate": 1}),
    ],
)
def test_the_checker_notices_what_is_wrong(
    journal: Path, messages: list[Any], followed: list[str] | None, found: dict[str, Any]
) -> None:
    assert check([journal], server(messages), reader="r", followed=followed) == Verdict(
        acked=2, unsure=1, **found
    )


def test_the_checker_notices_an_order_that_turned(tmp_path: Path) -> None:
    lines = [
        {"key": key, **more}
        for key, more in (
            ("a", {"hash": digest("text")}),
            ("a", {"id": "id-a", "seq": 2}),
            ("b", {"hash": digest("text")}),
            ("b", {"id": "id-b", "seq": 1}),
        )
    ]
    (tmp_path / "j").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert (
        check([tmp_path / "j"], server([stored("a", 2), stored("b", 1)]), reader="r").reordered == 1
    )


T = TypeVar("T")


class Undone(Exception):
    """The machine went down between the answer and the commit."""


class Hasty(SqliteEngine):
    """An engine that answers before it has committed: what ackbox must not be."""

    goes_down = False

    async def write(
        self,
        work: Work[T],
        *,
        slow: bool = False,
        ws: int | None = None,
        across: bool = False,
        joins: Joins = "alone",
    ) -> T:
        if not self.goes_down:
            return await super().write(work, slow=slow, ws=ws, across=across)
        self.goes_down, answers = False, list[T]()

        async def undone(tx: Any) -> None:
            answers.append(await work(tx))
            raise Undone

        with contextlib.suppress(Undone):
            await super().write(undone, slow=slow, ws=ws, across=across)
        return answers[0]


@pytest.mark.anyio
async def test_a_store_that_answers_before_it_commits_is_found_out(tmp_path: Path) -> None:
    engine = Hasty(f"{tmp_path}/hasty.db")
    app = App(engine)
    await app.open()
    key = await app.ensure(workspace="default", operator_key=None)
    journal = Journal(tmp_path / "journal")
    for number in range(12):
        journal.intends(str(number), f"text {number}")
        engine.goes_down = number == 5
        sent = await app.call(
            "message.send",
            {"agent": "w", "to": "r", "body": f"text {number}", "idempotency_key": str(number)},
            credential=key,
        )
        journal.was_told(str(number), sent.id, sent.seq)
    messages = (
        await app.call("message.history", {"agent": "r", "limit": 200}, credential=key)
    ).messages
    found = [
        {"id": m.id, "seq": m.seq, "body": m.body, "idempotency_key": m.idempotency_key}
        for m in reversed(messages)
    ]
    await app.close()
    assert check([tmp_path / "journal"], server(found), reader="r").lost == 1
