"""mute.start, mute.end: a person hides messages, threads or agents under "Needs you".

Explained in docs/why/dashboard.md, "Needs you".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, Invalid, NotAllowed, NotFound
from ackbox.model.moment import parse_moment
from ackbox.model.name import LONGEST, nearest
from ackbox.ops.rules.mutes import MUTED, Kind, Mute, Muted, read, shown
from ackbox.ops.rules.named import find_seen
from ackbox.ops.rules.presence import DEFAULT_TTL_S
from ackbox.ops.table import Call, Context, op
from ackbox.store.readers import Presence, Reader

MAX_MUTES = 200
DAY_MS = 86_400_000
MAX_DAYS = 365


class StartMute(Call, frozen=True, kw_only=True):
    """Message, thread or agent to hide."""

    of: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=LONGEST,
            description="Name of an agent, or id of a message: its thread is hidden",
        ),
    ]
    until: (
        Annotated[
            str,
            Meta(
                max_length=40,
                description=(
                    "End: RFC 3339, or 2h, tomorrow 9:00. With it, a message id hides only that"
                    " message"
                ),
            ),
        ]
        | None
    ) = None


class EndMute(Call, frozen=True, kw_only=True):
    """Message, thread or agent to show again."""

    of: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=LONGEST,
            description="Name of an agent, or id of a message or of any message of a thread",
        ),
    ]


class Unmuted(msgspec.Struct, frozen=True, kw_only=True):
    """The mutes that ended."""

    ended: Annotated[list[Muted], Meta(description="Mutes that ended")]


@op("mute.start", scope="pause", writes=True)
async def start(context: Context, params: StartMute) -> Muted:
    """Hide an agent, a thread or a message under "Needs you".

    An agent and a thread stay hidden until `mute.end`, or until a time; a message needs the time.
    Inboxes and other people do not change, and urgent messages are shown anyway, except a message
    that is hidden itself. Muting again replaces the time.

    Raises NotAllowed (an agent calls), NotFound, Invalid (time not within a year), Conflict (too
    many).
    """
    me = await _person(context, params)
    until = _until(context, params.until)
    agent = await _agent(context, params.of)
    kind: Kind
    if agent is not None:
        kind, of = "agent", agent.name
    else:
        row = (await find_seen(context, params, params.of, field="of", **_unknown(params.of))).row
        kind, of = ("thread", row.thread_id) if until is None else ("message", row.id)
    new = Mute(kind, of, context.now, until)
    left = [each for each in await _mutes(context, me) if (each.kind, each.of) != (kind, of)]
    if len(left) >= MAX_MUTES:
        raise Conflict(
            f"{MAX_MUTES} messages, threads and agents are hidden already.",
            hint="Show one again first: `muted` of workspace.needs lists them.",
            limit=MAX_MUTES,
        )
    await _keep(context, me, [*left, new])
    return shown(new)


@op("mute.end", scope="pause", writes=True)
async def end(context: Context, params: EndMute) -> Unmuted:
    """Show a hidden agent, thread or message under "Needs you" again.

    Raises NotAllowed (an agent calls), NotFound (not found, or not hidden).
    """
    me = await _person(context, params)
    agent = await _agent(context, params.of)
    if agent is not None:
        named = {("agent", agent.name)}
    else:
        row = (await find_seen(context, params, params.of, field="of", **_unknown(params.of))).row
        named = {("message", row.id), ("thread", row.thread_id)}
    mutes = await _mutes(context, me)
    ended = [each for each in mutes if (each.kind, each.of) in named]
    if not ended:
        raise NotFound(
            f"{params.of[:64]!r} is not hidden.",
            hint="`muted` of workspace.needs lists what is.",
            field="of",
        )
    await _keep(context, me, [each for each in mutes if each not in ended])
    return Unmuted(ended=[shown(each) for each in ended])


async def _person(context: Context, params: Call) -> Reader:
    me = await context.me(params)
    if not me.is_person:
        raise NotAllowed(
            f"{me.name!r} is an agent; only a person can hide messages.",
            hint="Quiet rules set when messages interrupt an agent.",
            field="agent",
        )
    return me


def _until(context: Context, text: str | None) -> int | None:
    if text is None:
        return None
    until = parse_moment(text, field="until", now=context.now, ahead=True)
    if not context.now < until <= context.now + MAX_DAYS * DAY_MS:
        raise Invalid(
            f"`until` is not within the next {MAX_DAYS} days: {text!r}.",
            hint="Give a time in the future, such as 2h or 2026-12-01T09:00:00Z.",
            field="until",
        )
    return until


async def _agent(context: Context, name: str) -> Reader | None:
    """Return the agent or person of a name; null for a message id. Raises NotFound."""
    reader = await context.store.reader(name)
    if reader is not None and reader.kind != "system" and reader.seen:
        return reader
    near = nearest(name, await context.store.known_names())
    if near and not name[:1].isdigit() and not name.startswith("#"):
        raise NotFound(
            f"There is no agent {name[:64]!r}.",
            hint=f"Did you mean {near[0]!r}?",
            near=near,
            field="of",
        )
    return None


def _unknown(text: str) -> dict[str, str]:
    return {
        "message": f"There is no message and no agent {text[:64]!r}.",
        "hint": "Use a message id or an agent's name.",
    }


async def _mutes(context: Context, me: Reader) -> list[Mute]:
    presence = await context.store.presence(me.agent)
    return read(msgspec.json.decode(presence.card), context.now) if presence else []


async def _keep(context: Context, me: Reader, mutes: list[Mute]) -> None:
    """Store the mutes of a person, and tell their open pages."""
    before = await context.store.presence(me.agent) or Presence(
        me.agent, context.now, context.now, DEFAULT_TTL_S, None, "{}"
    )
    card = {**msgspec.json.decode(before.card), MUTED: msgspec.to_builtins(mutes)}
    if not mutes:
        del card[MUTED]
    text = msgspec.json.encode(card).decode()
    await context.store.put_presence(msgspec.structs.replace(before, card=text))
    context.rings.add(
        await context.store.add_event(
            "agent.attention",
            at=context.now,
            reader=me.agent,
            subject={"agent": me.name, "instance": None},
        )
    )
