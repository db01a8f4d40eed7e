"""agent.list: agents and people with their presence.

Explained in docs/why/presence.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import MissingField
from ackbox.ops.agent.card import Instance, card_of
from ackbox.ops.agent.check_in import DAY_MS
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.paging import fitting
from ackbox.ops.rules.presence import (
    DEFAULT_TTL_S,
    LONGEST_TTL_MS,
    RANK,
    Member,
    derived,
    everyone,
    heartbeat_of,
)
from ackbox.ops.rules.seeing import narrowed, written_by
from ackbox.ops.table import Call, Context, Cursor, op
from ackbox.store.readers import Reader


class ListAgents(Call, frozen=True, kw_only=True):
    """Filters and order of the list."""

    online_only: Annotated[
        bool, Meta(description="Whether to leave out agents that are not online")
    ] = False
    others_only: Annotated[bool, Meta(description="Whether to leave out yourself")] = False
    within: Annotated[
        Literal["workspace", "directory", "repository"],
        Meta(
            description=(
                "Place of the listed agents: the workspace, your directory, or your repository "
                "(without one: your directory)"
            )
        ),
    ] = "workspace"
    directory: (
        Annotated[
            str,
            Meta(max_length=1000, description="Your directory (default: the one of your check-in)"),
        ]
        | None
    ) = None
    repository: (
        Annotated[
            str,
            Meta(
                max_length=1000,
                description="Your repository (default: none with `directory`, else as there)",
            ),
        ]
        | None
    ) = None
    name: (
        Annotated[str, Meta(max_length=512, description="Name of the only agent to list")] | None
    ) = None
    days: (
        Annotated[
            int, Meta(ge=1, le=3650, description="Days since the last call, at most (1 to 3,650)")
        ]
        | None
    ) = None
    newest_first: Annotated[
        bool, Meta(description="Whether to sort by last call, newest first, instead of by name")
    ] = False
    present_first: Annotated[
        bool,
        Meta(
            description=(
                "Whether to sort by presence: online, idle, away; then by last call, newest first"
            )
        ),
    ] = False
    limit: (
        Annotated[int, Meta(ge=1, le=1000, description="Maximum number of items to return")] | None
    ) = None
    skip: Annotated[
        int,
        Meta(ge=0, le=1_000_000, description="Number of agents to skip"),
    ] = 0
    like: (
        Annotated[
            str,
            Meta(
                max_length=256,
                description=(
                    "Text that names must contain, in any case; names that begin with it come first"
                ),
            ),
        ]
        | None
    ) = None
    cursor: Cursor | None = None
    with_unread: Annotated[
        bool, Meta(description="Whether to count each agent's unread messages, up to 100")
    ] = False
    with_sessions: Annotated[
        bool, Meta(description="Whether to name each agent's newest session that has not ended")
    ] = False
    waiting: Annotated[
        int,
        Meta(
            ge=0,
            le=200,
            description=(
                "Number of offline agents with unread direct messages to list separately (0 to 200)"
            ),
        ),
    ] = 0


class SessionRules(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of sessions in the workspace."""

    on_conflict: Annotated[
        Literal["warn", "block"],
        Meta(description="Reaction to sessions that claim the same work: warn or block"),
    ]
    heartbeat_s: Annotated[int, Meta(description="Seconds between heartbeats")]
    ttl_s: Annotated[int, Meta(description="Seconds a session counts as active after a call")]


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Agents and people of the workspace with their instances, and unknown names.

    Messages wait for the unknown names.
    """

    workspace: Annotated[str, Meta(description="Workspace")]
    agents: Annotated[list[Instance], Meta(description="Agents and people, with their instances")]
    awaited: Annotated[
        list[str],
        Meta(description="Unknown names that messages wait for; at most `limit`"),
    ]
    total: Annotated[int, Meta(description="Total number of agents and people")]
    online: Annotated[int, Meta(description="Number of them that are online")]
    sessions: Annotated[SessionRules, Meta(description="Settings of sessions in the workspace")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None
    waiting: Annotated[
        list[Instance],
        Meta(
            description=("Offline agents with unread direct messages, by last call, newest first")
        ),
    ] = []


UNREAD_UP_TO = 100
# On one page; a page also ends where its answer would be too long.
MAX_AGENTS = 1_000
AWAITED_BYTES = WAITING_BYTES = 100_000


@op("agent.list", scope="read", is_slow=True)
async def list_agents(context: Context, params: ListAgents) -> Roster:
    """List agents and people with their presence, and unknown recipients."""
    ws, query, wanted = (
        context.workspace.ws,
        f"agents {_asked(params)}",
        None if params.like is None else params.like.casefold(),
    )
    awaited = await context.store.awaited(visible_to=await written_by(context, params))
    awaited = [name for name in awaited if wanted is None or wanted in name.casefold()]
    found = [
        each
        for each in await everyone(context, params.name)
        if _fits(context, params, each, wanted)
    ]
    if params.others_only or params.within != "workspace":
        found = await _near(context, params, found)
    if wanted is not None:
        found.sort(key=lambda each: not each.name.casefold().startswith(wanted))
    if params.newest_first or params.present_first:
        found.sort(key=lambda each: each.last_seen or 0, reverse=True)
    if params.present_first:
        found.sort(key=lambda each: -RANK[each.presence])
    skip = params.skip if params.cursor is None else read_cursor(ws, query, params.cursor)
    cards = fitting(
        await _cards(
            context, params, found[skip:][: MAX_AGENTS if params.limit is None else params.limit]
        )
    )
    agents = cards[: context.fits(cards).count]
    upto = skip + len(agents)
    return Roster(
        workspace=context.workspace.name,
        agents=agents,
        awaited=fitting(awaited[: params.limit], AWAITED_BYTES),
        total=len(found),
        online=sum(each.presence == "online" for each in found),
        sessions=session_rules(context.workspace.settings),
        cursor=make_cursor(ws, query, upto) if upto < len(found) else None,
        waiting=fitting(
            await _cards(context, params, await _waited_for(context, params, found)), WAITING_BYTES
        ),
    )


def _asked(params: ListAgents) -> str:
    return repr(
        [
            params.online_only,
            params.others_only,
            params.within,
            params.directory,
            params.repository,
            params.name,
            params.days,
            params.newest_first,
            params.present_first,
            params.like,
        ]
    )


def _fits(context: Context, params: ListAgents, each: Member, wanted: str | None) -> bool:
    return (
        (wanted is None or wanted in each.name.casefold())
        and (not params.online_only or each.presence == "online")
        and (params.days is None or (each.last_seen or 0) >= context.now - params.days * DAY_MS)
    )


async def _near(context: Context, params: ListAgents, found: list[Member]) -> list[Member]:
    """Return those that work where the caller asks, without the caller if it asks for others."""
    is_named = (
        params.agent is not None or context.session is not None or context.caller.agent is not None
    )
    own = await _reader(context, *context.identity(params)) if is_named else None
    if params.others_only and own is not None:
        found = [each for each in found if each.name != own.name]
    if params.within == "workspace":
        return found
    what, place = await _own_place(context, params, own)
    return [each for each in found if await _works_in(context, each, what, place)]


async def _reader(context: Context, name: str, instance: str | None) -> Reader | None:
    """Return an instance, or its agent if no call came from the instance yet."""
    return await context.store.reader(name, instance) or await context.store.reader(name)


async def _own_place(context: Context, params: ListAgents, own: Reader | None) -> tuple[str, str]:
    """Return what is compared, directory or repository, and the caller's. Raises MissingField."""
    card: dict[str, Any] = msgspec.structs.asdict(params)
    if params.directory is None and params.repository is None and own is not None:
        stored = await context.store.presences(own.agent)
        # An instance that reported no place works where its agent does.
        cards = [msgspec.json.decode(stored[each].card) for each in _own(own) if each in stored]
        card = next((each for each in cards if each.get("directory")), {})
    if params.within == "repository" and card.get("repository"):
        return "repository", card["repository"]
    if not card.get("directory"):
        raise MissingField(
            f"Your {params.within} is unknown.",
            hint="Set `directory` here or in agent.check_in.",
            field="directory",
        )
    return "directory", card["directory"]


def _own(reader: Reader) -> list[int]:
    return [reader.reader, reader.agent]


async def _works_in(context: Context, member: Member, what: str, place: str) -> bool:
    stored = await context.store.presences(member.reader)
    cards = [
        here.card
        for reader, presence in stored.items()
        if (here := derived(context, presence, reader)).presence != "away"
    ]
    return any(card.get(what) == place for card in cards)


async def _cards(context: Context, params: ListAgents, page: list[Member]) -> list[Instance]:
    """Draw up the cards of a page.

    Others are only counted: this costs more than finding out who is here.
    """
    counts = await _unread(context, params, page) if params.with_unread else {}
    sessions = await _sessions(context) if params.with_sessions else {}
    return [
        msgspec.structs.replace(
            await card_of(context, each),
            unread=counts.get(each.reader),
            session=sessions.get(each.reader),
        )
        for each in page
    ]


async def _sessions(context: Context) -> dict[int, int]:
    """Return the number of each agent's newest session that has not ended."""
    rows = await context.store.open_sessions(since=context.now - LONGEST_TTL_MS)
    return {row.agent: row.seq for row in rows}


def session_rules(settings: dict[str, Any]) -> SessionRules:
    """Return a workspace's settings of sessions, with the defaults of those that are not set."""
    ttl_s = settings.get("session_ttl_s", DEFAULT_TTL_S)
    return SessionRules(
        on_conflict=settings.get("on_conflict", "warn"),
        heartbeat_s=heartbeat_of(settings, ttl_s),
        ttl_s=ttl_s,
    )


async def _waited_for(context: Context, params: ListAgents, found: list[Member]) -> list[Member]:
    """Return offline agents with unread direct messages, by last call, as far as the caller may
    know.
    """
    if not params.waiting:
        return []
    visible_to, numbers = (
        await narrowed(context, params),
        await context.store.agents_with_post(now=context.now),
    )
    waited = [
        each
        for each in found
        if each.presence != "online"
        and each.reader in numbers
        and visible_to in (None, each.reader)
    ]
    return sorted(waited, key=lambda each: each.last_seen or 0, reverse=True)[: params.waiting]


async def _unread(context: Context, params: ListAgents, page: list[Member]) -> dict[int, int]:
    """Return the unread count of each, as far as the caller may know."""
    visible_to, found = await narrowed(context, params), dict[int, int]()
    for each in page:
        reader = (
            await context.store.reader_by_number(each.reader)
            if visible_to in (None, each.reader)
            else None
        )
        if reader is not None:
            found[each.reader] = len(
                await context.store.unmarked(
                    reader, "read", after=0, most=UNREAD_UP_TO, now=context.now
                )
            )
    return found
