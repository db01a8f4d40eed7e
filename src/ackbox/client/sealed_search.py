"""Search in a sealed workspace: an index in memory of the messages that this machine has opened.

It catches up with the history page by page. What it finds is read from the server and verified
again, so that expired messages are left out. Explained in docs/why/sealed.md, "Search".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ackbox.client.search_index import Found
from ackbox.errors import BadCursor
from ackbox.model.moment import parse_moment
from ackbox.model.query import Query, parse_query
from ackbox.ops.decode import decode
from ackbox.ops.message.history import MAX_IDS, History, Narrow, Search

if TYPE_CHECKING:
    from ackbox.client.sealed import SealedCalls

CURSOR = "sealed."
NEWEST = 1 << 62


def search(calls: SealedCalls, params: dict[str, Any]) -> dict[str, Any]:
    """Search the subjects and bodies of the messages that this member can read."""
    given = decode(Search, params)
    page, upto = _page(calls, given, parse_query(given.query), {})
    left_out = ("tallies", "sizes")
    found = {name: value for name, value in page.items() if name not in left_out}
    return {**found, "indexed_to": upto, "behind": 0}


def history(calls: SealedCalls, params: dict[str, Any]) -> dict[str, Any]:
    """Return the history; that with a text, an intent or metadata is found on this machine."""
    given = decode(History, params)
    is_plain = given.text is None and given.intent is None and not given.metadata
    if is_plain or given.ids is not None:
        page: dict[str, Any] = calls.opened("message.history", params)
        return page
    more: dict[str, Any] = {
        name: params[name]
        for name in ("body_chars", "with_tallies", "with_sizes")
        if name in params
    }
    query = None if given.text is None else parse_query(given.text)
    return _page(calls, given, query, more)[0]


def _page(
    calls: SealedCalls, given: Narrow, query: Query | None, more: dict[str, Any]
) -> tuple[dict[str, Any], int]:
    """Return a page of messages, and the newest number in the index."""
    before = _read_cursor(given.cursor)
    most = min(given.limit, MAX_IDS)
    with calls.vault.locked():
        index = calls.vault.search
        index.catch_up(lambda asked: calls.opened("message.history", asked))
        found = index.find(query, _filter(given), before=before, most=most + 1)
        upto = index.upto
    chosen = found[:most]
    page: dict[str, Any] = {"messages": [], "tallies": [], "sizes": []}
    if chosen:
        ids = [each.id for _, each in chosen]
        page = calls.opened("message.history", {"ids": ids, **more})
    shown = {each["seq"] for each in page["messages"]}
    # An answer holds so many bytes: the server leaves out the oldest of the messages.
    is_cut = 0 < len(shown) < len(chosen)
    last = min(shown) if is_cut else chosen[-1][0] if chosen else 0
    page["cursor"] = f"{CURSOR}{last}" if is_cut or len(found) > most else None
    wants = given.with_cursors
    page["cursors"] = [f"{CURSOR}{each['seq']}" for each in page["messages"]] if wants else []
    return page, upto


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return NEWEST
    number = cursor.removeprefix(CURSOR)
    if number == cursor or not (number.isascii() and number.isdigit() and len(number) < 19):
        raise BadCursor(
            "The cursor is not one of a search on this machine.",
            hint="Leave `cursor` out to begin with the newest message.",
            field="cursor",
        )
    return int(number)


def _filter(given: Narrow) -> Callable[[Found], bool]:
    now = round(time.time() * 1000)
    since, until = (
        None if text is None else parse_moment(text, field=name, now=now)
        for name, text in (("since", given.since), ("until", given.until))
    )
    audience = getattr(given, "audience", None)

    def fits(message: Found) -> bool:
        names = {_name(each) for each in message.to}
        return (
            (since is None or message.created_at > since)
            and (until is None or message.created_at <= until)
            and given.sender in (None, message.sender)
            and (given.recipient is None or bool({given.recipient, "*"} & names))
            and given.thread in (None, message.thread)
            and given.intent in (None, message.intent)
            and all(message.metadata.get(name) == given.metadata[name] for name in given.metadata)
            and (audience is None or names == {_name(each) for each in audience})
        )

    return fits


def _name(address: str) -> str:
    return address.partition("/")[0]


HANDLERS: dict[str, Callable[[SealedCalls, dict[str, Any]], Any]] = {
    "message.history": history,
    "message.search": search,
}
