"""Hang-up: the terminal UI ends when its terminal is gone.

Not every hang-up is signalled: a process that is not in the terminal's session gets no SIGHUP.
Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from threading import Thread


def end_with_terminal() -> None:
    """End the process, with the exit code of SIGHUP, as soon as its terminal is gone."""
    Thread(target=_wait, args=(sys.stdin.fileno(),), name="ackbox-hangup", daemon=True).start()


def _wait(terminal: int) -> None:
    poll = select.poll()
    # No events are asked for: poll always reports a hang-up, and input is the screen's to read.
    poll.register(terminal, 0)
    if any(happened & (select.POLLHUP | select.POLLERR) for _, happened in poll.poll()):
        # Nothing is left to restore, and a clean exit could block: the thread that writes to the
        # terminal has failed, and the event loop waits when its queue is full.
        os._exit(128 + signal.SIGHUP)
