"""The sealed call as an app: what the faces of a server need, answered by the call of a client.

Text is sealed and opened in this process, and the server sees none. The bridge and the gateway
serve their faces with it. Explained in docs/why/sealed.md, "On a member's machine".
"""

from __future__ import annotations

import asyncio
import hmac
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from ackbox.app.bell import Gone
from ackbox.app.limits import Held, Limits
from ackbox.client.http import HttpCaller, NoServer
from ackbox.errors import BadKey, CallerGone, Unavailable
from ackbox.model.sealing import IDENTITY
from ackbox.ops.access import PLAIN, Caller, Connection
from ackbox.ops.decode import decode
from ackbox.ops.fitting import Fits, all_fit
from ackbox.ops.program.shown import Shown
from ackbox.ops.table import Call, Operation, find

T = TypeVar("T")
CHECK = "inbox.check"
MARKING = (CHECK, "inbox.wait")
# They offer messages to a model; they are marked once they are shown.
OFFERING, CONFIRMING = ("program.report", "program.wake"), "program.shown"
MAX_OFFERS = 1_000
# Calls in progress: each waits in a thread for the server.
THREADS = 64


class SealedApp(ABC):
    """What a face needs of an app, answered by the sealed call; `find` returns its caller."""

    def __init__(self, find: Callable[[], HttpCaller], limits: Limits) -> None:
        self._find = find
        self.caller = find()
        self.limits = limits
        # By offer, the messages of it that an answer held.
        self._shown: dict[str, list[str]] = {}
        self._threads = ThreadPoolExecutor(THREADS, "ackbox-sealed")

    @abstractmethod
    async def identify(self, credential: str | None) -> Caller:
        """Return the caller of a key. Raises BadKey."""

    async def ended_keys(self) -> set[str]:
        """Return no keys: the server checks the key at every call."""
        return set()

    async def call(
        self,
        name: str,
        params: Any,
        *,
        credential: str | None,
        face: str = "library",
        is_push: bool = False,
        gone: Gone | None = None,
        fits: Fits = all_fit,
        connection: Connection = PLAIN,
    ) -> Any:
        """Run one operation and return its result struct, as App.call does."""
        caller = (await self.identify(credential)).over(connection)
        operation = find(name)
        held = Held(self.limits, caller)
        try:
            given = await params(held) if callable(params) else params
            asked: Call = decode(operation.params, given)
            if not is_push:
                self.limits.spend(caller, operation.cost(asked))
            return await self.run(operation, asked, caller, gone, fits)
        finally:
            held.release()

    async def run(
        self,
        operation: Operation,
        asked: Call,
        caller: Caller,
        gone: Gone | None = None,
        fits: Fits = all_fit,
    ) -> Any:
        """Run an operation whose parameters are decoded."""
        given = given_of(asked)
        if operation.name in OFFERING:
            return self._offer(await self.look(operation, given, caller, gone), fits)
        if operation.name == CONFIRMING and given["offer"] in self._shown:
            return await self._confirm(given, caller)
        if operation.name not in MARKING:
            return await self.look(operation, given, caller, gone)
        mark = given.pop("mark", "none")
        evidence = given.pop("evidence", None)
        result = await self.look(operation, given, caller, gone)
        # The server does not know how long the opened messages are: what one answer does not hold
        # is neither shown nor marked.
        fitted = fits(result.messages)
        shown = result.messages[: fitted.count]
        ids = [each.id for each in shown if each.id not in fitted.begun]
        is_cut = len(shown) < len(result.messages)
        # Before they are marked: then they are on no page of unread messages.
        cursor = await self._cursor_after(given, shown, caller) if is_cut else result.cursor
        if mark != "none" and ids:
            refuse_gone(gone)
            whose = {each: value for each, value in given.items() if each in IDENTITY}
            marks: dict[str, Any] = {**whose, "mark": mark, "ids": ids, "evidence": evidence}
            await self.in_thread(lambda: self.do("receipt.mark", marks, caller))
        return msgspec.structs.replace(
            result,
            messages=shown,
            has_more=result.has_more or is_cut,
            cursor=cursor,
            unread=max(result.unread - (len(ids) if mark == "read" else 0), 0),
        )

    async def _cursor_after(
        self, given: dict[str, Any], shown: Sequence[Any], caller: Caller
    ) -> str | None:
        """Return the cursor after the messages that an answer holds, which the server alone makes.

        If its page is another now, the cursor stays before them, and they are shown again.
        """
        check = find(CHECK)
        known = {name: given[name] for name in check.params.__struct_fields__ if name in given}
        again = await self.look(check, {**known, "limit": len(shown)}, caller, None)
        is_same = [each.id for each in again.messages] == [each.id for each in shown]
        return again.cursor if is_same else given.get("cursor")

    def _offer(self, result: Any, fits: Fits) -> Any:
        """Return messages for a model, without those that the answer does not hold.

        Messages that fit into no answer are named. The rest come with the next event.
        """
        fitted = fits(result.messages)
        held = result.messages[: fitted.count]
        shown = [each for each in held if each.id not in fitted.begun]
        if len(shown) == len(result.messages):
            return result
        # Asked again, so that the answer is measured for exactly what it shows.
        fits(shown)
        if len(self._shown) >= MAX_OFFERS:
            self._shown.clear()
        self._shown[result.offer] = [each.id for each in held]
        named = (
            {"too_long": [*result.too_long, *fitted.begun]}
            if fitted.begun and hasattr(result, "too_long")
            else {}
        )
        return msgspec.structs.replace(result, messages=shown, **named)

    async def _confirm(self, given: dict[str, Any], caller: Caller) -> Shown:
        """Mark what was shown of an offer, of which the server knows only the whole."""
        whose = {each: value for each, value in given.items() if each in IDENTITY}
        ids = self._shown.pop(given["offer"])
        marks = {**whose, "mark": "delivered", "ids": ids, "evidence": "hook"}
        await self.in_thread(lambda: self.do("receipt.mark", marks, caller))
        return Shown(marked=len(ids))

    async def look(
        self, operation: Operation, given: dict[str, Any], caller: Caller, gone: Gone | None
    ) -> Any:
        """Call the server once, and return the opened result; a wait waits at the server."""
        raw = await self.in_thread(lambda: self.do(operation.name, given, caller))
        return msgspec.convert(raw, operation.result)

    async def in_thread(self, act: Callable[[], T]) -> T:
        """Do something that waits for the server."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, act)

    def do(self, name: str, params: dict[str, Any], caller: Caller) -> Any:
        """Call the server, which may have come back at another address. Raises Unavailable."""
        only_as = caller.connection.only_as
        if only_as:
            self.caller.says = {"Ackbox-Only-As": quote(only_as, safe="")}
        try:
            return self.caller.call(name, params)
        except NoServer:
            pass
        try:
            says, self.caller = self.caller.says, self._find()
            self.caller.says = says
            return self.caller.call(name, params)
        except NoServer as error:
            raise Unavailable(str(error), hint="Start it with: ackbox up") from None


class OwnKeyApp(SealedApp):
    """The sealed call for the key that the server is called with, as in a bridge."""

    _who: Caller | None = None

    async def identify(self, credential: str | None) -> Caller:
        """Return whose key this is. Raises BadKey for any other than the own one."""
        own = self.caller.key or ""
        if not hmac.compare_digest((credential or "").encode(), own.encode()):
            raise BadKey("This key is not the bridge's own.", hint="Connect through the bridge.")
        if self._who is None:
            nobody = Caller(key_id="", ws=0, role="link")
            me = await self.in_thread(lambda: self.do("agent.whoami", {}, nobody))
            self._who = Caller(
                key_id=me["key_id"],
                ws=0,
                role=me["role"],
                agent=me["agent"],
                may_speak_as=tuple(me["may_speak_as"]),
            )
        return self._who


def refuse_gone(gone: Gone | None) -> None:
    """Raise CallerGone when the caller has left."""
    if gone is not None and gone.is_set:
        raise CallerGone("The caller disconnected.", hint="Ask again.")


def given_of(asked: Call) -> dict[str, Any]:
    """Return decoded parameters as JSON values, without those that say what is the default."""
    wire = msgspec.to_builtins(asked)
    return {
        field.encode_name: wire[field.encode_name]
        for field in msgspec.structs.fields(asked)
        if field.encode_name in wire and not _is_default(field, getattr(asked, field.name))
    }


def _is_default(field: msgspec.structs.FieldInfo, value: Any) -> bool:
    if field.default_factory is not msgspec.NODEFAULT:
        return bool(value == field.default_factory())
    return bool(value == field.default)
