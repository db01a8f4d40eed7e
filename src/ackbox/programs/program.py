"""Program: the description of an agent program, and its events in our terms.

No I/O here. Explained in docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ackbox.client.edited import edited_paths
from ackbox.programs.setting import Given, Launch, OwnFile, Setting

MAX_SESSION = 128


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event of an agent program: the moment in our terms, the name in the program's."""

    session: str
    moment: str
    name: str
    is_new_context: bool = False
    is_continued: bool = False
    model: str | None = None
    files: list[str] = []
    is_sub_agent: bool = False
    has_returned: bool = False


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """One agent program: how to read its events and write its replies.

    `read(payload)` returns None for an event that needs no reply, such as a sub-agent's.
    `reply(event, text)` returns the JSON that shows text to the model, or None if this event
    accepts none. `settings(given)` returns the lines of an installation, and `launch(given,
    directory)` the settings of one launch; it is None if the program accepts none for one launch,
    and `no_launch` contains the reason. `permission` describes the permissions that the user can
    grant, `trust` the confirmations that the program still requires.
    """

    name: str
    title: str
    versions: str
    moments: Mapping[str, str]
    read: Callable[[Mapping[str, Any]], Event | None]
    reply: Callable[[Event, str], dict[str, Any] | None]
    executable: str
    package: str
    settings: Callable[[Given], list[Setting | OwnFile]]
    launch: Callable[[Given, str], Launch] | None = None
    no_launch: str = ""
    permission: str = ""
    trust: str = ""


def _edited(payload: Mapping[str, Any]) -> list[str]:
    """Return the changed files; the hook sends them relative to their project.

    A payload that came without our hook names them absolutely.
    """
    directory = text_in(payload, "cwd").rstrip("/") + "/"
    paths = edited_paths(payload)
    return [path.removeprefix(directory) if directory != "/" else path for path in paths]


def text_in(payload: Mapping[str, Any], *names: str) -> str:
    """Return the first of these fields that is a non-empty text, or ""."""
    found = (payload.get(name) for name in names)
    return next((each for each in found if isinstance(each, str) and each), "")


def event_of(
    payload: Mapping[str, Any],
    moments: Mapping[str, str],
    *,
    session: str,
    name: str,
    **more: Any,
) -> Event | None:
    """Return an event in our terms; None for one without a session or without a moment."""
    moment = moments.get(name)
    is_sub_agent = bool(payload.get("agent_id"))
    files = _edited(payload)
    if moment is None or not session or (is_sub_agent and not files):
        return None
    return Event(
        session=session[:MAX_SESSION],
        moment=moment,
        name=name,
        model=text_in(payload, "model")[:200] or None,
        files=files,
        is_sub_agent=is_sub_agent,
        **more,
    )
