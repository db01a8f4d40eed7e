"""`ackbox hook PROGRAM`: passes an event from an agent program to the server, and returns the
reply.

It must never disturb the program: it ends within its deadline, with exit code 0, and prints a
complete reply or nothing. It confirms the messages only after it has written the output. Imports
only the standard library, and little of it, because it runs at each prompt and tool call. Explained
in docs/why/reach.md.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time

from ackbox.client.exchange import connect, exchange
from ackbox.client.program_process import copy_id, session_copy_id
from ackbox.client.running import read_operator_key, read_server
from ackbox.errors import Unavailable
from ackbox.private import open_private

# Not from typing: a hook imports this at each prompt and tool call.
TYPE_CHECKING = False

HELP = """Usage: ackbox hook PROGRAM [OPTIONS]

  Example: ackbox hook claude < event.json

  Send an event of an agent program to the server and print its reply. `ackbox connect` installs
  this as the program's hook. Prints nothing and ends with 0 when anything is wrong; the reason is
  in hook.log in the data directory.

Options:
  --as NAME        Agent to speak as.
  --instance NAME  Instance of the agent; left out, the server gives one.
  -w, --workspace W  Workspace to act in.
  --data-dir DIR   Data directory of the server.
  --url URL        Server to talk to; its key is in the settings file or ACKBOX_KEY.
  --deadline S     Seconds before it gives up (0.8; 5 if this machine has vault keys).
  --check          Say what is wrong, with exit code 1, and confirm nothing.
  --monitor        Print a line whenever the program should look at its messages.
  --help           Show this text.

  `ackbox connect` writes --connected into what it installs, `ackbox run` writes --launched.
"""
DEADLINE_S = 0.8
SEALED_DEADLINE_S = 5.0
MAX_PAYLOAD = 16 << 20
MAX_LOG = 256 << 10
SHORT = {"-w": "--workspace"}
# Options without a value.
FLAGS = frozenset({"check", "connected", "launched", "monitor"})
# The fields of an event that the server reads; the hook does not send the others, such as a tool's
# output.
FIELDS = (
    "hook_event_name",
    "session_id",
    "conversation_id",
    "source",
    "trigger",
    "model",
    "stop_hook_active",
    "is_continued",
    "loop_count",
    "notification_type",
    "agent_id",
    "tool_name",
)
# Fields in which an event may name changed files.
EDITING = frozenset({"files", "tool_calls", "tool_name", "edits"})


if TYPE_CHECKING:
    from collections.abc import Callable

    Answered = tuple[int, dict[str, str], bytes]
    # Path, headers and body of a request.
    Ask = Callable[[str, dict[str, str], bytes], Answered]
    # Data directory, address of the server, and who calls; null when nothing is to open.
    OpenSealed = Callable[[str, str | None, dict[str, str]], Ask | None]


class Failed(Exception):
    """The reason why nothing was shown."""


class Server:
    """The address of the server, and the key for it."""

    def __init__(
        self, host: str, port: int, key: str, *, path: str = "", is_encrypted: bool = False
    ) -> None:
        self.host, self.port, self.key = host, port, key
        self.path, self.is_encrypted = path, is_encrypted

    def connect(self, timeout: float) -> socket.socket:
        """Open a connection."""
        line = connect(self.host, self.port, timeout)
        if not self.is_encrypted:
            return line
        import ssl

        return ssl.create_default_context().wrap_socket(line, server_hostname=self.host)


def run(arguments: list[str], open_sealed: OpenSealed = lambda *_: None) -> int:
    """Pass on one event; returns the exit code, which is 0 except for failures with `--check`.

    `open_sealed` returns what answers in the place of a server that cannot read the messages.
    """
    if "--help" in arguments or not arguments or arguments[0].startswith("-"):
        sys.stdout.write(HELP)
        return 0
    program, options = arguments[0], _options(arguments[1:])
    # A program that `ackbox run` started has the hooks of that launch; the hooks of an installation
    # would show its model everything twice.
    if "connected" in options and os.environ.get("ACKBOX_LAUNCH") == program:
        return 0
    if "monitor" in options:
        from ackbox.faces.hook.monitor import watch

        return watch(program)
    try:
        deadline = float(options.get("deadline") or DEADLINE_S)
        signal.signal(signal.SIGALRM, lambda *_: _give_up(program, options))
        signal.setitimer(signal.ITIMER_REAL, deadline)
        _carry(program, options, deadline, open_sealed)
    except Exception as error:  # the edge: a hook never harms
        why = f"{program}: {type(error).__name__}: {error}"
        if "check" in options:
            sys.stderr.write(f"{why}\n")
            return 1
        _log(options, why)
    return 0


def _options(arguments: list[str]) -> dict[str, str]:
    names = iter(arguments)
    found = {}
    for name in names:
        name = SHORT.get(name, name)
        flag, has_value, value = name.removeprefix("--").partition("=")
        found[flag] = value if has_value or flag in FLAGS else next(names, "")
    return found


def _carry(program: str, options: dict[str, str], deadline: float, open_sealed: OpenSealed) -> None:
    payload = _payload()
    event = kept(payload)
    # A sub-agent has a separate context: it is shown nothing, but its edits count.
    if payload.get("agent_id") and "files" not in event:
        return
    server = _server(options)
    session = str(payload.get("session_id") or payload.get("conversation_id") or "")
    headers = _headers(program, options, server, session, payload)
    path = f"/v1/hook/{_quoted(program)}"
    if os.path.isdir(os.path.join(_data_dir(options), "vaults")):
        # Opening takes more imports than an event, and more than one request.
        signal.setitimer(signal.ITIMER_REAL, float(options.get("deadline") or SEALED_DEADLINE_S))
        sealed = open_sealed(_data_dir(options), options.get("url"), _whose(options))
        if sealed is not None:
            _pass_on(sealed, path, headers, event, session, options, program)
            return
    with server.connect(deadline) as line:

        def ask(path: str, headers: dict[str, str], body: bytes) -> Answered:
            return exchange(line, "POST", server.path + path, headers, body)

        _pass_on(ask, path, headers, event, session, options, program)


def _pass_on(
    ask: Ask,
    path: str,
    headers: dict[str, str],
    event: dict[str, object],
    session: str,
    options: dict[str, str],
    program: str,
) -> None:
    """Print the reply to an event, then confirm it."""
    status, told, reply = ask(path, headers, json.dumps(event).encode())
    if status == 204:
        return
    if status != 200:
        raise Failed(f"the server answered {status}: {reply[:300].decode('utf-8', 'replace')}")
    sys.stdout.buffer.write(reply)
    sys.stdout.buffer.flush()
    offer = told.get("ackbox-offer")
    if offer and "check" not in options:
        confirmed = {"program": program, "program_session": session[:128], "offer": offer}
        status, _, reply = ask(f"{path}/shown", headers, json.dumps(confirmed).encode())
        if status != 200:
            raise Failed(f"not confirmed ({status}): {reply[:300].decode('utf-8', 'replace')}")


def _whose(options: dict[str, str]) -> dict[str, str]:
    """Return whom the options and the environment name."""
    named = {
        "workspace": options.get("workspace") or os.environ.get("ACKBOX_WORKSPACE"),
        "agent": options.get("as") or os.environ.get("ACKBOX_AGENT"),
    }
    return {name: value for name, value in named.items() if value}


def _payload() -> dict[str, object]:
    text = sys.stdin.buffer.read(MAX_PAYLOAD).removeprefix(b"\xef\xbb\xbf")
    found = json.loads(text)
    if not isinstance(found, dict):
        raise Failed("the event is not a JSON object")
    return found


def kept(payload: dict[str, object]) -> dict[str, object]:
    """Return what the server needs of an event."""
    event = {name: payload[name] for name in FIELDS if name in payload}
    if not EDITING.isdisjoint(payload):
        # Most events name no tool, and the hook starts at each of them.
        from ackbox.client.edited import edited_paths, relative

        paths = edited_paths(payload)
        if paths:
            event["files"] = relative(paths, str(payload.get("cwd") or os.getcwd()))
    return event


def _headers(
    program: str,
    options: dict[str, str],
    server: Server,
    session: str,
    payload: dict[str, object],
) -> dict[str, str]:
    environment = os.environ
    place = os.path.basename(str(payload.get("cwd") or os.getcwd())) or socket.gethostname()
    named = {
        "Ackbox-Agent": options.get("as") or environment.get("ACKBOX_AGENT", ""),
        "Ackbox-Instance": options.get("instance") or environment.get("ACKBOX_INSTANCE", ""),
        "Ackbox-Workspace": options.get("workspace") or environment.get("ACKBOX_WORKSPACE", ""),
        "Ackbox-Machine": socket.gethostname()[:200],
        "Ackbox-Copy": copy_id(program) or session_copy_id(program, session),
        "Ackbox-Place": place[:200],
        "Ackbox-Local-Time": time.strftime("%a %d %b %Y %H:%M %Z"),
    }
    quoted = {name: _quoted(value) for name, value in named.items() if value}
    return {
        "Host": f"{server.host}:{server.port}",
        "Authorization": f"Bearer {server.key}",
        "Content-Type": "application/json",
        **quoted,
    }


def _quoted(text: str) -> str:
    """Return text for a header or a path, as urllib's `quote` writes it."""
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
    return "".join(chr(c) if c in plain else f"%{c:02X}" for c in text.encode())


def _server(options: dict[str, str]) -> Server:
    """Return the server that runs on this machine.

    If an option, the environment or a settings file names another server, use the slower imports.
    """
    environment = os.environ
    home = _data_dir(options)
    has_file = os.path.exists(_settings_file())
    is_named = options.get("url") or environment.get("ACKBOX_URL") or environment.get("ACKBOX_KEY")
    if not (is_named or has_file):
        told, key = read_server(home), read_operator_key(home)
        if told is None or key is None:
            raise Failed(f"no server runs on {home}")
        host, _, port = str(told["url"]).removeprefix("http://").rpartition(":")
        return Server(host.strip("[]"), int(port.strip("/")), key)
    from ackbox.client.discovery import caller
    from ackbox.client.http import parse_url

    found = caller(
        data_dir=options.get("data-dir") or None, url=options.get("url") or None, face="hook"
    )
    parts = parse_url(found.url)
    is_encrypted = parts.scheme == "https"
    return Server(
        parts.hostname or "",
        parts.port or (443 if is_encrypted else 80),
        found.key or "",
        path=parts.path.rstrip("/"),
        is_encrypted=is_encrypted,
    )


def _data_dir(options: dict[str, str]) -> str:
    chosen = options.get("data-dir") or os.environ.get("ACKBOX_DATA_DIR")
    home = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.expanduser(chosen) if chosen else os.path.join(home, "ackbox")


def _settings_file() -> str:
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(home, "ackbox", "config.toml")


def _give_up(program: str, options: dict[str, str]) -> None:
    if "check" in options:
        os.write(2, f"{program}: the server gave no answer in time\n".encode())
        os._exit(1)
    _log(options, f"{program}: no answer in time")
    os._exit(0)


def _log(options: dict[str, str], line: str) -> None:
    """Log why nothing was shown, if there is a data directory."""
    try:
        path = os.path.join(_data_dir(options), "hook.log")
        number = open_private(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            if os.fstat(number).st_size > MAX_LOG:
                os.ftruncate(number, 0)
            when = time.strftime("%Y-%m-%dT%H:%M:%S%z")
            os.write(number, f"{when} {line}\n".encode("utf-8", "replace"))
        finally:
            os.close(number)
    except (OSError, Unavailable):
        return
