"""Callers that wait and vanish, in short; the long form is `make hostile`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Command
from tests.faults.vanish import Ran, run
from tests.faults.waiting import WAYS

pytestmark = pytest.mark.timeout(180)
# Even for a caller that stays: the call updates its last-seen time once, and these waits mark
# nothing.
NOT_SEEN = {"ask"}
MARK_NOTHING = {"ask", "feed", "follower"}


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    yield command
    command.stop()


def let(ackbox: Command, times: int, **how: Any) -> Ran:
    server = ackbox.up()
    key = (ackbox.data / "operator.key").read_text().strip()
    return asyncio.run(run(server, key, ackbox.environment, kills=times * len(WAYS), **how))


def test_who_vanishes_while_waiting_takes_nothing_and_is_not_present(ackbox: Command) -> None:
    assert let(ackbox, 2) == Ran(callers=Counter({way: 2 for way in WAYS}))


def test_who_stays_is_given_what_it_waits_for_and_is_present(ackbox: Command) -> None:
    ran = let(ackbox, 1, stay=True)
    assert set(ran.marks) == set(WAYS) - MARK_NOTHING
    assert set(ran.lingering) >= set(WAYS) - NOT_SEEN
