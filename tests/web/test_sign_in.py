"""Signing in by a one-time link: once, in time, from our own page only.

And what the cookie is good for.
"""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from playwright.async_api import BrowserContext

from tests.engines import Clock
from tests.serving import Served, serving
from tests.web.browsing import link, sign_in

pytestmark = pytest.mark.anyio


async def redeem(served: Served, path: str, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as http:
        return await http.post(f"{served.url}/login", json={"link": path}, headers=headers)


async def test_a_link_signs_in_leaves_the_address_and_makes_an_ordinary_key(
    served: Served, context: BrowserContext
) -> None:
    page = await sign_in(served, context)
    assert "abx_" not in page.url
    (cookie,) = await context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (
        f"ackbox_{served.url.rpartition(':')[2]}",
        True,
        "Strict",
    )
    listed = (await served.app.call("key.list", {}, credential=served.key)).keys
    assert [(each.kind, each.agent, each.label) for each in listed] == [
        ("human", "ana", "dashboard"),
        ("operator", None, "operator"),
    ]


async def test_a_link_pasted_into_the_open_door_signs_in(
    served: Served, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.goto(f"{served.url}/login")
    await page.goto(served.url + await link(served))
    await page.locator(".view").first.wait_for()
    assert page.url.startswith(f"{served.url}/w/default/")


async def test_a_link_works_once(served: Served) -> None:
    path = await link(served)
    first, second = await redeem(served, path), await redeem(served, path)
    assert (first.status_code, second.status_code, second.json()["error"]["message"]) == (
        204,
        401,
        "This link was used already or has expired.",
    )


async def test_a_link_ends_after_ten_minutes(tmp_path: Any) -> None:
    clock = Clock()
    async with serving(f"sqlite:///{tmp_path}/ackbox.db", clock=clock) as served:
        path = await link(served)
        clock.pass_s(601)
        told = await redeem(served, path)
    assert (told.status_code, told.json()["error"]["message"]) == (
        401,
        "This link was used already or has expired.",
    )


async def test_a_link_may_do_nothing_but_become_a_key(served: Served) -> None:
    async with httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {(await link(served)).partition('#')[2]}"}
    ) as http:
        told = [
            (await http.get(f"{served.url}{path}")).status_code
            for path in ("/v1/me", "/v1/agents", "/v1/messages")
        ]
    assert told == [403, 403, 403]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_page_neither_signs_in_nor_uses_the_cookie(served: Served, site: str) -> None:
    refused = await redeem(served, await link(served), **{"Sec-Fetch-Site": site})
    signed = await redeem(served, await link(served), **{"Sec-Fetch-Site": "same-origin"})
    cookie = {"Cookie": signed.headers["set-cookie"].partition(";")[0]}
    async with httpx2.AsyncClient(headers=cookie) as http:
        told = [
            (
                await http.post(
                    f"{served.url}/v1/messages",
                    json={"to": "bob", "body": "x"},
                    headers={"Sec-Fetch-Site": site},
                )
            ).status_code,
            (
                await http.get(f"{served.url}/v1/messages", headers={"Sec-Fetch-Site": site})
            ).status_code,
            (await http.post(f"{served.url}/logout", headers={"Sec-Fetch-Site": site})).status_code,
            # A browser that says nothing of where a request comes from must name an origin, which
            # the guard checks.
            (
                await http.post(f"{served.url}/v1/messages", json={"to": "bob", "body": "x"})
            ).status_code,
            (
                await http.post(
                    f"{served.url}/v1/messages",
                    json={"to": "bob", "body": "x"},
                    headers={"Origin": "http://evil.example"},
                )
            ).status_code,
            (
                await http.post(
                    f"{served.url}/v1/messages",
                    json={"to": "bob", "body": "x"},
                    headers={"Origin": served.url},
                )
            ).status_code,
            (
                await http.get(
                    f"{served.url}/w/default/live",
                    headers={"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"},
                )
            ).status_code,
        ]
    assert (refused.status_code, told) == (403, [403, 403, 403, 403, 403, 201, 200])


async def test_signing_out_ends_the_key(served: Served, context: BrowserContext) -> None:
    page = await sign_in(served, context)
    (cookie,) = await context.cookies()
    await page.locator(".me summary").click()
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/login**")
    assert await context.cookies() == []
    async with httpx2.AsyncClient(
        headers={"Cookie": f"{cookie['name']}={cookie['value']}"}
    ) as http:
        assert (
            await http.get(f"{served.url}/v1/me", headers={"Sec-Fetch-Site": "same-origin"})
        ).status_code == 401


async def test_without_a_key_every_page_leads_to_the_door_and_every_twin_is_refused(
    served: Served,
) -> None:
    async with httpx2.AsyncClient() as http:
        pages = [
            await http.get(f"{served.url}{path}")
            for path in ("/", "/w/default/live", "/w/nowhere/live")
        ]
        twins = [await http.get(f"{served.url}/w/default/live.{kind}") for kind in ("json", "txt")]
    assert [(each.status_code, each.headers["location"].partition("?")[0]) for each in pages] == [
        (303, "/login")
    ] * 3
    assert [each.status_code for each in twins] == [401, 401]


async def test_a_persons_key_makes_links_for_that_person_only(served: Served) -> None:
    made = await served.app.call(
        "key.create", {"name": "ana", "kind": "human"}, credential=served.key
    )
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {made.key}"}) as http:
        own = await http.post(f"{served.url}/v1/login/link", json={})
        other = await http.post(f"{served.url}/v1/login/link", json={"name": "bob"})
    assert (own.status_code, own.json()["agent"], own.json()["workspace"], other.status_code) == (
        201,
        "ana",
        "default",
        403,
    )
