"""Around the server: the settings file, the service of the system, and systems without one."""

from __future__ import annotations

import asyncio
import json
import os
import plistlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ackbox.faces.cli.service import plist_text, unit_text
from tests.command import SOURCE, Command
from tests.serving import serving


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    yield command
    command.stop()


def test_a_setting_is_written_read_and_removed_and_the_rest_of_the_file_stays(
    command: Command,
) -> None:
    path = command.where / "home/.config/ackbox/config.toml"
    assert command.json("config", "set", "agent", "ana") == {
        "name": "agent",
        "value": "ana",
        "file": str(path),
    }
    path.write_text("# mine\nagent = 'ana'  # me\nport = 7000\n")
    command.json("config", "set", "agent", 'a "b"')
    command.json("config", "set", "key", "abx_agt_secret")
    assert path.read_text() == (
        '# mine\nagent = "a \\"b\\""\nport = 7000\nkey = "abx_agt_secret"\n'
    )
    assert path.stat().st_mode & 0o777 == 0o600
    listed = {
        each["name"]: (each["value"], each["source"]) for each in command.json("config", "list")
    }
    assert (listed["agent"], listed["key"]) == (('a "b"', "file"), ("***", "file"))
    assert (listed["host"], listed["workspace"]) == (("127.0.0.1", "default"), (None, "default"))
    assert command.json("config", "get", "port")["value"] == "7000"
    command.json("config", "unset", "agent")
    assert path.read_text() == '# mine\nport = 7000\nkey = "abx_agt_secret"\n'
    missing = command("config", "get", "agent")
    assert (missing.returncode, missing.stdout) == (6, "")
    wrong = command("config", "set", "port", "high")
    assert (wrong.returncode, json.loads(wrong.stderr)["error"]["message"]) == (
        1,
        "The port 'high' is not a number.",
    )


# Stands for systemd: runs what the unit says, and keeps nothing else of it.
SYSTEMCTL = """#!{python}
import os, shlex, subprocess, sys
words = [word for word in sys.argv[1:] if not word.startswith("--")]
unit = os.path.expanduser("~/.config/systemd/user/ackbox.service")
open(os.path.expanduser("~/asked"), "a").write(" ".join(sys.argv[1:]) + "\\n")
if words[0] == "is-active":
    sys.exit(not os.path.exists(os.path.expanduser("~/pid")))
if words[0] == "enable":
    line = next(line for line in open(unit) if line.startswith("ExecStart="))
    null = subprocess.DEVNULL
    started = subprocess.Popen(
        shlex.split(line.partition("=")[2]) + ["--port", "0"],
        start_new_session=True, stdin=null, stdout=null, stderr=null,
    )
    open(os.path.expanduser("~/pid"), "w").write(str(started.pid))
if words[0] == "disable":
    os.kill(int(open(os.path.expanduser("~/pid")).read()), 15)
    os.unlink(os.path.expanduser("~/pid"))
"""


def test_the_service_runs_the_server_until_it_is_removed(command: Command) -> None:
    without = command("service", "install", PATH="/nowhere")
    assert without.returncode == 1
    assert "ackbox up --detach" in json.loads(without.stderr)["error"]["hint"]
    tools = command.where / "tools"
    tools.mkdir()
    (tools / "systemctl").write_text(SYSTEMCTL.format(python=sys.executable))
    (tools / "systemctl").chmod(0o755)
    command.environment["PATH"] = f"{tools}:{os.environ['PATH']}"
    home = command.where / "home"
    unit = home / ".config/systemd/user/ackbox.service"
    assert command.json("service", "status")["installed"] is False
    made = command.json("service", "install")
    assert made["file"] == str(unit) and made["url"].startswith("http://127.0.0.1:")
    assert command.json("me")["workspace"] == "default"
    assert f'"--data-dir" "{command.data}" "--json" "up" "--no-open"' in unit.read_text()
    assert command.json("service", "status") == {
        "installed": True,
        "active": True,
        "file": str(unit),
        "url": made["url"],
    }
    assert command.json("service", "remove")["removed"] is True
    assert not unit.exists() and (command.data / "ackbox.db").exists()
    assert command.json("service", "remove") == {"removed": False}
    asked = (home / "asked").read_text().splitlines()
    assert [line for line in asked if "is-active" not in line] == [
        "--user show-environment",
        "--user daemon-reload",
        "--user enable --now ackbox.service",
        "--user disable --now ackbox.service",
        "--user daemon-reload",
    ]


def test_a_service_is_described_with_any_path_in_it() -> None:
    words = ["/opt/a b/ackbox", "--data-dir", '/data/100% "mine" $HOME']
    assert (
        'ExecStart="/opt/a b/ackbox" "--data-dir" "/data/100%% \\"mine\\" $$HOME"\n'
    ) in unit_text(words)
    described = plistlib.loads(plist_text(words, Path("/data/server.log")).encode())
    assert described["ProgramArguments"] == words


# Takes away what Python has on Windows not, then runs one command line after the other.
WINDOWS = """
import json, os, sys
for name in ("fcntl", "pwd", "grp", "resource", "termios", "tty"):
    sys.modules[name] = None
for name in ("geteuid", "getuid", "fchmod", "O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK", "O_DIRECTORY"):
    delattr(os, name)
import signal
for name in ("SIGHUP", "SIGPIPE"):
    delattr(signal, name)
from ackbox.__main__ import main
codes = []
for words in json.load(sys.stdin):
    sys.argv = ["ackbox", *words]
    try:
        main()
        codes.append(0)
    except SystemExit as end:
        codes.append(end.code or 0)
    sys.stdout.flush()
print(json.dumps(codes), file=sys.stderr)
"""


async def test_without_fcntl_commands_reach_a_server_elsewhere_and_none_starts(
    tmp_path: Path,
) -> None:
    async with serving("sqlite://:memory:") as served:
        lines = [
            ["--as", "ana", "send", "bob", "hello"],
            ["--as", "bob", "inbox"],
            ["--as", "bob", "read"],
            ["--as", "ana", "task", "add", "Port it"],
            ["who"],
            ["config", "set", "agent", "bob"],
            ["me"],
            ["up"],
            ["tui"],
            ["--data-dir", str(tmp_path), "stop"],
        ]
        ran = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            WINDOWS,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={
                "PYTHONPATH": SOURCE,
                "HOME": str(tmp_path),
                "ACKBOX_URL": served.url,
                "ACKBOX_KEY": served.key,
                "PATH": os.environ["PATH"],
                "ACKBOX_OUTPUT": "json",
            },
        )
        out, errors = await ran.communicate(json.dumps(lines).encode())
    told = errors.decode().splitlines()
    assert json.loads(told[-1]) == [0, 0, 0, 0, 0, 0, 0, 1, 1, 0], errors.decode()
    refused = [json.loads(line)["error"]["message"] for line in told if line.startswith('{"error"')]
    assert refused == [
        "The ackbox server runs on Linux and macOS only: Python has no module fcntl here.",
        "The terminal UI runs on Linux and macOS only: Python has no module fcntl here.",
    ]
    assert '"hello"' in out.decode()
