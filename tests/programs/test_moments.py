"""When an agent program shows its model a message: each moment of a session, and each way in which
hook or server can fail.

Explained in docs/why/reach.md.
"""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from ackbox.programs import PROGRAMS
from tests.programs.office import Office
from tests.programs.programs import CHOSEN, PROMPT
from tests.programs.results import Recorder
from tests.programs.standin import Asked, Call, Mind, Own, Wish

pytestmark = pytest.mark.timeout(600)
LAUNCHED = [each for each in CHOSEN if PROGRAMS[each].launch]
BEFORE, URGENT, NORMAL = "canary-before-start", "canary-urgent", "canary-normal"
STEPS = ["delivered", "injected", "seen"]
# `opencode run` ends with its turn: its plugin cannot extend it.
ENDS_WITH_TURN = {"opencode"}
# A tool of each program that needs no permission.
HARMLESS = Own(
    {
        "Read": {"file_path": "/etc/hostname"},
        "exec_command": {"cmd": "true"},
        "shell_command": {"command": "true"},
        "shell": {"command": ["true"]},
        "list_directory": {"dir_path": "."},
        "bash": {"command": "true", "description": "Do nothing"},
    }
)


def ending(program: str) -> Mind:
    """End a turn, after one more event where the end of a turn is none."""
    if program in ENDS_WITH_TURN:
        yield HARMLESS
    yield "Done."


def counts(asked: Asked, *texts: str) -> list[int]:
    return [asked.count(text) for text in texts]


def told(office: Office, asked: Asked, text: str, id: str) -> str:
    """Return an outcome: as whose a text was shown, and the server's evidence for its message."""
    (role,) = asked.roles(text)
    chain = office.chain(id)
    assert [step for step, _ in chain][: len(STEPS)] == STEPS, (chain, office.log)
    events = dict.fromkeys(evidence.partition(" ")[2] for _, evidence in chain)
    return f"once, as {role}; {', '.join(STEPS)} ({', '.join(events)})"


@pytest.mark.parametrize("program", LAUNCHED)
def test_each_moment_of_a_turn_shows_the_messages_that_belong_to_it(
    office: Office, program: str, recorder: Recorder
) -> None:
    recorder.expect("waiting at start", "urgent, between tool calls", "normal, at turn end")
    ids = [office.send(BEFORE)]
    shown: list[Asked] = []

    def mind() -> Mind:
        ids.append(office.send(NORMAL))
        ids.append(office.send(URGENT, priority=5))
        shown.append((yield Call("who")))
        shown.append((yield Call("who") if program in ENDS_WITH_TURN else "Done."))
        yield "Done again."

    lane = office.end(office.launch(program, "bob", mind()), "bob")
    shown.insert(0, lane.asked[0])
    # Neither before its moment, nor again later in the same context.
    found = [counts(each, BEFORE, URGENT, NORMAL) for each in shown]
    at_end = 0 if program in ENDS_WITH_TURN else 1
    assert found == [[1, 0, 0], [1, 1, 0], [1, 1, at_end]], office.log
    recorder.saw("waiting at start", told(office, shown[0], BEFORE, ids[0]))
    recorder.saw("urgent, between tool calls", told(office, shown[1], URGENT, ids[2]))
    if program in ENDS_WITH_TURN:
        assert office.chain(ids[1]) == []
        recorder.saw("normal, at turn end", "stays unread: `opencode run` ends with its turn")
    else:
        recorder.saw("normal, at turn end", told_at_end(office, shown[2], ids[1]))


def told_at_end(office: Office, asked: Asked, id: str) -> str:
    return "extends the turn: " + told(office, asked, NORMAL, id)


@pytest.mark.parametrize("program", LAUNCHED)
def test_two_sessions_of_one_agent_are_two_instances_that_each_see_a_message_once(
    office: Office, program: str, recorder: Recorder
) -> None:
    recorder.expect("two sessions of one agent")
    id = office.send(BEFORE)
    found: list[list[int]] = []

    def mind() -> Mind:
        asked = yield Call("who")
        found.append(counts(asked, BEFORE))
        yield "Done."

    both = [office.launch(program, "bob", mind(), place=place) for place in ("bob", "bob-2")]
    for running, place in zip(both, ("bob", "bob-2"), strict=True):
        office.end(running, place)
    assert found == [[1], [1]], office.log
    agent = next(each for each in office.call("agent.list")["agents"] if each["agent"] == "bob")
    assert len(agent["instances"]) == 2
    chains = [each["mark"] for each in office.call("message.status", id=id)["receipts"][0]["by"]]
    assert "injected" in chains
    recorder.saw("two sessions of one agent", "two instances, each shown the message once")


@pytest.mark.parametrize("program", LAUNCHED)
def test_a_message_that_comes_while_a_hook_gets_no_answer_is_marked_later_and_not_lost(
    office: Office, program: str, recorder: Recorder
) -> None:
    recorder.expect("hook timed out")
    shown: list[Asked] = []
    ids: list[str] = []
    late: list[float] = []

    def mind() -> Mind:
        ids.append(office.send(URGENT, priority=5))
        pid = office.server_pid
        # A server that is stopped accepts connections and answers none.
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        shown.append((yield HARMLESS))
        late.append(time.monotonic() - began)
        os.kill(pid, signal.SIGCONT)
        shown.append((yield HARMLESS))
        yield from ending(program)

    office.end(office.launch(program, "bob", mind()), "bob")
    assert [counts(each, URGENT) for each in shown] == [[0], [1]], office.log
    assert any("no answer" in line for line in office.log), office.log
    recorder.saw(
        "hook timed out",
        f"the tool call took {late[0]:.1f} s, the message came with the next: "
        + told(office, shown[1], URGENT, ids[0]),
    )


@pytest.mark.parametrize("program", LAUNCHED)
def test_after_a_restart_of_the_server_a_session_is_shown_its_messages(
    office: Office, program: str, recorder: Recorder
) -> None:
    recorder.expect("server restarted")
    ids: list[str] = []
    shown: list[Asked] = []

    def mind() -> Mind:
        office.restart()
        ids.append(office.send(URGENT, priority=5))
        shown.append((yield HARMLESS))
        shown.append((yield Call("who")))
        yield from ending(program)

    office.end(office.launch(program, "bob", mind()), "bob")
    assert [counts(each, URGENT) for each in shown] == [[1], [1]], office.log
    recorder.saw("server restarted", told(office, shown[0], URGENT, ids[0]))


@pytest.mark.parametrize("program", CHOSEN)
def test_without_its_server_a_connected_program_works_as_before(
    office: Office, program: str, recorder: Recorder
) -> None:
    recorder.expect("server away")

    def mind() -> Mind:
        asked = yield HARMLESS
        assert counts(asked, "ackbox. You are") == [0]
        yield "Done."

    office.end(office.connect(program, "bob", mind(), is_remote=True), "bob")
    recorder.saw("server away", "the program works, nothing is shown")


SHIM = """package shim;
BEGIN {{
    *CORE::GLOBAL::syswrite = sub (*$;$$) {{
        my ($to, $text) = @_;
        if ($text =~ /Ackbox-Shown/ && !-e '{0}') {{
            open my $mark, '>', '{0}';
            kill 9, $$;
        }}
        return CORE::syswrite($to, $text);
    }};
}}
1;
"""


@pytest.mark.parametrize("program", LAUNCHED)
def test_a_hook_that_is_killed_between_its_output_and_the_mark_loses_nothing(
    office: Office, program: str, recorder: Recorder, tmp_path: Path
) -> None:
    recorder.expect("crash between output and mark")
    mark = tmp_path / "killed"
    (tmp_path / "shim.pm").write_text(SHIM.format(mark))
    perl = {"PERL5LIB": str(tmp_path), "PERL5OPT": "-Mshim"}
    ids: list[str] = []
    shown: list[Asked] = []
    chains: list[list[tuple[str, str]]] = []

    def mind() -> Mind:
        ids.append(office.send(URGENT, priority=5))
        shown.append((yield HARMLESS))
        chains.append(office.chain(ids[0]))
        shown.append((yield HARMLESS))
        chains.append(office.chain(ids[0]))
        yield from ending(program)

    running = office.launch(program, "bob", mind(), more=perl)
    office.end(running, "bob")
    assert mark.exists(), office.log
    # Not marked by the hook that was killed; offered again by the next one.
    assert [[step for step, _ in chain] for chain in chains] == [[], ["delivered", "injected"]]
    first, second = (counts(each, URGENT)[0] for each in shown)
    assert (first, second) in ((0, 1), (1, 2)), office.log
    recorder.saw(
        "crash between output and mark",
        f"not marked, then offered again; times shown: {first + 0} before, {second} after",
    )


# What starts a sub-agent in each program. Of itself, Claude Code would go on beside it, and Codex
# does: it waits with a tool.
TASK = {"description": "Look", "prompt": "Look around."}
CLAUDE_TASK = {**TASK, "subagent_type": "general-purpose", "run_in_background": False}
DELEGATE = Own(
    {
        "Agent": CLAUDE_TASK,
        "Task": CLAUDE_TASK,
        "task": {**TASK, "subagent_type": "general"},
        "multi_agent_v1__spawn_agent": {"message": "Look around."},
        "invoke_agent": {"agent_name": "generalist", "prompt": "Look around."},
    }
)


def ending_of_sub_agent(asked: Asked) -> Wish:
    """Return what ends a sub-agent; that of Gemini CLI has a tool for it."""
    if any(each.full == "complete_task" for each in asked.api.tools(asked.body)):
        return Own({"complete_task": {"result": {"response": "Done."}}})
    return "The sub-agent is done."


@pytest.mark.parametrize("program", LAUNCHED)
def test_a_running_sub_agent_is_shown_nothing_and_its_agent_afterwards(
    office: Office, program: str, recorder: Recorder
) -> None:
    recorder.expect("sub-agent running")
    ids: list[str] = []
    below: list[int] = []
    above: list[Asked] = []

    def mind() -> Mind:
        asked = yield DELEGATE
        while True:
            started = re.search(r'"agent_id":"([^"]+)"', asked.result)
            if asked.count(PROMPT) == 0:
                below.append(asked.count(URGENT))
                if not ids:
                    ids.append(office.send(URGENT, priority=5))
                    asked = yield HARMLESS
                else:
                    asked = yield ending_of_sub_agent(asked)
            elif started is not None:
                targets = {"targets": [started[1]], "timeout_ms": 60_000}
                asked = yield Own({"multi_agent_v1__wait_agent": targets})
            else:
                break
        above.append(asked)
        yield from ending(program)

    office.end(office.launch(program, "bob", mind()), "bob")
    assert (below, [counts(each, URGENT, PROMPT) for each in above]) == ([0, 0], [[1, 1]]), (
        office.log
    )
    recorder.saw(
        "sub-agent running", "skipped, then its agent: " + told(office, above[0], URGENT, ids[0])
    )


# What lets each program write a file without a question. Codex does not offer its tool for edits to
# the stand-in, and runs no hook after the same patch in a command of its shell.
MAY_WRITE = {
    "claude": ["--permission-mode", "acceptEdits"],
    "gemini": ["--approval-mode", "auto_edit"],
    "opencode": [],
}


@pytest.mark.parametrize("program", [each for each in LAUNCHED if each in MAY_WRITE])
def test_an_edit_of_a_claimed_file_is_told_to_the_editor_and_to_the_holder_of_the_claim(
    office: Office, program: str, recorder: Recorder
) -> None:
    recorder.expect("edit of a claimed file")
    office.call("agent.check_in", agent="carol", instance="desk", files=["plan.txt"])
    shown: list[Asked] = []

    def mind() -> Mind:
        file = str(office.where / "bob/work/plan.txt")
        written = {"file_path": file, "content": "text"}
        edit = Own(
            {
                "Write": written,
                "write_file": written,
                "write": {"filePath": file, "content": "text"},
            }
        )
        shown.append((yield edit))
        yield from ending(program)

    running = office.launch(program, "bob", mind(), permissions=MAY_WRITE[program])
    office.end(running, "bob")
    assert (office.where / "bob/work/plan.txt").read_text().strip() == "text"
    (role,) = shown[0].roles("You changed files that others claim")
    assert shown[0].count('"agent": "carol"') == 1, office.log
    events = office.call("event.feed", cursor="start", kinds=["claim.collided"])["events"]
    assert [
        (each["agent"], each["details"]["by"], each["details"]["files"]) for each in events
    ] == [("carol", "bob", ["plan.txt"])]
    recorder.saw("edit of a claimed file", f"told to both: to the editor once, as {role}")
