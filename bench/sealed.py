"""S20: what a sealed message costs its sender, its reader and the server, beside a plain one.

CPU time of this process, which is the client, and of the server's. The messages have 1 KB and one
recipient; every member of the workspace is a reader.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ackbox.client import joining, membership
from ackbox.client.http import HttpCaller
from ackbox.client.sealed import SealedCaller
from ackbox.vault import roster
from ackbox.vault.keys import Keys
from bench.command import average, bare, own
from bench.frame import figure, interleave, ratios
from bench.server import Running, cpu_s, running

BODY = "x" * 1024
SENDS, READ = 150, 100
CROWDS = (2, 10, 50, 100)


class Side:
    """A client of a workspace, and the CPU that its calls took here and at the server."""

    def __init__(self, server: Running, client: HttpCaller, workspace: str) -> None:
        self._server, self._client = server, client
        self._whose = {"workspace": workspace, "agent": "ana"}
        self.server_us: list[float] = []

    def call(self, name: str, **params: Any) -> Any:
        return self._client.call(name, {**self._whose, **params})

    def spent(self, times: int, act: Callable[[], Any]) -> float:
        """Do something so many times; returns the client's CPU for each, in µs."""
        here, there = time.process_time(), cpu_s(self._server.pid)
        for _ in range(times):
            act()
        here, there = time.process_time() - here, cpu_s(self._server.pid) - there
        self.server_us.append(there / times * 1e6)
        return here / times * 1e6

    def send(self) -> float:
        """Send messages; returns the client's CPU for one, in µs."""
        return self.spent(SENDS, lambda: self.call("message.send", to="bob", body=BODY))

    def read(self) -> float:
        """Read a page of messages; returns the client's CPU for one message, in µs."""
        return self.spent(1, lambda: self.call("message.history", limit=READ)) / READ


def sealed(server: Running, home: Path, members: int) -> Side:
    """Return the founder of a sealed workspace with so many members."""
    workspace = f"sealed-{members}"
    plain = HttpCaller(server.url, server.key, home=str(server.where))
    vault = joining.found(plain, home, workspace=workspace, access="open", name="ana", kind="human")
    client = SealedCaller(server.url, server.key, data_dir=home, home=str(server.where))
    calls = client.calls(vault, {})
    server.call("workspace.settings", workspace=workspace, repeats_limit=0)
    with vault.locked():
        for number in range(1, members):
            membership.append(vault, calls.remote, adding(vault, number))
    return Side(server, client, workspace)


def adding(vault: Any, number: int) -> Callable[[Any], Any]:
    """Return what makes the record that adds a member with a key of its own."""
    keys, name = Keys(os.urandom(32)), "bob" if number == 1 else f"member-{number}"

    def make(known: Any) -> roster.Add:
        proof = roster.prove(keys, vault=known.vault, since=known.head, name=name, kind="agent")
        return roster.Add(
            previous=known.head,
            by=vault.keys.id,
            name=name,
            kind="agent",
            sign_key=keys.sign_key,
            seal_key=keys.seal_key,
            since=known.head,
            proof=proof,
        )

    return make


def command(server: Running, data_dir: Path, workspace: str) -> Callable[[], float]:
    """Return what runs `ackbox send` and returns its CPU, in ms."""
    env = {**bare(data_dir), "ACKBOX_URL": server.url, "ACKBOX_KEY": server.key}
    words = ["--data-dir", str(data_dir), "-w", workspace, "--as", "ana", "send", "bob", BODY]
    argv = [own("ackbox"), *words]
    return lambda: average(argv, times=5, stdin="", env=env, cwd=data_dir).cpu_ms


def main() -> None:
    with running() as server, tempfile.TemporaryDirectory(prefix="ackbox-bench-") as home:
        plain = Side(server, HttpCaller(server.url, server.key, home=str(server.where)), "default")
        server.call("agent.heartbeat", agent="bob")
        crowds = {each: sealed(server, Path(home), each) for each in CROWDS}
        two = crowds[2]
        sent = interleave({"plain": plain.send, "sealed": two.send})
        figure(
            "S20",
            "CPU of the client for a sealed send to one recipient, to that for a plain send",
            ratios(sent["sealed"], sent["plain"]),
            limit="at most 3",
            parts={"µs sealed": sent["sealed"], "µs plain": sent["plain"]},
        )
        figure(
            "S20",
            "CPU of the server for a sealed send to one recipient, to that for a plain send",
            ratios(two.server_us[1:], plain.server_us[1:]),
            limit="at most 1.3",
            parts={"µs sealed": two.server_us[1:], "µs plain": plain.server_us[1:]},
        )
        (Path(home) / "empty").mkdir()
        typed = interleave(
            {
                "plain": command(server, Path(home) / "empty", "default"),
                "sealed": command(server, Path(home), "sealed-2"),
            }
        )
        figure(
            "S20",
            "CPU of `ackbox send` in a sealed workspace, to that in a plain one",
            ratios(typed["sealed"], typed["plain"]),
            limit="at most 3",
            parts={"ms sealed": typed["sealed"], "ms plain": typed["plain"]},
        )
        many = interleave({str(each): side.send for each, side in crowds.items()}, rounds=3)
        figure(
            "S20",
            "CPU of the client for a sealed send that 100 members read, to one that two read",
            ratios(many["100"], many["2"]),
            limit="",
            parts={f"µs for {each} readers": many[str(each)] for each in CROWDS},
        )
        read = interleave({"plain": plain.read, "sealed": two.read})
        figure(
            "S20",
            "CPU of the client for reading a sealed message, to that for a plain one",
            ratios(read["sealed"], read["plain"]),
            limit="",
            parts={"µs sealed": read["sealed"], "µs plain": read["plain"]},
        )


if __name__ == "__main__":
    main()
