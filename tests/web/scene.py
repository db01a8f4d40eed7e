"""A workspace in the middle of its work: eleven agents on five machines, two people, an hour of
post. The same each time.

For pictures, and for tests that look at pages with something on them.
"""

from __future__ import annotations

import random
import time
from typing import Any

from ackbox.app.call import App

PLACE = "shop"
PERSON = "ana"
# name, machine, program, what it is doing, how mail reaches it, seconds since it was last seen
AGENTS: tuple[tuple[str, str, str, str, str, int], ...] = (
    ("claude", "mbp-ana", "Claude Code", "Migrating PricingSection to the new tokens", "hook", 0),
    ("codex", "mbp-ana", "Codex", "Reviewing the retry budget", "socket", 8),
    ("cursor", "mbp-ana", "Cursor", "", "poll", 1320),
    ("tester", "ci-01", "Claude Code", "Running the end-to-end matrix, 31 of 48", "hook", 2),
    ("release", "ci-01", "ackbox", "Merge freeze until Thursday", "socket", 12),
    ("gemini", "devbox", "Gemini CLI", "Indexing the old forum posts", "hook", 40),
    ("planner", "devbox", "Claude Code", "Cutting the profile page into tasks", "hook", 15),
    ("docs", "devbox", "Codex", "Blocked: needs the staging password", "socket", 30),
    ("trainer", "gpu-2", "Codex", "Epoch 7 of 20", "poll", 7300),
    ("data", "gpu-2", "Claude Code", "Rebuilding the price features", "hook", 25),
    ("reviewer", "gpu-2", "opencode", "Waiting for work", "socket", 50),
)
# sender, recipients, intent, text; `>` in front answers the last message of that conversation.
TALK: tuple[tuple[str, str, str, str], ...] = (
    (
        "planner",
        "claude",
        "handoff",
        (
            "Profile page is yours. The design is in docs/profile.md; the API is codex's.\n\n- read"
            " first: `src/users.ts`\n- leave the avatar for later"
        ),
    ),
    (
        "claude",
        "codex",
        "question",
        "Which auth middleware do I use for /api/users/:id, authMiddleware or sessionGuard?",
    ),
    ("codex", "claude", "answer", ">sessionGuard, since March. authMiddleware only redirects."),
    ("tester", "*", "status", "End-to-end: 31 of 48 green, 2 flaky (retry budget)."),
    (
        "data",
        "trainer",
        "context_share",
        "Features of 12 to 18 November are rebuilt: s3://features/2026-11-18. Two columns are new.",
    ),
    (
        "planner",
        "claude, codex, docs, tester",
        "handoff",
        (
            "Cut of the profile page: claude builds it, codex keeps the API, docs write it up,"
            " tester watches the avatar."
        ),
    ),
    (
        "gemini",
        "docs",
        "context_share",
        "The old forum posts about prices are indexed: 1,204 threads.",
    ),
    ("docs", "planner", "question", "Do deleted users keep their posts?"),
    ("planner", "docs", "answer", ">Yes, with the author shown as *deleted user*."),
    ("planner", "claude, codex, trainer", "question", "Who can take the export before Thursday?"),
    ("release", "*", "alert", "Merge freeze from Thursday 18:00 until the release is out."),
    (
        "codex",
        "reviewer",
        "review_request",
        "Please review PR 47: the retry budget counts attempts, not requests.",
    ),
    ("reviewer", "codex", "question", ">Is the jitter meant to be outside the budget?"),
    (
        "codex",
        "reviewer",
        "answer",
        ">Outside. Otherwise two clients that start together stay together.",
    ),
    ("claude", "planner", "status", "PricingSection: 4 of 9 parts moved, no visual change."),
    (
        "codex",
        "claude",
        "handoff",
        (
            "Profile API complete. GET /api/users/:id gives id, name, email and role. Please build"
            " the page.\n\nFiles: `src/users.ts:40`"
        ),
    ),
    (
        "claude",
        "codex",
        "question",
        ">Should the avatar be editable? There is an upload endpoint but no design.",
    ),
    ("codex", "claude", "answer", ">Not in this release. PUT /api/users/:id/avatar stays dark."),
    ("tester", "codex", "blocked", "Cannot reach staging since 13:50: connection refused on 5432."),
    ("codex", "tester", "answer", ">Fixed, the tunnel was down. Please run it again."),
    (
        "planner",
        "codex, release, gemini",
        "review_request",
        "Please read the plan for 2.1, in docs/plan.md.",
    ),
    (
        "planner",
        "docs, data",
        "context_share",
        "Names of the new endpoints: profile, profile/role, profile/export.",
    ),
    ("planner", "*", "status", "Eleven of nineteen parts of 2.0 are through."),
    (
        "data",
        "reviewer",
        "review_request",
        "Please look at features/price.sql: is the window right across the change to winter time?",
    ),
)
# Before which word of the talk a task moves: who moves it, which, to what, with what note.
MOVES: dict[int, tuple[str, int, str, str | None]] = {
    1: ("codex", 1, "in_progress", "CSV is through, JSON next"),
    3: ("claude", 5, "in_progress", None),
    6: ("gemini", 6, "done", None),
    9: ("release", 3, "review", "codex, please look at the 409s"),
    12: ("claude", 2, "blocked", "waits for the registry token"),
    17: ("codex", 4, "done", "48 of 48 green"),
}
# Agents whose programs report by hooks: the program, its prompt event, and what it does at the end,
# for how many seconds.
REPORTING: dict[str, tuple[str, str, str, int]] = {
    "claude": ("claude", "UserPromptSubmit", "prompt", 190),
    "tester": ("claude", "UserPromptSubmit", "prompt", 45),
    "gemini": ("gemini", "BeforeAgent", "compacting", 12),
    "planner": ("claude", "UserPromptSubmit", "turn_end", 70),
    "data": ("claude", "UserPromptSubmit", "asking", 130),
}
ASIDES = (
    "Working on it.",
    "Done, pushed to the branch.",
    "Green here.",
    "Two more files, then it is through.",
    "Same as yesterday.",
    "Taking the next one.",
)


class Clock:
    """The wall clock, seen from some seconds ago."""

    def __init__(self) -> None:
        self.back_s = 0.0

    def __call__(self) -> int:
        return int((time.time() - self.back_s) * 1000)


class Scene:
    """One play of the scene on an open app whose clock is the given one."""

    def __init__(self, app: App, key: str, clock: Clock, *, workspace: str = PLACE) -> None:
        self._app, self._key, self._clock, self._workspace = app, key, clock, workspace
        self._dice = random.Random(7)

    async def play(self) -> dict[str, str]:
        """Fill the workspace; returns ids worth pointing at."""
        if self._workspace != "default":
            await self._do("workspace.create", "", name=self._workspace, workspace="default")
        await self._do("workspace.settings", "", repeats_limit=0)
        self._clock.back_s = 3600
        await self._do("key.create", "", name=PERSON, kind="human", label="dashboard")
        for name, machine, program, doing, reach, _ in AGENTS:
            await self._do(
                "agent.check_in",
                name,
                instance=machine,
                machine=machine,
                program=program,
                summary=doing or None,
                reach=reach,
                ttl_s=120,
            )
        tasks = await self._tasks()
        await self._chatter(60 * 54)
        talk = await self._talk(tasks)
        ids = {"talk": talk, **await self._now()}
        for name, (_, _, moment, lasts_s) in REPORTING.items():
            self._clock.back_s = lasts_s + 1
            await self._report(name, "turn_end", can_show=False)
            self._clock.back_s = lasts_s
            await self._report(name, moment, can_show=False)
        for name, machine, _, _, _, age_s in AGENTS:
            self._clock.back_s = age_s
            await self._do("agent.heartbeat", name, instance=machine)
        self._clock.back_s = 0
        return ids

    async def automate(self) -> None:
        """Add schedules, webhooks, sessions and notes: two of each."""
        await self._do(
            "schedule.add",
            PERSON,
            cron="0 9 * * MON-FRI",
            zone="Europe/Berlin",
            to="*",
            intent="question",
            body="Stand-up: what is **open**?",
        )
        await self._do(
            "schedule.add",
            "claude",
            cron="*/20 * * * *",
            to="tester, codex",
            body="Run them again.",
        )
        for form, to in (("github", "tester"), ("standard", "release")):
            await self._do(
                "webhook.add",
                PERSON,
                to=to,
                form=form,
                body="Build {number}: {state}",
                subject="CI",
            )
        await self._do("webhook_out.add", PERSON, url="https://gate.invalid/pager", on="overdue")
        await self._do(
            "session.start", "claude", instance="mbp-ana", area="profile", files=["src/profile/"]
        )
        await self._do(
            "session.start", "codex", instance="mbp-ana", area="api", summary="Retry budget"
        )
        await self._do("session.end", "codex", instance="mbp-ana", outcome="completed")
        await self._do(
            "note.add",
            "planner",
            title="Database",
            text="SQLite first.\n\n- PostgreSQL when it is outgrown",
            kind="decision",
            tags=["storage"],
            priority=4,
        )
        await self._do("note.add", PERSON, text="Staging restarts every night at 2:00.")

    async def _do(self, operation: str, agent: str, /, **params: Any) -> Any:
        given = {name: value for name, value in params.items() if value is not None}
        return await self._app.call(
            operation,
            {"workspace": self._workspace, **({"agent": agent} if agent else {}), **given},
            credential=self._key,
        )

    async def _chatter(self, from_s: int) -> None:
        """An hour of short words between those who work together."""
        pairs = [
            ("codex", "tester", "status"),
            ("tester", "codex", "status"),
            ("data", "reviewer", "inform"),
            ("planner", "docs", "inform"),
            ("gemini", "planner", "status"),
            ("release", "tester", "status"),
            ("claude", "codex", "inform"),
            ("reviewer", "data", "answer"),
        ]
        for number in range(90):
            self._clock.back_s = from_s - number * (from_s - 960) / 90
            sender, to, intent = self._dice.choice(pairs)
            await self._read_by(
                await self._say(sender, to, intent, self._dice.choice(ASIDES)), to, rate=0.95
            )

    async def _talk(self, tasks: list[str]) -> str:
        """Play the talk; returns a message of its longest conversation."""
        last: dict[frozenset[str], str] = {}
        for number, (sender, to, intent, text) in enumerate(TALK):
            self._clock.back_s = 900 - number * 32
            if number in MOVES:
                agent, at, status, note = MOVES[number]
                await self._do("task.update", agent, id=tasks[at], status=status, note=note)
            both = frozenset((sender, to))
            id = await self._say(
                sender,
                to,
                intent,
                text.removeprefix(">"),
                parent=last.get(both) if text.startswith(">") else None,
                priority=4 if intent in ("blocked", "alert") else 3,
            )
            last[both] = id
            readers = (
                [name for name, *_ in AGENTS if name not in (sender, "trainer", "cursor")]
                if to == "*"
                else to.split(", ")
            )
            for reader in readers:
                await self._show(reader)
                await self._read_by(id, reader, rate=0.8)
        return last[frozenset(("claude", "codex"))]

    async def _now(self) -> dict[str, str]:
        """The last two minutes: what waits for a person, and what everybody has just been told."""
        self._clock.back_s = 110
        blocked = await self._say(
            "docs",
            PERSON,
            "blocked",
            "Need the staging password rotated: the docs build reads the schema from there.",
            priority=5,
        )
        self._clock.back_s = 80
        asked = await self._say(
            "claude",
            PERSON,
            "question",
            "Should the profile page show the role to everybody, or to admins only?",
        )
        self._clock.back_s = 64
        everyone = await self._say(
            "release", "*", "alert", "Stop pushing to main: the build is red.", priority=5
        )
        for name in ("codex", "tester", "planner"):
            await self._read_by(everyone, name, rate=1)
        for name in ("claude", "gemini", "data"):
            await self._do("receipt.mark", name, ids=[everyone], mark="read")
        self._clock.back_s = 20
        await self._say(
            "tester", "codex", "status", "Retry budget: 48 of 48 green on branch pricing."
        )
        self._clock.back_s = 9
        last = await self._say("data", "trainer", "question", "May I drop the features of October?")
        return {"blocked": blocked, "asked": asked, "everyone": everyone, "last": last}

    async def _tasks(self) -> list[str]:
        self._clock.back_s = 3400
        return [
            (await self._do("task.create", "planner", title=title, to=to, priority=priority)).id
            for title, to, priority in (
                ("Avatar editor on the profile page", None, 3),
                ("Export command", "codex", 3),
                ("Publish the types package", "claude", 4),
                ("One shape for all errors", "release", 3),
                ("Retry budget", "codex", 3),
                ("Profile page", "claude", 3),
                ("Index the forum", "gemini", 2),
            )
        ]

    async def _say(
        self,
        sender: str,
        to: str,
        intent: str,
        body: str,
        *,
        parent: str | None = None,
        priority: int = 3,
    ) -> str:
        sent = await self._do(
            "message.send",
            sender,
            to=to,
            body=body,
            intent=intent,
            parent=parent,
            priority=priority,
        )
        return str(sent.id)

    async def _show(self, reader: str) -> None:
        """Show an agent's program what waits for it, a moment later, and let its turn begin."""
        if reader in REPORTING:
            before = self._clock.back_s
            self._clock.back_s = before - 1
            await self._report(reader, "prompt")
            self._clock.back_s = before - 3
            await self._report(reader, "tool")
            self._clock.back_s = before

    async def _report(self, agent: str, moment: str, **more: Any) -> None:
        program, event, _, _ = REPORTING[agent]
        session = {"program": program, "program_session": f"{agent}-7f3a"}
        machine = next(machine for name, machine, *_ in AGENTS if name == agent)
        told = await self._do(
            "program.report", agent, instance=machine, moment=moment, event=event, **session, **more
        )
        if told.offer is not None:
            await self._do("program.shown", agent, offer=told.offer, **session)

    async def _read_by(self, id: str, reader: str, *, rate: float) -> None:
        if self._dice.random() > rate or reader in ("*", PERSON, "trainer"):
            return
        before = self._clock.back_s
        self._clock.back_s = max(before - self._dice.uniform(0.4, 9), 0)
        mark = self._dice.choices(("acknowledged", "read", "delivered"), (70, 20, 10))[0]
        await self._do("receipt.mark", reader, ids=[id], mark=mark)
        self._clock.back_s = before
