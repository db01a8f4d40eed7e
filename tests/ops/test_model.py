"""The real store, on both engines, against the meaning of post written as plain Python."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Generator
from contextlib import suppress
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
from tests.ops.model_twin import Asked, Draws, Twins, at_once, without_haste

# `make faults` plays more.
EXAMPLES = int(os.environ.get("ACKBOX_MODEL_EXAMPLES", "12"))
# A step makes one call, and holds its answer against the model.
Step = Generator[Asked, Any, None]
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
    """Random sends, marks, arrivals and days going by, in two workspaces of one database.

    On SQLite each call is made in two apps, one of them without shared answers.
    """

    runner: ClassVar[asyncio.Runner]
    # The app, and on SQLite its twin, whose writes share no answers.
    app: ClassVar[App]
    twins: ClassVar[Twins | None]
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
        (answer,) = self.call_together([(operation, params)])
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def call_together(self, calls: list[Asked]) -> list[Any]:
        """Make calls at once; return what each gave or was refused with."""
        if self.twins is None:
            return self.runner.run(at_once(self.app, self.key, calls))
        return self.runner.run(self.twins.at_once(self.key, calls))

    def play(self, *steps: Step) -> None:
        """Make the calls of some steps at once, then hold their answers against the model, in
        their order.
        """
        calls = [next(step) for step in steps]
        for step, answer in zip(steps, self.call_together(calls), strict=True):
            with suppress(StopIteration):
                step.send(answer)

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
        self.play(self.sending(place, who, to, priority, days, reply, key))

    def sending(
        self,
        place: int,
        who: Who,
        to: str,
        priority: int = 3,
        days: int | None = None,
        reply: int | None = None,
        key: str | None = None,
    ) -> Step:
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
        sent = yield (
            "message.send",
            {**caller, "to": to, "body": body, "priority": priority, **more},
        )
        before = model.keys.get((who[0], key or ""))
        content = f"{body} {to} {priority} {parent}"
        if isinstance(sent, Conflict):
            assert before is not None
            is_kept = days is None and before[1].expires_at is None
            assert before[0] != content or not is_kept
            # Undone as a whole: an instance that is new is not here yet.
            return
        if isinstance(sent, BaseException):
            raise sent
        model.arrive(who, self.clock.now)
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
        self.play(self.marking(place, who, mark, id, ids))

    def marking(self, place: int, who: Who, mark: str, id: str, ids: list[str]) -> Step:
        _, model, caller = self.who(place, who)
        done = yield "receipt.mark", {**caller, "mark": mark, "ids": ids}
        if isinstance(done, BaseException):
            raise done
        said = model.named(id)
        # Who comes with this call is given the broadcast, but none of the receipts of before.
        had_receipt = bool(model.targets(said, who))
        model.arrive(who, self.clock.now)
        is_mine = had_receipt if ids != [id] else bool(model.targets(said, who))
        if is_mine:
            model.mark(who, mark, id, self.clock.now)
        assert bool(done.changed or done.unchanged) == is_mine

    @rule(
        place=choice,
        who=callers,
        limit=st.sampled_from((1, 2, 3, 50)),
        mark=st.sampled_from(("none", "delivered", "read")),
        urgent=st.booleans(),
    )
    def check(self, place: int, who: Who, limit: int, mark: str, urgent: bool) -> None:
        self.play(self.checking(place, who, limit, mark, urgent))

    def checking(self, place: int, who: Who, limit: int, mark: str, urgent: bool) -> Step:
        _, model, caller = self.who(place, who)
        given = {"limit": limit, "mark": mark, "urgent_first": urgent}
        checked = yield "inbox.check", {**caller, **given}
        if isinstance(checked, BaseException):
            raise checked
        model.arrive(who, self.clock.now)
        unread = model.unread(who, self.clock.now)
        expected = (
            sorted(unread, key=lambda said: -said.priority)[:limit] if urgent else unread[:limit]
        )
        assert [letter.id for letter in checked.messages] == [said.id for said in expected]
        assert (checked.unread, checked.has_more) == (len(unread), len(unread) > len(expected))
        if mark != "none":
            for said in expected:
                model.mark(who, mark, said.id, self.clock.now)

    @precondition(lambda self: self.twins is not None)
    @rule(
        steps=st.lists(
            st.tuples(
                st.sampled_from(("send", "send", "reply", "mark", "check")),
                choice,
                callers,
                to,
                marks,
                choice,
                st.sampled_from((None, None, "k1")),
            ),
            min_size=2,
            max_size=5,
        )
    )
    def together(self, steps: list[tuple[str, int, Who, str, str, int, str | None]]) -> None:
        """Calls that arrive together commit together, in the order in which they came."""
        played: list[Step] = []
        for kind, place, who, to, mark, number, key in steps:
            _, model, _ = self.who(place, who)
            id = self.some(model, number)
            if kind in ("send", "reply") or id is None:
                reply = number if kind == "reply" else None
                played.append(self.sending(place, who, to, reply=reply, key=key))
            elif kind == "mark":
                played.append(self.marking(place, who, mark, id, [id]))
            else:
                is_read, is_urgent = number % 2 == 0, number % 3 == 0
                mark = "read" if is_read else "delivered"
                played.append(self.checking(place, who, 1 + number % 5, mark, is_urgent))
        self.play(*played)

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
        receipts = self.call(
            "message.status", workspace=caller["workspace"], agent="hu", id=letter.id
        ).receipts
        # An agent is given one receipt of a message for several of its instances.
        of = next(
            (
                (each.agent, each.instance)
                for each in receipts
                if each.receipt_id == letter.receipt_id
            ),
            None,
        )
        marker = {**caller, "instance": None} if by_agent else caller
        assert self.call(
            "receipt.mark", **marker, mark="read", ids=[letter.receipt_id]
        ).changed == [letter.receipt_id]
        # Where the instance itself was addressed, the agent marks for itself.
        marker_is = (who[0], None) if by_agent and is_direct else who
        model.mark(marker_is, "read", letter.id, self.clock.now, of=of)

    @rule(hours=st.sampled_from((1, 25, 80)))
    def later(self, hours: int) -> None:
        self.clock.now += hours * 3_600_000
        for model in self.models.values():
            model.live.clear()
        if self.twins is not None:
            self.runner.run(self.twins.take_turn())

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
            # A look updates the last-seen time: a copy that is gone is left alone.
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
    ("engine", "share", "look_every"), [("sqlite", 1.0, 8), ("postgres", 0.5, 12)]
)
def test_the_store_is_as_the_model_says(
    engine: str, share: float, look_every: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asyncio.Runner() as runner:
        clock, twins = Clock(), None
        if engine == "sqlite":
            without_haste(monkeypatch)
            twins = Twins(tmp_path, clock, Draws(monkeypatch))
            app, key = twins.app, runner.run(twins.open())
        else:
            app = runner.run(open_app(fresh_database(engine, tmp_path), clock=clock))
            made = runner.run(app.ensure(workspace="default", operator_key=None))
            assert made is not None
            key = made
        of_machine = {
            "runner": runner,
            "app": app,
            "twins": twins,
            "clock": clock,
            "key": key,
            "look_every": look_every,
        }
        machine = type("Post", (Post,), of_machine)
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
        runner.run(app.close() if twins is None else twins.close())
