"""The demo: three scripted agents on two machines, and you. Real calls, no model, no network.

In a workspace of its own. Ends with an agent that is blocked and asks you.
Explained in docs/tutorial.md.
"""

from __future__ import annotations

import shlex
import time
from typing import Any, Protocol

from ackbox.errors import Conflict
from ackbox.faces.terminal_text import local_time

WORKSPACE = "demo"
YOU = "you"
ANSWER_S = 600.0


class Stage(Protocol):
    """The interface of the CLI that the demo uses."""

    def attempt(self, name: str, /, **params: Any) -> Any:
        """Call one operation. Raises the errors of ackbox.errors."""
        ...

    def say(self, text: str) -> None: ...


class Demo:
    """One run of the script; `pause` is the seconds of one beat, `you` the person it asks."""

    def __init__(self, stage: Stage, *, pause: float, you: str = YOU) -> None:
        self._stage = stage
        self._pause = pause
        self._you = you
        # The instance that each agent acts as: without one, the agent would stay online after its
        # instance left.
        self._instances: dict[str, str] = {}

    def run(self, *, wait: bool) -> None:
        """Play the script, then wait for the person's reply."""
        try:
            self._call("workspace.create", "", name=WORKSPACE, workspace="default")
        except Conflict:
            self._line("", "the workspace 'demo' exists already and keeps its messages")
        self._call("key.create", "", name=self._you, kind="human", label="demo", expires_in_days=1)
        self._title("Three agents on two machines come online.")
        self._arrive("planner", "laptop", "mbp-ana", "Planning the 2.0 release")
        self._arrive("codex", "ci-01", "build-box", "Waiting for work")
        self._arrive("tester", "ci-02", "build-box", "Running the nightly suite")
        question = self._discuss()
        self._away()
        blocked = self._blocked(question)
        as_you = f"ackbox -w {WORKSPACE} --as {shlex.quote(self._you)}"
        self._stage.say(
            f"\ncodex waits for your reply. Answer it in the dashboard, under Needs you:"
            f" ackbox open\n"
            f"Or in the terminal UI, where 2 opens Needs you and r replies:\n\n  {as_you} tui\n\n"
            f'Or in another terminal:\n\n  {as_you} reply {blocked} "Yes, after a backup"\n'
        )
        if wait:
            self._finish(blocked)

    def _discuss(self) -> str:
        self._title(
            "The planner hands work to codex; the question and its answer stay in one thread."
        )
        work = self._send(
            "planner",
            "codex",
            "Please move the pricing page to the new session guard.",
            intent="handoff",
            refs=[{"kind": "file", "target": "web/pricing.tsx", "lines": "12-48"}],
        )
        self._read("codex", work)
        question = self._send(
            "codex",
            "planner",
            "Keep authMiddleware for old links, or drop it?",
            intent="question",
            parent=work,
        )
        self._read("planner", question)
        answer = self._send(
            "planner",
            "codex",
            "Drop it. Old links redirect since March.",
            intent="answer",
            parent=question,
        )
        self._mark("codex", answer, "acknowledged")
        self._title("The tester sends one message to everyone; each recipient has a receipt.")
        news = self._send(
            "tester", "*", "Nightly suite: 812 passed, 1 failed (retry budget).", intent="status"
        )
        for name in ("planner", "codex"):
            self._mark(name, news, "read")
        self._receipts(news)
        return work

    def _away(self) -> None:
        self._title("The tester goes offline. Messages wait for it.")
        self._call("agent.check_out", "tester", summary="Back after the reboot")
        self._line("tester", "leaves: back after the reboot")
        late = self._send(
            "codex",
            "tester",
            "Retry budget is fixed on branch pricing; please run it again.",
            intent="request",
            priority=4,
        )
        self._receipts(late)

    def _blocked(self, work: str) -> str:
        self._title("codex is blocked and asks you.")
        self._call("agent.heartbeat", "codex", summary="Blocked: needs an answer from a person")
        return self._send(
            "codex",
            self._you,
            "May I delete the legacy sessions table? 1,204 rows, none younger than a year.",
            intent="blocked",
            priority=5,
            parent=work,
        )

    def _finish(self, blocked: str) -> None:
        say = self._stage.say
        say("Ctrl-C stops the demo; the question stays.")
        answer = self._answer(blocked)
        if answer is None:
            say("\nNo reply yet. The question of codex stays and waits for you.")
            return
        self._line(answer["sender"], f"answer: {answer['body']}")
        self._mark("codex", answer["id"], "acknowledged")
        self._title("The tester comes back and reads the messages that waited.")
        self._arrive("tester", "ci-02", "build-box", "Running the suite on branch pricing")
        for letter in self._call("inbox.check", "tester", mark="read")["messages"]:
            self._line("tester", f"reads from {letter['sender']}: {letter['body']}")
        self._receipts(answer["parent"])
        messages = self._call("message.history", "planner", limit=200)["messages"]
        say(
            f"\nThe demo sent {len(messages)} messages, each with receipts. Look around:\n\n"
            f"  ackbox -w {WORKSPACE} who\n"
            f"  ackbox -w {WORKSPACE} thread {answer['parent']}\n"
            f"  ackbox -w {WORKSPACE} search pricing\n\n"
            "Connect a real agent: give its program the MCP server command  ackbox mcp --as NAME"
        )

    def _answer(self, blocked: str) -> Any:
        """Wait for the person's reply to this question, or to that of an earlier run.

        Null when none comes within ten minutes.
        """
        until = time.monotonic() + ANSWER_S
        while time.monotonic() < until:
            for letter in self._call("inbox.wait", "codex", wait_s=20)["messages"]:
                if letter["parent"] == blocked or (
                    letter["parent"] and letter["sender"] == self._you
                ):
                    return letter
                self._call("receipt.mark", "codex", mark="read", ids=[letter["id"]])
        return None

    def _arrive(self, name: str, instance: str, machine: str, summary: str) -> None:
        self._instances[name] = instance
        self._call("agent.check_in", name, machine=machine, program="demo", summary=summary)
        self._line(name, f"online on {machine}: {summary}")

    def _send(self, sender: str, to: str, body: str, *, intent: str, **more: Any) -> str:
        sent = self._call("message.send", sender, to=to, body=body, intent=intent, **more)
        self._line(sender, f"→ {'everyone' if to == '*' else to}  {intent}: {body}")
        return str(sent["id"])

    def _read(self, name: str, id: str) -> None:
        self._mark(name, id, "read")

    def _mark(self, name: str, id: str, mark: str) -> None:
        self._call("receipt.mark", name, mark=mark, ids=[id])
        self._line(name, {"read": "reads it", "acknowledged": "acknowledges it"}[mark])

    def _receipts(self, id: str) -> None:
        status = self._call("message.status", "planner", id=id)
        self._line(
            "",
            "receipts: "
            + ", ".join(f"{each['agent']} {each['state']}" for each in status["receipts"]),
        )

    def _title(self, text: str) -> None:
        self._beat(1.6)
        self._stage.say(f"\n{text}")
        self._beat(0.8)

    def _line(self, who: str, text: str) -> None:
        self._stage.say(
            f"  {local_time(time.strftime('%Y-%m-%dT%H:%M:%S+00:00', time.gmtime()))}  {who:<8}"
            f" {text}"
        )
        self._beat(1.3)

    def _beat(self, beats: float) -> None:
        if self._pause:
            time.sleep(self._pause * beats)

    def _call(self, name: str, agent: str, /, **params: Any) -> Any:
        who = {"agent": agent, "instance": self._instances.get(agent)} if agent else {}
        return self._stage.attempt(name, **{"workspace": WORKSPACE, **who, **params})
