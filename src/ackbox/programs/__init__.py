"""Agent programs: for each, its hook events in our terms, and the replies that it reads.

Explained in docs/why/reach.md.
"""

from __future__ import annotations

from ackbox.programs import claude, codex, cursor, gemini, opencode
from ackbox.programs.program import Program

PROGRAMS: dict[str, Program] = {
    each.name: each
    for each in (claude.PROGRAM, codex.PROGRAM, gemini.PROGRAM, cursor.PROGRAM, opencode.PROGRAM)
}
