"""The examples on the pages for those who write clients run as they stand there."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Command
from tests.faces.test_typescript import HERE, installed
from tests.npm import WITH_INSTALL_S

pytestmark = pytest.mark.timeout(WITH_INSTALL_S)
HOWTO = Path(__file__).parents[2] / "docs/howto"


def examples(page: str, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", (HOWTO / page).read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    command.up()
    yield command
    command.stop()


def run(command: Command, program: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=command.environment | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_of_the_python_client_run(command: Command) -> None:
    send, read, script, library = examples("use-the-python-client.md", "python")
    assert run(command, send).split()[1] == "away"
    assert run(command, read) == "ana Which port does staging use?\n"
    assert run(command, script) == "7717\n"
    assert "/tmp/ackbox-example" in library
    assert (
        run(command, library.replace("/tmp/ackbox-example", str(command.where / "library"))) == ""
    )
    kept = command("--as", "bob", "inbox", "--json").stdout
    assert json.loads(kept)["body"] == "From a script"


def program_of(language: str, url: str, key: str) -> subprocess.Popen[str]:
    (program,) = examples("websocket.md", language)
    if language == "python":
        environment = os.environ | {"ACKBOX_URL": url, "ACKBOX_KEY": key}
        return subprocess.Popen(
            [sys.executable, "-c", program],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    node = shutil.which("node")
    assert node is not None, "node is needed: https://nodejs.org, or apt-get install nodejs"
    installed()
    # Node has a WebSocket of its own from version 22.
    given = 'globalThis.WebSocket ??= (await import("ws")).default;\n'
    given += (
        f"globalThis.ACKBOX_URL = {json.dumps(url)}; globalThis.ACKBOX_KEY = {json.dumps(key)};\n"
    )
    return subprocess.Popen(
        [node, "--input-type=module", "-e", given + program],
        cwd=HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("language", ["python", "js"])
def test_an_example_of_the_socket_shows_each_message_once_also_after_a_kill_and_ends_with_its_key(
    command: Command, language: str
) -> None:
    server, key = command.json("status"), command.json("key", "create", "--agent", "bob")
    command.json("--as", "ana", "send", "bob", "one 世界")
    reading = program_of(language, server["url"], key["key"])
    assert reading.stdout is not None
    try:
        shown = [reading.stdout.readline()]
        command.json("--as", "ana", "send", "bob", "two")
        shown.append(reading.stdout.readline())
        os.kill(server["pid"], signal.SIGKILL)
        command.up("--port", server["url"].rpartition(":")[2])
        command.json("--as", "ana", "send", "bob", "three")
        shown.append(reading.stdout.readline())
        assert shown == ["ana: one 世界\n", "ana: two\n", "ana: three\n"]
        # The line is written before the mark is made; what comes after it says that it has been.
        command.json("--as", "ana", "send", "bob", "four")
        assert reading.stdout.readline() == "ana: four\n"
        assert "three" not in command("--as", "bob", "inbox", "--json").stdout
        command.json("key", "revoke", key["id"], "--yes")
        rest, told = reading.communicate(timeout=60)
    finally:
        reading.kill()
        reading.communicate()
    assert (rest, reading.returncode, "unauthenticated: This key has been revoked" in told) == (
        "",
        1,
        True,
    ), told


@pytest.mark.parametrize("language", ["python", "js"])
def test_an_example_of_the_socket_ends_with_what_refuses_it(
    command: Command, language: str
) -> None:
    reading = program_of(language, command.json("status")["url"], "abx_agt_wrong")
    _, told = reading.communicate(timeout=60)
    says = {"python": "HTTP 401", "js": "unauthenticated: This is not an ackbox key."}[language]
    assert (reading.returncode, says in told) == (1, True), told
