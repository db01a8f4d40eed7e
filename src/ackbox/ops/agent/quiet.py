"""agent.quiet: when an agent wants to be interrupted by messages.

Explained in docs/why/reach.md, "Attention".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid
from ackbox.model.message import Time
from ackbox.model.moment import parse_moment, to_text_or_none
from ackbox.ops.rules.attention import ATTENTION, Attention, read
from ackbox.ops.rules.presence import DEFAULT_TTL_S
from ackbox.ops.table import Call, Context, op
from ackbox.store.readers import Presence

DAY_MS = 86_400_000
MAX_DAYS = 30


class Quiet(Call, frozen=True, kw_only=True):
    """Rules to set; without any, the present rules are returned."""

    until: (
        Annotated[
            str,
            Meta(max_length=40, description="End of the quiet time: RFC 3339, or 2h, 17:00"),
        ]
        | None
    ) = None
    digest_minutes: (
        Annotated[int, Meta(ge=1, le=1440, description="Minutes between two digests")] | None
    ) = None
    at_turn_end: Annotated[
        bool, Meta(description="Whether messages wait for the end of the turn")
    ] = False
    off: Annotated[bool, Meta(description="Whether to remove all rules")] = False


class QuietRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that hold now. Urgent messages (priority 5) are never held."""

    agent: Annotated[str, Meta(description="Agent")]
    instance: Annotated[str | None, Meta(description="Instance; null for all instances")]
    quiet_until: Annotated[Time | None, Meta(description="End of the quiet time")]
    digest_minutes: Annotated[int | None, Meta(description="Minutes between two digests")]
    at_turn_end: Annotated[bool, Meta(description="Whether messages wait for the end of the turn")]


@op("agent.quiet", scope="write", writes=True)
async def quiet(context: Context, params: Quiet) -> QuietRules:
    """Set when an agent program shows messages that are not urgent.

    Without an instance the rules hold for all instances of the agent. Messages wait in the mailbox
    meanwhile, and senders see the rule in `reach`. Urgent messages are shown at once.

    Raises Invalid, NotAllowed.
    """
    me = await context.me(params)
    before = await context.store.presence(me.reader) or Presence(
        me.reader, context.now, context.now, DEFAULT_TTL_S, None, "{}"
    )
    card = msgspec.json.decode(before.card)
    rules = _rules(context, params)
    if params.off or rules != Attention():
        card = {name: value for name, value in card.items() if name != ATTENTION}
        if rules != Attention():
            card[ATTENTION] = msgspec.to_builtins(rules)
        text = msgspec.json.encode(card).decode()
        await context.store.put_presence(msgspec.structs.replace(before, card=text))
        subject = {"agent": me.name, "instance": me.instance}
        context.rings.add(
            await context.store.add_event(
                "agent.attention", at=context.now, reader=me.agent, subject=subject
            )
        )
    now = read(card)
    return QuietRules(
        agent=me.name,
        instance=me.instance,
        quiet_until=to_text_or_none(now.quiet_until),
        digest_minutes=now.digest_minutes,
        at_turn_end=now.at_turn_end,
    )


def _rules(context: Context, params: Quiet) -> Attention:
    until = None
    if params.until is not None:
        until = parse_moment(params.until, field="until", now=context.now, ahead=True)
        if not context.now < until <= context.now + MAX_DAYS * DAY_MS:
            raise Invalid(
                f"`until` is not within the next {MAX_DAYS} days: {params.until!r}.",
                hint="Give a time in the future, such as 2h or 2026-12-01T09:00:00Z.",
                field="until",
            )
    rules = Attention(until, params.digest_minutes, params.at_turn_end)
    if params.off and rules != Attention():
        raise Invalid(
            "`off` removes all rules and takes no other parameter.",
            hint="Leave `off` out to set rules.",
            field="off",
        )
    return rules
