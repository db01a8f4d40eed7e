"""Agent programs started by `ackbox run`, and after `ackbox connect`: what their models are shown,
and what the server can prove of it.

Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from ackbox.programs import PROGRAMS
from tests.programs.expected import SEND
from tests.programs.office import Office
from tests.programs.programs import CHOSEN
from tests.programs.standin import Asked, Call, Mind

pytestmark = pytest.mark.timeout(600)
BEFORE, DURING = "canary-before-start", "canary-during-the-turn"


def converse(office: Office, begin: Callable[[Mind], Popen[str]]) -> list[str]:
    """Send a message before the program starts and an urgent one during its turn; returns their
    ids when its model was shown each once.
    """
    ids = [office.send(BEFORE)]
    shown: list[Asked] = []

    def mind() -> Mind:
        ids.append(office.send(DURING, priority=5))
        shown.append((yield Call("who")))
        shown.append((yield Call(SEND, {"to": "alice", "body": "Seen."})))
        yield "Done."

    lane = office.end(begin(mind()), "bob")
    counts = [[each.count(text) for text in (BEFORE, DURING)] for each in [lane.asked[0], *shown]]
    assert counts == [[1, 0], [1, 1], [1, 1]], office.log
    return ids


def chain(office: Office, id: str) -> list[tuple[str, str]]:
    """Return the steps of a message with its one recipient, and the programs that gave evidence."""
    receipt = office.call("message.status", id=id)["receipts"][0]
    return [(each["mark"], each["evidence"].partition(" ")[0]) for each in receipt["by"]]


@pytest.mark.parametrize("program", [each for each in CHOSEN if PROGRAMS[each].launch])
def test_a_launched_program_shows_each_message_once_and_the_server_can_prove_it(
    office: Office, program: str
) -> None:
    ids = converse(office, lambda mind: office.launch(program, "bob", mind))
    steps = [(step, program) for step in ("delivered", "injected", "seen")]
    assert [chain(office, id) for id in ids] == [steps, steps]


@pytest.mark.parametrize("program", CHOSEN)
def test_a_connected_program_shows_each_message_once_and_the_server_can_prove_it(
    office: Office, program: str
) -> None:
    ids = converse(office, lambda mind: office.connect(program, "bob", mind))
    steps = [(step, program) for step in ("delivered", "injected", "seen")]
    assert [chain(office, id) for id in ids] == [steps, steps]
    home: Path = office.where / "bob"
    office.connected(home, "disconnect", program, "--data-dir", str(office.command.data))
    left = [
        file
        for file in home.rglob("*.json*")
        if "ackbox connect" in file.read_text() or "ackbox hook" in file.read_text()
    ]
    assert [file for file in left if ".claude/projects" not in str(file)] == []


@pytest.mark.parametrize("program", [each for each in CHOSEN if PROGRAMS[each].launch])
def test_a_program_that_is_connected_and_launched_shows_each_message_once(
    office: Office, program: str
) -> None:
    home = office.where / "bob"
    home.mkdir()
    own = ["--data-dir", str(office.command.data), "--as", "bob", "--allow"]
    office.connected(home, "connect", program, *own)
    ids = converse(office, lambda mind: office.launch(program, "bob", mind))
    steps = [(step, program) for step in ("delivered", "injected", "seen")]
    assert [chain(office, id) for id in ids] == [steps, steps]
