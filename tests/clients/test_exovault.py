"""The hooks of exo-vault/claude-code-plugin, unmodified, against a real server."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.clients.copies import copy_of, record
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio
PLUGIN = "claude-code-plugin"


class Program:
    """Claude Code, as far as the plugin's hooks see it: an event on stdin, text from stdout."""

    def __init__(self, served: Served, key: str, home: Path) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "EXOVAULT_AGENT_KEY": key,
            "EXOVAULT_API_URL": served.url,
        }
        self.home = home

    async def hook(self, script: str, event: str, **given: Any) -> str:
        command = ["node", str(copy_of(PLUGIN) / "hooks" / script), event]
        said = json.dumps({"session_id": "run-1", "cwd": str(self.home), **given})

        def run() -> str:
            done = subprocess.run(
                command,
                input=said,
                capture_output=True,
                text=True,
                env=self.environment,
                timeout=60,
            )
            assert (done.returncode, done.stderr) == (0, "")
            return done.stdout

        return await anyio.to_thread.run_sync(run)


async def test_the_hooks_show_messages_and_memories_and_keep_turns(tmp_path: Path) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:

        async def do(operation: str, **params: Any) -> Any:
            return await served.app.call(operation, params, credential=served.key)

        key = (await do("key.create", name="claude-code")).key
        program = Program(served, key, tmp_path)
        rule = await do("note.add", agent="bob", kind="constraint", text="Never log tokens.")
        port = await do("note.add", agent="bob", kind="fact", text="The price service uses 8080.")
        await do("message.send", agent="bob", to="claude-code", body="The auth module is done.")

        start = await program.hook("inject-context.js", "session_start")
        assert 'You are "claude-code" in workspace "default". 1 unread message.' in start
        assert "\n| The auth module is done.\n" in start
        assert "send_message with parentMessageId set to the id" in start
        assert ("| Never log tokens." in start, "| The price service" in start) == (True, True)
        record("exovault", PLUGIN, "inject-context.js session_start", "works: messages, memories")

        # What the session has is not injected again; the message is delivered, and not shown again.
        more = await do("note.add", agent="bob", kind="skill", text="Restart the price service.")
        again = await program.hook(
            "inject-context.js", "prompt_submit", prompt="Why does the price service fail?"
        )
        assert "| Restart the price service." in again
        assert "8080" not in again
        assert "auth module" not in again
        injected = json.loads((tmp_path / ".exovault-mcp/sessions/run-1.json").read_text())
        assert [each.replace("-", "") for each in injected["injectedMemoryIds"]] == [
            port.id,
            rule.id,
            more.id,
        ]
        record("exovault", PLUGIN, "inject-context.js prompt_submit", "works: new memories only")

        assert await program.hook("capture-turn.js", "user", prompt="Why does it fail?") == ""
        said = "We decided to restart it nightly."
        await program.hook("capture-turn.js", "assistant", last_assistant_message=said)
        turns = (await do("note.list", kind="conversation")).notes
        assert [(turn.text, turn.author, turn.metadata) for turn in turns] == [
            (
                text,
                "claude-code",
                {"role": role, "agentId": "claude_code", "agentRunId": "run-1"},
            )
            for text, role in ((said, "assistant"), ("Why does it fail?", "user"))
        ]
        record("exovault", PLUGIN, "capture-turn.js user and assistant", "works: two turns kept")


async def test_the_hooks_of_a_key_that_ended_say_nothing_and_stop_nobody(tmp_path: Path) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:
        program = Program(served, "abx_ag_0000000000000000", tmp_path)
        assert await program.hook("inject-context.js", "session_start") == ""
        assert await program.hook("capture-turn.js", "user", prompt="Hello there") == ""
        record("exovault", PLUGIN, "a wrong key", "says nothing and stops nobody")
