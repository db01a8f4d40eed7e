"""Commands and servers in forks of one process that has loaded `ackbox`: the same code with the
same arguments, environment, directory and files, without the fifth of a second that a start of
Python takes, the second of a server and the second of its first request to MCP.

Tests of starts themselves, and of bridges, hooks and terminals, use real processes.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import ackbox
from ackbox.faces.cli.main import VERBS

ROOT = Path(__file__).parent.parent
LONGEST = 1 << 20


class Forks:
    """The process that forks; one for each process that runs tests."""

    def __init__(self) -> None:
        own, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forks", str(its.fileno())],
            cwd=ROOT,
            pass_fds=[its.fileno()],
        )
        its.close()
        self._socket = own
        atexit.register(self._end)

    def run(
        self, arguments: list[str], environment: dict[str, str], files: list[int], timeout_s: float
    ) -> int:
        """Run a command to its end, with these files as its standard input, output and errors.

        Returns its exit code. Raises TimeoutExpired.
        """
        with self._begun(arguments, environment, files, os.getcwd()) as answer:
            answer.settimeout(timeout_s)
            try:
                return int(answer.recv(64))
            except TimeoutError:
                raise subprocess.TimeoutExpired(["ackbox", *arguments], timeout_s) from None

    def begin(
        self, arguments: list[str], environment: dict[str, str], files: list[int], directory: Path
    ) -> None:
        """Begin a command in a session and a directory of its own, and leave it running."""
        self._begun(arguments, environment, files, str(directory), is_left=True).close()

    def _begun(
        self,
        arguments: list[str],
        environment: dict[str, str],
        files: list[int],
        directory: str,
        *,
        is_left: bool = False,
    ) -> socket.socket:
        umask = os.umask(0o077)
        os.umask(umask)
        job = {
            "arguments": arguments,
            "environment": environment,
            "directory": directory,
            "umask": umask,
            "is_left": is_left,
        }
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self._socket, [json.dumps(job).encode()], [*files, theirs.fileno()])
        return ours

    def _end(self) -> None:
        self._socket.close()
        self._process.wait(10)


@functools.cache
def forks() -> Forks:
    """Return the process that forks for this one; the first who asks starts it."""
    return Forks()


def serve(fd: int) -> None:
    """Fork for each job, until the process that runs the tests has ended."""
    for module in (*(f"cli.{verb}" for verb in set(VERBS.values())), "server.run", "mcp.endpoint"):
        importlib.import_module(f"ackbox.faces.{module}")
    # Collecting in a fork would copy all memory that holds what is loaded here.
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # Ctrl-C is for the process that runs the tests, whose end is the end of this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jobs = socket.socket(fileno=fd)
    while True:
        text, files, *_ = socket.recv_fds(jobs, LONGEST, 4)
        if not text:
            return
        if os.fork() == 0:
            os.close(jobs.detach())
            _run(json.loads(text), files)
        for each in files:
            os.close(each)


def _run(job: dict[str, Any], files: list[int]) -> NoReturn:
    """Run a command in a child of this fork, and tell its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    answer = socket.socket(fileno=files.pop())
    command = os.fork()
    if command == 0:
        os.close(answer.detach())
        if job["is_left"]:
            os.setsid()
        _become(job, files)
    if job["is_left"]:
        # It may outlive the tests, whose output ends when no process holds it open.
        for number, file in enumerate(files):
            os.dup2(file, number)
    for each in files:
        os.close(each)
    status = os.waitpid(command, 0)[1]
    # A command that was left running reports its end to no one.
    with suppress(BrokenPipeError):
        answer.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(job: dict[str, Any], files: list[int]) -> NoReturn:
    """Be the command, as far as a process can that has already started."""
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, 1024)
    os.umask(job["umask"])
    os.chdir(job["directory"])
    os.environ.clear()
    os.environ.update(job["environment"])
    sys.path[0] = job["directory"]
    sys.argv = [str(Path(ackbox.__file__).parent / "__main__.py"), *job["arguments"]]
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0)), "utf-8")
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.BufferedWriter(io.FileIO(number, "w")), "utf-8", write_through=True)
        for number in (1, 2)
    )
    # The exit leaves `serve`: Python waits for threads and flushes, as at the end of each program.
    runpy.run_module("ackbox", run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
