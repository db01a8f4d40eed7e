"""Real agent programs against a real server: what their models are shown, and what the server holds
as shown.

`make programs` runs all of them; otherwise it is the one that installs fastest. Explained in
CONTRIBUTING.md, "Agent programs".
"""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest

from tests.programs.expected import AT_FIRST, SEND, TOOLS, Framed, framed
from tests.programs.office import Office, until
from tests.programs.programs import CHOSEN, IS_WHOLE
from tests.programs.standin import Asked, Call, Mind

PAIRS = (
    [("claude", "codex"), ("codex", "opencode"), ("opencode", "gemini"), ("gemini", "claude")]
    if IS_WHOLE
    else [("claude", "claude")]
)
everywhere = [
    pytest.mark.parametrize("program", CHOSEN),
    pytest.mark.parametrize("kind", ["stdio", "http"]),
]
pytestmark = pytest.mark.timeout(600)
# More than one answer holds, with lines, other scripts, and text that looks like a fence and like
# JSON.
BODIES = [
    f'canary-{number}-begin 世界 "quoted" \\n\n'
    + f"| line of {number} >>\n" * 150
    + f"canary-{number}-end"
    for number in range(6)
]


def both(test: object) -> object:
    """Run a test with each program over each transport."""
    for mark in everywhere:
        test = mark(test)
    return test


@both
def test_each_message_is_shown_once_framed_and_complete_and_only_then_marked(
    office: Office, program: str, kind: str
) -> None:
    ids = [office.send(body) for body in BODIES]
    texts = dict(zip(ids, BODIES, strict=True))
    kept: list[Framed] = []

    def mind() -> Mind:
        seen = 0
        while True:
            asked: Asked = yield Call("inbox", {"mark": "read"})
            found = framed(asked)
            if len(found) == seen:
                break
            seen = len(found)
            # At every moment the server holds as read exactly what the model has been shown, whole.
            assert [each.id for each in found] == office.marked(ids)
            assert all((each.sender, each.body) == ("alice", texts[each.id]) for each in found)
        assert len(found) == len(ids), asked.result
        kept.extend(found)
        # Nowhere else in the request, as structure or otherwise.
        assert Counter(
            asked.count(f"canary-{number}-{end}") for number in range(6) for end in ("begin", "end")
        ) == {1: 12}
        yield "All read."

    lane = office.end(office.begin(program, kind, "bob", mind()), "bob")
    assert kept == [Framed(id, "alice", body) for id, body in texts.items()]
    assert list(lane.asked[0].tools) == AT_FIRST.get(program, TOOLS)


@both
def test_a_send_is_stored_once_as_the_model_wrote_it_also_after_a_restart(
    office: Office, program: str, kind: str
) -> None:
    office.send("before the restart")
    body = 'two lines\nof 世界, "quoted", <b>&amp;</b> \\n {}'

    def mind() -> Mind:
        asked = yield Call("inbox")
        assert [each.body for each in framed(asked)] == ["before the restart"]
        office.restart()
        yield Call(SEND, {"to": "alice", "body": body, "priority": 4})
        office.send("after the restart")
        asked = yield Call("inbox")
        assert [each.body for each in framed(asked)][-1] == "after the restart"
        yield "Sent."

    office.end(office.begin(program, kind, "bob", mind()), "bob")
    stored = office.call("message.history", sender="bob")["messages"]
    assert [(each["to"], each["body"], each["priority"]) for each in stored] == [
        (["alice"], body, 4)
    ]


@both
def test_a_wait_that_the_program_has_given_up_takes_nothing(
    office: Office, program: str, kind: str
) -> None:
    ids: list[str] = []

    def mind() -> Mind:
        yield Call("wait", {"mark": "read", "wait_s": 50})
        until(lambda: office.waiting == 0)
        ids.extend(office.send(f"for nobody {number}") for number in range(9))
        assert office.marked(ids) == []
        asked = yield Call("wait", {"mark": "read", "wait_s": 50})
        assert [each.body for each in framed(asked)] == [
            f"for nobody {number}" for number in range(9)
        ]
        yield "Read."

    office.end(office.begin(program, kind, "bob", mind(), tool_s=3), "bob")
    assert office.marked(ids) == ids


@both
def test_a_program_that_was_killed_takes_nothing(office: Office, program: str, kind: str) -> None:
    def mind() -> Mind:
        yield Call("wait", {"mark": "read", "wait_s": 50})

    running = office.begin(program, kind, "bob", mind())
    until(lambda: office.waiting == 1, within_s=120)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    until(lambda: office.waiting == 0)
    ids = [office.send(f"for nobody {number}") for number in range(9)]
    assert office.marked(ids) == []


@pytest.mark.parametrize("program", CHOSEN)
def test_an_agent_is_away_when_its_program_has_ended(office: Office, program: str) -> None:
    def mind() -> Mind:
        yield Call("inbox")
        assert office.presence("bob") == "online"
        yield "Nothing there."

    office.end(office.begin(program, "stdio", "bob", mind()), "bob")
    until(lambda: office.presence("bob") == "away")


@pytest.mark.parametrize(("bob", "cora"), PAIRS)
def test_two_programs_hold_a_conversation(office: Office, bob: str, cora: str) -> None:
    def answers() -> Mind:
        asked = yield Call("wait", {"mark": "read", "wait_s": 50})
        question = framed(asked)[-1]
        assert (question.sender, question.body) == ("cora", "Which port?")
        asked = yield Call(SEND, {"to": "cora", "parent": question.id, "body": "Port 7717."})
        asked = yield Call("wait", {"mark": "read", "wait_s": 50})
        assert [(each.sender, each.body) for each in framed(asked)] == [
            ("cora", "Which port?"),
            ("cora", "Thanks."),
        ]
        yield "Answered."

    def asks() -> Mind:
        asked = yield Call("ask", {"to": "bob", "body": "Which port?", "wait_s": 50})
        answer = framed(asked)[-1]
        assert (answer.sender, answer.body) == ("bob", "Port 7717.")
        yield Call(SEND, {"to": "bob", "parent": answer.id, "body": "Thanks."})
        yield "Known."

    running = (
        office.begin(bob, "stdio", "bob", answers()),
        office.begin(cora, "stdio", "cora", asks()),
    )
    for process, agent in zip(running, ("bob", "cora"), strict=True):
        office.end(process, agent)
    said = [
        (each["sender"], each["body"])
        for each in reversed(office.call("message.history")["messages"])
    ]
    assert said == [("cora", "Which port?"), ("bob", "Port 7717."), ("cora", "Thanks.")]
