"""How far a message has come, and how soon it is seen: the composer's line, the steps of a message
in the matrix and in the pane, and what programs do.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import BrowserContext, expect

from tests.serving import Served
from tests.web.browsing import barriers, sign_in

pytestmark = pytest.mark.anyio
SESSION = {"program": "codex", "program_session": "5b1f"}


async def do(served: Served, name: str, /, **params: Any) -> Any:
    return await served.app.call(name, params, credential=served.key)


async def report(served: Served, moment: str, **more: Any) -> Any:
    """Report an event of codex, and confirm what it shows."""
    own = {"agent": "codex", "auto_instance": "shop", "copy_id": "codex-session-5b1f"}
    found = await do(served, "program.report", moment=moment, event=moment, **SESSION, **own)
    if found.offer is not None:
        await do(served, "program.shown", agent="codex", offer=found.offer, **SESSION)
    return found


async def test_the_line_before_sending_follows_what_the_program_does_and_the_priority(
    served: Served, context: BrowserContext
) -> None:
    await report(served, "session_start")
    page = await sign_in(served, context, "live")
    box, line = page.get_by_label("Message", exact=True), page.locator(".reached")
    await box.fill("@codex please look")
    await expect(line).to_contain_text("codex is idle and sees this at its next prompt")
    await report(served, "prompt")
    await expect(line).to_contain_text("codex is busy and sees this at the end of its turn")
    await box.fill("@codex !! please look")
    await expect(line).to_contain_text("codex is busy and sees this after its current tool call")
    await report(served, "asking")
    await expect(line).to_contain_text("codex is waiting for its user's permission and sees this")
    await report(served, "session_end")
    await expect(line).to_contain_text(
        re.compile(r"codex has been gone for \d+ s; the message waits for its next start")
    )
    assert await barriers(page, within=".compose") == []


async def test_a_field_of_the_matrix_tells_each_step_with_its_evidence_as_it_comes(
    served: Served, context: BrowserContext
) -> None:
    await report(served, "session_start")
    sent = await do(served, "message.send", agent="claude", to="codex", body="The types")
    page = await sign_in(served, context, "a/claude?box=receipts")
    await page.locator("table.matrix").focus()
    await page.keyboard.press("Enter")
    steps = page.locator(".picked .chain li")
    await expect(page.locator(".picked")).to_contain_text("codex")
    await expect(steps).to_have_count(1)
    await report(served, "prompt")
    shown = re.compile(r"injected \S+ shop · \w+ · codex prompt, session 5b1f")
    await expect(steps.filter(has_text=shown)).to_have_count(1)
    await report(served, "tool")
    await expect(steps.filter(has_text="seen")).to_have_count(1)
    await do(
        served, "receipt.mark", agent="codex", instance="shop", mark="acknowledged", ids=[sent.id]
    )
    replying = {"agent": "codex", "instance": "shop", "parent": sent.id}
    reply = await do(served, "message.send", **replying, body="Thanks")
    await expect(steps.filter(has_text=f"message {reply.id}")).to_have_count(1)
    assert [text.split()[0] for text in await steps.all_inner_texts()] == [
        "stored",
        "delivered",
        "injected",
        "seen",
        "read",
        "acknowledged",
        "answered",
    ]
    title = await page.locator("td.is-at").get_attribute("title")
    # The time is in full, in the zone of the browser.
    assert title is not None and re.search(r"\ninjected \w{3}, .* 20\d\d, [\d:]{8} UTC", title)
    assert await barriers(page, within=".picked") == []
    await page.keyboard.press("Escape")
    await expect(page.locator(".picked")).to_have_count(0)
    await page.keyboard.press("Enter")
    await page.locator(".picked").get_by_label("Close").click()
    await expect(page.locator(".picked")).to_have_count(0)
    text = await (
        await page.request.get(f"{served.url}/w/default/a/claude.txt?box=receipts")
    ).text()
    assert re.search(
        r"codex: acknowledged; stored \S+; delivered \S+ \(shop, \w+, codex prompt, session"
        r" 5b1f\); injected .*; seen .*; read .*; acknowledged .*; answered \S+ \(.*message "
        + str(reply.id),
        text,
    )
    told = await (
        await page.request.get(f"{served.url}/w/default/a/claude.json?box=receipts")
    ).json()
    (receipt,) = told["statuses"][0]["receipts"]
    assert [each["mark"] for each in receipt["by"]][1:3] == ["injected", "seen"]


async def test_the_pane_of_a_message_unfolds_the_steps_of_a_recipient(
    served: Served, context: BrowserContext
) -> None:
    await report(served, "session_start")
    sent = await do(served, "message.send", agent="claude", to="codex", body="The types")
    await report(served, "prompt")
    page = await sign_in(served, context, f"live?m={sent.id}")
    pane = page.locator(".pane")
    await expect(pane.locator(".chain")).to_be_hidden()
    await pane.locator(".receipts summary").press("Enter")
    await expect(pane.locator(".chain li")).to_have_text(
        [re.compile("^stored"), re.compile("^delivered"), re.compile("^injected")]
    )
    assert await barriers(page, within=".pane") == []


@pytest.mark.parametrize(
    ("moment", "activity"),
    [
        ("session_start", "idle"),
        ("prompt", "busy"),
        ("asking", "asking"),
        ("compacting", "compacting"),
        ("session_end", "gone"),
    ],
)
async def test_what_a_program_does_stands_in_the_roster_the_list_and_the_mailbox(
    served: Served, context: BrowserContext, moment: str, activity: str
) -> None:
    page = await sign_in(served, context, "agents")
    await report(served, moment)
    await expect(page.locator(".sidebar, nav").get_by_text(activity).first).to_be_visible()
    row = page.locator("table.rows tr", has_text="codex")
    await expect(row).to_contain_text(re.compile(rf"{activity} \d+ s"))
    assert await barriers(page, within="table.rows") == []
    await page.goto(f"{served.url}/w/default/a/codex")
    await expect(page.locator(".agent-line")).to_contain_text(re.compile(rf"{activity} \d+ s"))
    listed = await (await page.request.get(f"{served.url}/w/default/agents.txt")).text()
    assert f"  {activity} since 20" in listed
