"""Agent programs in a terminal that are idle when a message comes: they are woken, their models are
shown it once, and the server can prove it.

Explained in docs/why/reach.md, "Waking".
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs.expected import SEND, framed
from tests.programs.office import Office, until
from tests.programs.programs import IS_WHOLE
from tests.programs.standin import Asked, Call, Mind, StandIn
from tests.programs.terminals import open_terminal

pytestmark = pytest.mark.timeout(300)
# Program, whether by `ackbox connect` or `ackbox run`, the way of the wake, and the event that
# shows the message.
WAYS = [
    ("claude", False, "monitor", "UserPromptSubmit"),
    ("claude", True, "inbox socket", "UserPromptSubmit"),
    ("codex", True, "app server", "wake"),
    ("codex", False, "queue", "UserPromptSubmit"),
    ("opencode", False, "plugin", "ackbox.wake"),
    ("opencode", True, "plugin", "ackbox.wake"),
]
CHOSEN = WAYS if IS_WHOLE else WAYS[:1]
PAIRS = (
    [("claude", False, "codex", True), ("codex", True, "opencode", False)]
    if IS_WHOLE
    else [("claude", False, "claude", True)]
)


@pytest.fixture
def office() -> Iterator[Office]:
    # Codex starts no app server where the path of its socket would be longer than 107 bytes.
    with StandIn() as standin, tempfile.TemporaryDirectory(dir="/tmp") as where:
        office = Office(Path(where), standin)
        yield office
        office.close()


def activity(office: Office, agent: str) -> str | None:
    """Return what the program of an agent does, from its hooks."""
    card = office.card(agent)
    found = [each["activity"] for each in card["instances"]] if card is not None else []
    return next(filter(None, found), None)


def reach(office: Office, agent: str) -> list[str]:
    return [each["reach"] for each in office.card(agent)["instances"]]


def seen(asked: Asked) -> list[tuple[str, str]]:
    """Return the sender and body of each message that a request holds in a frame."""
    return [(each.sender, each.body) for each in framed(asked, is_anywhere=True)]


@pytest.mark.parametrize(("program", "is_connected", "way", "event"), CHOSEN)
def test_an_idle_program_is_woken_and_its_model_is_shown_the_message_once(
    office: Office, program: str, is_connected: bool, way: str, event: str
) -> None:
    shown: list[Asked] = []

    def mind() -> Mind:
        shown.append((yield "I am here."))
        yield "I have seen it."

    open_terminal(office, program, "bob", mind(), is_connected=is_connected)
    until(lambda: bool(office.standin.lanes["bob"].asked), within_s=60)
    until(lambda: activity(office, "bob") == "idle")
    until(lambda: f"wakes when idle ({way})" in reach(office, "bob"))
    id = office.send("canary-of-alice")
    until(lambda: len(shown) == 1, within_s=60)
    assert seen(shown[0]) == [("alice", "canary-of-alice")]
    assert shown[0].count("canary-of-alice") == 1
    until(lambda: len(office.chain(id)) == 4)
    assert sorted(office.chain(id)) == [
        ("delivered", f"{program} {event}"),
        ("injected", f"{program} {event}"),
        ("seen", f"{program} {event}"),
        ("signalled", f"{program} {way}"),
    ]


@pytest.mark.parametrize(("bob", "is_bob_connected", "cora", "is_cora_connected"), PAIRS)
def test_two_programs_of_different_makers_talk_because_each_is_woken(
    office: Office, bob: str, is_bob_connected: bool, cora: str, is_cora_connected: bool
) -> None:
    def answers() -> Mind:
        asked = yield "I am here."
        assert seen(asked) == [("cora", "Which port?")]
        yield Call(SEND, {"to": "cora", "body": "Port 7717."})
        asked = yield "Answered."
        assert seen(asked)[1:] == [("cora", "Thanks.")]
        yield "Done."

    def asks() -> Mind:
        yield "I am here."
        yield Call(SEND, {"to": "bob", "body": "Which port?"})
        asked = yield "Asked."
        assert seen(asked) == [("bob", "Port 7717.")]
        yield Call(SEND, {"to": "bob", "body": "Thanks."})
        yield "Done."

    lanes = office.standin.lanes
    screens = {
        "bob": open_terminal(office, bob, "bob", answers(), is_connected=is_bob_connected),
        "cora": open_terminal(office, cora, "cora", asks(), is_connected=is_cora_connected),
    }
    until(lambda: all(len(lane.asked) == 1 for lane in lanes.values()), within_s=60)
    until(lambda: [activity(office, agent) for agent in lanes] == ["idle", "idle"])
    screens["cora"].type("Ask.\r")
    until(lambda: len(office.call("message.history")["messages"]) == 3, within_s=60)
    until(lambda: all(lane.has_ended for lane in lanes.values()))
    assert [lane.fault for lane in lanes.values()] == [None, None]
    said = [(each["sender"], each["body"]) for each in office.call("message.history")["messages"]]
    assert said == [("cora", "Thanks."), ("bob", "Port 7717."), ("cora", "Which port?")]
