"""Proof: find out whether an installation works by running it as the program would.

Explained in docs/why/reach.md, "Other people's files".
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from ackbox.programs.setting import Given

HOOK_S, BRIDGE_S = 10.0, 60.0
# An event that requests nothing and marks nothing; no program uses its name.
SAMPLE = {"hook_event_name": "ackbox.check", "session_id": "ackbox-check", "cwd": "/"}


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One test: its subject, whether it succeeded, and the observation."""

    what: str
    works: bool
    seen: str


def prove(given: Given, environment: Mapping[str, str]) -> list[Proof]:
    """Start the bridge and list its tools, then run the hook on an event that marks nothing.

    The bridge comes first: it starts the server when none runs.
    """
    # Variables that an agent program sets for this command belong to that program.
    own = {
        name: value
        for name, value in environment.items()
        if name not in ("ACKBOX_COPY_ID", "ACKBOX_LAUNCH", "ACKBOX_AGENT", "ACKBOX_INSTANCE")
    }
    return [_bridge(given, own), check_hook(given.hook_line, own)]


def check_hook(line: str, environment: Mapping[str, str]) -> Proof:
    """Run a hook's command on an event that marks nothing."""
    # Through a shell, as the programs do, so that the test includes the quoting.
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", f"{line} --check"],
            input=json.dumps(SAMPLE),
            capture_output=True,
            text=True,
            timeout=HOOK_S,
            env=dict(environment),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Proof(what="hook", works=False, seen=f"{type(error).__name__}: {line}")
    if done.returncode == 0 and not done.stdout:
        return Proof(what="hook", works=True, seen="ran, and the server took its event")
    return Proof(what="hook", works=False, seen=_last_line(done.stderr or done.stdout))


def _bridge(given: Given, environment: Mapping[str, str]) -> Proof:
    hello: dict[str, Any] = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "ackbox connect", "version": "1"},
    }
    asked = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        # Without `notifications/initialized` there is no check-in: a check leaves no agent online.
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    ]
    try:
        process = subprocess.Popen(
            given.bridge,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**environment, **given.bridge_environment},
        )
    except OSError as error:
        return Proof(what="tools", works=False, seen=f"{given.bridge[0]}: {error.strerror}")
    timer = threading.Timer(BRIDGE_S, process.kill)
    timer.start()
    try:
        tools = _ask(process, asked)
    finally:
        timer.cancel()
        with suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        process.wait()
    if tools is None:
        told = process.stderr.read() if process.stderr else ""
        return Proof(what="tools", works=False, seen=_last_line(told) or "the bridge ended")
    return Proof(what="tools", works=True, seen=f"the bridge offers {len(tools)} tools")


def _ask(process: subprocess.Popen[str], asked: list[dict[str, Any]]) -> list[Any] | None:
    assert process.stdin is not None and process.stdout is not None
    with suppress(OSError, ValueError, KeyError, TypeError):
        for message in asked:
            process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
            while True:
                told = json.loads(process.stdout.readline())
                if told.get("id") == message["id"]:
                    break
        return list(told["result"]["tools"])
    return None


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:300] if lines else ""
