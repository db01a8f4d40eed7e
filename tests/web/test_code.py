"""Blocks of code: their colours, which are fetched when they are needed, and their button."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import BrowserContext, expect

from tests.serving import Served
from tests.web.browsing import barriers, sign_in

pytestmark = pytest.mark.anyio

SOURCES = {
    "python": 'def run(n: int) -> str:\n    return f"{n} <b>"  # twice\n',
    "ts": "const a: number = 1; // why",
    "js": "function f() { return `a ${1 + 1}`; }",
    "json": '{"a": [1, true, "x"]}',
    "sql": "SELECT a FROM b WHERE c = 'd'; -- all",
    "bash": 'for a in *; do echo "$a"; done # each',
    "yaml": "a: 1\nb: [x, y] # c",
    "diff": "@@ -1 +1 @@\n-old\n+new",
    "rust": 'fn main() { println!("{}", 1); }',
    "go": 'func main() { fmt.Println("a", 1) }',
    "html": "<p class='a'><script>let a = 1;</script></p>",
    "toml": 'a = "b"\n[c]\nd = 1',
}


async def test_code_has_the_colours_of_its_language_only_where_it_names_one(
    served: Served, context: BrowserContext
) -> None:
    fetched: list[str] = []
    context.on("request", lambda request: fetched.append(request.url.rsplit("/", 1)[-1]))
    await context.grant_permissions(["clipboard-read", "clipboard-write"])

    async def send(body: str, **more: str) -> str:
        made = await served.app.call(
            "message.send",
            {"agent": "claude", "to": "codex", "body": body, **more},
            credential=served.key,
        )
        return str(made.id)

    plain = await send("Plain:\n\n```\na = 1\n```\n\n```nolang\nb = 2\n```")
    page = await sign_in(served, context, f"t/{plain}")
    await expect(page.locator(".code")).to_have_count(2)
    await page.wait_for_load_state("networkidle")
    assert [name for name in fetched if name in ("tokenize.js", "py.js")] == []
    body = "\n\n".join(f"```{name}\n{source}\n```" for name, source in SOURCES.items())
    # A text whose colours would cost too much stays plain, and costs the page nothing.
    id = await send(f"{body}\n\n```js\n{'ab ' * 3000}\n```")
    await page.goto(f"{served.url}/w/default/t/{id}")
    blocks = page.locator(".code")
    await expect(blocks).to_have_count(len(SOURCES) + 1)
    for at, (name, source) in enumerate(SOURCES.items()):
        await expect(blocks.nth(at).locator("span").first, name).to_be_visible()
        assert await blocks.nth(at).locator("code").inner_text() == source
    assert await blocks.last.locator("span").count() == 0
    assert {"tokenize.js", "py.js", "sql.js"} < set(fetched)
    assert "java.js" not in fetched
    await expect(blocks.first.locator(".code-kwd").first).to_have_text("def")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await barriers(page, within=".body") == []
    # By keyboard: the block, then its button.
    await blocks.first.locator("pre").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(blocks.first.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == SOURCES["python"]


async def test_many_blocks_that_cost_much_do_not_stop_a_page(
    served: Served, context: BrowserContext
) -> None:
    block = "```ts\n" + "a x\n" * 1200 + "```\n"
    made = await served.app.call(
        "message.send", {"agent": "claude", "to": "codex", "body": block * 9}, credential=served.key
    )
    page = await sign_in(served, context, "live")
    begun = time.monotonic()
    await page.goto(f"{served.url}/w/default/t/{made.id}")
    await expect(page.locator(".code")).to_have_count(9)
    await page.get_by_label("Message", exact=True).fill("still here")
    assert time.monotonic() - begun < 15
