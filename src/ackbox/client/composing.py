"""Composing: the parameters of message.send as the header and the content of a sealed message.

Explained in docs/why/sealed.md, "Message".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ackbox.client.vaults import Vault
from ackbox.errors import Invalid, MissingField
from ackbox.model.address import Address, parse_audience, reply_audience
from ackbox.model.choices import with_choices
from ackbox.model.message import BODY_LIMIT
from ackbox.model.moment import IdMaker, parse_moment
from ackbox.model.text import composed
from ackbox.ops.decode import decode
from ackbox.ops.message.audience import mentioned_in
from ackbox.ops.message.content import check_text
from ackbox.ops.message.send import Send
from ackbox.vault.envelope import Content, Header, RosterHead
from ackbox.vault.roster import MAX_MEMBERS

DAY_MS = 86_400_000
PASSED_ON = ("unknown", "exact", "lists_everyone", "relaxed_limits")
REFUSED = ("reroute", "by_instance")
_new_id = IdMaker()


def compose(
    vault: Vault, parent_of: Callable[[str], dict[str, Any]], params: dict[str, Any], *, now: int
) -> tuple[Header, Content, dict[str, Any]]:
    """Return the draft of a header, the content, and the parameters that stay outside.

    Raises Invalid, TooLong, MissingField and UnknownField, as message.send does.
    """
    send = _parsed(params)
    for name in REFUSED:
        if getattr(send, name):
            raise Invalid(
                f"A sealed workspace does not have `{name}`.",
                hint=f"Leave `{name}` out.",
                field=name,
            )
    text = check_text(send)
    draft = Header(
        workspace=vault.roster.vault,
        id=_new_id(now),
        sender=vault.keys.id,
        counter=vault.state.counter + 1,
        previous=vault.state.hash,
        roster=RosterHead(vault.roster.position, vault.roster.head),
        transcript=vault.transcript.head,
        salt=bytes(16),
        to=_addresses(vault, parent_of, send),
        parent=send.parent,
        priority=send.priority,
        expects_reply_by=(
            None
            if send.expects_reply_by is None
            else parse_moment(send.expects_reply_by, field="expects_reply_by", now=now, ahead=True)
        ),
        expires_at=(None if send.expires_in_days is None else now + send.expires_in_days * DAY_MS),
        commitment=bytes(32),
    )
    content = Content(
        subject=text["subject"],
        body=text["body"],
        intent=send.intent,
        refs=msgspec.to_builtins(send.refs),
        metadata=with_choices(send.metadata, send.choices, send.choice),
    )
    return draft, content, {name: params[name] for name in PASSED_ON if name in params}


def _parsed(params: dict[str, Any]) -> Send:
    given = {name: value for name, value in params.items() if value is not None}
    return decode(Send, {"body": "", **given})


def _addresses(vault: Vault, parent_of: Callable[[str], dict[str, Any]], send: Send) -> list[str]:
    """Return the recipients by the names of members; those of a reply are its parent's sender, or
    its audience.
    """
    to: str | list[str] | None = send.to
    if not to and send.parent is not None:
        parent = parent_of(send.parent)
        to = reply_audience(
            parent["sender"], parent["to"], vault.profile.agent, to_all=send.reply_all
        )
    if to is None:
        raise MissingField(
            "`to` is missing.",
            hint="Set `to` to names, or '*' for everyone; or `parent` to reply to a message.",
            field="to",
        )
    audience = parse_audience(to, instance=send.to_instance, exact=send.exact)
    if send.mention and send.body.startswith("@") and audience[0].is_everyone:
        audience = _mentioned(vault, send.body) or audience
    found: list[str] = []
    for address in audience:
        if address.is_humans:
            found += [each.name for each in vault.roster.current() if each.kind == "human"]
            continue
        member = vault.roster.named(address.agent)
        name = address.agent if member is None else member.name
        found.append(f"{name}/{address.instance}" if address.instance else name)
    if not 1 <= len(found) <= MAX_MEMBERS:
        raise Invalid(
            f"The message has {len(found)} recipients; 1 to {MAX_MEMBERS} are allowed.",
            hint="Use '*' for everyone, or send in parts.",
            field="to",
        )
    return list(dict.fromkeys(found))


def _mentioned(vault: Vault, body: str) -> tuple[Address, ...]:
    """Return the member that a person's text starts with; nobody for an agent's text."""
    if vault.roster.members[vault.keys.id].kind != "human":
        return ()
    names = [each.name for each in vault.roster.current()]
    return (Address(mentioned_in(composed(body, field="body", limit=BODY_LIMIT), names)),)
