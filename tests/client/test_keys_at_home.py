"""The operator key goes to the address in server.json of its own data directory, and nowhere
else.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import ackbox as package
from ackbox.client.discovery import caller, same_address
from ackbox.client.http import HttpCaller, parse_url
from ackbox.client.running import read_operator_key
from ackbox.config import SETTINGS, BadSettings
from ackbox.dialects import DIALECTS
from ackbox.errors import AckboxError, BadKey
from ackbox.faces.cli.context import DONE, KEY, NO_SERVER
from ackbox.faces.cli.main import VERBS, cli
from ackbox.faces.stdio_bridge import server as bridge_server
from tests.command import Command

OTHER_KEY = "abx_agt_of-somewhere-else"
BARE = ("inbox", "wait", "who", "me", "heartbeat", "open", "mcp", "log", "flow", "health")
ALSO_BARE = ("overview", "needs", "threads", "quiet")
# What is written after each verb that talks to a server.
ARGUMENTS: dict[str, list[str]] = {
    **{verb: [] for verb in (*BARE, *ALSO_BARE)},
    "send": ["bob", "hello"],
    "reply": ["0" * 32, "hello"],
    "ask": ["bob", "well?"],
    **{verb: ["0" * 32] for verb in ("read", "ack", "archive", "withdraw", "thread")},
    "search": ["word"],
    "tail": ["--since", "start"],
    **{verb: ["bob"] for verb in ("nudge", "pause", "resume", "mute", "unmute")},
    "dismiss": ["bob", "--yes"],
    "key": ["list"],
    "agent": ["set-kind", "bob", "human"],
    "workspace": ["list"],
    "task": ["list"],
    "session": ["list"],
    "note": ["list"],
    "turn": ["submit"],
    "review": ["list"],
    "demo": ["--fast", "--no-wait"],
    "schedule": ["list"],
    "webhook": ["list"],
    "invite": ["bob"],
    "vault": ["create", "secret"],
    "export": ["-"],
    "import": ["{export}"],
    "backup": ["/nowhere/copy.db"],
    "status": ["0" * 32],
    "rpc": ["kavi"],
}
# These look at this machine, or ask for a terminal first.
LOCAL = {"up", "stop", "completion", "tui", "doctor", "config", "service", "help", "version"}
LOCAL |= {"gateway"}  # It looks for a vault key first.
# These are for agent programs, and end differently: their arguments, and the exit code.
OF_PROGRAMS: dict[str, tuple[list[str], int]] = {
    "run": (["claude"], NO_SERVER),
    "connect": (["claude"], NO_SERVER),
    "disconnect": (["claude"], DONE),
    "hook": (["claude", "--deadline", "20"], DONE),
    "join": (["--replace", "{url}/join#abx_lnk_other"], NO_SERVER),
}


class Listener:
    """A port of somebody else: keeps what is sent to it, and answers with a redirect."""

    def __init__(self, to: str = "") -> None:
        self.heard: list[bytes] = []
        self.came = threading.Semaphore(0)
        self._to = to
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                try:
                    self.heard.append(connection.recv(65536))
                    connection.sendall(
                        f"HTTP/1.1 307 Go\r\nLocation: {self._to or self.url}/\r\nContent-Length:"
                        " 0\r\n\r\n".encode()
                    )
                except OSError:
                    self.heard.append(b"")
            self.came.release()

    def close(self) -> None:
        self._socket.close()

    @property
    def has_seen_a_key(self) -> bool:
        return any(b"authorization" in each.lower() or b"abx_" in each for each in self.heard)


@pytest.fixture
def other() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(tmp_path_factory.mktemp("home"))
    command.up()
    command("export", str(command.where / "export.jsonl"))
    yield command
    command.stop()


@pytest.fixture
def here(home: Command, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """This process, as a person on the server's machine would have it."""
    for setting in SETTINGS:
        monkeypatch.delenv(setting.env, raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    yield home
    (Path(home.environment["HOME"]) / ".config/ackbox/config.toml").unlink(missing_ok=True)


def settings_file(home: Command, text: str) -> None:
    path = Path(home.environment["HOME"]) / ".config/ackbox/config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)


def test_every_verb_is_walked() -> None:
    assert ARGUMENTS.keys() | LOCAL | OF_PROGRAMS.keys() == VERBS.keys()


@pytest.mark.parametrize("verb", ARGUMENTS)
@pytest.mark.parametrize("way", ["flag", "environment", "file"])
def test_no_verb_shows_the_operator_key_to_another_address(
    here: Command, other: Listener, monkeypatch: pytest.MonkeyPatch, verb: str, way: str
) -> None:
    assert read_operator_key(here.data) is not None
    arguments = [
        verb,
        *(each.format(export=here.where / "export.jsonl") for each in ARGUMENTS[verb]),
    ]
    if way == "flag":
        arguments = ["--url", other.url, *arguments]
    elif way == "environment":
        monkeypatch.setenv("ACKBOX_URL", other.url)
    else:
        settings_file(here, f'url = "{other.url}"')
    done = CliRunner().invoke(cli, ["--text", *arguments], input="{}\n", standalone_mode=False)
    code = done.exception.code if isinstance(done.exception, SystemExit) else done.exit_code
    assert (
        other.has_seen_a_key,
        code,
        f"No key for {other.url}." in done.stderr,
        "ACKBOX_KEY" in done.stderr,
    ) == (False, KEY, True, True), done.output


@pytest.mark.parametrize("verb", OF_PROGRAMS)
@pytest.mark.parametrize("way", ["flag", "environment", "file"])
def test_no_verb_for_agent_programs_shows_the_operator_key_to_another_address(
    here: Command, other: Listener, tmp_path: Path, verb: str, way: str
) -> None:
    program = tmp_path / "claude"
    program.write_text("#!/bin/sh\nexit 9\n")
    program.chmod(0o755)
    arguments, code = OF_PROGRAMS[verb]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    before = []
    if way == "flag":
        before = ["--url", other.url]
    elif way == "environment":
        environment["ACKBOX_URL"] = other.url
    else:
        settings_file(here, f'url = "{other.url}"')
    done = here(
        *before,
        verb,
        *(each.format(url=other.url) for each in arguments),
        stdin="{}",
        **environment,
    )
    operator = read_operator_key(here.data)
    assert operator is not None
    assert (
        [each for each in other.heard if operator.encode() in each],
        other.has_seen_a_key and verb != "join",
        done.returncode,
    ) == ([], False, code), done.stderr
    if verb == "hook":
        assert f"No key for {other.url}." in (here.data / "hook.log").read_text("utf-8")


@pytest.mark.parametrize("arguments", [["doctor"], []], ids=["doctor", "overview"])
def test_what_looks_around_says_that_there_is_no_key(
    here: Command, other: Listener, arguments: list[str]
) -> None:
    done = CliRunner().invoke(
        cli, ["--text", "--url", other.url, *arguments], standalone_mode=False
    )
    assert (other.has_seen_a_key, "ACKBOX_KEY" in done.output) == (False, True), done.output


@pytest.mark.parametrize(
    ("dialect", "variable"),
    [
        (dialect.name, variable)
        for dialect in DIALECTS
        for name, variable in dialect.environment.items()
        if name == "url"
    ],
)
def test_the_address_of_another_system_gets_no_key_and_the_own_server_is_used(
    here: Command, other: Listener, dialect: str, variable: str
) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "raw", "version": "0"},
        },
    }
    done = subprocess.run(
        [*here.argv, "mcp", "--dialect", dialect],
        input=json.dumps(hello) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        env=here.environment | {variable: other.url},
        check=False,
    )
    answer = json.loads(done.stdout.splitlines()[0])
    assert (other.heard, answer["result"]["protocolVersion"], "set ACKBOX_KEY" in done.stderr) == (
        [],
        "2025-06-18",
        True,
    )


@pytest.mark.parametrize(
    ("dialect", "names"), [(dialect.name, dialect.environment) for dialect in DIALECTS]
)
def test_no_variable_of_another_system_takes_the_operator_key_away(
    here: Command, other: Listener, dialect: str, names: dict[str, str]
) -> None:
    theirs = {
        variable: {"url": other.url, "key": "sk_of_that_system"}.get(name, "default")
        for name, variable in names.items()
    }
    done = subprocess.run(
        [*here.argv, "mcp", "--dialect", dialect],
        input='{"jsonrpc":"2.0","id":1,"method":"ping"}\n',
        capture_output=True,
        text=True,
        timeout=60,
        env=here.environment | theirs,
        check=False,
    )
    assert (other.heard, "Traceback" in done.stderr) == ([], False)


def test_the_address_of_another_system_counts_with_a_key_of_ours_from_the_environment(
    here: Command, other: Listener
) -> None:
    environment = here.environment | {
        "EXOVAULT_API_URL": other.url,
        "EXOVAULT_AGENT_KEY": OTHER_KEY,
    }
    subprocess.run(
        [*here.argv, "mcp", "--dialect", "exovault"],
        input='{"jsonrpc":"2.0","id":1,"method":"ping"}\n',
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=False,
    )
    operator = read_operator_key(here.data)
    assert operator is not None
    assert {OTHER_KEY.encode() in each for each in other.heard} == {True}
    assert [each for each in other.heard if operator.encode() in each] == []


@pytest.mark.parametrize(
    ("url_from", "key_from", "goes"),
    [
        ("flag", "flag", True),
        ("flag", "environment", True),
        ("flag", "file", False),
        ("environment", "flag", True),
        ("environment", "environment", True),
        ("environment", "file", False),
        ("file", "flag", True),
        ("file", "environment", True),
        ("file", "file", True),
    ],
)
def test_a_key_from_the_file_goes_to_the_address_in_the_file_only(
    here: Command,
    other: Listener,
    monkeypatch: pytest.MonkeyPatch,
    url_from: str,
    key_from: str,
    goes: bool,
) -> None:
    given: dict[str, str] = {}
    lines = []
    for name, value, place in (("url", other.url, url_from), ("key", OTHER_KEY, key_from)):
        if place == "flag":
            given[name] = value
        elif place == "environment":
            monkeypatch.setenv(f"ACKBOX_{name.upper()}", value)
        else:
            lines.append(f'{name} = "{value}"')
    settings_file(here, "\n".join(lines))
    if goes:
        assert caller(**given).key == OTHER_KEY
    else:
        with pytest.raises(BadKey, match="No key for"):
            caller(**given)


def test_the_own_server_is_known_by_each_of_its_spellings_and_called_by_its_own(
    here: Command,
) -> None:
    url = caller().url
    port = parse_url(url).port
    operator = read_operator_key(here.data)
    for spelled in (
        url,
        f"{url}/",
        f"HTTP://127.0.0.1:{port}",
        f"127.0.0.1:{port}",
        f"http://localhost:{port}",
        f"http://LOCALHOST:{port}/",
    ):
        found = caller(url=spelled)
        assert (found.url, found.key) == (url, operator), spelled


@pytest.mark.parametrize(
    "spelled",
    [
        "http://127.0.0.1:1",
        "https://127.0.0.1:{}",
        "http://127.0.0.2:{}",
        "http://[::1]:{}",
        "http://127.1:{}",
        "http://127.0.0.1.evil:{}",
        "http://localhost.evil:{}",
        "http://127.0.0.1:{}/other",
        "http://2130706433:{}",
        "http://127.0.0.1",
    ],
)
def test_another_address_is_not_the_own_server(here: Command, spelled: str) -> None:
    url = caller().url
    assert not same_address(spelled.format(parse_url(url).port), url)


@pytest.mark.parametrize(
    "spelled",
    [
        "http://127.0.0.1:7717@evil/",
        "http://evil\\@127.0.0.1:7717",
        "http://user:secret@127.0.0.1:7717",
        "http://@127.0.0.1",
    ],
)
def test_an_address_with_a_name_in_front_is_refused_without_showing_it(
    here: Command, spelled: str
) -> None:
    with pytest.raises(BadSettings, match="before the @") as refused:
        caller(url=spelled, key=OTHER_KEY)
    assert "secret" not in str(refused.value)


def test_a_redirect_takes_no_key_along(here: Command, other: Listener) -> None:
    first = Listener(to=other.url)
    with pytest.raises(package.NoServer, match="is not ackbox"):
        HttpCaller(first.url, OTHER_KEY).call("agent.whoami", {})
    with (
        package.SyncClient(first.url, OTHER_KEY, patience_s=0) as client,
        pytest.raises((AckboxError, package.NoServer)),
    ):
        client.agent.whoami()
    first.close()
    assert (first.has_seen_a_key, other.heard) == (True, [])


def test_the_python_client_shows_the_operator_key_to_no_other_address(
    here: Command, other: Listener
) -> None:
    for make in (package.Client, package.SyncClient):
        with pytest.raises(BadKey, match="No key for"):
            make(other.url)
    assert other.has_seen_a_key is False


def test_a_server_that_has_ended_gets_nothing_at_its_old_address(tmp_path: Path) -> None:
    command = Command(tmp_path)
    told = command.up()
    held = caller(data_dir=str(command.data))
    assert held.call("agent.whoami", {})["role"] == "operator"
    command.stop()
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", parse_url(told["url"]).port or 0)) as thief:
        thief.settimeout(0.2)
        with pytest.raises(package.NoServer, match="has stopped"):
            held.call("agent.whoami", {})
        with pytest.raises(TimeoutError):
            heard.append(thief.accept()[0].recv(100))
    assert heard == []


def test_own_ackbox_variables_do_not_leak_into_these_tests() -> None:
    assert [name for name in os.environ if name in {setting.env for setting in SETTINGS}] == []


def test_the_terminal_shows_the_operator_key_to_no_other_address(
    here: Command, other: Listener
) -> None:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*here.argv, "--url", other.url, "tui"],
        env=here.environment | {"TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
    )
    _, told = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert (process.returncode, "ACKBOX_KEY" in told, other.has_seen_a_key) == (KEY, True, False)


def test_a_bridge_uses_the_ackbox_of_its_user_on_the_usual_port_with_the_key_that_belongs_to_it(
    here: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = caller().url
    port = parse_url(url).port
    made = here.json("key", "create", "--agent", "bob")["key"]
    monkeypatch.setattr(bridge_server, "DEFAULT_PORT", port)
    monkeypatch.setattr(bridge_server, "DEFAULT_URL", url)
    monkeypatch.delenv("ACKBOX_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(here.where / "nothing here"))
    found = bridge_server.find_server(None, None, None)
    assert (found.url, found.key) == (url, read_operator_key(here.data))
    assert (
        f"Using the server at {url} with the data directory {here.data}; none is running on"
        in capsys.readouterr().err
    )
    assert bridge_server.find_server(None, None, made).key == made
    monkeypatch.setenv("ACKBOX_DATA_DIR", str(here.where / "another"))
    # A key that fits is used there from any directory; the operator key of another directory is
    # not.
    assert bridge_server.find_server(None, None, made).url == url
    started = bridge_server.find_server(None, None, None)
    here("stop", ACKBOX_DATA_DIR=str(here.where / "another"))
    assert started.url != url
    assert started.key == read_operator_key(here.where / "another")


@pytest.mark.parametrize("key", [None, OTHER_KEY])
def test_a_bridge_shows_no_operator_key_to_what_else_has_the_usual_port(
    here: Command, other: Listener, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    monkeypatch.setattr(bridge_server, "DEFAULT_PORT", other.port)
    monkeypatch.setattr(bridge_server, "DEFAULT_URL", other.url)
    monkeypatch.setenv("ACKBOX_DATA_DIR", str(here.where / f"fresh-{key is None}"))
    found = bridge_server.find_server(None, None, key)
    here("stop", ACKBOX_DATA_DIR=str(here.where / f"fresh-{key is None}"))
    assert (found.url != other.url, other.has_seen_a_key) == (True, False)
