"""The app of a gateway: one member's sealed calls, for programs and browsers on its machine.

It takes only its own keys, acts only as its member and only in its workspace. Signing in is its own
affair; all else is asked of the server. Explained in docs/why/sealed.md, "Gateway".
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec

from ackbox.app.bell import Bell, Follower, Gone
from ackbox.app.call import wall_clock
from ackbox.app.limits import Limits
from ackbox.app.liveness import Alive
from ackbox.app.waiting import Waits
from ackbox.client.http import NoServer
from ackbox.client.narrow import NarrowCaller
from ackbox.client.staying import Staying
from ackbox.client.vaults import Profile
from ackbox.errors import AckboxError, BadKey, NotYou, Unavailable
from ackbox.faces.server.gateway_keys import LocalKeys
from ackbox.faces.server.sealed_app import SealedApp, given_of, refuse_gone
from ackbox.model.moment import to_text
from ackbox.ops.access import PLAIN, Caller
from ackbox.ops.decode import decode
from ackbox.ops.fitting import Fits, all_fit
from ackbox.ops.key import NewKey
from ackbox.ops.login import Ended, Link
from ackbox.ops.table import OPERATIONS, Call, Operation, allow
from ackbox.store.store import no_workspace

# The only number of a workspace that followers here have.
WS = 1
TRY_AGAIN_S = 1.0
# The call itself waits at the server, with the sealed question in its hands.
WAITS_THERE = ("message.ask",)
WHO = ("workspace", "agent", "instance")


class GatewayApp(SealedApp):
    """What the faces of a server need of an app, for one member."""

    def __init__(self, find: NarrowCaller, profile: Profile, keys: LocalKeys) -> None:
        super().__init__(find, Limits())
        self.clock = wall_clock
        self.bell = Bell()
        self.sockets: Callable[[], int] = lambda: 0
        self._profile, self._keys = profile, keys
        self._whose = {"workspace": profile.workspace, "agent": profile.agent}
        self._waits = Waits(self.bell, Alive(self.clock), self.ended_keys)
        self._role: Any = None
        self._listening: asyncio.Task[None] | None = None
        self._line_ended = asyncio.Event()
        self._own: dict[str, Callable[[str], Awaitable[Any]]] = {
            "login.link": self._link,
            "login.redeem": self._redeem,
            "login.end": self._end,
        }

    async def identify(self, credential: str | None) -> Caller:
        """Return whose key this is. Raises BadKey for a key of the server."""
        key = self._keys.find(credential)
        if key.kind == "link":
            return Caller(key_id=key.id, ws=WS, role="link")
        return Caller(
            key_id=key.id, ws=WS, role=await self._member_role(), agent=self._profile.agent
        )

    async def ended_keys(self) -> set[str]:
        """Return the ids of keys that ended within the last minute."""
        return self._keys.ended()

    async def check(self) -> None:
        """Ask whether the server answers. Raises Unavailable when it does not."""
        if not await self.in_thread(self.caller.is_up):
            raise Unavailable(f"No server answers at {self.caller.url}.", hint="Try again later.")

    async def call(self, name: str, params: Any, *, credential: str | None, **more: Any) -> Any:
        """Run one operation and return its result struct, as App.call does."""
        own = self._own.get(name)
        if own is None:
            return await super().call(name, params, credential=credential, **more)
        caller = await self.identify(credential)
        allow(caller, name, OPERATIONS[name].scope)
        self.limits.spend(caller)
        return await own(credential or "")

    async def run(
        self,
        operation: Operation,
        asked: Call,
        caller: Caller,
        gone: Gone | None = None,
        fits: Fits = all_fit,
    ) -> Any:
        """Run an operation whose parameters are decoded; none that makes keys of the server, which
        no member's role may.
        """
        allow(caller, operation.name, operation.needs(asked))
        return await super().run(operation, self._as_member(asked, caller), caller, gone, fits)

    def _as_member(self, asked: Call, caller: Caller) -> Call:
        """Return parameters that name the workspace and the member of this gateway, and no others:
        elsewhere the sealed call would hand the text to the server.
        """
        own = self._profile
        if asked.workspace not in (None, own.workspace):
            raise no_workspace(asked.workspace)
        names = (asked.agent, caller.connection.only_as)
        other = next(
            (each for each in names if each and each.casefold() != own.agent.casefold()), None
        )
        if other is not None:
            raise NotYou(
                f"This gateway acts as {own.agent!r} only, not as {other!r}.",
                hint=f"Leave `agent` out, or start a gateway for {other!r}.",
                field="agent",
                claimed=other,
            )
        return msgspec.structs.replace(asked, workspace=own.workspace, agent=own.agent)

    async def look(
        self, operation: Operation, given: dict[str, Any], caller: Caller, gone: Gone | None
    ) -> Any:
        """Call the server until the result is done or the call's time is over; each ring is a
        reason to look again.
        """
        wait_s = given.get("wait_s", _default_wait(operation))
        if operation.is_done is None or operation.name in WAITS_THERE or not wait_s:
            return await super().look(operation, given, caller, gone)
        at_once = {**given, "wait_s": 0}

        async def again(_: Any) -> Any:
            self._keys.refuse_ended(caller.key_id)
            refuse_gone(gone)
            return await super(GatewayApp, self).look(operation, at_once, caller, gone)

        follower = self._following(key_id=caller.key_id)
        try:
            result = await again(None)
            if operation.is_done(result):
                return result
            with self.limits.waiting(caller):
                return await self._waits.wait(
                    follower, wait_s, gone, result=result, is_done=operation.is_done, look=again
                )
        finally:
            self.bell.unfollow(follower)

    def do(self, name: str, params: dict[str, Any], caller: Caller) -> Any:
        """Call the server; a key that it takes no longer is made again. Raises Unavailable."""
        # What the connection of a caller says is checked here.
        plain = caller.over(PLAIN)
        try:
            return super().do(name, params, plain)
        except BadKey:
            pass
        try:
            self.caller = self._find()
            return super().do(name, params, plain)
        except NoServer as error:
            raise Unavailable(str(error), hint="Try again later.") from None
        except BadKey as error:
            # Not as an error of the caller's key, which is good here.
            raise Unavailable(
                f"The server at {self.caller.url} refuses this gateway: {error.message}",
                hint="Check the configured key with: ackbox me",
            ) from None

    async def follow(
        self, params: Any, *, credential: str | None, face: str = "library"
    ) -> Follower:
        """Return a follower that is notified of news until `unfollow`."""
        # As a read, so that wrong parameters are refused at once.
        given = {name: value for name, value in dict(params).items() if name != "wait_s"}
        await self.call("event.feed", given, credential=credential, is_push=True)
        return self._following()

    def unfollow(self, follower: Follower) -> None:
        """Stop notifying a follower."""
        self.bell.unfollow(follower)

    def _following(self, *, key_id: str | None = None) -> Follower:
        follower = self.bell.follow(Follower(WS, None, None, key_id=key_id))
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        return follower

    async def _listen(self) -> None:
        """Follow the feed of the server, and ring, as long as there is a follower."""
        while self.bell.has_followers and not self.bell.is_closing:
            ended, line = self._line_ended, await self.in_thread(self._open_line)
            ended.clear()
            if line is not None:
                loop = asyncio.get_running_loop()
                threading.Thread(
                    target=_hear, args=(line, loop, self._ring, ended), daemon=True
                ).start()
                await self._until_over(ended)
                await self.in_thread(line.go)
            else:
                await asyncio.sleep(TRY_AGAIN_S)

    async def _until_over(self, ended: asyncio.Event) -> None:
        while self.bell.has_followers and not self.bell.is_closing and not ended.is_set():
            try:
                async with asyncio.timeout(TRY_AGAIN_S):
                    await ended.wait()
            except TimeoutError:
                continue

    def _open_line(self) -> Staying | None:
        """Return a socket on which the server announces events; null when there is none now."""
        try:
            line = Staying(self.caller)
            line.ask()
        except (AckboxError, NoServer):
            return None
        line.follow({"of": "workspace", "workspace": self._profile.workspace, "join_ms": 0})
        return line

    def _ring(self) -> None:
        self.bell.ring(WS)

    async def stay(
        self, params: Any, *, credential: str | None, face: str = "library"
    ) -> tuple[Staying, Any]:
        """Check in, and count as online until `leave`."""
        caller, operation = await self.identify(credential), OPERATIONS["agent.check_in"]
        allow(caller, operation.name, "write")
        asked = self._as_member(decode(operation.params, params), caller)
        self.limits.spend(caller)
        given = given_of(asked)

        def come() -> tuple[Staying, Any]:
            try:
                line = Staying(self.caller)
                first = line.come({each: given[each] for each in given if each in _PLACE})
            except NoServer as error:
                raise Unavailable(str(error), hint="Try again later.") from None
            threading.Thread(target=line.hold, daemon=True).start()
            own = {each: given[each] for each in given if each not in _CHOSEN}
            try:
                # Through the sealed call as well, which seals what the card says.
                return line, self.do(
                    operation.name, {**own, "instance": first["me"]["instance"]}, caller
                )
            except BaseException:
                line.go()
                raise

        line, raw = await self.in_thread(come)
        return line, msgspec.convert(raw, operation.result)

    def leave(self, line: Staying) -> None:
        """End a stay."""
        self._threads.submit(line.go)

    async def close(self) -> None:
        """Answer all who wait, and end the feed."""
        self.bell.close()
        self._line_ended.set()
        if self._listening is not None:
            await self._listening

    async def _member_role(self) -> Any:
        """Return the role of the key that the server is called with."""
        if self._role is None:
            nobody = Caller(key_id="", ws=WS, role="link")
            me = await self.in_thread(lambda: self.do("agent.whoami", self._whose, nobody))
            self._role = me["role"]
        return self._role

    async def _link(self, _: str) -> Link:
        text, until = self._keys.link()
        own = self._profile
        return Link(
            path=f"/login#{text}",
            agent=own.agent,
            workspace=own.workspace,
            expires_at=to_text(until),
        )

    async def _redeem(self, credential: str) -> NewKey:
        text, until = self._keys.session(self._keys.find(credential))
        own = self._profile
        return NewKey(
            key=text,
            id=self._keys.find(text).id,
            workspace=own.workspace,
            agent=own.agent,
            kind=await self._member_role(),
            expires_at=to_text(until),
        )

    async def _end(self, credential: str) -> Ended:
        return Ended(ended=self._keys.end(self._keys.find(credential)))


# What a check-in says of its place; the server may choose the instance from these.
_CHOSEN = ("auto_instance", "copy_id", "instance")
_PLACE = (*WHO, *_CHOSEN, "ttl_s", "name_form")


def _default_wait(operation: Operation) -> Any:
    fields = {each.name: each.default for each in msgspec.structs.fields(operation.params)}
    return fields.get("wait_s", 0)


def _hear(
    line: Staying, loop: asyncio.AbstractEventLoop, ring: Callable[[], None], ended: asyncio.Event
) -> None:
    """Ring at each frame of a socket, until it ends."""

    def tell(act: Callable[[], None]) -> None:
        # The loop may have ended meanwhile.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(act)

    line.hold(lambda: tell(ring))
    tell(ended.set)
