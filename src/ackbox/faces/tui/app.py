"""The terminal UI itself: tabs, panes and keys put together over one link.

What a part shows lives in that part's file; here is what belongs to the whole screen. Explained in
docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from typing import Any, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.theme import Theme

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.tui.acting import Acting
from ackbox.faces.tui.selecting import Selecting
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.mirror import Post
from ackbox.faces.tui.tabs.agents import Agents
from ackbox.faces.tui.tabs.beside import Beside, Sidebar
from ackbox.faces.tui.tabs.health import Health
from ackbox.faces.tui.tabs.live import Live
from ackbox.faces.tui.tabs.needs import Needs
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.tabs.tasks import Tasks
from ackbox.faces.tui.tabs.threads import Threads
from ackbox.faces.tui.tasking import Tasking
from ackbox.faces.tui.widgets.ask import Filter
from ackbox.faces.tui.widgets.bars import Bar
from ackbox.faces.tui.widgets.compose import Compose
from ackbox.faces.tui.widgets.drawing import text_lines
from ackbox.faces.tui.widgets.keys import bindings
from ackbox.faces.tui.widgets.lines import Lines
from ackbox.faces.tui.widgets.palette import Palette, theme_name, themes
from ackbox.faces.tui.widgets.status import bottom_line, top_line

# How long the cursor rests on something before the server is asked about it.
REST_S = 0.15
ROSTER_S = 10.0
# Keys that follow each other faster than this are one hand's typing.
TYPING_S = 0.5


class Terminal(Acting, Tasking, Selecting, App[str]):
    """ackbox in a terminal."""

    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-one"), (110, "-two"), (140, "-three")]
    CSS = """
    Screen { background: $ground; color: $foreground; layout: vertical; }
    KeysScreen, Jump, Sure { background: transparent; }
    #body { height: 1fr; }
    #sidebar { width: 24; display: none; border-right: solid $rule; }
    #beside { width: 48; display: none; border-left: solid $rule; padding: 0 1; }
    .-two #beside, .-three #beside { display: block; }
    .-two #beside { width: 42; }
    .-three #sidebar { display: block; }
    .-three #beside { width: 44; }
    #beside:focus { border-left: solid $accent; }
    .-whole #beside { display: none; }
    .-one.-open #beside { display: block; width: 1fr; border-left: none; }
    .-one.-open Tab { display: none; }
    .-reads.-open #beside { display: block; width: 1fr; border-left: none; }
    .-reads.-open Tab { display: none; }
    Tab { width: 1fr; display: none; }
    Tab.-shown { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings()

    def __init__(
        self, link: Link, *, hz: float, theme: str | None, acts_as: str | None, person: str
    ) -> None:
        # Said before anything else: without colours Textual would otherwise turn them into shades,
        # which are colours.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.link, self.post, self.hz = link, Post(), hz
        self.acts_as, self.person = acts_as, person
        self.clock: Callable[[], float] = time.monotonic
        for each in themes():
            self.register_theme(each)
        is_sixteen = self.no_color or self.console.color_system in (None, "standard")
        self.theme = theme_name(theme, is_sixteen=is_sixteen, ground=os.environ.get("COLORFGBG"))
        self.palette = Palette(self.theme)
        self.live, self.threads, self.agents = (
            Live(self.post),
            Threads(self.post),
            Agents(self.post),
        )
        self.tasks, self.health = Tasks(self.post), Health(self.post)
        self.tabs: list[Tab] = [
            self.live,
            Needs(self.post),
            self.threads,
            self.agents,
            self.tasks,
            self.health,
        ]
        self.beside, self.sidebar, self.typing = Beside(), Sidebar(), Compose()
        self.filter, self.top, self.bottom = Filter(), Bar(id="top"), Bar(id="bottom")
        self.notice, self.notice_until = "", 0.0
        self.is_mouse_free = False
        self.density = "normal"
        # How far what is done with many has come.
        self.doing = ""
        self._roster_at, self._roster_stale = 0.0, True
        # When a g was pressed, and where the cursor was before it.
        self.before_g: tuple[float, Tab, int, bool] | None = None
        # When the key came that is being acted on, and the last one that was typed into a box that
        # did not open.
        self._key_at, self._typed_at = 0.0, -TYPING_S
        self._turn = asyncio.Lock()
        self._asked: Any = None
        self._rest_until: float | None = None
        self._is_asking = self._is_reading_more = False
        self._more_after = 0.0

    def compose(self) -> ComposeResult:
        yield self.top
        with Horizontal(id="body"):
            yield self.sidebar
            yield from self.tabs
            yield self.beside
        yield self.filter
        yield self.typing
        yield self.bottom

    def on_mount(self) -> None:
        self.action_show_tab(1)
        self.link.start()
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._told_to_end, number)
        self.set_interval(1 / self.hz, self.flush)
        self.theme_changed_signal.subscribe(self, self._recolour)

    def on_unmount(self) -> None:
        self.link.stop()

    def _told_to_end(self, number: int) -> None:
        """Leave as `q` does, so that the terminal is as it was before.

        The exit code says which signal it was.
        """
        self.link.stop()
        self.exit(return_code=128 + number)

    def _recolour(self, theme: Theme) -> None:
        self.palette = Palette(theme.name)
        self.health.redraw()
        for lines in self.query(Lines):
            lines.forget()
        self.draw_bars()
        self.show_beside()

    @property
    def shade(self) -> str:
        """Which ground the colours are for: dark or light."""
        return self.theme.rpartition("-")[2]

    @property
    def tab(self) -> Tab:
        """The tab in sight."""
        return next((tab for tab in self.tabs if tab.has_class("-shown")), self.live)

    @property
    def name_of_me(self) -> str:
        """Who acts when something is sent or marked."""
        return self.acts_as or str(self.post.whoami.get("agent") or self.person)

    def flush(self) -> None:
        """Take what came in and draw it; a few times a second, however much it is."""
        changed = False
        for kind, what in self.link.take():
            changed = True
            self._take(kind, what)
        now = self.clock()
        if changed:
            self.tab.update()
        if now - self._roster_at > (1.0 if self._roster_stale else ROSTER_S):
            self._roster_at, self._roster_stale = now, False
            self.run_worker(self._read_roster(), group="roster", exclusive=True)
        self._read_tabs(now)
        self.live.pace(self.post.rate(now), now)
        if self.tab is self.live and self.live.is_near_start:
            self.link.want_older()
        if self.tab.wants_more and not self._is_reading_more and self.clock() >= self._more_after:
            self._is_reading_more = True
            self.run_worker(self._read_more(self.tab), group="more")
        self._rest(now)
        self._ask_tallies()
        self.draw_bars()

    def _take(self, kind: str, what: Any) -> None:
        match kind:
            case "loaded":
                self.post.restart()
                self.post.prepend(what)
            case "older":
                self.post.prepend(what)
            case "messages":
                self.post.append(what, now=self.clock())
                self._feed("message.sent")
            case _:
                for event in what:
                    self._happened(event)

    def _happened(self, event: Any) -> None:
        if event["kind"] == "receipt.marked":
            rows = self.post.marked(event)
            self.live.changed(rows)
            self.threads.changed(rows)
        elif event["kind"].startswith("agent."):
            self._roster_stale = True
        self._feed(event["kind"])

    def _feed(self, kind: str) -> None:
        """Tell the tabs that list such things that theirs is not the newest any more."""
        for tab in self.tabs:
            tab.is_stale = tab.is_stale or kind.startswith(tab.fed_by)

    async def _read_roster(self) -> None:
        try:
            roster = await self.link.call("agent.list")
            found = await self.link.call("workspace.list")
            if not self.post.whoami:
                self.post.whoami = await self.link.call("agent.whoami")
        except (NoServer, AckboxError):
            return
        before = (self.post.humans, self.post.name_cells)
        self.post.people, self.post.awaited = roster["agents"], roster["awaited"]
        self.post.others = [
            each["name"]
            for each in found["workspaces"]
            if each["name"] != self.post.whoami.get("workspace")
        ]
        if (self.post.humans, self.post.name_cells) != before:
            self.live.forget()
        for tab in self.tabs:
            if tab is self.agents or not tab.count:
                tab.update()
                tab.refresh()
        self.sidebar.forget()
        self.sidebar.show_count(len(self.post.people))

    def _read_tabs(self, now: float) -> None:
        """Read again what tabs list, the one in sight at once when something happened to it."""
        for tab in self.tabs:
            if tab.every_s is None or (tab is not self.tab and not tab.is_read_unseen):
                continue
            if now - tab.read_at > (
                tab.soonest_s if tab.is_stale and tab is self.tab else tab.every_s
            ):
                tab.is_stale, tab.read_at = False, now
                self.run_worker(self._read_tab(tab), group=f"read {tab.title}", exclusive=True)

    async def _read_tab(self, tab: Tab) -> None:
        try:
            await tab.read(self.link)
        except (NoServer, AckboxError):
            tab.is_stale = True

    async def _read_more(self, tab: Tab) -> None:
        try:
            await tab.read_more(self.link)
        except (NoServer, AckboxError) as error:
            # Not at once again: the end of the list stays in sight.
            self._more_after = self.clock() + (getattr(error, "retry_after_s", None) or 1)
            return
        finally:
            self._is_reading_more = False
        if tab is self.tab:
            self.show_beside(is_same=True)

    def _rest(self, now: float) -> None:
        """Ask about the item under the cursor once the cursor rests there."""
        item, asked = self.tab.about, self._asked
        if item != asked:
            self._asked, self._rest_until = item, now + REST_S
            self.show_beside(
                is_same=isinstance(item, tuple) and isinstance(asked, tuple) and item[0] == asked[0]
            )
        elif self._rest_until is not None and now >= self._rest_until:
            self._rest_until = None
            self.run_worker(self._ask(), group="ask", exclusive=True)

    async def _ask(self) -> None:
        try:
            if self.beside.display:
                await self.tab.ask(self.link)
                self.show_beside(is_same=True)
        except (NoServer, AckboxError):
            return

    def _ask_tallies(self) -> None:
        """Ask how far the messages in sight have come, all in one call, and one call at a time."""
        unknown = (
            self.live.unknown_in_sight() if self.tab is self.live and not self._is_asking else []
        )
        if unknown:
            self._is_asking = True
            self.run_worker(self._read_tallies(unknown), group="tallies")

    async def _read_tallies(self, ids: list[str]) -> None:
        as_of = self.post.touches
        try:
            page = await self.link.call(
                "message.history", ids=ids[-200:], body_chars=0, with_tallies=True
            )
        except (NoServer, AckboxError):
            return
        finally:
            self._is_asking = False
        for row in self.post.learn(page, as_of=as_of):
            self.live.drawn_anew(row)

    def show_beside(self, *, is_same: bool = False) -> None:
        """Draw the pane beside the list again."""
        if self.beside.display:
            width = self.beside.scrollable_content_region.width
            lines = self.tab.beside(width)
            if self.tab.why_not is not None:
                lines = [
                    *text_lines(
                        f"✕ {self.tab.why_not}", width, self.palette.style("urgent", bold=True)
                    ),
                    [],
                    *lines,
                ]
            self.beside.show(lines, self.tab.marks, is_same=is_same, at_end=self.tab.shows_end)

    def on_lines_moved(self, event: Lines.Moved) -> None:
        if event.lines is self.tab:
            self._rest_until = None
            if self.tab.why_not is not None:
                # What the line says of itself is said at once.
                self.notice = ""
            self.draw_bars()

    def on_lines_opened(self, event: Lines.Opened) -> None:
        if event.lines is self.tab:
            self.action_open()

    def on_descendant_focus(self) -> None:
        self.draw_bars()

    def on_resize(self) -> None:
        self.call_after_refresh(self.resized)

    def resized(self) -> None:
        # The pane beside may be in sight only now, and nothing was asked for it yet.
        self._rest_until = self.clock()
        self.health.redraw()
        self.draw_bars()
        self.show_beside(is_same=True)

    def say(self, text: str) -> None:
        """Say something for a few seconds at the bottom."""
        self.notice, self.notice_until = text, self.clock() + 6
        self.draw_bars()

    def refuse(self, text: str) -> None:
        """Say why a box does not open.

        What is typed on meanwhile was meant for it, and does nothing.
        """
        self._typed_at = self._key_at
        self.say(text)

    async def on_event(self, event: events.Event) -> None:
        # By when a key came, not by when it is its turn: a slow machine changes nothing.
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._key_at = event.time
            if self._is_typed_on(event):
                return
        await super().on_event(event)

    def _is_typed_on(self, event: events.Key) -> bool:
        """Whether a key goes on with what was typed into a box that did not open.

        Enter ends that, Esc is for whoever means it.
        """
        is_soon = event.time - self._typed_at < TYPING_S
        goes_on = is_soon and (event.is_printable or event.key == "backspace")
        self._typed_at = event.time if goes_on else -TYPING_S
        return goes_on or (is_soon and event.key == "enter")

    def draw_bars(self) -> None:
        if self.notice and self.clock() > self.notice_until:
            self.notice = ""
        top_line(self)
        bottom_line(self)
