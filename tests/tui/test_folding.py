"""Folding: runs of messages on one line while nobody can read each of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ackbox.client.discovery import caller
from ackbox.faces.tui.app import Terminal
from ackbox.faces.tui.state.fold import Fold, Listed, fold_in
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.row import Row
from tests.tui.conftest import Post


def row(
    seq: int,
    sender: str = "codex",
    to: str = "tester",
    intent: str = "status",
    *,
    priority: int = 3,
    is_human: bool = False,
) -> Row:
    return Row(
        seq=seq,
        id=str(seq),
        thread=str(seq),
        parent=None,
        sender=sender,
        instance=None,
        is_human=is_human,
        to=[to],
        intent=intent,
        priority=priority,
        subject=None,
        body=f"part {seq}",
        is_cut=False,
        at="2026-11-20T14:00:00Z",
        due=None,
        kinds=(),
        type="direct",
    )


def folded(*rows: Row, opened: frozenset[str] = frozenset()) -> list[int | list[int]]:
    listed: list[Listed] = []
    for each in rows:
        fold_in(listed, each, set(opened))
    return [
        [one.seq for one in each.rows] if isinstance(each, Fold) else each.seq for each in listed
    ]


def test_three_in_a_row_of_one_pair_and_purpose_fold_and_what_comes_between_parts_them() -> None:
    assert folded(row(1), row(2)) == [1, 2]
    assert folded(row(1), row(2), row(3), row(4)) == [[1, 2, 3, 4]]
    for other in (row(4, sender="claude"), row(4, to="docs"), row(4, intent="answer")):
        assert folded(row(1), row(2), row(3), other, row(5), row(6), row(7)) == [
            [1, 2, 3],
            4,
            [5, 6, 7],
        ]


def test_urgent_messages_peoples_and_opened_ones_stand_alone() -> None:
    for apart in ({"priority": 5}, {"is_human": True}):
        assert folded(*(row(seq, **apart) for seq in (1, 2, 3, 4))) == [1, 2, 3, 4]
        assert folded(row(1), row(2), row(3, **apart), row(4), row(5), row(6)) == [
            1,
            2,
            3,
            [4, 5, 6],
        ]
    assert folded(*(row(seq) for seq in range(1, 8)), opened=frozenset("123")) == [
        1,
        2,
        3,
        [4, 5, 6, 7],
    ]


@pytest.mark.anyio
async def test_a_flood_folds_after_five_seconds_opens_by_enter_and_unfolds_when_it_is_calm(
    post: Post,
) -> None:
    link = Link(
        lambda: caller(data_dir=str(post.command.data), face="tui"),
        {"workspace": post.workspace},
        hz=10,
        rows=100,
    )
    terminal = Terminal(link, hz=10, theme="dark", acts_as="ana", person="ana")
    now = [1000.0]
    terminal.clock = lambda: now[0]
    async with terminal.run_test(size=(160, 45)) as pilot:

        async def until(is_so: Callable[[], bool]) -> None:
            for _ in range(600):
                if is_so():
                    return
                await pilot.pause(0.05)
            raise AssertionError([terminal.live.count, terminal.member.mirror.rate(now[0])])

        def flood(many: int) -> None:
            post.call(
                "message.send_many",
                agent="codex",
                messages=[
                    {"to": "tester", "body": f"part {n}", "intent": "status"} for n in range(many)
                ],
            )

        live = terminal.live
        await until(lambda: link.state == "live" and terminal.member.mirror.is_loaded)
        flood(100)
        flood(100)
        post.send("codex", "tester", "Main is red", intent="status", priority=5)
        flood(100)
        flood(50)
        await until(lambda: live.count == 351)
        terminal.flush()
        assert live.count == 351
        now[0] += 5
        await until(lambda: live.count == 3)
        assert "200 status · part 99" in "".join(
            segment.text for segment in live.line(0, 120, selected=False)
        )
        flood(10)
        await until(lambda: live.row is not None and live.row.body == "part 9")
        assert live.count == 3
        await pilot.press("g", "enter")
        await until(lambda: live.count == 202)
        assert (live.cursor, live.row and live.row.body) == (0, "part 0")
        # Calm, but somebody reads: nothing moves until the list is at its newest again.
        now[0] += 20
        terminal.flush()
        assert live.count == 202
        await pilot.press("G")
        await until(lambda: live.count == 361)
        link.stop()
