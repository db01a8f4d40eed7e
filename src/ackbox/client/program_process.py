"""Program process: the agent program that started this process, and the id that its hooks and its
bridge share.

Hooks and bridge of one program must be one instance of their agent; they have in common the process
that started them. Imports only the standard library, because a hook has no time for more. Explained
in docs/why/reach.md.
"""

from __future__ import annotations

import os

PROGRAMS = ("claude", "codex", "gemini", "opencode", "cursor")
# Processes that may be between a program and the commands that it starts.
BETWEEN = frozenset({"sh", "bash", "dash", "zsh", "fish", "env", "timeout", "uv", "uvx", "ackbox"})
# All plain terminals of Codex share this process, so it does not identify a session.
SHARED = "app-server"
MAX_STEPS = 8
# What a monitor sends first to the bridge of its program.
HELLO = b"m"


def copy_id(program: str | None = None) -> str | None:
    """Return the id of the program's process; None when no agent program started this one."""
    given, launched = os.environ.get("ACKBOX_COPY_ID"), os.environ.get("ACKBOX_LAUNCH")
    # A program started by a launched one inherits its variables, but is not that instance.
    own = program or os.environ.get("ACKBOX_CONNECTED")
    if given and (not launched or not own or own == launched):
        return given[:64].ljust(16, "-")
    found = _program_process()
    if found is None or (program is not None and found[0] != program):
        return None
    name, pid, started = found
    return f"{name}-process-{pid}-{started}"[:64].ljust(16, "-")


def session_copy_id(program: str, session: str) -> str:
    """Return the id of a program's session, for programs whose sessions share a process."""
    return f"{program}-session-{session}"[:64].ljust(16, "-")


def bridge_socket(copy_id: str) -> str:
    """Return the path at which the bridge of a program's process listens for its monitor.

    In a directory of this user, made if it is not there. Raises OSError when it is somebody
    else's.
    """
    import hashlib

    # Not a directory that a variable names: programs pass different variables to their children.
    home = f"/tmp/ackbox-{os.getuid()}"
    os.makedirs(home, mode=0o700, exist_ok=True)
    found = os.lstat(home)
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{home} can be used by others")
    name = hashlib.sha256(copy_id.encode()).hexdigest()[:16]
    return os.path.join(home, f"{name}.sock")


def _program_process() -> tuple[str, int, str] | None:
    """Return (program, process id, start) of the nearest ancestor that is an agent program."""
    pid, started, words = _nearest()
    program = program_in(words)
    return None if program is None or SHARED in words else (program, pid, started)


def program_words() -> list[str]:
    """Return the command line of the program that started this process; [] when unknown."""
    return _nearest()[2]


def _nearest() -> tuple[int, str, list[str]]:
    """Return process id, start and command line of the nearest ancestor that does not merely
    start others.
    """
    pid = os.getppid()
    for _ in range(MAX_STEPS):
        if pid <= 1:
            break
        name, parent, started, words = _process(pid)
        if name not in BETWEEN:
            return pid, started, words
        pid = parent
    return 0, "", []


def program_in(words: list[str]) -> str | None:
    """Return the agent program that a command line runs: the last part of its path that names one,
    so that a user called claude can run codex.
    """
    for word in words[:2]:
        for part in reversed(word.split("/")):
            found = next((each for each in PROGRAMS if part.startswith(each)), None)
            if found is not None:
                return found
    return None


def _process(pid: int) -> tuple[str, int, str, list[str]]:
    """Return (name, parent, start, command line) of a process; empty when it cannot be read."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            before, _, after = file.read().rpartition(")")
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read(4096).decode("utf-8", "replace").split("\0")
    except OSError:
        return _asked_of_ps(pid)
    fields = after.split()
    return before.partition("(")[2], int(fields[1]), fields[19], words


def _asked_of_ps(pid: int) -> tuple[str, int, str, list[str]]:
    """The same on systems without /proc, such as macOS."""
    if os.path.isdir("/proc/self"):
        return "", 0, "", []
    import subprocess

    done = subprocess.run(
        ["ps", "-o", "ppid=,lstart=,command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        timeout=0.5,
        check=False,
    )
    words = done.stdout.split()
    if len(words) < 7:
        return "", 0, "", []
    return os.path.basename(words[6]), int(words[0]), "-".join(words[2:6]), words[6:]
