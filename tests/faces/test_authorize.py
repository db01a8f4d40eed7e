"""OAuth: a program gets an agent's key after a person has agreed in the browser, and only then."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from mcp.client.auth import OAuthClientProvider
from mcp.client.session import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

from tests.serving import Served, serving

pytestmark = pytest.mark.anyio
BACK = "http://localhost:3030/callback"
VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


class Browser:
    """A person's browser, signed in to the dashboard with the key of an owner."""

    def __init__(self, served: Served, cookie: str | None) -> None:
        name = f"ackbox_{urlsplit(served.url).port}"
        self.http = httpx2.AsyncClient(
            base_url=served.url, cookies={name: cookie} if cookie else None
        )

    async def open(self, **query: str) -> httpx2.Response:
        return await self.http.get(
            f"/authorize?{urlencode(query)}",
            headers={"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
        )

    async def click(self, site: str = "same-origin", **form: str) -> httpx2.Response:
        return await self.http.post("/authorize", data=form, headers={"sec-fetch-site": site})


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        yield it


async def person(served: Served, kind: str = "owner") -> Browser:
    made = await served.app.call(
        "key.create", {"name": f"ana-{kind}", "kind": kind}, credential=served.key
    )
    return Browser(served, made.key)


async def register(browser: Browser, *addresses: str, name: str = "Claude Code") -> Any:
    answer = await browser.http.post(
        "/register", json={"client_name": name, "redirect_uris": list(addresses)}
    )
    return answer.status_code, answer.json()


async def asking(browser: Browser, **other: str) -> dict[str, str]:
    _, made = await register(browser, BACK)
    return {
        "client_id": made["client_id"],
        "redirect_uri": BACK,
        "response_type": "code",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "s&1",
        **other,
    }


def answer_in(response: httpx2.Response) -> dict[str, str]:
    """Return what the browser brings back to the program."""
    address = response.headers["location"]
    assert (response.status_code, address.partition("?")[0]) == (303, BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def code_for(browser: Browser, asked: dict[str, str]) -> str:
    found = answer_in(
        await browser.click(**asked, answer="yes", agent="claude", workspace="default")
    )
    return found["code"]


async def exchange(browser: Browser, asked: dict[str, str], code: str, verifier: str) -> Any:
    answer = await browser.http.post(
        "/token",
        data={
            "grant_type": "authorization_code",
            "code": code,
            "client_id": asked["client_id"],
            "redirect_uri": BACK,
            "code_verifier": verifier,
        },
    )
    return answer.status_code, answer.json()


async def test_the_sdks_client_connects_through_oauth_as_the_agent_that_the_person_named(
    served: Served,
) -> None:
    browser, found = await person(served), dict[str, str]()

    async def open_browser(address: str) -> None:
        asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        page = await browser.open(**asked)
        assert (page.status_code, 'value="claude-code"' in page.text) == (200, True)
        answer = await browser.click(**asked, answer="yes", agent="claude", workspace="default")
        found.update(answer_in(answer))

    async def take() -> AuthorizationCodeResult:
        return AuthorizationCodeResult(code=found["code"], state=found["state"], iss=found["iss"])

    provider = OAuthClientProvider(
        server_url=f"{served.url}/mcp",
        client_metadata=OAuthClientMetadata.model_validate(
            {"client_name": "Claude Code", "redirect_uris": [BACK]}
        ),
        storage=Kept(),
        redirect_handler=open_browser,
        callback_handler=take,
    )
    async with (
        httpx2.AsyncClient(auth=provider) as http,
        streamable_http_client(f"{served.url}/mcp", http_client=http) as streams,
        ClientSession(*streams[:2]) as session,
    ):
        await session.initialize()
        sent = await session.call_tool("send", {"to": "bob", "body": "hello"})
    assert not sent.is_error
    inbox = await served.app.call("inbox.check", {"agent": "bob"}, credential=served.key)
    assert [each.sender for each in inbox.messages] == ["claude"]


class Kept:
    """What a client of the SDK keeps between runs."""

    def __init__(self) -> None:
        self.tokens: Any = None
        self.client: Any = None

    async def get_tokens(self) -> Any:
        return self.tokens

    async def set_tokens(self, tokens: Any) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> Any:
        return self.client

    async def set_client_info(self, client: Any) -> None:
        self.client = client


async def test_a_code_works_once_for_the_program_that_has_its_verifier(served: Served) -> None:
    browser = await person(served)
    asked = await asking(browser)
    code = await code_for(browser, asked)
    stolen = await exchange(browser, asked, code, "w" * 50)
    _, other = await register(browser, "https://evil.example/back")
    foreign = await exchange(browser, {**asked, "client_id": other["client_id"]}, code, VERIFIER)
    bare = await browser.http.post(
        "/v1/call/invite.redeem", headers={"authorization": f"Bearer {code}"}
    )
    status, token = await exchange(browser, asked, code, VERIFIER)
    again = await exchange(browser, asked, code, VERIFIER)
    assert [stolen[0], foreign[0], bare.status_code, status, again[0]] == [400, 400, 401, 200, 400]
    assert {each[1]["error"] for each in (stolen, foreign, again)} == {"invalid_grant"}
    me = await served.app.call("agent.whoami", {}, credential=token["access_token"])
    assert (me.agent, me.role, token["token_type"]) == ("claude", "agent", "Bearer")
    assert 89 * 86_400 < token["expires_in"] <= 90 * 86_400
    labels = (await served.app.call("key.list", {}, credential=served.key)).keys
    assert [each.label for each in labels if each.agent == "claude"] == ["OAuth: Claude Code"]


async def test_nobody_gets_a_code_without_an_admins_click_on_our_own_page(served: Served) -> None:
    admin, member = await person(served), await person(served, "human")
    stranger = Browser(served, None)
    asked = await asking(admin)
    yes = {**asked, "answer": "yes", "agent": "claude", "workspace": "default"}
    answers = [
        await stranger.open(**asked),
        await stranger.click(**yes),
        await member.open(**asked),
        await member.click(**yes),
        await admin.click("cross-site", **yes),
        await admin.click("same-site", **yes),
        await admin.http.post(
            "/authorize", data=yes, headers={"authorization": f"Bearer {served.key}"}
        ),
    ]
    assert [each.status_code for each in answers] == [303, 401, 403, 400, 403, 403, 403]
    assert answers[0].headers["location"].startswith("/login?next=%2Fauthorize%3F")
    refused = answer_in(await admin.click(**{**yes, "answer": "no"}))
    assert (refused["error"], refused["state"], "code" in refused) == (
        "access_denied",
        "s&1",
        False,
    )
    keys = (await served.app.call("key.list", {}, credential=served.key)).keys
    assert [each.agent for each in keys if each.agent == "claude"] == []


async def test_a_request_without_a_sound_challenge_goes_back_with_an_error(served: Served) -> None:
    browser = await person(served)
    wrong = [{"response_type": "token"}, {"code_challenge": ""}, {"code_challenge_method": "plain"}]
    found = [answer_in(await browser.open(**await asking(browser, **each))) for each in wrong]
    assert [each["error"] for each in found] == [
        "unsupported_response_type",
        "invalid_request",
        "invalid_request",
    ]
    assert {each["iss"] for each in found} == {served.url}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://evil.example/back",
        "https://",
        "https://evil.example/back#part",
        "https://evil.example/a b",
        "http://localhost\r\nX: y/",
        "/callback",
        "",
        7,
        None,
    ],
)
async def test_a_code_goes_to_no_address_where_others_could_take_it(
    served: Served, address: Any
) -> None:
    browser = Browser(served, None)
    status, answer = await register(browser, address)
    assert (status, answer["error"]) == (400, "invalid_redirect_uri")


async def test_a_program_returns_only_to_an_address_it_registered(served: Served) -> None:
    browser = await person(served)
    asked = await asking(browser)
    told = [
        (await browser.open(**{**asked, "redirect_uri": address})).status_code
        for address in (
            "http://localhost:9/callback",
            "http://localhost:3030/other",
            "http://localhost.evil.example/callback",
            "https://evil.example/",
        )
    ]
    crafted = [
        (await browser.open(**{**asked, "client_id": id})).status_code
        for id in ("", "x", "é", asked["client_id"][:-4])
    ]
    assert (told, crafted) == ([200, 400, 400, 400], [400] * 4)
    _, own = await register(browser, "cursor://anysphere.cursor-mcp/oauth/callback", name="Cursor")
    page = await browser.open(
        **{
            **asked,
            "client_id": own["client_id"],
            "redirect_uri": "cursor://anysphere.cursor-mcp/oauth/callback",
        }
    )
    assert "form-action 'self' cursor:;" in page.headers["content-security-policy"]


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"redirect_uris": []}', b"x" * 9_000])
async def test_a_registration_that_names_no_address_is_refused_in_oauths_words(
    served: Served, body: bytes
) -> None:
    async with httpx2.AsyncClient(base_url=served.url) as http:
        answer = await http.post("/register", content=body)
    assert (answer.status_code, sorted(answer.json())) == (400, ["error", "error_description"])


async def test_wrong_codes_count_as_guesses_of_a_key(served: Served) -> None:
    browser = Browser(served, None)
    asked = await asking(browser)
    found = {(await exchange(browser, asked, "abx_lnk_x", VERIFIER))[0] for _ in range(80)}
    assert found == {400, 429}


async def test_the_metadata_names_the_addresses_that_a_proxy_serves(served: Served) -> None:
    async with httpx2.AsyncClient(base_url=served.url) as http:
        behind = {"x-forwarded-proto": "https", "x-forwarded-prefix": "/team"}
        resource = (
            await http.get("/.well-known/oauth-protected-resource/mcp/kavi", headers=behind)
        ).json()
        refused = await http.post("/mcp/kavi", json={}, headers=behind)
    base = served.url.replace("http:", "https:") + "/team"
    assert (resource["resource"], resource["authorization_servers"]) == (f"{base}/mcp/kavi", [base])
    assert refused.headers["www-authenticate"] == (
        f'Bearer resource_metadata="{base}/.well-known/oauth-protected-resource/mcp/kavi"'
    )
