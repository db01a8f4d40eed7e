"""The text of a message: its limits.

Explained in docs/why/delivery.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.errors import Invalid, MissingField, TooLong
from ackbox.model.message import BODY_LIMIT, SUBJECT_LIMIT
from ackbox.model.text import composed, without_ignorables
from ackbox.ops.rules.metadata import check_metadata

if TYPE_CHECKING:
    from ackbox.ops.message.send import Send


def check_text(params: Send) -> dict[str, Any]:
    whole = (
        "\n".join([params.body, "", *map(_fact, params.facts.items())])
        if params.facts
        else params.body
    )
    body = composed(whole, field="body", limit=BODY_LIMIT)
    subject = (
        None
        if params.subject is None
        else composed(params.subject, field="subject", limit=SUBJECT_LIMIT)
    )
    for field, text, limit in (
        ("body", body, BODY_LIMIT),
        ("subject", subject or "", SUBJECT_LIMIT),
    ):
        if len(text) > limit:
            raise TooLong(
                f"`{field}` has {len(text):,} characters; at most {limit:,} are allowed.",
                field=field,
                size=len(text),
                limit=limit,
                hint=(
                    "Put the rest into a file and name it in `refs`."
                    if field == "body"
                    else "Move the rest into `body`."
                ),
            )
    if not params.refs and not without_ignorables(body).strip():
        raise Invalid(
            f"`body` is empty{' except for white space' if body else ''}.",
            field="body",
            hint="Write a text, or name files in `refs`.",
        )
    check_metadata(params.metadata, hint="Name a file in `refs` instead.")
    if params.reroute and params.expects_reply_by is None:
        raise MissingField(
            "`reroute` needs a time by which the reply is due.",
            hint="Set `expects_reply_by`, such as 2h, or leave `reroute` out.",
            field="expects_reply_by",
        )
    return {"body": body, "subject": subject}


def _fact(fact: tuple[str, Any]) -> str:
    name, value = fact
    return f"{name}: {value if isinstance(value, str) else msgspec.json.encode(value).decode()}"
