"""Selecting: what the keys do that select lines, and that do one thing with all of them.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.tui.state.picks import Picks
from ackbox.faces.tui.tabs.message_actions import Act, message_acts, words
from ackbox.faces.tui.tabs.task_actions import task_acts
from ackbox.faces.tui.widgets.ask import Jump, Sure

if TYPE_CHECKING:
    from ackbox.faces.tui.app import Terminal


# As in the dashboard.
MOST_PICKED = 1000


def _of(actor: Any) -> Terminal:
    return cast("Terminal", actor)


class Selecting:
    """The actions of a selection."""

    # What is done to tasks one by one waits for it, and it for them.
    _turn: asyncio.Lock

    def _can(self, tell: Callable[[str], None]) -> bool:
        """Whether the line under the cursor can be selected; says so when it cannot."""
        me = _of(self)
        if me.tab.count and me.tab.things(me.tab.cursor):
            return True
        tell(
            "Messages and tasks can be selected: press 1, 2 or 5."
            if me.tab.count
            else "There is nothing to select here."
        )
        return False

    def _can_see(self) -> bool:
        """Whether the line under the cursor is in sight and can be selected: nothing is
        selected behind what is open.
        """
        me = _of(self)
        if not self._can(me.say):
            return False
        if not me.tab.display:
            me.say("Lines are selected in the list: Esc goes back to it.")
        return me.tab.display

    def action_pick(self) -> None:
        me = _of(self)
        if self._can_see():
            me.tab.pick(me.tab.cursor)
            me.draw_bars()

    def action_extend(self, by: int) -> None:
        me = _of(self)
        if self._can_see():
            tab = me.tab
            if not tab.picks.holds(tab.things(tab.cursor)):
                tab.pick(tab.cursor, is_on=True)
            tab.move_to(tab.cursor + by)
            tab.pick_to(tab.cursor)
            me.draw_bars()

    def action_doings(self) -> None:
        me = _of(self)
        if me.doing:
            me.refuse("One thing at a time: the one before goes on.")
            return
        if not me.tab.picks:
            if not self._can(me.refuse):
                return
            me.tab.pick(me.tab.cursor, is_on=True)
        tab, things = me.tab, dict(me.tab.picks.found)
        found = task_acts(me, things) if tab is me.tasks else message_acts(me, things)
        writes = "write" in me.post.whoami.get("may", ["write"])
        acts = [act for act in found if act.of and (writes or not act.writes)]
        room = max((len(act.about) for act in acts), default=0)
        choices = [
            (act.text, f"{act.about:<{room}}  {len(act.of):>4}", str(number))
            for number, act in enumerate(acts)
        ]
        if len(things) < min(tab.count, MOST_PICKED):
            choices.append(
                ("Select all that match", f"{'':<{room}}  {min(tab.count, MOST_PICKED):>4}", "all")
            )
        asks = f"{len(things):,} selected: do with {'it' if len(things) == 1 else 'them'} …"
        me.push_screen(
            Jump(me.palette, choices, asks=asks, free=None),
            lambda chosen: self._start(acts, chosen),
        )
        me.draw_bars()

    def _start(self, acts: list[Act], chosen: str | None) -> None:
        if chosen == "all":
            self._pick_all()
        elif chosen is not None:
            _of(self).run_worker(self._carry_out(acts[int(chosen)]), group="doing")

    def _pick_all(self) -> None:
        """Select everything that is listed, the newest where that is too much."""
        me = _of(self)
        tab = me.tab
        first = max(tab.count - MOST_PICKED, 0) if tab.follows_at_end else 0
        tab.pick_lines(range(first, min(first + MOST_PICKED, tab.count)))
        if tab.count > MOST_PICKED:
            me.say(f"the newest {MOST_PICKED:,} of {tab.count:,} that match")
        me.draw_bars()

    async def _carry_out(self, act: Act) -> None:
        me = _of(self)
        tab, picks = me.tab, me.tab.picks
        me.progress("…")
        try:
            if act.asks is not None:
                question = await act.asks(me, act.of)
                me.progress("")
                if question is None:
                    me.say("Nobody is left to be asked.")
                    return
                if not await me.push_screen_wait(Sure(me.palette, question)):
                    return
                me.progress("…")
            async with self._turn:
                outcome, failed = await act.run(me, act.of)
        except (NoServer, AckboxError) as error:
            outcome, failed = "Nothing was done.", dict.fromkeys(act.of, words(error))
        finally:
            me.progress("")
        if outcome:
            picks.let_go([id for id in picks.found if id in act.of and id not in failed])
            picks.failed |= {id: why for id, why in failed.items() if id in picks.found}
            self._tell(picks, outcome, len(failed))
        tab.forget()
        me.show_beside(is_same=True)

    def _tell(self, picks: Picks, outcome: str, failed: int) -> None:
        if failed:
            outcome = f"{outcome} {failed:,} not done: each says why."
        # Said at once, and again while there is still something selected and nothing else is to be
        # said.
        _of(self).say(outcome)
        if picks:
            picks.outcome = outcome

    def let_go(self) -> bool:
        """Let the selection go; whether there was one."""
        me = _of(self)
        if not me.tab.picks.clear():
            return False
        me.tab.forget()
        me.show_beside(is_same=True)
        me.draw_bars()
        return True

    def progress(self, text: str) -> None:
        """Say how far what is done with many has come; nothing when it is done."""
        me = _of(self)
        me.doing = text
        me.draw_bars()
