"""Acting: what the keys do. Explained in docs/howto/terminal.md."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from textual.widgets import Input, TextArea

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError, Conflict, Invalid
from ackbox.faces.tui.tabs.live import Live
from ackbox.faces.tui.tabs.tab import DENSITIES
from ackbox.faces.tui.widgets.ask import Jump
from ackbox.faces.tui.widgets.compose import Compose
from ackbox.faces.tui.widgets.drawing import one_line
from ackbox.faces.tui.widgets.keys import AFTER_G, AFTER_G_S, KEYS, KeysScreen
from ackbox.faces.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from ackbox.faces.tui.app import Terminal
    from ackbox.faces.tui.state.draft import Draft
    from ackbox.faces.tui.state.row import Row


def _of(actor: Any) -> Terminal:
    return cast("Terminal", actor)


class Acting:
    """The actions of the whole screen."""

    def action_show_tab(self, number: int) -> None:
        me = _of(self)
        if not 1 <= number <= len(me.tabs):
            return
        if me.tab is not me.tabs[number - 1]:
            # As in the dashboard: what is out of sight is not selected.
            me.tab.picks.clear()
            me.tab.forget()
        for each in me.tabs:
            each.set_class(each is me.tabs[number - 1], "-shown")
        me.screen.remove_class("-open")
        me.screen.set_class(me.tab.is_whole, "-whole")
        me.screen.set_class(me.tab.opens_whole, "-reads")
        me.tab.update()
        me.screen.set_focus(me.tab)
        me.call_after_refresh(me.resized)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action may run now: a key means itself while somebody types, all but Esc,
        or an overlay is open.
        """
        me = _of(self)
        if action != "key":
            return True
        is_typing = isinstance(me.focused, Input | TextArea)
        return len(me.screen_stack) == 1 and (
            not is_typing or (isinstance(parameters[0], int) and KEYS[parameters[0]][1] == "escape")
        )

    async def action_key(self, number: int) -> None:
        me, key = _of(self), KEYS[number][1]
        before, me.before_g = me.before_g, None
        if before is not None and key in AFTER_G and me.clock() - before[0] < AFTER_G_S:
            _, tab, cursor, follows = before
            if isinstance(tab, Live) and follows:
                # The g went to the first message; that was not meant.
                tab.move_to(tab.count)
            else:
                tab.move_to(cursor)
            self.action_show_tab(AFTER_G[key])
            return
        if key.startswith("g"):
            me.before_g = (me.clock(), me.tab, me.tab.cursor, me.tab.follow)
        await me.run_action(KEYS[number][2])

    def action_unacked(self, by: int) -> None:
        me = _of(self)
        if me.tab is not me.live:
            self.action_show_tab(1)
        if not me.live.to_unacked(by):
            me.say(
                f"There is none {'after' if by > 0 else 'before'} this one that somebody has not"
                " acknowledged."
            )

    def _pane(self) -> Lines:
        me = _of(self)
        return me.beside if me.focused is me.beside or me.screen.has_class("-open") else me.tab

    def action_move(self, by: int) -> None:
        self._pane().move(by)

    def action_page(self, by: int) -> None:
        pane = self._pane()
        pane.move(by * max(pane.size.height // pane.tall - 1, 1))

    def action_end(self, is_last: bool) -> None:
        pane = self._pane()
        pane.move(pane.count if is_last else -pane.count)

    def action_tab(self, by: int) -> None:
        me = _of(self)
        self.action_show_tab((me.tabs.index(me.tab) + by) % len(me.tabs) + 1)

    def action_next_pane(self) -> None:
        me = _of(self)
        if not me.beside.display and not me.screen.has_class("-open"):
            self.action_open()
            return
        panes = [pane for pane in (me.tab, me.beside) if pane.display]
        on = me.focused
        at = panes.index(on) if on in panes else 0
        if me.screen.has_class("-open"):
            me.run_worker(self.action_back())
        else:
            me.screen.set_focus(panes[(at + 1) % len(panes)])

    def action_open(self) -> None:
        me = _of(self)
        if not me.tab.count and not me.tab.is_read:
            me.say(f"{me.tab.title}: still being fetched. Press Enter again when they are here.")
        if not me.tab.count or (
            me.tab is me.live and me.focused is not me.beside and me.live.open_fold()
        ):
            return
        if me.tab is me.agents and me.agents.name and me.screen.has_class("-one") is False:
            self._narrow_to(me.agents.name)
            return
        if me.screen.has_class("-one") or me.tab.opens_whole:
            me.screen.add_class("-open")
            me.call_after_refresh(me.resized)
        if me.beside.display:
            me.screen.set_focus(me.beside)
        else:
            me.call_after_refresh(me.beside.focus)

    async def action_back(self) -> None:
        me = _of(self)
        if me.typing.display:
            if me.typing.names.found:
                me.typing.names.offer([])
                return
            me.typing.end()
        elif me.screen.has_class("-open"):
            me.screen.remove_class("-open")
        elif me.focused is not me.beside and me.let_go():
            return
        elif me.filter.display:
            me.filter.display = False
            me.filter.value = ""
            me.live.narrow("")
        elif me.focused is me.tab and me.tab is me.live and me.live.filter:
            me.live.narrow("")
        me.screen.set_focus(me.tab)
        me.call_after_refresh(me.resized)

    def action_leave(self) -> None:
        me = _of(self)
        me.link.stop()
        me.exit()

    def action_hold(self) -> None:
        me = _of(self)
        me.live.is_held = not me.live.is_held
        if not me.live.is_held:
            me.live.update()
        me.draw_bars()

    def action_window(self) -> None:
        me = _of(self)
        (me.threads if me.tab is me.threads else me.health).other_window()
        me.flush()

    def action_keys(self) -> None:
        me = _of(self)
        me.push_screen(KeysScreen(me.palette))

    def action_theme(self) -> None:
        me = _of(self)
        if me.no_color:
            me.say("There are no colours to change: NO_COLOR is set.")
            return
        kind, _, shade = me.theme.rpartition("-")
        me.theme = f"{kind}-{'light' if shade == 'dark' else 'dark'}"

    def action_density(self) -> None:
        me = _of(self)
        me.density = DENSITIES[(DENSITIES.index(me.density) + 1) % len(DENSITIES)]
        for tab in me.tabs:
            tab.set_density(me.density)
        me.say(f"density: {me.density}")

    def action_mouse(self) -> None:
        me = _of(self)
        driver: Any = me._driver
        if not hasattr(driver, "_disable_mouse_support"):
            me.say("This terminal's mouse cannot be freed.")
            return
        me.is_mouse_free = not me.is_mouse_free
        driver._disable_mouse_support() if me.is_mouse_free else driver._enable_mouse_support()
        me.draw_bars()

    def action_copy(self, what: str) -> None:
        me = _of(self)
        row, text = me.tab.row, me.tab.copied(what)
        if text is not None:
            me.copy_to_clipboard(text)
            me.say(f"copied {one_line(text)}")
            return
        if row is None:
            me.say("There is nothing to copy here.")
            return
        me.run_worker(self._copy(row, what), group="copy")

    async def _copy(self, row: Row, what: str) -> None:
        me = _of(self)
        text = row.id if what == "id" else row.body
        if what == "text" and row.is_cut:
            message = await self._try("message.get", id=row.id)
            text = message["body"] if message else text
        me.copy_to_clipboard(text)
        me.say("copied the id" if what == "id" else f"copied {len(text)} characters")

    def action_thread(self) -> None:
        me = _of(self)
        row = me.tab.row
        if row is not None:
            self.action_show_tab(me.tabs.index(me.threads) + 1)
            me.threads.go_to(row)

    def action_filter(self) -> None:
        me = _of(self)
        if me.tab is not me.live:
            self.action_show_tab(me.tabs.index(me.live) + 1)
        me.screen.remove_class("-open")
        me.filter.display = True
        me.screen.set_focus(me.filter)

    def on_input_changed(self, event: Input.Changed) -> None:
        me = _of(self)
        if event.input is not me.filter or not me.filter.display:
            return
        try:
            me.live.narrow(event.value)
        except Invalid:
            # Half a filter is not wrong yet; Enter says what is.
            return

    def on_input_submitted(self, event: Input.Submitted) -> None:
        me = _of(self)
        if event.input is not me.filter:
            return
        try:
            me.live.narrow(event.value)
        except Invalid as error:
            me.say(f"{error.message} {error.hint or ''}")
            return
        me.filter.display = bool(event.value)
        me.screen.set_focus(me.tab)

    def _narrow_to(self, name: str) -> None:
        me = _of(self)
        self.action_show_tab(me.tabs.index(me.live) + 1)
        me.filter.display = True
        me.filter.value = f"from:{name}"
        me.live.narrow(me.filter.value)
        me.screen.set_focus(me.tab)

    def action_jump(self) -> None:
        me = _of(self)
        choices = [(tab.title, "tab", f"tab {number}") for number, tab in enumerate(me.tabs, 1)]
        choices += [(each["agent"], "agent", f"agent {each['agent']}") for each in me.post.people]
        choices += [(name, "workspace", f"workspace {name}") for name in me.post.others]
        choices += [
            ("compose", "action", "do compose"),
            ("new task", "action", "do task_new"),
            ("filter", "action", "do filter"),
            ("hold, or let go on", "action", "do hold"),
            ("keys", "action", "do keys"),
            ("dark or light", "setting", "do theme"),
            ("density", "setting", "do density"),
            ("free the mouse", "setting", "do mouse"),
            ("quit", "action", "do leave"),
        ]
        me.push_screen(Jump(me.palette, choices), self._jumped)

    async def _jumped(self, chosen: str | None) -> None:
        me = _of(self)
        kind, _, what = (chosen or "").partition(" ")
        if kind == "tab":
            self.action_show_tab(int(what))
        elif kind == "agent":
            self._narrow_to(what)
        elif kind == "workspace":
            me.link.stop()
            me.exit(what)
        elif kind == "do":
            await me.run_action(what)
        elif kind == "find" and what:
            row = me.post.by_id.get(what) or me.post.by_seq.get(
                int(what.lstrip("#")) if what.lstrip("#").isdecimal() else -1
            )
            if row is None:
                me.say(
                    f"Nothing is called {what!r}. Give a tab, an agent, or the id of a message that"
                    " is loaded."
                )
                return
            self.action_show_tab(me.tabs.index(me.live) + 1)
            me.live.narrow("")
            me.live.go_to(row.seq)

    def action_compose(self) -> None:
        me = _of(self)
        me.typing.begin(to=[me.tab.writes_to] if me.tab.writes_to else None)
        me.draw_bars()

    def action_reply(self) -> None:
        me = _of(self)
        row = me.tab.row
        if row is None:
            me.refuse("Nothing is selected to reply to; c writes to somebody.")
            return
        me.typing.begin(answers=row)
        me.draw_bars()

    def on_compose_written(self, event: Compose.Written) -> None:
        _of(self).run_worker(self._send(event.draft, event.answers), group="send")

    async def _send(self, draft: Draft, answers: Row | None) -> None:
        me = _of(self)
        message: dict[str, Any] = {
            "to": list(draft.to) or "*",
            "body": draft.body,
            "intent": draft.intent,
            "priority": draft.priority,
            "mention": True,
            "idempotency_key": uuid.uuid4().hex,
        }
        if answers is not None:
            message["parent"] = answers.id
        me.typing.tell("sending …")
        try:
            await self.become()
            sent = await me.link.call("message.send", **message, agent=me.name_of_me)
        except (NoServer, AckboxError) as error:
            # What was typed stays, with what went wrong.
            why = f"{getattr(error, 'message', error)} {getattr(error, 'hint', None) or ''}"
            me.typing.tell(f"Not sent: {why}".rstrip())
            return
        me.typing.clear()
        me.screen.set_focus(me.tab)
        if answers is not None and answers.sender != me.name_of_me:
            # What was answered is dealt with, as in the dashboard; when it is not one's own post
            # the server leaves it as it is.
            with suppress(NoServer, AckboxError):
                await me.link.call(
                    "receipt.mark", mark="acknowledged", ids=[answers.id], agent=me.name_of_me
                )
        many = sent["recipient_count"]
        me.say(
            f"sent to {', '.join(draft.to)}"
            if not draft.is_everyone
            else f"sent to everyone ({many})"
        )

    async def become(self) -> None:
        """Make sure that the one who writes is somebody: a name nobody has used yet becomes a
        person's, by a person's key.
        """
        me = _of(self)
        if (
            me.post.whoami.get("agent")
            or me.post.person(me.name_of_me)
            or "admin" not in me.post.whoami.get("may", ())
        ):
            return
        try:
            await me.link.call(
                "key.create", name=me.name_of_me, kind="human", label="terminal", expires_in_days=1
            )
        except Conflict:
            return
        me.post.people = (await me.link.call("agent.list"))["agents"]

    def action_mark(self, mark: str) -> None:
        me = _of(self)
        row = me.tab.row
        if row is not None:
            me.run_worker(self._mark(row, mark), group="mark")

    async def _mark(self, row: Row, mark: str) -> None:
        me = _of(self)
        done = await self._try("receipt.mark", mark=mark, ids=[row.id], agent=me.name_of_me)
        if done and mark == "read" and done["unchanged"]:
            mark = "unread"
            done = await self._try("receipt.mark", mark=mark, ids=[row.id], agent=me.name_of_me)
        if done is None:
            return
        if done["not_found"]:
            me.say(f"This is not {me.name_of_me}'s post; you are looking, nothing is marked.")
        else:
            me.say(f"marked {mark}" if done["changed"] else f"it was {mark} before")

    async def _try(self, name: str, /, **params: Any) -> Any:
        me = _of(self)
        try:
            return await me.link.call(name, **params)
        except (NoServer, AckboxError) as error:
            me.say(
                f"{getattr(error, 'message', error)} {getattr(error, 'hint', None) or ''}".rstrip()
            )
            return None
