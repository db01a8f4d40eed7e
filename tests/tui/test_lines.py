"""The list widget: what it draws does not depend on how much there is."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from textual.app import App, ComposeResult

from ackbox.faces.tui.widgets.drawing import Line
from ackbox.faces.tui.widgets.lines import Lines

HEIGHT = 40


class Counting(Lines):
    """Says how many lines it was asked to draw."""

    drawn = 0

    def line(self, index: int, width: int, *, selected: bool) -> Line:
        self.drawn += 1
        return [Segment(f"line {index}")]


class Bench(App[None]):
    def compose(self) -> ComposeResult:
        yield Counting(id="lines")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"ground": "black"}


@pytest.mark.anyio
async def test_a_list_of_any_length_draws_only_what_came_in_sight() -> None:
    drawn: dict[int, int] = {}
    for count in (100, 20_000):
        app = Bench()
        async with app.run_test(size=(80, HEIGHT)) as pilot:
            lines = app.query_one(Counting)
            lines.follow = True
            lines.show_count(count)
            await pilot.pause()
            lines.drawn = 0
            # A second at a hundred messages a second, shown ten times.
            for part in range(1, 11):
                lines.show_count(count + part * 10)
                await pilot.pause()
            drawn[count] = lines.drawn
    # Ten new lines each time, the marked one, and the one the mark has left.
    assert drawn[20_000] == drawn[100]
    assert drawn[20_000] <= 10 * (10 + 1 + 1)


@pytest.mark.anyio
async def test_the_end_stays_in_sight_only_while_the_cursor_is_on_it() -> None:
    app = Bench()
    async with app.run_test(size=(80, HEIGHT)) as pilot:
        lines = app.query_one(Counting)
        lines.follow = lines.follows_at_end = True
        lines.show_count(1000)
        await pilot.pause()
        assert (lines.cursor, lines.scroll_offset.y) == (999, 1000 - HEIGHT)
        lines.move_to(500)
        before = lines.scroll_offset.y
        lines.show_count(1100)
        await pilot.pause()
        assert (lines.cursor, lines.scroll_offset.y) == (500, before)
        lines.move_to(1099)
        lines.show_count(1200)
        await pilot.pause()
        assert (lines.cursor, lines.scroll_offset.y) == (1199, 1200 - HEIGHT)
