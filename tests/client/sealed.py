"""Members of a sealed workspace for tests: real clients of a real server, and what the server, or
the network, does to what they hear.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ackbox.client import joining, membership, removal
from ackbox.client.http import HttpCaller
from ackbox.client.sealed import SealedCaller
from ackbox.client.vaults import Vault
from ackbox.vault import enrolment
from ackbox.vault.roster import Access, MemberKind
from tests.serving import Served, serving

Change = Callable[[str, dict[str, Any], Any], Any]


class Client(SealedCaller):
    """A client whose requests and answers a test can change in transit."""

    on_answer: Change | None = None
    before: Callable[[str, dict[str, Any]], None] | None = None

    def _request(self, method: str, path: str, body: bytes | None, *rest: Any) -> Any:
        name, params = path.rpartition("/")[2], json.loads(body or b"{}")
        if self.before is not None:
            self.before(name, params)
        status, text = super()._request(method, path, body, *rest)
        if self.on_answer is not None and status == 200:
            answer = json.loads(text)
            changed = self.on_answer(name, params, answer)
            text = json.dumps(answer if changed is None else changed).encode()
        return status, text


class Member:
    """One person or agent on a machine of its own."""

    def __init__(self, name: str, home: Path, url: str, key: str, vault: Vault) -> None:
        self.name, self.home, self.vault = name, home, vault
        self.client = Client(url, key, data_dir=home)
        self._url, self._key = url, key
        self._whose = {"workspace": vault.profile.workspace, "agent": name}

    def __call__(self, operation: str, /, **params: Any) -> Any:
        return self.client.call(operation, {**self._whose, **params})

    def again(self) -> Member:
        """Return the member in a new process."""
        return Member(self.name, self.home, self._url, self._key, self.vault)

    def send(self, to: str | list[str], body: str, **more: Any) -> Any:
        return self("message.send", to=to, body=body, **more)

    def texts(self, **more: Any) -> list[str]:
        """Return the texts of the unread messages, as their reader sees them."""
        return [each["body"] for each in self("inbox.check", **more)["messages"]]

    def remote(self, operation: str, /, **params: Any) -> Any:
        """Call the server itself, without sealing and opening."""
        return HttpCaller(self._url, self._key).call(operation, {**self._whose, **params})


_numbers = itertools.count(1)


@contextmanager
def serving_in_thread(database: str) -> Iterator[Served]:
    """Serve a database from a thread, for tests that are no coroutines."""
    started: queue.Queue[Any] = queue.Queue()

    async def serve() -> None:
        async with serving(database) as it:
            end = asyncio.Event()
            started.put((it, asyncio.get_running_loop(), end))
            await end.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    served, loop, end = started.get(timeout=30)
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()


class Team:
    """A workspace founded by ana; every member has its own home."""

    def __init__(self, url: str, key: str, where: Path, access: Access = "open") -> None:
        self.url, self.key, self.where = url, key, where
        self.workspace = f"secret-{next(_numbers)}"
        vault = joining.found(
            HttpCaller(url, key),
            where / "ana",
            workspace=self.workspace,
            access=access,
            name="ana",
            kind="human",
        )
        self.ana = Member("ana", where / "ana", url, key, vault)

    def join(self, name: str, kind: MemberKind = "agent", home: str | None = None) -> Member:
        """Let ana invite a name, and let it join by the invitation."""
        with self.ana.vault.locked():
            membership.update_roster(self.ana.vault, self.ana.remote)
            text = membership.invite(self.ana.vault, name, time.time())
        invited = enrolment.parse_invitation(text)
        path = self.where / (home or name)
        server = HttpCaller(self.url, self.key)
        vault = joining.new_vault(
            server, path, workspace=self.workspace, vault=invited.vault, agent=name
        )
        joining.ask(vault, server, kind=kind, secret=invited.secret, pin=invited.pin)
        self.ana = self.ana.again()
        self.ana("agent.whoami")
        member = Member(name, path, self.url, self.key, vault)
        member("agent.heartbeat")
        joining.finish(vault)
        return member

    def remove(self, name: str) -> None:
        with self.ana.vault.locked():
            removal.remove(self.ana.vault, self.ana.remote, name)


def in_threads(*actions: Callable[[], Any]) -> None:
    """Do several things at once, and raise what one of them raised."""
    failed: list[BaseException] = []

    def run(action: Callable[[], Any]) -> None:
        try:
            action()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
