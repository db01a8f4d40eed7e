"""One server, found: ports, options, where it starts, and the password of its database."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ackbox.client.http import parse_url
from ackbox.errors import Unavailable
from ackbox.faces.server import run as starting
from ackbox.faces.server.run import Place, bind_for
from tests.command import Command
from tests.engines import fresh_database

SECRET = "s3cr3t-canary"
TRAP = (
    "import pathlib\npathlib.Path({!r}).write_text(__name__)\nraise SystemExit('a file of the"
    " project was run')\n"
)
# What the server and the command import, under the names that a project may have for files of its
# own.
SHADOWS = (
    "structlog",
    "uvicorn",
    "msgspec",
    "click",
    "apsw",
    "asyncpg",
    "starlette",
    "websockets",
    "httptools",
)


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    yield command
    command.stop()


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program has."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held.getsockname()[1]


def trapped(ackbox: Command) -> tuple[Path, Path]:
    """Return a project directory whose files must not be run, and what appears when one is."""
    project, sprung = ackbox.where / "project", ackbox.where / "sprung"
    project.mkdir()
    for name in SHADOWS:
        (project / f"{name}.py").write_text(TRAP.format(str(sprung)))
    return project, sprung


@pytest.mark.parametrize(
    "arguments",
    [
        ["up", "--port", "0", "--detach", "--no-open"],
        ["demo", "--fast", "--no-wait"],
        ["mcp", "--as", "ana"],
    ],
    ids=["up", "demo", "mcp"],
)
def test_nothing_in_the_working_directory_is_run(
    ackbox: Command, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    project, sprung = trapped(ackbox)
    monkeypatch.chdir(project)
    done = ackbox.started(*arguments)
    assert (done.returncode, sprung.exists()) == (0, False), done.stderr
    server = json.loads((ackbox.data / "server.json").read_text())
    assert Path(os.readlink(f"/proc/{server['pid']}/cwd")) == ackbox.data.resolve()


def test_a_relative_data_directory_and_database_are_meant_from_where_the_command_is_given(
    ackbox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ackbox.where)
    told = ackbox.json(
        "--data-dir",
        "data",
        "up",
        "--port",
        "0",
        "--detach",
        "--no-open",
        "--database",
        "sqlite:///kept/post.db",
    )
    assert (told["data_dir"], (ackbox.where / "kept/post.db").exists()) == (str(ackbox.data), True)


@pytest.mark.parametrize("way", ["flag", "environment"])
@pytest.mark.parametrize("detach", [[], ["--detach"]], ids=["", "detached"])
def test_a_named_port_that_is_taken_is_an_error(
    ackbox: Command, taken: int, way: str, detach: list[str]
) -> None:
    arguments, environment = (
        (["--port", str(taken)], {}) if way == "flag" else ([], {"ACKBOX_PORT": str(taken)})
    )
    done = ackbox("up", "--no-open", *detach, *arguments, **environment)
    assert (done.returncode, f"Port {taken} is in use by another program." in done.stderr) == (
        1,
        True,
    ), done.stderr


def test_a_named_port_that_another_ackbox_has_is_said_with_its_directory(
    ackbox: Command, tmp_path: Path
) -> None:
    first = ackbox.up()
    other = Command(tmp_path / "other")
    done = other("up", "--no-open", "--port", str(parse_url(first["url"]).port), "--text")
    assert (
        done.returncode,
        f"is in use by the ackbox with the data directory {ackbox.data} (pid {first['pid']})."
        in done.stderr,
    ) == (1, True), done.stderr


def test_the_usual_port_when_taken_is_left_for_another_and_said(
    taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "DEFAULT_PORT", taken)
    sock, notice = bind_for(Place(where=tmp_path, host="127.0.0.1"))
    with sock:
        assert (
            notice == f"Port {taken} is in use by another program. This server listens on port"
            f" {sock.getsockname()[1]}."
        )
    with pytest.raises(Unavailable, match=f"Port {taken} is in use"):
        bind_for(Place(where=tmp_path, host="127.0.0.1", port=taken))


def test_options_given_to_up_while_a_server_runs_are_compared(ackbox: Command) -> None:
    first = ackbox.up("--allow-host", "post.example.com")
    same = ackbox(
        "up",
        "--no-open",
        "--port",
        str(parse_url(first["url"]).port),
        "--allow-host",
        "post.example.com",
        "--text",
    )
    assert (same.returncode, "is already running" in same.stdout, same.stderr) == (0, True, "")
    other = ackbox(
        "up",
        "--no-open",
        "--port",
        "1",
        "--host",
        "127.0.0.2",
        "--database",
        "sqlite:////tmp/other.db",
        "--allow-host",
        "mail.example.com",
        "--text",
    )
    assert (other.returncode, "is already running" in other.stdout) == (1, True)
    assert (
        other.stderr == "The server runs with other options: host 127.0.0.1, not 127.0.0.2; port"
        f" {parse_url(first['url']).port}, not 1; database"
        f" sqlite:///{ackbox.data.resolve()}/ackbox.db, not sqlite:////tmp/other.db; no"
        " --allow-host mail.example.com. To change them, run ackbox stop, then ackbox up.\n"
    )
    assert ackbox.json("status")["pid"] == first["pid"]


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://user:{SECRET}@127.0.0.1:1/x",
        f"postgres://:{SECRET}@127.0.0.1:1/x",
        f"postgresql://127.0.0.1:1/x?password={SECRET}",
    ],
)
@pytest.mark.parametrize("detach", [[], ["--detach"]], ids=["", "detached"])
def test_a_password_on_the_command_line_is_refused_without_showing_it(
    ackbox: Command, url: str, detach: list[str]
) -> None:
    done = ackbox("up", "--database", url, *detach)
    assert (done.returncode, SECRET in done.stdout + done.stderr) == (2, False)
    assert "ACKBOX_DATABASE" in done.stderr
    assert not ackbox.data.exists()


def with_password(url: str) -> str:
    """Return the URL of a test database with a password in it, which its server does not ask
    for.
    """
    return url.replace("postgres:@", f"postgres:{SECRET}@")


@pytest.mark.parametrize("way", ["environment", "settings file", "file"])
def test_a_password_is_in_no_argument_and_nothing_that_is_shown(
    ackbox: Command, tmp_path: Path, way: str
) -> None:
    url, environment = with_password(fresh_database("postgres", tmp_path)), {}
    assert SECRET in url
    if way == "environment":
        environment = {"ACKBOX_DATABASE": url}
    else:
        path = Path(ackbox.environment["HOME"]) / (
            ".config/ackbox/config.toml" if way == "settings file" else "database-url"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'database = "{url}"\n' if way == "settings file" else url)
        path.chmod(0o600)
        environment = {"ACKBOX_DATABASE_FILE": str(path)} if way == "file" else {}
    told = ackbox.json("up", "--port", "0", "--detach", "--no-open", **environment)
    assert told["database"].startswith("postgresql")
    shown = [
        json.dumps(told),
        Path(f"/proc/{told['pid']}/cmdline").read_text(),
        *(path.read_text(errors="replace") for path in ackbox.data.iterdir()),
    ]
    shown += [
        done.stdout + done.stderr
        for done in (ackbox(verb, **environment) for verb in ("status", "doctor"))
    ]
    assert [each for each in shown if SECRET in each] == []


class NoSockets(BaseHTTPRequestHandler):
    """A proxy that passes calls and no sockets."""

    def do_GET(self) -> None:
        self._answer(
            *(
                (200, {"status": "ok"})
                if self.path == "/healthz"
                else (426, {"error": {"code": "invalid", "message": "No Upgrade came."}})
            )
        )

    def do_POST(self) -> None:
        self._answer(
            *(
                (200, {"agent": "ana", "role": "agent", "workspace": "default"})
                if self.path.endswith("whoami")
                else (403, {"error": {"code": "not_allowed", "message": "No."}})
            )
        )

    def _answer(self, status: int, body: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None: ...


def test_the_doctor_tries_the_socket_too(ackbox: Command) -> None:
    ackbox.up()
    assert [
        each["state"] for each in ackbox.json("doctor")["findings"] if each["what"] == "socket"
    ] == ["ok"]
    proxy = HTTPServer(("127.0.0.1", 0), NoSockets)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    done = ackbox(
        "doctor",
        "--json",
        ACKBOX_URL=f"http://127.0.0.1:{proxy.server_address[1]}",
        ACKBOX_KEY="abx_agt_x",
    )
    proxy.shutdown()
    proxy.server_close()
    found = [each for each in json.loads(done.stdout)["findings"] if each["what"] == "socket"]
    assert (done.returncode, [(each["state"], each["seen"]) for each in found]) == (
        1,
        [("bad", "no WebSocket opens at /ws: No Upgrade came.")],
    )
