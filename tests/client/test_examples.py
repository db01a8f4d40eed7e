"""The examples on the pages for those who write clients run as they stand there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Command
from tests.faces.test_typescript import HERE, installed

HOWTO = Path(__file__).parents[2] / "docs/howto"


def examples(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (HOWTO / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    command.up()
    yield command
    command.stop()


def run(command: Command, program: str, **environment: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], env=command.environment | environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_of_the_python_client_run(command: Command) -> None:
    send, read, script, library = examples("use-the-python-client.md", "python")
    assert run(command, send).split()[1] == "away"
    assert run(command, read) == "ana Which port does staging use?\n"
    assert run(command, script) == "7717\n"
    assert "/tmp/ackbox-example" in library
    assert run(command, library.replace("/tmp/ackbox-example", str(command.where / "library"))) == ""
    kept = command("--as", "bob", "inbox", "--json").stdout
    assert json.loads(kept)["body"] == "From a script"


def test_the_python_example_of_the_socket_runs(command: Command) -> None:
    (program,) = examples("websocket.md", "python")
    key = command.json("key", "create", "--agent", "bob")["key"]
    command.json("--as", "ana", "send", "bob", "hello 世界")
    assert run(command, program, ACKBOX_URL=command.json("status")["url"], ACKBOX_KEY=key) == "ana hello 世界\n"


def test_the_javascript_example_shows_each_message_once_also_after_the_server_was_killed(command: Command) -> None:
    (program,) = examples("websocket.md", "js")
    node = shutil.which("node")
    assert node is not None, "node is needed: https://nodejs.org, or apt-get install nodejs"
    server, key = command.json("status"), command.json("key", "create", "--agent", "bob")["key"]
    command.json("--as", "ana", "send", "bob", "one")
    installed()
    # Node has a WebSocket of its own from version 22.
    given = 'globalThis.WebSocket ??= (await import("ws")).default;\n'
    given += f"globalThis.ACKBOX_URL = {json.dumps(server['url'])}; globalThis.ACKBOX_KEY = {json.dumps(key)};\n"
    reading = subprocess.Popen([node, "--input-type=module", "-e", given + program], cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert reading.stdout is not None
    try:
        shown = [reading.stdout.readline()]
        command.json("--as", "ana", "send", "bob", "two")
        shown.append(reading.stdout.readline())
        subprocess.run(["kill", "-9", str(server["pid"])], check=True)
        command.up("--port", server["url"].rpartition(":")[2])
        command.json("--as", "ana", "send", "bob", "three")
        shown.append(reading.stdout.readline())
        assert shown == ["ana: one\n", "ana: two\n", "ana: three\n"]
        assert command("--as", "bob", "inbox", "--json").stdout == ""
    finally:
        reading.kill()
        reading.communicate()
