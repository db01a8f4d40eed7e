"""Sessions and presence in a sealed workspace: the client seals claims and summaries.

It also compares the claims of other sessions, which the server cannot read. Explained in
docs/why/sealed.md, "Texts of tasks, notes and sessions".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.client.sealed_notes import add
from ackbox.client.sealed_tasks import visible
from ackbox.client.texts import write
from ackbox.errors import AckboxError, Conflict
from ackbox.ops.agent.check_in import Checkin, Checkout
from ackbox.ops.agent.heartbeat import Heartbeat
from ackbox.ops.decode import decode
from ackbox.ops.rules.overlap import merged, overlap
from ackbox.ops.session.list import AskConflicts
from ackbox.ops.session.start import Checkpoint, End, Start
from ackbox.vault.text import PresenceText, SessionText, Text

if TYPE_CHECKING:
    from ackbox.client.sealed import SealedCalls

Result = dict[str, Any]
PRESENCE = PresenceText.__struct_fields__
# Live sessions whose claims are compared.
MAX_COMPARED = 200


def check_in(calls: SealedCalls, params: dict[str, Any]) -> Result:
    """Check in, then seal what the agent says of itself."""
    given = decode(Checkin, params)
    found = calls.opened("agent.check_in", visible("agent.check_in", params))
    _write_presence(calls, found["me"], _given(given, PRESENCE))
    found["conflicts"] = _conflicts(calls, given.area, given.files or [])
    return _shown(calls, found)


def heartbeat(calls: SealedCalls, params: dict[str, Any]) -> Result:
    """Report that the agent is online, and seal its new summary."""
    given = decode(Heartbeat, params)
    found = calls.opened("agent.heartbeat", {})
    _write_presence(calls, found, _given(given, ("summary",)))
    return _shown(calls, found)


def check_out(calls: SealedCalls, params: dict[str, Any]) -> Result:
    """Seal the last summary, then check out: every call in between shows the agent as online."""
    given = decode(Checkout, params)
    if given.summary is not None:
        _write_presence(calls, calls.remote("agent.whoami"), _given(given, ("summary",)))
    return _shown(calls, calls.opened("agent.check_out", {}))


def start(calls: SealedCalls, params: dict[str, Any]) -> Result:
    """Start a session, then seal its claims; a conflict that blocks it is found before."""
    given = decode(Start, params)
    conflicts = _conflicts(calls, given.area, given.files or [])
    if conflicts and (given.on_conflict or _rules(calls)["on_conflict"]) == "block":
        others = ", ".join(sorted({each["agent"] for each in conflicts}))
        raise Conflict(
            f"Other sessions claim the same work: {others}.",
            hint="Choose another area or files, or talk to them first.",
            conflicts=conflicts,
        )
    found = calls.opened("session.start", visible("session.start", params))
    claims = {"area": given.area or "", "files": given.files or []}
    _write_session(calls, found["session"], {**_given(given, ("summary",)), **claims})
    _write_presence(calls, found["session"], {**_given(given, PRESENCE), **claims})
    found["conflicts"] = conflicts
    return _shown(calls, found)


def checkpoint(calls: SealedCalls, params: dict[str, Any]) -> Result:
    """Report progress: seal summary, claims and notes."""
    given = decode(Checkpoint, params)
    found = calls.opened("session.checkpoint", visible("session.checkpoint", params))
    changes = _given(given, ("summary", "area", "files"))
    session = found["session"]
    if session is not None:
        _write_session(calls, session, changes)
        _write_presence(calls, session, changes)
    found["notes"] = [_note(calls, each, unless_known=given.unless_known) for each in given.notes]
    found["conflicts"] = _conflicts(calls, given.area, given.files or [])
    return _shown(calls, found)


def _note(calls: SealedCalls, note: msgspec.Struct, *, unless_known: bool) -> Result:
    given = {name: value for name, value in msgspec.to_builtins(note).items() if value is not None}
    try:
        added = add(calls, {**given, "unless_known": unless_known})
    except AckboxError as error:
        return {"error": error.as_dict()["error"]}
    return {"id": added["id"], "duplicate": added["duplicate"]}


def end(calls: SealedCalls, params: dict[str, Any]) -> Result:
    """End a session, and seal its outcome."""
    given = decode(End, params)
    found = calls.remote("session.end", **visible("session.end", params))
    # The token of the session is over.
    after = calls.without_session()
    _write_session(after, found["session"], _given(given, ("summary", "outcome", "touched")))
    return _shown(after, found)


def conflicts(calls: SealedCalls, params: dict[str, Any]) -> Result:
    """Compare the claims of live sessions, as they were opened on this machine."""
    given = decode(AskConflicts, params)
    return {"conflicts": _conflicts(calls, given.area, given.files or [])}


def _conflicts(calls: SealedCalls, area: str | None, files: list[str]) -> list[Any]:
    if not area and not files:
        return []
    me = calls.vault.profile.agent.casefold()
    page = calls.opened("session.list", {"state": "active", "limit": MAX_COMPARED})
    found = [
        each
        for session in page["sessions"]
        if session["agent"].casefold() != me
        for each in overlap(
            session["agent"], session["instance"], session["area"], session["files"], area, files
        )
    ]
    return [msgspec.to_builtins(each) for each in merged(found)]


def _rules(calls: SealedCalls) -> Result:
    rules: Result = calls.remote("agent.list", with_sessions=True, limit=1)["sessions"]
    return rules


def _given(params: msgspec.Struct, names: Iterable[str]) -> dict[str, Any]:
    """Return the parameters of these names that the caller has given."""
    return {
        name: value
        for name in names
        if (value := getattr(params, name)) is not None and value != []
    }


def _write_session(calls: SealedCalls, session: Result, changes: dict[str, Any]) -> None:
    def change(old: Text | None) -> SessionText:
        text = old if isinstance(old, SessionText) else SessionText()
        return msgspec.structs.replace(text, **_cleared(changes))

    if any(changes.values()) or session["summary"] or session["area"] or session["files"]:
        write(calls.vault, calls.remote, "session", session["id"], change)


def _write_presence(calls: SealedCalls, who: Result, changes: dict[str, Any]) -> None:
    address = f"{who['agent']}/{who['instance']}" if who["instance"] else who["agent"]

    def change(old: Text | None) -> PresenceText:
        text = old if isinstance(old, PresenceText) else PresenceText()
        return msgspec.structs.replace(text, **_cleared(changes))

    if changes:
        write(calls.vault, calls.remote, "presence", address, change)


def _cleared(changes: dict[str, Any]) -> dict[str, Any]:
    """Return changes in which an empty text clears the field."""
    return {name: None if value == "" else value for name, value in changes.items()}


def _shown(calls: SealedCalls, found: Result) -> Result:
    shown: Result = calls.shown(found)
    return shown


HANDLERS: dict[str, Callable[[SealedCalls, dict[str, Any]], Any]] = {
    "agent.check_in": check_in,
    "agent.check_out": check_out,
    "agent.heartbeat": heartbeat,
    "session.checkpoint": checkpoint,
    "session.conflicts": conflicts,
    "session.end": end,
    "session.start": start,
}
