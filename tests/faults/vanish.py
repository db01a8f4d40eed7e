"""Callers that wait and vanish: a message sent afterwards is marked for nobody, and nobody is
present who is gone.

    python -m tests.faults.vanish --kills 500

A real server. Each caller waits in one way, goes in one way, and is sent a message or an answer,
and a task: at once, or
after its wait would have looked again. Then the receipt, the task and the last-seen time are
read. Callers that stay show
that the measuring is not blind: what they waited for is marked, and they are seen.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ackbox.client.http import HttpCaller
from tests.faults.waiting import WAYS, Waiter

TOGETHER = 12
# By now every wait that still runs has looked again: waits look every second.
LATER_S = 2.5
# A last-seen time may be as late as the disconnection, plus the delay of a busy machine.
SOON_S = 1.0
KNOWN_WITHIN_S = 20.0


@dataclass
class Ran:
    """How many callers vanished, by the way they went.

    And what was done for those who were gone.
    """

    callers: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    lingering: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        return bool(self.callers) and not (self.marks or self.claims or self.lingering)

    def as_dict(self) -> dict[str, Any]:
        return {
            name: dict(getattr(self, name)) for name in ("callers", "marks", "claims", "lingering")
        }


class Vanishing:
    """One server, and rounds of callers that vanish from it."""

    def __init__(self, server: dict[str, Any], key: str, environment: dict[str, str]) -> None:
        self._caller = HttpCaller(server["url"], key)
        self._server = server
        self._key = key
        self._environment = environment
        self._tried: Counter[str] = Counter()
        self.ran = Ran()

    def call(self, operation: str, **params: Any) -> Any:
        return self._caller.call(operation, params, timeout_s=30)

    async def round(self, number: int, ways: list[str], *, stay: bool = False) -> None:
        """Let a caller wait in each of these ways, and vanish unless it is to stay."""
        names = {f"{way.replace(' ', '-')}-{number}-{each}": way for each, way in enumerate(ways)}
        self._tried.update(ways)
        # The second time a way is sent to late, and so is a caller that stays: it is seen longer.
        await asyncio.gather(
            *(
                self._one(agent, way, stay=stay, is_early=not stay and self._tried[way] % 2 == 1)
                for agent, way in names.items()
            )
        )

    async def _one(self, agent: str, way: str, *, stay: bool, is_early: bool) -> None:
        waiter: Waiter = WAYS[way](self._server["url"], self._key, self._environment, agent)
        try:
            await waiter.start()
            await self._known(agent)
            question = await self._question(agent) if waiter.asks else None
            if not stay:
                await waiter.vanish()
            gone_at = time.time()
            if not is_early:
                await asyncio.sleep(LATER_S)
            sent = await asyncio.to_thread(
                self.call,
                "message.send",
                agent="sender",
                to=agent,
                body=f"for {agent}",
                parent=question,
            )
            task = await asyncio.to_thread(
                self.call, "task.create", agent="sender", to=agent, title=f"for {agent}"
            )
            await asyncio.sleep(LATER_S if is_early else 0.5)
            may_linger = waiter.lives and not stay
            await asyncio.to_thread(
                self._judge, agent, way, sent["id"], task, float("inf") if may_linger else gone_at
            )
        finally:
            await waiter.end()

    async def _known(self, agent: str) -> None:
        """Wait until the server knows the caller; it waits by then, or will in the next moment."""
        until = time.monotonic() + KNOWN_WITHIN_S
        while (
            not (await asyncio.to_thread(self.call, "agent.list", agent="sender", name=agent))[
                "agents"
            ]
            and time.monotonic() < until
        ):
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.4)

    async def _question(self, agent: str) -> str:
        (asked,) = (
            await asyncio.to_thread(self.call, "message.history", agent="sender", sender=agent)
        )["messages"]
        return str(asked["id"])

    def _judge(
        self, agent: str, way: str, message: str, task: dict[str, Any], gone_at: float
    ) -> None:
        receipts = self.call("message.status", agent="sender", id=message)["receipts"]
        (known,) = self.call("agent.list", agent="sender", name=agent)["agents"]
        seen = [
            moment(each["last_seen"]) for each in [known, *known["instances"]] if each["last_seen"]
        ]
        self.ran.callers[way] += 1
        for counts, is_so in (
            (self.ran.marks, any(each["state"] != "pending" or each["by"] for each in receipts)),
            (
                self.ran.claims,
                self.call("task.get", agent="sender", id=task["id"])["status"] != task["status"],
            ),
            (self.ran.lingering, max(seen, default=0.0) > gone_at + SOON_S),
        ):
            counts.update([way] if is_so else [])


def moment(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


async def run(
    server: dict[str, Any],
    key: str,
    environment: dict[str, str],
    *,
    kills: int,
    chosen: Sequence[str] = (),
    stay: bool = False,
    tell: bool = False,
) -> Ran:
    """Let so many callers vanish, or stay, in all ways in turn."""
    vanishing, ways, number = Vanishing(server, key, environment), chosen or list(WAYS), 0
    while (done := sum(vanishing.ran.callers.values())) < kills:
        turn = [
            ways[(done + each) % len(ways)]
            for each in range(min(TOGETHER, len(ways), kills - done))
        ]
        await vanishing.round(number, turn, stay=stay)
        number += 1
        if tell:
            print(
                f"\r{sum(vanishing.ran.callers.values())} of {kills} ",
                end="",
                file=sys.stderr,
                flush=True,
            )
    return vanishing.ran


def main() -> None:
    """Run by hand, as long as wanted."""
    from tests.command import Command

    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--kills", type=int, default=500)
    asked.add_argument(
        "--only", action="append", default=[], help=f"a way to vanish: {', '.join(WAYS)}"
    )
    asked.add_argument(
        "--stay", action="store_true", help="nobody vanishes: what the measuring must notice"
    )
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="ackbox-vanish-") as where:
        command = Command(Path(where))
        server = command.up()
        try:
            key = (command.data / "operator.key").read_text().strip()
            ran = asyncio.run(
                run(
                    server,
                    key,
                    command.environment,
                    kills=given.kills,
                    chosen=given.only,
                    stay=given.stay,
                    tell=True,
                )
            )
        finally:
            command.stop()
    print(f"\n{json.dumps(ran.as_dict())}")
    sys.exit(0 if ran.is_good else 1)


if __name__ == "__main__":
    main()
