"""Agent programs on a terminal, where a person types: what their models are shown.

Explained in docs/why/reach.md.
"""

from __future__ import annotations

import pytest

from tests.programs.office import Office, until
from tests.programs.programs import CHOSEN
from tests.programs.results import Recorder
from tests.programs.standin import Asked, Call, Mind
from tests.programs.terminals import open_terminal

pytestmark = pytest.mark.timeout(600)
FIRST, SECOND = "canary-first", "canary-second"


@pytest.mark.parametrize("program", ["claude"])
def test_on_a_terminal_a_message_extends_the_turn(
    office: Office, program: str, recorder: Recorder
) -> None:
    recorder.expect("on a terminal")
    ids = [office.send(FIRST)]
    found: list[list[int]] = []

    def mind() -> Mind:
        ids.append(office.send(SECOND))
        asked = yield Call("who")
        found.append([asked.count(text) for text in (FIRST, SECOND)])
        asked = yield "Done."
        found.append([asked.count(text) for text in (FIRST, SECOND)])
        yield "Done again."

    terminal = office.open_claude("bob", mind())
    until(lambda: "injected" in [step for step, _ in office.chain(ids[0])], within_s=60)
    terminal.type("Look at your messages.\r")
    lane = office.standin.lanes["bob"]
    until(lambda: lane.fault is not None or (lane.has_ended and len(found) == 2), within_s=120)
    assert lane.fault is None, terminal.text[-2000:]
    assert found == [[1, 0], [1, 1]], office.log
    terminal.type("/exit\r")
    until(lambda: terminal.process.poll() is not None)
    events = [next(evidence for _, evidence in office.chain(id)) for id in ids]
    assert events == ["claude SessionStart", "claude Stop"]
    recorder.saw("on a terminal", "each once: at SessionStart, and at Stop, which extends the turn")


@pytest.mark.parametrize("program", [each for each in CHOSEN if each != "claude"])
def test_on_a_terminal_a_prompt_and_the_end_of_its_turn_show_messages(
    office: Office, program: str, recorder: Recorder
) -> None:
    recorder.expect("on a terminal")
    ids = [office.send(FIRST)]
    found: list[list[int]] = []

    def mind() -> Mind:
        ids.append(office.send(SECOND))
        for wish in (Call("who"), "Done."):
            asked = yield wish
            found.append([asked.count(text) for text in (FIRST, SECOND)])
        yield "Done again."

    terminal = open_terminal(office, program, "bob", mind(), is_connected=False)
    lane = office.standin.lanes["bob"]
    until(lambda: lane.fault is not None or (lane.has_ended and len(found) == 2), within_s=200)
    assert lane.fault is None, terminal.text[-2000:]
    assert found == [[1, 0], [1, 1]], office.log
    first, second = (next(evidence for _, evidence in office.chain(id)) for id in ids)
    events = [each.removeprefix(f"{program} ") for each in (first, second)]
    recorder.saw(
        "on a terminal", f"each once: at {events[0]}, and at {events[1]}, which extends the turn"
    )


# What each program writes when it has compacted its context.
COMPACTED = {"claude": "Compacted", "codex": "Context compacted"}


@pytest.mark.parametrize("program", [each for each in CHOSEN if each in COMPACTED])
def test_what_is_not_acknowledged_comes_again_after_a_compaction(
    office: Office, program: str, recorder: Recorder
) -> None:
    recorder.expect("after a compaction")
    ids = [office.send(FIRST), office.send(SECOND)]
    found: list[list[int]] = []

    def look(asked: Asked) -> None:
        found.append([asked.count(text) for text in (FIRST, SECOND)])

    def mind() -> Mind:
        asked = yield Call("mark", {"ids": [ids[1]], "mark": "acknowledged"})
        look(asked)
        asked = yield "Done."
        while "Respond with TEXT ONLY" in asked.shown[-1].text:
            asked = yield "A summary of nothing."
        look(asked)
        yield "Done again."

    if program == "claude":
        terminal = office.open_claude("bob", mind())
        until(lambda: "injected" in [step for step, _ in office.chain(ids[0])], within_s=60)
        terminal.type("Look at your messages.\r")
    else:
        terminal = open_terminal(office, program, "bob", mind(), is_connected=False)
    lane = office.standin.lanes["bob"]
    until(lambda: lane.fault is not None or (lane.has_ended and len(found) == 1), within_s=200)
    terminal.type("/compact\r")
    until(lambda: COMPACTED[program] in terminal.text, within_s=60)
    terminal.type("Go on.\r")
    until(lambda: lane.fault is not None or (lane.has_ended and len(found) == 2), within_s=200)
    assert lane.fault is None, terminal.text[-2000:]
    assert found == [[1, 1], [1, 0]], office.log
    recorder.saw("after a compaction", "again once, at SessionStart; what is acknowledged is not")
