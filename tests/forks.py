"""Commands in forks of one process that has loaded `ackbox`: the same code with the same arguments,
environment, directory and files, without the fifth of a second that a start of Python takes.

Tests of starts themselves, of servers, bridges, hooks and terminals, use real processes.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
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
        umask = os.umask(0o077)
        os.umask(umask)
        job = {
            "arguments": arguments,
            "environment": environment,
            "directory": os.getcwd(),
            "umask": umask,
        }
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            with theirs:
                socket.send_fds(self._socket, [json.dumps(job).encode()], [*files, theirs.fileno()])
            ours.settimeout(timeout_s)
            try:
                return int(ours.recv(64))
            except TimeoutError:
                raise subprocess.TimeoutExpired(["ackbox", *arguments], timeout_s) from None

    def _end(self) -> None:
        self._socket.close()
        self._process.wait(10)


@functools.cache
def forks() -> Forks:
    """Return the process that forks for this one; the first who asks starts it."""
    return Forks()


def serve(fd: int) -> None:
    """Fork for each job, until the process that runs the tests has ended."""
    for module in set(VERBS.values()):
        importlib.import_module(f"ackbox.faces.cli.{module}")
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
        _become(job, files)
    status = os.waitpid(command, 0)[1]
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
