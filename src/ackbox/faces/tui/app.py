"""The terminal UI itself: tabs, panes and the keys of the whole screen, over one link.

Each part has a file of its own; this one puts them together. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.theme import Theme
from textual.widgets import Input, TextArea

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.tui.jump import destinations
from ackbox.faces.tui.screen_keys import AFTER_G, AFTER_G_S, SCREEN_KEYS
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.member import Member, reason
from ackbox.faces.tui.state.row import Row
from ackbox.faces.tui.tabs.agents import Agents
from ackbox.faces.tui.tabs.detail import DetailPane
from ackbox.faces.tui.tabs.health import Health
from ackbox.faces.tui.tabs.listing import DENSITIES
from ackbox.faces.tui.tabs.live import Live
from ackbox.faces.tui.tabs.needs import Needs
from ackbox.faces.tui.tabs.sidebar import Sidebar
from ackbox.faces.tui.tabs.tab import Tab
from ackbox.faces.tui.tabs.tasks import Tasks
from ackbox.faces.tui.tabs.threads import Threads
from ackbox.faces.tui.widgets.ask import Jump
from ackbox.faces.tui.widgets.bars import Hint
from ackbox.faces.tui.widgets.compose import Compose
from ackbox.faces.tui.widgets.keys import Key, KeysScreen, find, keymap
from ackbox.faces.tui.widgets.lines import Lines
from ackbox.faces.tui.widgets.palette import Palette, theme_name, themes
from ackbox.faces.tui.widgets.pane import Pane
from ackbox.faces.tui.widgets.status import MOUSE_FREE, BottomLine, TopLine, stream_state

# Keys that follow each other faster than this belong to one typed text.
TYPING_S = 0.5
TABS: tuple[type[Tab], ...] = (Live, Needs, Threads, Agents, Tasks, Health)
# Every key once, in the order of the overlay: movement, tabs, items, the tabs' own keys.
KEYS = tuple(dict.fromkeys([*Pane.KEYS, *SCREEN_KEYS, *(key for tab in TABS for key in tab.KEYS)]))


class Terminal(App[str]):
    """ackbox in a terminal. Returns the workspace to go on with, or null."""

    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-one"), (110, "-two"), (140, "-three")]
    CSS_PATH = "terminal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(name, f"key('{name}')", show=False, priority=True)
            for name in dict.fromkeys(name for key in KEYS for name in key.names.split(",") if name)
        ),
        Binding("ctrl+c", "leave", show=False, priority=True),
    ]

    def __init__(
        self,
        link: Link,
        *,
        hz: float,
        theme: str | None,
        acts_as: str | None,
        person: str,
        own_keys: Mapping[str, str] | None = None,
    ) -> None:
        # Set first: without colours Textual would otherwise draw shades, which are colours.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.member, self.hz = Member(link, acts_as=acts_as, person=person), hz
        self.clock: Callable[[], float] = time.monotonic
        for each in themes():
            self.register_theme(each)
        is_sixteen = self.no_color or self.console.color_system in (None, "standard")
        self.theme = theme_name(theme, is_sixteen=is_sixteen, ground=os.environ.get("COLORFGBG"))
        self.palette = Palette(self.theme)
        self.live, self.threads, self.tasks = Live(self), Threads(self), Tasks(self)
        self.agents, self.health = Agents(self), Health(self)
        self.tabs: list[Tab] = [self.live, Needs(self), self.threads]
        self.tabs += [self.agents, self.tasks, self.health]
        self.detail, self.sidebar, self.writing = DetailPane(self), Sidebar(self), Compose(self)
        self.top, self.bottom = TopLine(), BottomLine()
        self.notice, self.notice_until, self.progress = "", 0.0, ""
        self.archived: list[str] = []
        self.own_keys = keymap(own_keys or {}, KEYS)
        self.is_mouse_free, self.density = False, "normal"
        # When g was pressed, and where the cursor was before it.
        self._before_g: tuple[float, Tab, int, bool] | None = None
        # When the current key was pressed, and the last one typed into a box that did not open.
        self._key_at, self._typed_at = 0.0, -TYPING_S

    def compose(self) -> ComposeResult:
        yield self.top
        with Horizontal(id="body"):
            yield self.sidebar
            yield from self.tabs
            yield self.detail
        yield self.live.box
        yield self.writing
        yield self.bottom

    def on_mount(self) -> None:
        self.action_show_tab(1)
        self.member.link.start()
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._end, number)
        self.set_interval(1 / self.hz, self.flush)
        self.theme_changed_signal.subscribe(self, self._recolour)

    def on_unmount(self) -> None:
        self.member.link.stop()

    def _end(self, number: int) -> None:
        """Quit as `q` does, which restores the terminal; the exit code names the signal."""
        self.member.link.stop()
        self.exit(return_code=128 + number)

    def _recolour(self, theme: Theme) -> None:
        self.palette = Palette(theme.name)
        self.health.redraw()
        for lines in self.query(Lines):
            lines.forget()
        self.draw_bars()
        self.detail.show_item(self.tab)

    @property
    def shade(self) -> str:
        """The ground that the colours are for: dark or light."""
        return self.theme.rpartition("-")[2]

    @property
    def tab(self) -> Tab:
        """The tab in sight."""
        return next((tab for tab in self.tabs if tab.has_class("-shown")), self.live)

    @property
    def pane(self) -> Pane:
        """The pane in which keys move: the tab, or the one beside it."""
        is_read = self.is_pane_read() or self.screen.has_class("-open")
        return self.detail if is_read else self.tab

    def flush(self) -> None:
        """Take what arrived and draw it; called a few times per second, at any rate of events."""
        changed = False
        for kind, payload in self.member.link.take():
            changed = True
            self._take(kind, payload)
        now = self.clock()
        if changed:
            self.tab.update()
        self.sidebar.read_if_due(now)
        for tab in self.tabs:
            tab.read_if_due(now, is_seen=tab is self.tab)
        self.live.pace(self.member.mirror.rate(now), now)
        if self.tab is self.live and self.live.is_near_start:
            self.member.link.want_older()
        self.tab.read_more_if_wanted(now)
        self.detail.follow_cursor(self.tab, now)
        if self.tab is self.live:
            self.live.read_tallies()
        self.draw_bars()

    def _take(self, kind: str, payload: Any) -> None:
        if kind == "events":
            for event in payload:
                self._apply(event)
            return
        self.member.mirror.take(kind, payload, now=self.clock())
        if kind == "messages":
            self._mark_stale("message.sent")
            self.live.changed(self.member.mirror.answered_in(payload))

    def _apply(self, event: Any) -> None:
        if event["kind"] == "receipt.marked":
            rows = self.member.mirror.marked(event)
            self.live.changed(rows)
            self.threads.changed(rows)
        elif event["kind"].startswith("agent."):
            self.sidebar.is_stale = True
        self._mark_stale(event["kind"])

    def _mark_stale(self, kind: str) -> None:
        """Mark the tabs as stale whose lists an event of this kind changes."""
        for tab in self.tabs:
            tab.is_stale = tab.is_stale or kind.startswith(tab.fed_by)

    def on_sidebar_read(self, event: Sidebar.Read) -> None:
        if event.has_new_names:
            self.live.forget()
        for tab in self.tabs:
            if tab is self.agents or not tab.count:
                tab.update()
                tab.refresh()

    def draw_bars(self) -> None:
        if self.notice and self.clock() > self.notice_until:
            self.notice = ""
        mirror, link, tab = self.member.mirror, self.member.link, self.tab
        self.top.draw(
            self.palette,
            workspace=str(mirror.whoami.get("workspace") or link.who.get("workspace") or ""),
            tabs=[(each.title, each.badge, each is tab) for each in self.tabs],
            online=sum(each["presence"] == "online" for each in mirror.people),
            rate=mirror.rate(self.clock()),
            state=stream_state(link, self.live.unseen if self.live.is_paused else None),
        )
        self.bottom.draw(
            self.palette,
            text=self.progress or self.notice,
            right=tab.remark(),
            hints=self._hints(),
            selected=0 if self.writing.display else len(tab.picks.found),
            outcome=f"✕ {tab.failure}" if tab.failure else tab.picks.outcome,
        )

    def _hints(self) -> Sequence[Hint]:
        if self.writing.display:
            return Compose.HINTS
        if self.is_mouse_free:
            return [MOUSE_FREE]
        return DetailPane.HINTS if self.is_pane_read() else self.tab.hints

    def on_lines_moved(self, event: Lines.Moved) -> None:
        if event.lines is self.tab:
            self.detail.ask_at(None)
            if self.tab.failure is not None:
                # What failed on the line is shown at once.
                self.notice = ""
            self.draw_bars()

    def on_lines_opened(self, event: Lines.Opened) -> None:
        if event.lines is self.tab:
            self.action_open()

    def on_listing_changed(self) -> None:
        self.show_item()
        self.draw_bars()

    def on_compose_sent(self) -> None:
        if not self.writing.display:
            self.screen.set_focus(self.tab)

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is self.live.box and self.live.box.display:
            self.live.apply(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input is self.live.box and self.live.submit(event.value):
            self.screen.set_focus(self.tab)

    def on_descendant_focus(self) -> None:
        self.draw_bars()

    def on_resize(self) -> None:
        self.call_after_refresh(self.resized)

    def resized(self) -> None:
        # The detail pane may have come in sight only now, with nothing read for it.
        self.detail.ask_at(self.clock())
        self.health.redraw()
        self.draw_bars()
        self.show_item()

    def say(self, text: str) -> None:
        self.notice, self.notice_until = text, self.clock() + 6
        self.draw_bars()

    def refuse(self, text: str) -> None:
        self._typed_at = self._key_at
        self.say(text)

    async def attempt(self, name: str, /, **params: Any) -> Any:
        try:
            return await self.member.link.call(name, **params)
        except (NoServer, AckboxError) as error:
            self.say(reason(error))
            return None

    def show(self, title: str) -> None:
        if self.tab.title != title:
            self._show(next(tab for tab in self.tabs if tab.title == title))

    def show_item(self) -> None:
        self.detail.show_item(self.tab, is_same=True)

    def show_thread(self, row: Row) -> None:
        self._show(self.threads)
        self.threads.go_to(row)

    def show_sent_by(self, name: str) -> None:
        self._show(self.live)
        self.live.show_sent_by(name)

    def close_pane(self) -> None:
        if self.screen.has_class("-open"):
            self._show(self.tab)

    def write(self, *, answers: Row | None = None, to: str | None = None) -> None:
        self.writing.begin(answers=answers, to=to)
        self.draw_bars()

    def is_pane_read(self) -> bool:
        return self.focused is self.detail

    def is_pane_at_top(self) -> bool:
        return self.detail.scroll_offset.y == 0 and not self.detail.follow

    async def on_event(self, event: events.Event) -> None:
        # The time of the key counts, not of its handling, so a slow machine changes nothing.
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._key_at = event.time
            if self._is_typed_on(event):
                return
            meant = self.own_keys.get(event.key)
            if meant is not None and self.check_action("key", (meant,)):
                event.prevent_default()
                await self.action_key(meant)
                return
        await super().on_event(event)

    def _is_typed_on(self, event: events.Key) -> bool:
        """Whether a key continues a text typed into a box that did not open.

        Enter ends that text; Esc never belongs to it.
        """
        is_soon = event.time - self._typed_at < TYPING_S
        continues = is_soon and (event.is_printable or event.key == "backspace")
        self._typed_at = event.time if continues else -TYPING_S
        return continues or (is_soon and event.key == "enter")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key is an action now: not in an overlay, and of typed text only Esc is."""
        if action != "key":
            return True
        is_typing = isinstance(self.focused, Input | TextArea) and parameters[0] != "escape"
        return len(self.screen_stack) == 1 and not is_typing

    async def action_key(self, name: str) -> None:
        before, self._before_g = self._before_g, None
        if before is not None and name in AFTER_G and self.clock() - before[0] < AFTER_G_S:
            _, tab, cursor, follows = before
            # The g moved the cursor to the first line, which was not meant.
            tab.move_to(tab.count if tab is self.live and follows else cursor)
            self.action_show_tab(AFTER_G[name])
            return
        if name == "g":
            self._before_g = (self.clock(), self.tab, self.tab.cursor, self.tab.follow)
        await self.action_press(name)

    async def action_press(self, name: str) -> None:
        """Run the action of a key on the first part that has one."""
        for part, action in self._owners(name):
            if action is not None:
                await self.run_action(action, part)
                return
        if find(Tasks.KEYS, name):
            tell = self.refuse if name in Tasks.BOX_KEYS else self.say
            tell("That key works on tasks: press 5 and choose one.")

    def _owners(self, name: str) -> Iterator[tuple[Pane | App[str], str | None]]:
        yield self.pane, find(self.pane.KEYS, name)
        yield self.tab, self.tab.action_of(name)
        for tab in self.tabs:
            yield tab, find(tab.KEYS, name, everywhere_only=True)
        yield self, find(SCREEN_KEYS, name)

    def action_show_tab(self, number: int) -> None:
        if 1 <= number <= len(self.tabs):
            self._show(self.tabs[number - 1])

    def _show(self, shown: Tab) -> None:
        if self.tab is not shown:
            # As in the dashboard, only items in sight are selected.
            self.tab.picks.clear()
            self.tab.forget()
        for each in self.tabs:
            each.set_class(each is shown, "-shown")
        self.screen.remove_class("-open")
        self.screen.set_class(shown.is_whole, "-whole")
        self.screen.set_class(shown.opens_whole, "-reads")
        shown.update()
        self.screen.set_focus(shown)
        self.call_after_refresh(self.resized)

    def action_tab(self, by: int) -> None:
        self.action_show_tab((self.tabs.index(self.tab) + by) % len(self.tabs) + 1)

    async def action_next_pane(self) -> None:
        if self.screen.has_class("-open"):
            await self.action_back()
        elif not self.detail.display:
            self.action_open()
        else:
            panes = [pane for pane in (self.tab, self.detail) if pane.display]
            at = next((at for at, pane in enumerate(panes) if pane is self.focused), 0)
            self.screen.set_focus(panes[(at + 1) % len(panes)])

    def action_open(self) -> None:
        tab = self.tab
        if not tab.count and not tab.is_read:
            self.say(f"{tab.title} is still loading. Press Enter again when it is shown.")
        if not tab.count or tab.enter(in_list=self.focused is not self.detail):
            return
        if self.screen.has_class("-one") or tab.opens_whole:
            self.screen.add_class("-open")
            self.call_after_refresh(self.resized)
        if self.detail.display:
            self.screen.set_focus(self.detail)
        else:
            self.call_after_refresh(self.detail.focus)

    async def action_back(self) -> None:
        live = self.live
        if self.writing.display:
            if not self.writing.step_back():
                return
        elif self.screen.has_class("-open"):
            self.screen.remove_class("-open")
        elif self.focused is not self.detail and self.tab.deselect():
            return
        elif live.box.display or (self.focused is live and self.tab is live and live.filter):
            live.drop_filter()
        self.screen.set_focus(self.tab)
        self.call_after_refresh(self.resized)

    def action_leave(self) -> None:
        self.member.link.stop()
        self.exit()

    def action_keys(self) -> None:
        own = [Key(key, key, "", f"as {meant}") for key, meant in self.own_keys.items()]
        self.push_screen(KeysScreen(self.palette, [*KEYS, *own]))

    def action_theme(self) -> None:
        if self.no_color:
            self.say("There are no colours to change: NO_COLOR is set.")
            return
        kind, _, shade = self.theme.rpartition("-")
        self.theme = f"{kind}-{'light' if shade == 'dark' else 'dark'}"

    def action_density(self) -> None:
        self.density = DENSITIES[(DENSITIES.index(self.density) + 1) % len(DENSITIES)]
        for tab in self.tabs:
            tab.set_density(self.density)
        self.say(f"density: {self.density}")

    def action_mouse(self) -> None:
        driver: Any = self._driver
        if not hasattr(driver, "_disable_mouse_support"):
            self.say("This terminal does not let go of the mouse.")
            return
        self.is_mouse_free = not self.is_mouse_free
        driver._disable_mouse_support() if self.is_mouse_free else driver._enable_mouse_support()
        self.draw_bars()

    def action_jump(self) -> None:
        choices = destinations([tab.title for tab in self.tabs], self.member.mirror)
        self.push_screen(Jump(self.palette, choices), self._jump)

    async def _jump(self, chosen: str | None) -> None:
        kind, _, value = (chosen or "").partition(" ")
        if kind == "tab":
            self.action_show_tab(int(value))
        elif kind == "agent":
            self.show_sent_by(value)
        elif kind == "workspace":
            self.member.link.stop()
            self.exit(value)
        elif kind == "press":
            await self.action_press(value)
        elif kind == "find" and value:
            row = self.member.mirror.find(value)
            if row is None:
                self.say(f"Nothing found for {value!r}. Give a tab, an agent or a message's id.")
            else:
                self._show(self.live)
                self.live.narrow("")
                self.live.go_to(row.seq)
