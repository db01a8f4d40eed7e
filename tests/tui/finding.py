"""Finding: what is pressed to search the server, to sort the agents and to undo an archive;
test_keys.py runs it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any


def own_keys(home: Path) -> str:
    """Write settings in which `z` is the key in place of `e`, and return their directory."""
    settings = home / "ackbox/config.toml"
    settings.parent.mkdir(mode=0o700)
    settings.write_text('[keys]\nz = "e"\n')
    return str(home)


def undoes(desk: Any) -> None:
    desk.press("U")
    desk.see("back in the mailbox: 1 message")
    [receipt] = desk.post.call("message.status", id=desk.ids[0])["receipts"]
    assert receipt["archived_at"] is None
    # `z` is the settings' own key for `e`.
    desk.press("z")
    desk.see("marked archived; U undoes it")


def searches(desk: Any) -> None:
    desk.press("F")
    desk.see("search all messages on the server")
    desk.terminal.press("07\r")
    desk.see("1 message with 07: choose one", "claude → ana message 07 of claude")
    desk.terminal.press("\r")
    desk.shows_tab("Threads")
    desk.see("message 07 of claude")
    desk.press("1")
    desk.shows_tab("Live")
    desk.press("F")
    desk.see("search all messages on the server")
    desk.terminal.press("nowhere\r")
    desk.see("No message on the server has 'nowhere'.")


def sorts(desk: Any) -> None:
    desk.press("4")
    desk.shows_tab("Agents")
    for order in ("unread messages", "last call", "name", "presence"):
        desk.press("s")
        desk.see(f"sorted by {order}")
    desk.press("s")
    # Ana has unread messages, claude none.
    desk.terminal.until(
        lambda screen: bool(re.search(r"● ana +HUM +5\d .*\n.*● claude", screen.text)), "ana first"
    )
    desk.press("1")
    desk.shows_tab("Live")


def numbers(desk: Any) -> None:
    """Without choices these do nothing: tests/tui/test_terminal.py has a message with some."""
    for key in "789":
        desk.press(key)
