"""Tabs: what the keys of every list do: to the message under the cursor, and to the selection.

How a list is read and drawn is in listing.py.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual import events

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.tui.state.member import reason
from ackbox.faces.tui.state.picks import Things
from ackbox.faces.tui.state.row import Row, make_row
from ackbox.faces.tui.tabs.bulk import BulkAction, counted
from ackbox.faces.tui.tabs.listing import Listing
from ackbox.faces.tui.tabs.message_actions import MessageActions, not_yours
from ackbox.faces.tui.widgets.ask import Jump, Sure
from ackbox.faces.tui.widgets.bars import Hint
from ackbox.faces.tui.widgets.drawing import Line, addressees, clock, one_line
from ackbox.faces.tui.widgets.keys import Key, find

# As in the dashboard.
MAX_PICKED = 1000
# Below this width the bottom line leaves keys out.
ROOMY_CELLS = 110


class Tab(Listing):
    """A list that a number key brings in sight."""

    KEYS: ClassVar[tuple[Key, ...]] = (
        *Listing.KEYS,
        Key("c i", "c,i", "compose", "write a message"),
        Key("P", "P", "stop", "pause the thread or agent; again to resume"),
        Key("r", "r", "reply", "reply; acknowledges the message if it was sent to you"),
        Key("t", "t", "thread", "open the thread"),
        Key("a", "a", "mark('acknowledged')", "acknowledge; only messages to you"),
        Key("u", "u", "mark('read')", "mark read, again for unread; only messages to you"),
        Key("e", "e", "mark('archived')", "archive; only messages to you"),
        Key("U", "U", "unarchive", "undo the last archive"),
        Key("F", "F", "search", "search all messages on the server", True),
        Key("x", "x", "pick", "select or deselect; also Ctrl-click"),
        Key("Shift ↑ ↓", "shift+down", "extend(1)", "extend the selection; also Shift-click"),
        Key("", "shift+up", "extend(-1)", ""),
        Key(".", "full_stop", "choose", "actions on the selected messages or tasks"),
        Key("y Y", "y", "copy('text')", "copy the text, the id"),
        Key("", "Y", "copy('id')", ""),
    )

    def action_of(self, name: str) -> str | None:
        """Return what a key does here; null for nothing."""
        return find(self.KEYS, name)

    @property
    def hints(self) -> list[Hint]:
        """The keys that the bottom line shows."""
        hints = [
            Hint("c", "compose", "c"),
            Hint("r", "reply", "r"),
            Hint("/", "filter", "slash"),
            Hint(":", "go", "colon"),
            Hint("Enter", "open", "enter"),
            Hint("a", "ack", "a"),
            Hint("x", "select", "x"),
            Hint("Space", "pause", "space"),
            Hint("?", "keys", "question_mark"),
            Hint("q", "quit", "q"),
        ]
        is_narrow = self.app.size.width < ROOMY_CELLS
        left_out = {"Space", "x"} if is_narrow else set()
        left_out |= {"r", "a", "x"} if self.row is None else set()
        return [hint for hint in hints if hint.shown not in left_out]

    def remark(self) -> Line:
        """Return what the bottom line shows at the right."""
        return []

    def enter(self, *, in_list: bool) -> bool:
        """Do what Enter does here instead of opening the item; returns whether it did."""
        return False

    def action_compose(self) -> None:
        self.session.write(to=self.writes_to)

    def action_reply(self) -> None:
        if self.row is None:
            self.session.refuse("No message is selected to reply to. Press c to write a message.")
        else:
            self.session.write(answers=self.row)

    def action_thread(self) -> None:
        if self.row is not None:
            self.session.show_thread(self.row)

    @property
    def stoppable(self) -> str | None:
        """The thread or agent that `P` pauses."""
        return None if self.row is None else self.row.thread

    def action_stop(self) -> None:
        if self.stoppable is None:
            self.session.refuse("No message and no agent is selected to pause.")
        else:
            self.run_worker(self._stop(self.stoppable), group="stop")

    async def _stop(self, of: str) -> None:
        """Stop the messages of agents in a thread or of an agent, or let them go on."""
        caller = {"agent": self.member.name, "of": of}
        told = await self.session.attempt("pause.start", **caller)
        if told is not None and not told["changed"]:
            told = await self.session.attempt("pause.end", **caller)
        if told is not None:
            name = one_line(told["of"]) if told["kind"] == "agent" else "the thread"
            did = "paused" if "changed" in told else "resumed"
            self.session.say(f"{did} {name}; P {'resumes' if did == 'paused' else 'pauses'} it")

    def action_mark(self, mark: str) -> None:
        if self.row is not None:
            self.run_worker(self._mark(self.row, mark), group="mark")

    async def _mark(self, row: Row, mark: str) -> None:
        async def put(mark: str) -> Any:
            return await self.session.attempt(
                "receipt.mark", agent=self.member.name, mark=mark, ids=[row.id]
            )

        done = await put(mark)
        if done and mark == "read" and done["unchanged"]:
            mark = "unread"
            done = await put(mark)
        if done is None:
            return
        if done["not_found"]:
            self.session.say(f"{not_yours(self.member.name)} Nothing is marked.")
        elif mark == "archived" and done["changed"]:
            self.session.archived = done["changed"]
            self.session.say("marked archived; U undoes it")
        else:
            self.session.say(f"marked {mark}" if done["changed"] else f"already {mark}")

    def action_unarchive(self) -> None:
        if self.session.archived:
            self.run_worker(self._unarchive(), group="mark")
        else:
            self.session.say("Nothing was archived here that could be undone.")

    async def _unarchive(self) -> None:
        ids, self.session.archived = self.session.archived, []
        done = await self.session.attempt(
            "receipt.mark", agent=self.member.name, mark="unarchived", ids=ids
        )
        if done is not None:
            self.session.say(f"back in the mailbox: {counted(len(done['changed']), 'message')}")

    def action_search(self) -> None:
        """Ask for words, and list the messages of the server that have them."""
        self.app.push_screen(
            Jump(self.palette, [], asks="search all messages on the server …", free=""),
            self._start_search,
        )

    def _start_search(self, words: str | None) -> None:
        self.run_worker(self._search(words or ""), group="search")

    async def _search(self, words: str) -> None:
        if not words:
            return
        found = await self.session.attempt("message.search", query=words, limit=50)
        if found is None:
            return
        if not found["messages"]:
            self.session.say(f"No message on the server has {words!r}.")
            return
        rows = {each["id"]: make_row(each, None) for each in found["messages"]}
        choices = [(_found(row), clock(row.at), row.id) for row in rows.values()]
        asks = f"{counted(len(rows), 'message')} with {words}: choose one"
        chosen = await self.app.push_screen_wait(
            Jump(self.palette, choices, asks=asks, free=None, is_wide=True)
        )
        if chosen is not None:
            self.session.show_thread(rows[chosen])

    def action_copy(self, what: str) -> None:
        text = self.copied(what)
        if text is not None:
            self.session.copy_to_clipboard(text)
            self.session.say(f"copied {one_line(text)}")
        elif self.row is None:
            self.session.say("There is nothing to copy here.")
        else:
            self.run_worker(self._copy(self.row, what), group="copy")

    async def _copy(self, row: Row, what: str) -> None:
        text = row.id if what == "id" else row.body
        if what == "text" and row.is_cut:
            message = await self.session.attempt("message.get", id=row.id)
            text = message["body"] if message else text
        self.session.copy_to_clipboard(text)
        self.session.say("copied the id" if what == "id" else f"copied {len(text)} characters")

    def copied(self, what: str) -> str | None:
        """Return what `y` copies if it is not a message's text or id."""
        return None

    def pick(self, index: int, *, is_on: bool | None = None) -> None:
        """Select a line, or deselect it if it is selected."""
        self.picks.tick(self.things(index), is_on=is_on)
        self._picked()

    def pick_to(self, index: int) -> None:
        """Select the lines from the anchor of the selection to this one."""
        start = None if self.picks.anchor is None else self.place_of(self.picks.anchor)
        if start is None:
            self.pick(index, is_on=True)
            return
        self.picks.span(self._on(range(min(start, index), max(start, index) + 1)))
        self._picked()

    def _on(self, lines: range) -> Things:
        found: Things = {}
        for each in lines:
            found |= self.things(each)
        return found

    def _picked(self) -> None:
        # New lines do not move the cursor away from the selection.
        self.follow = False
        self.forget()
        self.post_message(self.Changed())

    def pick_by(self, event: events.Click, index: int) -> bool:
        if not (event.ctrl or event.shift) or not self.things(index):
            return False
        self.move_to(index)
        if event.shift:
            self.pick_to(index)
        else:
            self.pick(index)
        return True

    def deselect(self) -> bool:
        """Deselect everything; returns whether anything was selected."""
        if not self.picks.clear():
            return False
        self.forget()
        self.post_message(self.Changed())
        return True

    def _can_pick(self, tell: Callable[[str], None]) -> bool:
        """Whether the line under the cursor can be selected; says why if it cannot."""
        if self.count and self.things(self.cursor):
            return True
        tell(
            "Only messages and tasks can be selected: press 1, 2 or 5."
            if self.count
            else "Nothing to select."
        )
        return False

    def _can_pick_seen(self) -> bool:
        """Whether the line can be selected and is in sight, not behind an open message."""
        if not self._can_pick(self.session.say):
            return False
        if not self.display:
            self.session.say("Lines are selected in the list. Press Esc to return to it.")
        return self.display

    def action_pick(self) -> None:
        if self._can_pick_seen():
            self.pick(self.cursor)

    def action_extend(self, by: int) -> None:
        if self._can_pick_seen():
            if not self.picks.holds(self.things(self.cursor)):
                self.pick(self.cursor, is_on=True)
            self.move_to(self.cursor + by)
            self.pick_to(self.cursor)

    def bulk_actions(self, things: Things) -> list[BulkAction]:
        """Return what can be done with the selected items."""
        return MessageActions(self.session).offered(things)

    def action_choose(self) -> None:
        """Offer the actions on the selection."""
        if self.session.progress:
            self.session.refuse("Another action is still running.")
            return
        if not self.picks:
            if not self._can_pick(self.session.refuse):
                return
            self.pick(self.cursor, is_on=True)
        things = dict(self.picks.found)
        writes = "write" in self.mirror.whoami.get("may", ["write"])
        actions = [
            each
            for each in self.bulk_actions(things)
            if each.things and (writes or not each.writes)
        ]
        room = max((len(each.remark) for each in actions), default=0)
        choices = [
            (each.label, f"{each.remark:<{room}}  {len(each.things):>4}", str(number))
            for number, each in enumerate(actions)
        ]
        most = min(self.count, MAX_PICKED)
        if len(things) < most:
            choices.append(("Select all that match", f"{'':<{room}}  {most:>4}", "all"))
        asks = f"{len(things):,} selected: choose an action"
        self.app.push_screen(
            Jump(self.palette, choices, asks=asks, free=None),
            lambda chosen: self._start(actions, chosen),
        )

    def _start(self, actions: list[BulkAction], chosen: str | None) -> None:
        if chosen == "all":
            self._pick_all()
        elif chosen is not None:
            self.run_worker(self._carry_out(actions[int(chosen)]), group="bulk")

    def _pick_all(self) -> None:
        """Select every listed item, or the newest if there are too many."""
        first = max(self.count - MAX_PICKED, 0) if self.follows_at_end else 0
        lines = range(first, min(first + MAX_PICKED, self.count))
        self.picks.tick(self._on(lines), is_on=True)
        self._picked()
        if self.count > MAX_PICKED:
            self.session.say(f"the newest {MAX_PICKED:,} of {self.count:,} that match")

    async def _carry_out(self, action: BulkAction) -> None:
        session, picks = self.session, self.picks
        session.progress = "…"
        try:
            if action.question is not None:
                question = await action.question(action.things)
                session.progress = ""
                if question is None:
                    session.say("No other recipient is left to nudge.")
                    return
                if not await self.app.push_screen_wait(Sure(self.palette, question)):
                    return
                session.progress = "…"
            async with self.turn:
                outcome, failed = await action.run(action.things)
        except (NoServer, AckboxError) as error:
            outcome, failed = "Nothing was done.", dict.fromkeys(action.things, reason(error))
        finally:
            session.progress = ""
        if outcome:
            picks.drop([id for id in picks.found if id in action.things and id not in failed])
            picks.failed |= {id: why for id, why in failed.items() if id in picks.found}
            self._report(outcome, len(failed))
        self.forget()
        self.post_message(self.Changed())

    def _report(self, outcome: str, failed: int) -> None:
        if failed:
            outcome = f"{outcome} {failed:,} failed; each line shows the reason."
        # Shown at once, and again while a selection is left and there is nothing newer to show.
        self.session.say(outcome)
        if self.picks:
            self.picks.outcome = outcome


def _found(row: Row) -> str:
    """Return a message that a search found, on one line."""
    return f"{one_line(row.sender)} → {one_line(addressees(row.to))}  {one_line(row.line)}"
