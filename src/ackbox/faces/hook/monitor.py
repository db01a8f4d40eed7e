"""`ackbox hook PROGRAM --monitor`: prints a line whenever the bridge of its program says so.

Claude Code runs it as the monitor of our plugin and takes a line as a notification; our plugin for
opencode reads its lines. It ends with the program. Explained in docs/why/reach.md, "Waking".
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
import time

from ackbox.client.program_process import HELLO, bridge_socket, copy_id

AGAIN_S = 1.0
# Whether the program has ended is looked at so often.
LOOK_S = 5.0


def watch(program: str) -> int:
    """Print lines until the program ends; returns the exit code."""
    copy, parent = copy_id(program), os.getppid()
    if copy is None:
        return 0
    while os.getppid() == parent:
        try:
            path = bridge_socket(copy)
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.connect(path)
                _listen(line, parent)
        except _NobodyReads:
            return 0
        except (OSError, ValueError):
            pass
        # The bridge is not there yet, or starts again.
        time.sleep(AGAIN_S)
    return 0


def _listen(line: socket.socket, parent: int) -> None:
    """Print what comes and confirm each line. Raises _NobodyReads when the program has gone."""
    line.sendall(HELLO)
    received = b""
    while os.getppid() == parent:
        if not select.select([line], [], [], LOOK_S)[0]:
            continue
        part = line.recv(65536)
        if not part:
            return
        received += part
        while b"\n" in received:
            text, _, received = received.partition(b"\n")
            _print(str(json.loads(text)))
            line.sendall(b".")


def _print(text: str) -> None:
    try:
        # One line, because each line is a notification.
        sys.stdout.write(" ".join(text.split()) + "\n")
        sys.stdout.flush()
    except OSError:
        raise _NobodyReads from None


class _NobodyReads(Exception):
    """The program no longer reads what is printed."""
