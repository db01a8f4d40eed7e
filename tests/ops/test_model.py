"""The real store, on both engines, against the meaning of post written as plain Python."""

from __future__ import annotations

import asyncio
import os
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ackbox.app.call import App, open_app
from ackbox.errors import Conflict
from tests.engines import fresh_database
from tests.ops.model_post import DAY_MS, MARKS, Model, Who

# `make faults` tries more.
EXAMPLES = int(os.environ.get("ACKBOX_MODEL_EXAMPLES", "24"))
START = 1_800_000_000_000

NAMES = ("ana", "bob", "cy")
callers = st.tuples(st.sampled_from((*NAMES, "new")), st.sampled_from((None, None, "m1", "m2")))
to = st.sampled_from(
    (
        "ana",
        "bob",
        "cy",
        "new",
        "bob/m1",
        "bob/m2",
        "ana/m1",
        "ana,bob",
        "bob/m1,cy",
        "bob,bob/m1",
        "bob/m1,bob/m2",
        "user",
        "user,ana",
        "*",
        "*",
        "late",
    )
)
marks = st.sampled_from((*MARKS, "read", "read", "unread", "unarchived"))
choice = st.integers(0, 1_000)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


class Post(RuleBasedStateMachine):
    """Random sends, marks, arrivals and days going by, in two workspaces of one database."""

    runner: ClassVar[asyncio.Runner]
    app: ClassVar[App]
    clock: ClassVar[Clock]
    key: ClassVar[str]
    look_every: ClassVar[int]

    @initialize()
    def start(self) -> None:
        self.steps = 0
        self.models = {}
        for _ in range(2):
            workspace = f"w{uuid.uuid4().hex}"
            self.call("workspace.create", name=workspace)
            self.call("key.create", workspace=workspace, name="hu", kind="human")
            self.models[workspace] = Model(["hu"])
        self.call("workspace.settings", workspace=workspace, newcomer_days=1)
        self.models[workspace].days = 1

    def call(self, operation: str, **params: Any) -> Any:
        return self.runner.run(self.app.call(operation, params, credential=self.key))

    def who(self, place: int, who: Who) -> tuple[str, Model, dict[str, Any]]:
        workspace = list(self.models)[place % 2]
        return (
            workspace,
            self.models[workspace],
            {"workspace": workspace, "agent": who[0], **({"instance": who[1]} if who[1] else {})},
        )

    def some(self, model: Model, number: int) -> str | None:
        return model.said[-1 - number % min(len(model.said), 12)].id if model.said else None

    @rule(
        place=choice,
        who=callers,
        to=to,
        priority=st.integers(1, 5),
        days=st.sampled_from((None, None, None, 1, 3)),
        reply=st.none() | choice,
        key=st.sampled_from((None, None, "k1", "k2")),
    )
    def send(
        self,
        place: int,
        who: Who,
        to: str,
        priority: int,
        days: int | None,
        reply: int | None,
        key: str | None,
    ) -> None:
        _, model, caller = self.who(place, who)
        parent = None if reply is None else self.some(model, reply)
        body = f"b{priority}" if key else f"m{len(model.said)}"
        more = {
            name: value
            for name, value in (
                ("parent", parent),
                ("expires_in_days", days),
                ("idempotency_key", key),
            )
            if value is not None
        }
        before = model.keys.get((who[0], key or ""))
        model.arrive(who, self.clock.now)
        content = f"{body} {to} {priority} {parent}"
        try:
            sent = self.call("message.send", **caller, to=to, body=body, priority=priority, **more)
        except Conflict:
            assert before is not None
            assert before[0] != content or days is not None
            return
        if before is not None:
            assert (sent.id, sent.duplicate) == (before[1].id, True)
            return
        assert not sent.duplicate
        model.send(
            who,
            sent.id,
            body,
            to,
            priority=priority,
            expires_at=self.clock.now + days * DAY_MS if days else None,
            parent=parent,
            key=key,
            now=self.clock.now,
        )

    @rule(place=choice, who=callers, mark=marks, number=choice, by_receipt=st.booleans())
    def mark(self, place: int, who: Who, mark: str, number: int, by_receipt: bool) -> None:
        _, model, caller = self.who(place, who)
        id = self.some(model, number)
        if id is None:
            return
        ids = [id]
        if by_receipt:
            receipts = self.call(
                "message.status", workspace=caller["workspace"], agent="hu", id=id
            ).receipts
            ids = [each.receipt_id for each in receipts]
        if not ids:
            return
        done = self.call("receipt.mark", **caller, mark=mark, ids=ids)
        model.arrive(who, self.clock.now)
        mine = bool(model.targets(model.named(id), who))
        model.mark(who, mark, id, self.clock.now)
        assert bool(done.changed or done.unchanged) == mine

    @rule(
        place=choice,
        who=callers,
        limit=st.sampled_from((1, 2, 3, 50)),
        mark=st.sampled_from(("none", "delivered", "read")),
        urgent=st.booleans(),
    )
    def check(self, place: int, who: Who, limit: int, mark: str, urgent: bool) -> None:
        _, model, caller = self.who(place, who)
        model.arrive(who, self.clock.now)
        unread = model.unread(who, self.clock.now)
        expected = (
            sorted(unread, key=lambda said: -said.priority)[:limit] if urgent else unread[:limit]
        )
        checked = self.call("inbox.check", **caller, limit=limit, mark=mark, urgent_first=urgent)
        assert [letter.id for letter in checked.messages] == [said.id for said in expected]
        assert (checked.unread, checked.has_more) == (len(unread), len(unread) > len(expected))
        if mark != "none":
            for said in expected:
                model.mark(who, mark, said.id, self.clock.now)

    @rule(place=choice, who=callers, limit=st.sampled_from((1, 2, 3)))
    def page_through(self, place: int, who: Who, limit: int) -> None:
        _, model, caller = self.who(place, who)
        model.arrive(who, self.clock.now)
        seen, cursor = [], None
        while True:
            page = self.call(
                "inbox.check", **caller, limit=limit, **({"cursor": cursor} if cursor else {})
            )
            seen += [letter.id for letter in page.messages]
            cursor = page.cursor
            if not page.has_more:
                break
        assert seen == [said.id for said in model.unread(who, self.clock.now)]

    @rule(place=choice, who=callers, leave=st.booleans())
    def come_and_go(self, place: int, who: Who, leave: bool) -> None:
        _, model, caller = self.who(place, who)
        self.call("agent.check_out" if leave else "agent.check_in", **caller)
        model.arrive(who, self.clock.now)
        if not leave:
            # Named by hand from now on: no copy is given it.
            model.copies.pop(who, None)

    @rule(
        place=choice,
        name=st.sampled_from(("ana", "bob", "new")),
        copy=st.sampled_from("xyz"),
        leave=st.booleans(),
    )
    def copy_comes_and_goes(self, place: int, name: str, copy: str, leave: bool) -> None:
        workspace, model, _ = self.who(place, (name, None))
        told = self.call(
            "agent.check_in",
            workspace=workspace,
            agent=name,
            auto_instance="dir",
            copy_id=copy * 32,
        )
        who = model.check_in_copy(name, "dir", copy, self.clock.now)
        assert told.me.instance == who[1]
        if leave:
            self.call("agent.check_out", workspace=workspace, agent=name, instance=who[1])
            model.live.discard(who)

    @rule(place=choice, who=callers, number=choice, by_agent=st.booleans())
    def mark_own_receipt(self, place: int, who: Who, number: int, by_agent: bool) -> None:
        """What a check gives an instance is its own receipt: marked by itself or by its agent,
        it leaves the message unread for the others.
        """
        _, model, caller = self.who(place, who)
        model.arrive(who, self.clock.now)
        page = self.call("inbox.check", **caller, limit=200).messages
        if not page:
            return
        letter = page[number % len(page)]
        is_direct = who in model.named(letter.id).addresses
        marker = {**caller, "instance": None} if by_agent else caller
        assert self.call(
            "receipt.mark", **marker, mark="read", ids=[letter.receipt_id]
        ).changed == [letter.receipt_id]
        # Where the instance itself was addressed, the agent marks for itself.
        model.mark(
            (who[0], None) if by_agent and is_direct else who, "read", letter.id, self.clock.now
        )

    @rule(hours=st.sampled_from((1, 25, 80)))
    def later(self, hours: int) -> None:
        self.clock.now += hours * 3_600_000
        for model in self.models.values():
            model.live.clear()

    @precondition(lambda self: self.models)
    @invariant()
    def every_mailbox_is_as_the_model_says(self) -> None:
        self.steps += 1
        self.clock.now += 1
        if self.steps % self.look_every == 0:
            self.look()

    def teardown(self) -> None:
        if hasattr(self, "models"):
            self.look()

    def look(self) -> None:
        for workspace, model in self.models.items():
            # A look is a sign of life: a copy that is gone is left alone.
            for who in [
                each for each in model.boxes if each not in model.copies or each in model.live
            ]:
                self.look_into(workspace, model, who)
            for said in model.said[-8:]:
                self.look_at(workspace, model, said)
            history = self.call("message.history", workspace=workspace, agent="hu", limit=200)
            assert [message.id for message in history.messages] == [
                said.id for said in reversed(model.said)
            ][:200]

    def look_into(self, workspace: str, model: Model, who: Who) -> None:
        caller = {
            "workspace": workspace,
            "agent": who[0],
            **({"instance": who[1]} if who[1] else {}),
        }
        unread = model.unread(who, self.clock.now)
        checked = self.call("inbox.check", **caller, limit=200)
        assert [letter.id for letter in checked.messages] == [said.id for said in unread], who
        mailbox = self.call("mailbox.list", **caller, limit=200, include_archived=True)
        expected = model.mailbox(who, self.clock.now)
        assert [
            (letter.id, letter.read, letter.archived) for letter in mailbox.messages
        ] == expected, who
        assert (checked.unread, checked.total, mailbox.unread, mailbox.total) == (
            len(unread),
            len(expected),
            len(unread),
            len(expected),
        ), who
        shown = self.call("mailbox.list", **caller, limit=200)
        assert [letter.id for letter in shown.messages] == [
            id for id, _, archived in expected if not archived
        ], who

    def look_at(self, workspace: str, model: Model, said: Any) -> None:
        status = self.call("message.status", workspace=workspace, agent="hu", id=said.id)
        seen = {
            (each.agent, each.instance): (
                each.state,
                tuple(ms(getattr(each, f"{mark}_at")) for mark in MARKS),
            )
            for each in status.receipts
        }
        assert seen == model.status(said, self.clock.now)
        assert status.recipients == len(said.addresses)
        thread = self.call("thread.get", workspace=workspace, agent="hu", id=said.id)
        assert [message.id for message in thread.messages] == [
            each.id for each in model.said if each.thread == said.thread
        ][:100]


def ms(text: str | None) -> int | None:
    return None if text is None else round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("engine", "share", "look_every"), [("sqlite", 1.0, 1), ("postgres", 0.25, 12)]
)
def test_the_store_is_as_the_model_says(
    engine: str, share: float, look_every: int, tmp_path: Path
) -> None:
    with asyncio.Runner() as runner:
        clock = Clock()
        app = runner.run(open_app(fresh_database(engine, tmp_path), clock=clock))
        key = runner.run(app.ensure(workspace="default", operator_key=None))
        assert key is not None
        machine = type(
            "Post",
            (Post,),
            {"runner": runner, "app": app, "clock": clock, "key": key, "look_every": look_every},
        )
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=max(int(EXAMPLES * share), 5),
                stateful_step_count=40,
                deadline=None,
                print_blob=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        runner.run(app.close())
