"""webhook.*: add, list, remove; and receive, which a signature authenticates instead of a key.

Explained in docs/why/webhooks.md.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import BadKey, Conflict, Invalid, NotFound
from ackbox.model.address import parse_audience
from ackbox.model.message import BODY_LIMIT, SUBJECT_LIMIT, Priority, Time
from ackbox.model.moment import to_text_or_none
from ackbox.model.name import parse_name
from ackbox.model.signature import FORMS, WINDOW_S, Form, is_signed, may_be_signed, new_secret, sign
from ackbox.model.template import check_template, fill, stand_in
from ackbox.ops.access import Caller
from ackbox.ops.decode import refuse_deep
from ackbox.ops.message.audience import resolve
from ackbox.ops.message.send import Intent, Send, store_message
from ackbox.ops.rules.automatic import Automatic, automatic_fields
from ackbox.ops.rules.beginning import beginning
from ackbox.ops.rules.paging import Paged, page_of
from ackbox.ops.table import Call, Context, Unread, op
from ackbox.store.engine import Engine
from ackbox.store.webhooks import WebhookRow, find_webhook

WEBHOOK = "system:webhook"
MAX_WEBHOOKS = 100
TEMPLATE = "{path.to.value} inserts a value of the request's JSON, {.} all of it, {{ a brace"

WebhookId = Annotated[
    str, Meta(min_length=1, max_length=64, description="Id of the webhook, from webhook.list")
]


class AddWebhook(Call, frozen=True, kw_only=True):
    """How requests of another system become messages."""

    to: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=2000,
            description=(
                "Recipients: names separated by commas; {path.to.value} for a name from the request"
            ),
        ),
    ]
    subject: (
        Annotated[
            str, Meta(max_length=SUBJECT_LIMIT, description=f"Template of the subject; {TEMPLATE}")
        ]
        | None
    ) = None
    body: Annotated[
        str, Meta(min_length=1, max_length=20_000, description=f"Template of the text; {TEMPLATE}")
    ] = "{.}"
    form: Annotated[
        Literal["standard", "github"],
        Meta(description=("Signature form of the sending system: standardwebhooks.com or GitHub")),
    ] = "standard"
    intent: Intent = "inform"
    priority: Priority = 3


class Webhook(Automatic, frozen=True, kw_only=True):
    """A webhook without its secret."""

    path: Annotated[str, Meta(description="Path on this server for the other system's requests")]
    form: Annotated[str, Meta(description="Signature form")]
    to: Annotated[str, Meta(description="Recipients")]
    received: Annotated[int, Meta(description="Number of deliveries that became messages")]
    received_at: Annotated[Time | None, Meta(description="Time of the newest delivery")] = None


class NewWebhook(Webhook, frozen=True, kw_only=True):
    """A webhook with its secret, shown only once."""

    secret: Annotated[
        str, Meta(description="Secret for the other system's signatures; shown only once")
    ]


class Webhooks(msgspec.Struct, frozen=True, kw_only=True):
    """Webhooks of the workspace."""

    webhooks: Annotated[list[Webhook], Meta(description="Items, oldest first")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


def _fields(row: WebhookRow) -> dict[str, Any]:
    return {
        **automatic_fields(row),
        "path": f"/hooks/in/{row.id}",
        "form": row.form,
        "to": row.audience,
        "received": row.received,
        "received_at": to_text_or_none(row.received_at),
    }


@op("webhook.add", scope="admin", writes=True, creates=True)
async def add(context: Context, params: AddWebhook) -> NewWebhook:
    """Add a webhook, through which another system sends messages.

    The sender is `system:webhook`. The JSON of a request fills the templates of subject, text and
    recipients. The secret is shown only once.

    Raises Invalid, UnknownRecipient, Conflict (a look-alike name, or too many webhooks).
    """
    me = await context.me(params)
    if len(await context.store.webhooks()) >= MAX_WEBHOOKS:
        raise Conflict(
            f"This workspace has {MAX_WEBHOOKS} webhooks already.",
            hint="Remove some with webhook.remove.",
        )
    for field in ("subject", "body"):
        check_template(getattr(params, field) or "", field=field)
    if check_template(params.to, field="to"):
        # With every place filled by some name, what is there must be an audience.
        parse_audience(stand_in(params.to, "anybody"))
    else:
        await resolve(
            context,
            params.to,
            instance=None,
            unknown=context.workspace.settings.get("unknown", "hold"),
            sender=me,
        )
    secret = new_secret(FORMS[params.form])
    row = WebhookRow(
        ws=context.workspace.ws,
        id=context.new_id(context.now),
        form=params.form,
        secret=secret.key,
        audience=params.to,
        subject=params.subject,
        body=params.body,
        intent=params.intent,
        priority=params.priority,
        created_by=me.name,
        created_at=context.now,
    )
    await context.store.add_webhook(row)
    context.rings.add(
        await context.store.add_event(
            "webhook.added", at=context.now, reader=me.agent, subject={"id": row.id}
        )
    )
    return NewWebhook(**_fields(row), secret=secret.text)


class ListWebhooks(Paged, frozen=True, kw_only=True):
    """Page to return."""


@op("webhook.list", scope="admin")
async def list_webhooks(context: Context, params: ListWebhooks) -> Webhooks:
    """List the workspace's webhooks, without their secrets."""
    page, cursor = page_of(
        context.workspace.ws,
        "webhooks",
        [Webhook(**_fields(row)) for row in await context.store.webhooks()],
        params,
    )
    return Webhooks(webhooks=page, cursor=cursor)


class RemoveWebhook(Call, frozen=True, kw_only=True):
    """Webhook to remove."""

    id: WebhookId


@op("webhook.remove", scope="admin", writes=True)
async def remove(context: Context, params: RemoveWebhook) -> Webhook:
    """Remove a webhook and return it; received messages stay.

    Raises NotFound.
    """
    row = beginning(await context.store.webhooks(), params.id)
    if row is None:
        raise NotFound("There is no such webhook.", hint="See webhook.list.", field="id")
    await context.store.remove_webhook(row.id)
    context.rings.add(
        await context.store.add_event(
            "webhook.removed", at=context.now, reader=0, subject={"id": row.id}
        )
    )
    return Webhook(**_fields(row))


class Receive(Call, frozen=True, kw_only=True):
    """A signed request from another system, unchanged."""

    id: WebhookId
    headers: Annotated[
        dict[str, Annotated[str, Meta(max_length=2000)]],
        Meta(max_length=64, description="Headers of the request, with names in lower case"),
    ]
    body: Annotated[
        bytes, Meta(max_length=1 << 20, description="Exact bytes of the request body, in base64")
    ]


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """The message that a delivery became."""

    id: Annotated[str, Meta(description="Id of the message")]
    seq: Annotated[int, Meta(description="Number in the workspace")]
    duplicate: Annotated[bool, Meta(description="Whether this delivery was stored before")]
    missing: Annotated[list[str], Meta(description="Template paths without a value")] = []


async def _addressed(engine: Engine, delivery: Unread, now: int) -> Caller:
    """Return the webhook that a delivery is addressed to, before any of its body is read.

    Raises BadKey.
    """
    for form in FORMS.values():
        # Before the webhook is looked for: the answer must not say which ones exist.
        if form.timestamp is not None and form.timestamp in delivery.headers:
            _check_time(delivery.headers[form.timestamp], now)
    id = delivery.to
    # An id is 32 hex digits; what is longer is not looked up.
    row = await engine.read(lambda tx: find_webhook(tx, id), across=True) if len(id) <= 64 else None
    if row is None or not may_be_signed(FORMS[row.form], delivery.headers):
        raise _unsigned()
    return _caller_of(row)


def _caller_of(row: WebhookRow) -> Caller:
    return Caller(key_id=f"webhook:{row.id}", ws=row.ws, role="agent", agent=WEBHOOK)


def _unsigned() -> BadKey:
    return BadKey(
        "The request is not signed by a known webhook.",
        reason="unsigned",
        hint="Check the address, the secret, and which headers are signed.",
    )


async def _signer(engine: Engine, params: Receive, now: int) -> Caller:
    """Return whose signature a delivery has.

    Raises BadKey, with one answer for an unknown webhook and a wrong signature.
    """
    row = await engine.read(lambda tx: find_webhook(tx, params.id), across=True)
    form = FORMS[row.form if row else "standard"]
    right = is_signed(form, row.secret if row else b"nobody's", params.headers, params.body)
    if row is None or not right or not params.headers.get(form.delivery):
        raise _unsigned()
    if form.timestamp is not None:
        _check_time(params.headers.get(form.timestamp, ""), now)
    return _caller_of(row)


def _check_time(timestamp: str, now: int) -> None:
    """Raise BadKey for a delivery that was signed too long ago, or in time to come, or at no
    time.
    """
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise _unsigned()
    if abs(now // 1000 - int(timestamp)) > WINDOW_S:
        raise BadKey(
            f"The request was not signed within the last {WINDOW_S} seconds.",
            hint="Send it again, and check both clocks.",
            reason="old",
        )


@op("webhook.receive", scope="write", writes=True, find_signer=_addressed, authenticate=_signer)
async def receive(context: Context, params: Receive) -> Received:
    """Receive a signed request from another system as a message.

    The signature replaces a key. A repeated delivery returns the first message. A delivery signed
    more than five minutes ago is refused, in the forms that sign the time.

    Raises BadKey, Invalid, Conflict (other content, or the same under another delivery id),
    UnknownRecipient.
    """
    row = await find_webhook(context.store.tx, params.id)
    if row is None or row.ws != context.workspace.ws:
        raise NotFound("There is no such webhook.", hint="It was removed just now.", field="id")
    form, given = FORMS[row.form], _posted(params.body)
    subject, body = fill(row.subject or "", given), fill(row.body, given)
    about = {"webhook": row.id, "delivery": params.headers[form.delivery][:200]}
    if form.event is not None and form.event in params.headers:
        about["event"] = params.headers[form.event][:200]
    sent = await store_message(
        context,
        await context.server(WEBHOOK),
        Send(
            to=_audience(row.audience, given),
            subject=_cut(subject.text, SUBJECT_LIMIT) if row.subject else None,
            body=_cut(body.text, BODY_LIMIT),
            intent=row.intent,
            priority=row.priority,
            metadata=about,
            idempotency_key=f"webhook:{row.id}:{_once(form, row, params)}",
        ),
        kind="external",
    )
    if not sent.duplicate:
        await context.store.count_received(row.id, now=context.now)
    return Received(
        id=sent.id,
        seq=sent.seq,
        duplicate=sent.duplicate,
        missing=list(dict.fromkeys((*subject.missing, *body.missing))),
    )


def _once(form: Form, row: WebhookRow, params: Receive) -> str:
    """Return what a delivery is known by: its id where that is signed, else what is."""
    if form.delivery in form.signed:
        return hashlib.sha256(params.headers[form.delivery].encode()).hexdigest()
    return sign(form, row.secret, params.headers, params.body).hex()


def _posted(body: bytes) -> Any:
    try:
        given = msgspec.json.decode(body)
    except RecursionError:
        raise Invalid("The JSON is nested too deeply.", hint="Flatten it.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid(
            "The request body is not JSON.",
            hint="Set the other system's content type to application/json.",
        ) from None
    refuse_deep(given)
    return given


def _audience(template: str, given: Any) -> list[str]:
    """Return whom a delivery is for: a value of it fills in one name, and never another address.

    Raises Invalid.
    """

    def name(path: str, value: Any) -> str:
        if not isinstance(value, str):
            raise Invalid(
                f"`{path}` is not a name.",
                hint="Change the request body or the webhook's audience.",
                field="to",
            )
        return parse_name(value, "to")

    entries = []
    for entry in template.split(","):
        filled = fill(entry.strip(" "), given, name)
        if filled.missing:
            raise Invalid(
                f"No recipient: `{filled.missing[0]}` is not in the request body.",
                field="to",
                hint="Change the request body or the webhook's audience.",
            )
        entries.append(filled.text)
    return entries


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
