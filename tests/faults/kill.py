"""Kill the server again and again while clients write, then ask the checker.

python -m tests.faults.kill --kills 500
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ackbox.client.http import HttpCaller, NoServer
from ackbox.errors import Unavailable
from tests.command import Command
from tests.faults.checker import Journal, Verdict, check

WRITERS = 6
READER = "reader"


@dataclass
class Ran:
    """How a run went: the verdict, and the seconds until the server answered again after each
    kill.
    """

    verdict: Verdict
    ready_s: list[float] = field(default_factory=list)


class Run:
    """One server that is killed, the clients that write to it, and a reader that follows."""

    def __init__(
        self, where: Path, *, kills: int, database: str | None = None, seed: int = 0
    ) -> None:
        self._command = Command(where)
        self._where = where
        self._kills = kills
        self._more = ["--database", database] if database else []
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self._written = threading.Event()
        self._progress = threading.Condition()
        self._acked = 0
        self._followed: list[str] = []
        self.ready_s: list[float] = []

    def run(self, *, tell: bool = False) -> Ran:
        """Run until every kill has been done and every client has had its last answer."""
        process, server = self._start()
        key = (self._command.data / "operator.key").read_text().strip()
        self._call(server["url"], key, "agent.check_in", agent=READER)
        self._url, self._key = server["url"], key
        cursor = self._call(server["url"], key, "event.feed", agent=READER)["cursor"]
        journals = [self._where / f"journal-{number}" for number in range(WRITERS)]
        writers = [
            threading.Thread(target=self._write, args=(number, path))
            for number, path in enumerate(journals)
        ]
        follower = threading.Thread(target=self._follow, args=(cursor,))
        for worker in (*writers, follower):
            worker.start()
        started = time.monotonic()
        for number in range(1, self._kills + 1):
            self._wait_for_more(self._random.randint(5, 60))
            process.send_signal(signal.SIGKILL)
            process.wait()
            died = time.monotonic()
            process, server = self._start()
            self.ready_s.append(time.monotonic() - died)
            self._url = server["url"]
            if tell:
                rate = number / (time.monotonic() - started)
                print(
                    f"\r{number} of {self._kills} kills, {rate:.1f}/s,"
                    f" {(self._kills - number) / rate:.0f} s left, {self._acked} acked ",
                    end="",
                    file=sys.stderr,
                    flush=True,
                )
        self._wait_for_more(20)
        self._stop.set()
        for writer in writers:
            writer.join(60)
        self._written.set()
        follower.join(60)
        verdict = check(
            journals,
            lambda operation, **params: self._call(self._url, key, operation, **params),
            reader=READER,
            followed=self._followed,
        )
        process.terminate()
        process.wait(20)
        return Ran(verdict, self.ready_s)

    def _start(self) -> tuple[subprocess.Popen[str], Any]:
        process = subprocess.Popen(
            [*self._command.argv, "up", "--port", "0", "--json", *self._more],
            env=self._command.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())

    def _call(self, url: str, key: str, operation: str, **params: Any) -> Any:
        return HttpCaller(url, key).call(operation, params, timeout_s=10)

    def _wait_for_more(self, many: int) -> None:
        """Wait until so many more sends were answered: kills fall into the middle of load,
        wherever the machine is fast or slow.
        """
        with self._progress:
            until = self._acked + many
            self._progress.wait_for(lambda: self._acked >= until, timeout=60)

    def _write(self, number: int, path: Path) -> None:
        journal, count = Journal(path), 0
        while not self._stop.is_set():
            key, body = f"{number}-{count}", f"message {count} of {number} " + "x" * 300
            journal.intends(key, body)
            sent = self._until_answered(
                "message.send", agent=f"writer-{number}", to=READER, body=body, idempotency_key=key
            )
            journal.was_told(key, sent["id"], sent["seq"])
            count += 1
            with self._progress:
                self._acked += 1
                self._progress.notify_all()

    def _follow(self, cursor: str) -> None:
        """Follow the feed from its start, across every restart, until it is empty at the end."""
        while True:
            is_last = self._written.is_set()
            page = self._until_answered(
                "event.feed", agent=READER, cursor=cursor, wait_s=0 if is_last else 0.5, limit=200
            )
            cursor = page["cursor"]
            self._followed += [
                event["id"] for event in page["events"] if event["kind"] == "message.sent"
            ]
            if is_last and not page["events"]:
                return

    def _until_answered(self, operation: str, **params: Any) -> Any:
        """Ask the same until there is an answer, as a client that must not give up does."""
        while True:
            try:
                return self._call(self._url, self._key, operation, **params)
            except (NoServer, Unavailable):
                time.sleep(0.01)


def main() -> None:
    """Run by hand, as long as wanted."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=500)
    asked.add_argument("--database", help="postgresql://…; SQLite when left out")
    asked.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="ackbox-kill-") as where:
        ran = Run(Path(where), kills=given.kills, database=given.database, seed=given.seed).run(
            tell=True
        )
    print(
        f"\nseed {given.seed}; ready again after {max(ran.ready_s):.2f} s at most,"
        f" {sorted(ran.ready_s)[len(ran.ready_s) // 2]:.2f} s as a rule"
    )
    print(ran.verdict)
    sys.exit(0 if ran.verdict.is_good else 1)


if __name__ == "__main__":
    main()
