"""Agent programs started by `ackbox run`: what their models are shown, and what the server can
prove of it.

Explained in docs/why/reach.md.
"""

from __future__ import annotations

import json

import pytest

from tests.programs.expected import SEND
from tests.programs.office import Office
from tests.programs.programs import CHOSEN
from tests.programs.standin import Asked, Call, Mind

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("program", CHOSEN)
def test_a_launched_program_shows_each_message_once_and_the_server_can_prove_it(
    office: Office, program: str
) -> None:
    before = office.send("canary-before-start")
    during: list[str] = []
    shown: list[Asked] = []

    def mind() -> Mind:
        during.append(office.send("canary-during-the-turn", priority=5))
        shown.append((yield Call("who")))
        shown.append((yield Call(SEND, {"to": "alice", "body": "Seen."})))
        yield "Done."

    lane = office.end(office.launch(program, "bob", mind()), "bob")
    assert [lane.asked[0].count("canary-before-start"), shown[0].count("canary-before-start")] == [
        1,
        1,
    ]
    assert [each.count("canary-during-the-turn") for each in shown] == [1, 1], json.dumps(
        office.log, indent=1
    )
    status = [office.call("message.status", id=id) for id in (before, *during)]
    print(json.dumps(status, indent=1))
