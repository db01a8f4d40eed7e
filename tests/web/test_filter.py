"""The filter and its twin in the browser: a message that comes in shows where the server would
have shown it.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import BrowserContext, expect

from ackbox.faces.web import views
from ackbox.model import filter as grammar
from ackbox.model.filter import fits_all, parse_filter
from tests.serving import Served
from tests.web.browsing import rows, sign_in

pytestmark = pytest.mark.anyio

OPEN, DONE = (
    {"recipients": 2, "delivered": 2, "read": 1, "acknowledged": 0},
    {
        "recipients": 1,
        "delivered": 1,
        "read": 1,
        "acknowledged": 1,
    },
)
PAST = "2020-01-01T00:00:00.000Z"


def message(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id": f"{number:032x}",
        "seq": 1_000_000 + number,
        "thread": f"{number:032x}",
        "sender": "claude",
        "sender_kind": "agent",
        "type": "direct",
        "to": ["codex"],
        "intent": "inform",
        "priority": 3,
        "refs": [],
        "parent": None,
        "subject": None,
        "body": "The auth middleware",
        "expects_reply_by": None,
        "created_at": PAST,
        **other,
    }


MESSAGES = [
    message(1),
    message(2, type="broadcast", to=["*"], body="Authentication: Café opens"),
    message(3, to=["codex/laptop", "dora"], priority=5),
    message(
        4,
        sender="ana",
        sender_kind="human",
        intent="question",
        body="Which snake_case port?",
        refs=[{"kind": "file", "target": "a.py"}],
    ),
    message(5, expects_reply_by=PAST, body="late"),
    message(6, expects_reply_by=PAST, body="answered"),
    message(7, sender="dora", parent=f"{6:032x}", body="yes"),
    message(8, subject="Größe", body="発行された 認証 port-number"),
    message(9, expects_reply_by="2999-01-01T00:00:00.000Z", priority=2),
]
TALLIES = [DONE if number % 2 else OPEN for number in range(len(MESSAGES))]
FILTERS = [
    "",
    "from:claude",
    "from:ana,dora",
    "to:codex",
    "to:everyone",
    "to:dora,everyone",
    "intent:question,blocked",
    "priority:urgent",
    "priority:low,3",
    "is:unacked",
    "is:unread",
    "is:urgent",
    "is:human",
    "is:late",
    "is:late is:unacked",
    "has:file",
    "has:diff",
    f"thread:{3:032x}",
    f"thread:{3:032x}"[:-1],
    "auth",
    "auth*",
    "AUTH middleware",
    '"the auth"',
    '"auth the"',
    "-auth",
    "-auth*",
    "cafe",
    "café opens",
    "snake",
    "snake_case",
    "grosse",
    "größe",
    "認証",
    "認",
    "port",
    '"port number"',
    "port-number",
    "!?",
    "from:claude is:unacked port",
]


async def test_a_browser_lets_in_what_the_server_finds(
    served: Served, context: BrowserContext
) -> None:
    page = await sign_in(served, context, "live")
    found = await page.evaluate(
        """async ([assets, messages, tallies, filters]) => {
        const { take, byId } = await import(`${assets}/core/store.js`);
        const { fitting } = await import(`${assets}/core/filter.js`);
        take(messages, tallies.map((each, at) => ({ id: messages[at].id, ...each })));
        const fits = (q) => messages.filter((m) => fitting(q)(byId.get(m.id)));
        return Object.fromEntries(filters.map((q) => [q, fits(q).map((m) => Number(`0x${m.id}`))]));
    }""",
        [f"/assets/{views.digest()}", MESSAGES, TALLIES, FILTERS],
    )
    assert found == {
        q: [
            at + 1
            for at, (each, tally) in enumerate(zip(MESSAGES, TALLIES, strict=True))
            if fits_all(parse_filter(q, now=0), each, tally, late=each["body"] == "late")
        ]
        for q in FILTERS
    }
    told = await page.evaluate(
        "async (assets) => { const { KEYS, STATES } = await import(`${assets}/core/filter.js`);"
        " return [KEYS, STATES]; }",
        f"/assets/{views.digest()}",
    )
    assert told == [list(grammar.KEYS), list(grammar.STATES)]


async def test_what_is_late_is_found_until_it_is_answered(
    served: Served, context: BrowserContext
) -> None:
    ids = [
        (
            await served.app.call(
                "message.send",
                {"agent": "claude", "to": "codex", "body": body, "expects_reply_by": PAST},
                credential=served.key,
            )
        ).id
        for body in ("waits", "has its answer")
    ]
    await served.app.call(
        "message.send",
        {"agent": "codex", "to": "claude", "body": "here", "parent": ids[1]},
        credential=served.key,
    )
    page = await sign_in(served, context, "live?q=is:late")
    await expect(page.locator(".list [role=option]")).to_have_count(1)
    assert await rows(page) == ["waits"]
