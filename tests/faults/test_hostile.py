"""Slow, broken and greedy clients in short, against a real server; and the measuring itself,
against a server with known faults.

The long form is `make hostile`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ackbox.app.call import open_app
from ackbox.ops.table import OPERATIONS
from tests.faults import talk_http as http
from tests.faults import talk_ws as ws
from tests.faults.floods import BY_ADMIN, HEAVY, LIGHT, flood, furnish
from tests.faults.hostile import CROWD, DESCRIPTORS, crowd, smuggle, table
from tests.faults.naive import FAULTS
from tests.faults.shapes import EVERY, QUICK, Shape, Talk
from tests.faults.siege import ROOT, Judge, Row, attack, bystander, server
from tests.faults.wires import Aim
from tests.walls.places import refusal

TRIES = 3
pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
# A machine that runs other tests at the same time is no place for the limits of hostile.py; what
# stalls the server stalls it for seconds.
FACTOR, SLACK_MS = 8.0, 250.0
# All shapes at once, on two processors that the attacker and the other tenant take their share of.
CROWDED_SLACK_MS = 2_000.0


async def test_the_quick_shapes_are_refused_in_time_and_hold_up_nobody(tmp_path: Path) -> None:
    with server(tmp_path) as aim:
        async with bystander(aim) as seen:
            judge = Judge(seen)
            await judge.rest(1.0)
            rows = list(
                await asyncio.gather(
                    *(attack(aim, shape, count=min(shape.count, 4)) for shape in QUICK)
                )
            )
            await judge.rest(0.5)
        judge.judge(rows, factor=FACTOR, slack_ms=CROWDED_SLACK_MS)
        rows.append(await smuggle(aim))
    assert [row.name for row in rows if row.misses] == [], table(rows)


@pytest.mark.parametrize(
    "shape",
    [http.early_answer_then_silence, ws.ws_refused],
    ids=lambda shape: shape.__name__,
)
async def test_more_connections_than_descriptors_do_not_shut_others_out(
    tmp_path: Path, shape: Talk
) -> None:
    (kind,) = [each for each in EVERY if each.talk is shape]
    assert CROWD > DESCRIPTORS
    with server(tmp_path, descriptors=DESCRIPTORS) as aim:
        assert (await crowd(aim, kind)).misses == []


async def test_one_tenant_at_full_speed_does_not_stall_another(tmp_path: Path) -> None:
    forms = [
        ("inbox.check", 0),
        ("inbox.check", 1),
        ("message.history", 1),
        ("agent.list", 0),
        ("message.send", 0),
        ("mailbox.list", 0),
        ("workspace.flow", 1),
    ]
    with server(tmp_path) as aim:
        furnish(aim, messages=4000, agents=800)
        # Other programs on the machine can only make a neighbour slower: one quiet try is enough.
        for _ in range(TRIES):
            rows = await floods(aim, forms)
            missed = {row.name for row in rows if row.misses}
            forms = [each for each, row in zip(forms, rows, strict=True) if row.misses]
            if not forms:
                break
    assert missed == set(), table(rows)


async def floods(aim: Aim, forms: list[tuple[str, int]]) -> list[Row]:
    """Flood a server in each of these forms, and judge what that did to another tenant."""
    async with bystander(aim) as seen:
        judge = Judge(seen)
        await judge.rest(1.5)
        rows = [await flood(aim, name, 0.7, form=form) for name, form in forms]
        await judge.rest(0.5)
    judge.judge(rows, factor=FACTOR, slack_ms=100.0)
    return rows


def test_every_operation_is_flooded_or_known_to_be_short() -> None:
    assert set(HEAVY) | LIGHT == set(OPERATIONS)
    assert set(HEAVY) & LIGHT == set()


async def test_every_flood_is_a_call_that_the_operation_takes() -> None:
    app = await open_app("sqlite://:memory:")
    operator = await app.ensure(workspace="default", operator_key=None)
    keys = {
        kind: (await app.call("key.create", {"name": kind, "kind": kind}, credential=operator)).key
        for kind in ("agent", "admin")
    }
    refused = []
    for name, forms in HEAVY.items():
        for params in forms:
            error = await refusal(
                app, keys["admin" if name in BY_ADMIN else "agent"], name, params(1)
            )
            # The id is of nothing: finding that out is the work.
            if error is not None and error["code"] != "not_found":
                refused.append((name, error["message"]))
    await app.close()
    assert refused == []


def test_shapes_have_names_of_their_own() -> None:
    assert len({shape.name for shape in EVERY}) == len(EVERY) > 40


CONTROL = Shape("control", http.early_answer_then_silence, frozenset({401}), 4.0, 6)
NOTICED = {
    "none": [],
    "waits": ["open for"],
    "keeps": ["memory grew by"],
    "stalls": ["another tenant's p99"],
    "accepts": ["answered [200]"],
    "breaks": ["answered [500]", "answered with a traceback"],
    "refuses neighbours": ["sends of another tenant failed"],
}


@contextmanager
def naive(fault: str) -> Iterator[Aim]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.naive", fault],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield Aim("127.0.0.1", told["port"], told["pid"], neighbour="key")
        process.kill()


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_measuring_notices_each_fault_and_no_other(fault: str) -> None:
    expected = [[part] for part in NOTICED[fault]]
    # Other programs on the machine can only make a neighbour slower: one quiet try is enough.
    for _ in range(TRIES):
        misses = await misses_of(fault)
        found = [[part for part in NOTICED[fault] if part in miss] for miss in misses]
        if found == expected:
            break
    assert found == expected, misses


async def misses_of(fault: str) -> list[str]:
    """Attack a server with one fault, and return what the measuring finds."""
    with naive(fault) as aim:
        async with bystander(aim) as seen:
            judge = Judge(seen)
            await judge.rest(0.5)
            row = await attack(aim, CONTROL)
            await judge.rest(0.2)
        judge.judge([row], factor=FACTOR, slack_ms=SLACK_MS)
    return row.misses
